"""What the antivirus checks share: where models are unpacked, and whether Defender scans."""

from __future__ import annotations

from winasr_doctor._util.paths import segments
from winasr_doctor.checks.advice import known, lacks_doctor, quoted, with_doctor
from winasr_doctor.findings import Change, Finding, Remedy, Stage, Step, unknown
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Defender, Place

AS_ADMINISTRATOR = Step(
    "Open PowerShell as administrator",
    "Start-Process powershell -Verb RunAs",
    "powershell",
    needs_admin=True,
)


def scan_as_admin(host: Machine) -> Remedy:
    """Return the remedy for everything that only an administrator can read.

    Args:
        host: The machine; reads `python`, as far as it can be read.
    """
    again = with_doctor(host, "Scan again in that window", _scan(host))
    title = "Scan again as administrator, to see what could not be read"
    return Remedy(title, (AS_ADMINISTRATOR, again), change=Change(Stage.READING))


def _scan(host: Machine) -> str:
    """Return the arguments of a scan of the examined interpreter."""
    return f"scan --python {quoted(host.python.executable)}" if lacks_doctor(host) else ""


def run_as_admin(command: str, lead: str = "Run") -> Step:
    """Return a step for the window that `AS_ADMINISTRATOR` opens.

    Args:
        command: A command of PowerShell's that only an administrator can run.
        lead: The words in front of it.
    """
    return Step(lead, command, "powershell", needs_admin=True)


SHOW_EXCLUSIONS = (
    "Get-MpPreference | Select-Object ExclusionPath, ExclusionProcess, ExclusionExtension"
)
UNPACK_READS = ("defender", "environment", "places", "python")
"""Sections that the functions here read; a check that calls them declares these too."""


def unpacking_places(host: Machine) -> tuple[Place, ...]:
    """Return where models are unpacked: the scratch folder, else where Python's tempfile writes.

    Args:
        host: The machine; reads `places`.
    """
    places = host.places
    chosen = places.of("scratch") or places.of("tempfile") or places.of("TEMP", "TMP")
    distinct = {segments(place.real, "windows"): place for place in reversed(chosen)}
    return tuple(reversed(distinct.values()))


def scans_in_real_time(defender: Defender) -> bool | None:
    """Return whether Defender scans files as they are written; `None` if that is unknown.

    In any mode but `Normal` it leaves that to another product. Source: learn.microsoft.com,
    "Microsoft Defender Antivirus compatibility with other security products" (`AMRunningMode`).
    """
    if defender.running_mode is not None and defender.running_mode.strip().lower() != "normal":
        return False
    return defender.real_time_protection


def why_not_scanning(defender: Defender) -> str:
    """Return a clause that says why Defender does not scan in real time."""
    if defender.running_mode and defender.running_mode.strip().lower() != "normal":
        return f"Defender's mode is {defender.running_mode!r}"
    return "Defender's real-time protection is off"


def system_drive(host: Machine) -> str:
    """Return the drive that Windows is on, such as `C:`."""
    environment = known(host, "environment")
    found = environment and (environment.get("SystemDrive") or environment.get("SystemRoot"))
    return str(found)[:2].upper() if found and found[1:2] == ":" else "C:"


def hidden_exclusions(host: Machine) -> Finding:
    """Return the finding that the exclusions could not be read, and how an administrator can."""
    defender = host.defender
    reason = defender.exclusions_hidden or "this account may not read them"
    asked = tuple(
        run_as_admin(
            '& "$env:ProgramFiles\\Windows Defender\\MpCmdRun.exe"'
            f" -CheckExclusion -Path {quoted(place.real)}",
            "Or check one folder",
        )
        for place in unpacking_places(host)[:1]
    )
    if defender.hidden_from_admins:
        ask = (
            "A policy (HideExclusionsFromLocalAdmins) hides them from administrators too: ask"
            " whether your scratch folder is excluded."
        )
        remedies = [_reading("Ask whoever manages this machine", (ask,))]
    else:
        steps = (AS_ADMINISTRATOR, run_as_admin(SHOW_EXCLUSIONS), *asked)
        remedies = [scan_as_admin(host), _reading("Read the exclusions as administrator", steps)]
    return unknown(
        f"Defender's exclusions could not be read: {reason}",
        {"reason": reason, "needs": "administrator", "elevated": _elevated(host)},
        remedies,
    )


def _reading(title: str, steps: tuple[str, ...]) -> Remedy:
    return Remedy(title, steps, change=Change(Stage.READING))


def _elevated(host: Machine) -> bool | None:
    account = known(host, "account")
    return account.elevated if account else None
