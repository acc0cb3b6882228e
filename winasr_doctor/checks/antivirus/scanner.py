"""AVX001, AVX002, AVX005: whether Defender scans the models that NeMo unpacks."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.paths import is_inside
from winasr_doctor.checks.advice import (
    SCRATCH_READS,
    known,
    quoted,
    scratch_remedies,
    suitable_folder,
)
from winasr_doctor.checks.antivirus.common import (
    AS_ADMINISTRATOR,
    UNPACK_READS,
    hidden_exclusions,
    run_as_admin,
    scans_in_real_time,
    system_drive,
    unpacking_places,
    why_not_scanning,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, info, ok, skip, unknown, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Place
from winasr_doctor.windows.defender_exclusions import breadth_of, covers

READS = tuple(sorted({*UNPACK_READS, *SCRATCH_READS, "account"}))


@check("AVX001", reads=READS, windows_only=True)
def real_time_protection(host: Machine) -> Iterable[Finding]:
    """Defender's real-time protection scans the folder in which models are unpacked.

    **What.** Whether Microsoft Defender scans the folder where NeMo unpacks a `.nemo` file.
    **Why.** The scanner may still have a new file open when NeMo removes it. The result is
    WinError 32. Such a lock is short, usually well under a second. It is a likely cause while a
    model loads, and an unlikely one while it transcribes.
    **Decided by.** `RealTimeProtectionEnabled` and `AMRunningMode` of `Get-MpComputerStatus`; in
    any mode but `Normal` Defender leaves scanning to another product. A folder that an exclusion
    covers is not scanned.
    **Do.** Leave the protection on. Give the app its own scratch folder; retrying for a
    second or two is enough for a scanner's lock.
    **Source.** learn.microsoft.com, "Microsoft Defender Antivirus compatibility with other
    security products"; NeMo, `nemo/core/connectors/save_restore_connector.py`.
    """
    scans = scans_in_real_time(host.defender)
    evidence = {
        "real_time_protection": host.defender.real_time_protection,
        "running_mode": host.defender.running_mode,
    }
    if scans is None:
        yield unknown("the state of Defender's real-time protection could not be read", evidence)
        return
    if not scans:
        yield ok(
            f"{why_not_scanning(host.defender)}, so it does not scan unpacked models", evidence
        )
        return
    for place in unpacking_places(host):
        shown = {**evidence, "path": place.real, "role": place.role}
        if _covering(host, place) and not host.defender.local_exclusions_ignored:
            yield ok(f"Defender does not scan {place.real}: an exclusion covers it", shown)
        else:
            yield info(
                f"Defender scans {place.real}, where models are unpacked, and may hold a new file"
                " for a moment",
                shown,
                _less_scanned(host, place),
            )


def _less_scanned(host: Machine, place: Place) -> tuple[Remedy, ...]:
    """Return the remedies that help: none if Defender scans the proposed folder as well."""
    folder = suitable_folder(host)
    if folder is None or _is_dedicated(place) or host.defender.local_exclusions_ignored:
        return ()
    drive, entries = system_drive(host), host.defender.excluded_paths or ()
    volumes = known(host, "volumes")
    trusted = [v.root for v in volumes.items if v.dev_drive_trusted] if volumes else []
    less = any(is_inside(folder, root, "windows") for root in trusted)
    if less or any(covers(entry, folder, drive=drive) for entry in entries):
        return scratch_remedies(host)
    return ()


@check("AVX002", reads=READS, windows_only=True)
def exclusions_of_scratch(host: Machine) -> Iterable[Finding]:
    """No Defender exclusion covers the scratch folder.

    **What.** Whether one of Defender's path exclusions covers the folder in which models are
    unpacked, by Defender's own rules.
    **Why.** Only an exclusion keeps the scanner away from a folder, and most entries that people
    add for this purpose do not match.
    **Decided by.** Variables have the values of the SYSTEM account, `*` in place of a folder
    stands for exactly one folder, an entry has at most six wildcards and none for the drive,
    everything below a matched folder is included, and case does not matter. A TEMP that all
    programs share passes if no exclusion covers it.
    **Do.** Usually nothing. If scanning proves to be the cause, exclude the app's own scratch
    folder by its full path, and nothing larger.
    **Source.** learn.microsoft.com, "Configure and validate exclusions based on file extension
    and folder location".
    """
    if scans_in_real_time(host.defender) is False:
        yield skip(f"{why_not_scanning(host.defender)}, so exclusions do not matter")
        return
    if host.defender.excluded_paths is None:
        yield hidden_exclusions(host)
        return
    for place in unpacking_places(host):
        yield _coverage(host, place)


@check("AVX005", reads=READS, windows_only=True)
def exclusion_policy(host: Machine) -> Iterable[Finding]:
    """A policy hides Defender's exclusions, or ignores those added on this machine.

    **What.** Two policies that affect exclusions.
    **Why.** With `DisableLocalAdminMerge` an exclusion added on this machine is stored but has
    no effect. With `HideExclusionsFromLocalAdmins` not even an administrator sees what is
    excluded.
    **Decided by.** The two values of the policy; a warning when an entry that may be ignored is
    the one that covers the folder where models are unpacked.
    **Do.** Ask whoever manages the machine; do not work around the policy.
    **Source.** learn.microsoft.com, "Prevent or allow users to locally modify Microsoft Defender
    Antivirus policy settings"; Defender's policy settings of the same names.
    """
    defender = host.defender
    if defender.hidden_from_admins is None and defender.local_exclusions_ignored is None:
        yield unknown("the policies about Defender's exclusions could not be read")
        return
    if defender.local_exclusions_ignored:
        yield from _ignored(host)
    if defender.hidden_from_admins:
        yield info(
            "A policy hides Defender's exclusions even from administrators, so nobody on this"
            " machine can see what is excluded",
            {"policy": "HideExclusionsFromLocalAdmins"},
            [_ask("whether the app's scratch folder is excluded")],
        )
    if not (defender.local_exclusions_ignored or defender.hidden_from_admins):
        yield ok("no policy hides or overrides Defender's exclusions")


def _ignored(host: Machine) -> Iterable[Finding]:
    evidence = {"policy": "DisableLocalAdminMerge"}
    relied = {entry for place in unpacking_places(host) for entry in _covering(host, place)}
    if relied:
        yield warning(
            "A policy ignores exclusions added on this machine, and the folder where models are"
            f" unpacked relies on {', '.join(sorted(relied))}",
            {**evidence, "exclusions": sorted(relied)},
            [_ask("whether that exclusion is part of the policy")],
        )
    else:
        yield info(
            "A policy ignores Defender exclusions added on this machine; adding one has no effect",
            evidence,
            [_ask("for an exclusion of the app's own scratch folder, if one is needed at all")],
        )


def _ask(what: str) -> Remedy:
    return Remedy("Ask whoever manages this machine", (f"Ask {what}.",))


def _covering(host: Machine, place: Place) -> tuple[str, ...]:
    drive = system_drive(host)
    entries = host.defender.excluded_paths or ()
    return tuple(entry for entry in entries if covers(entry, place.real, drive=drive))


def _is_dedicated(place: Place) -> bool:
    return breadth_of(place.real) is None


def _coverage(host: Machine, place: Place) -> Finding:
    entries = _covering(host, place)
    evidence = {"path": place.real, "role": place.role, "exclusions": list(entries)}
    if entries and host.defender.local_exclusions_ignored:
        return unknown(
            f"{entries[0]} covers {place.real}, but a policy ignores local exclusions and this"
            " one may not come from the policy",
            evidence,
        )
    if entries:
        return ok(f"the exclusion {entries[0]} covers {place.real}", evidence)
    if not _is_dedicated(place):
        return ok(
            f"{place.real} is scanned, as a temp folder that all programs share should be", evidence
        )
    return info(
        f"No exclusion covers {place.real}; Defender scans every file written there",
        evidence,
        [
            Remedy(
                f"Only if scanning proves to be the cause: exclude {place.real} and nothing else",
                (
                    AS_ADMINISTRATOR,
                    run_as_admin(f"Add-MpPreference -ExclusionPath {quoted(place.real)}"),
                    run_as_admin(
                        "(Get-MpPreference).ExclusionPath",
                        "Check that it was accepted, because a policy may drop it",
                    ),
                    run_as_admin(
                        f"Remove-MpPreference -ExclusionPath {quoted(place.real)}", "Undo it with"
                    ),
                ),
            )
        ],
    )
