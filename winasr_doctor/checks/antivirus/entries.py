"""AVX003, AVX004: exclusions that cannot match, and exclusions that are far too broad."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct

from winasr_doctor.checks.advice import known, quoted
from winasr_doctor.checks.antivirus.common import (
    AS_ADMINISTRATOR,
    UNPACK_READS,
    hidden_exclusions,
    run_as_admin,
    system_drive,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Change, Finding, Remedy, Stage, ok, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Defender
from winasr_doctor.windows.defender_exclusions import (
    breadth_of,
    breadth_of_extension,
    breadth_of_process,
    covers,
    fault_of,
)

READS = tuple(sorted({*UNPACK_READS, "account", "volumes"}))


@check("AVX003", reads=READS, windows_only=True)
def dead_exclusion(host: Machine) -> Iterable[Finding]:
    r"""A Defender exclusion can never match the folder it was meant for.

    **What.** Path exclusions whose form is wrong: `%TEMP%` and other user variables,
    `$env:TEMP`, more than six wildcards, a wildcard for the drive, a mapped network drive, `~`,
    several paths in one entry, a path without its drive.
    **Why.** Whoever added it believes that the folder is not scanned, and looks for the lock
    elsewhere.
    **Decided by.** Defender's own rules. It runs as SYSTEM, for which `%TEMP%` is
    `C:\Windows\Temp`. An entry that does cover a place in use is not reported.
    **Do.** Remove the entry. If you need an exclusion at all, exclude the app's own scratch
    folder by its full path.
    **Source.** learn.microsoft.com, "Configure and validate exclusions based on file extension
    and folder location".
    """
    if host.defender.excluded_paths is None:
        yield hidden_exclusions(host)
        return
    volumes = known(host, "volumes")
    mapped = [v.root for v in volumes.items if v.drive_type == "network"] if volumes else []
    drive = system_drive(host)
    found = False
    for entry in host.defender.excluded_paths:
        fault = fault_of(entry, network_drives=mapped, drive=drive)
        if fault is None or _covers_a_place(host, entry, drive):
            continue
        found = True
        yield warning(
            f"The exclusion {entry} cannot match the folder it was meant for: {fault}",
            {"exclusion": entry, "fault": fault},
            [_removal("ExclusionPath", entry)],
        )
    if not found:
        yield ok(
            f"nothing is wrong with the form of {len(host.defender.excluded_paths)} exclusions",
            {"exclusions": len(host.defender.excluded_paths)},
        )


class ExclusionKind(Struct, frozen=True):
    """One of Defender's lists of exclusions, and what makes an entry of it dangerous."""

    parameter: str
    name: str
    entries: Callable[[Defender], tuple[str, ...] | None]
    breadth: Callable[[str], str | None]


@check("AVX004", reads=READS, windows_only=True)
def broad_exclusion(host: Machine) -> Iterable[Finding]:
    r"""A Defender exclusion leaves the machine open to malware.

    **What.** Exclusions of a whole drive, `C:\Users`, a profile, Windows' own folders, a TEMP
    that all programs share; of extensions such as `.py` or `.exe`; of processes such as
    `python.exe`.
    **Why.** This is a security problem, not one of speech recognition: malware unpacks itself in
    such folders and runs in such processes. None of these exclusions is needed to prevent
    WinError 32.
    **Decided by.** Microsoft's list of folders, file types and processes not to exclude, the
    folders above them, and Python's interpreters.
    **Do.** Remove the entry. Give the app its own scratch folder instead.
    **Source.** learn.microsoft.com, "Common mistakes to avoid when defining exclusions".
    """
    kinds = _kinds(system_drive(host))
    lists = [(kind, kind.entries(host.defender)) for kind in kinds]
    if all(entries is None for _kind, entries in lists):
        yield hidden_exclusions(host)
        return
    found = False
    for kind, entries in lists:
        for entry in entries or ():
            exposed = kind.breadth(entry)
            if exposed is None:
                continue
            found = True
            yield warning(
                f"The excluded {kind.name} {entry} leaves {exposed} unscanned",
                {"exclusion": entry, "kind": kind.name, "exposes": exposed},
                [_removal(kind.parameter, entry)],
            )
    if not found:
        yield ok("no exclusion is dangerously broad")


def _kinds(drive: str) -> tuple[ExclusionKind, ...]:
    return (
        ExclusionKind(
            "ExclusionPath", "path", lambda d: d.excluded_paths, partial(breadth_of, drive=drive)
        ),
        ExclusionKind(
            "ExclusionProcess", "process", lambda d: d.excluded_processes, breadth_of_process
        ),
        ExclusionKind(
            "ExclusionExtension", "extension", lambda d: d.excluded_extensions, breadth_of_extension
        ),
    )


def _covers_a_place(host: Machine, entry: str, drive: str) -> bool:
    return any(covers(entry, place.real, drive=drive) for place in host.places.items)


def _removal(parameter: str, entry: str) -> Remedy:
    return Remedy(
        "Remove the exclusions that are dangerous or have no effect",
        (
            AS_ADMINISTRATOR,
            run_as_admin(f"Remove-MpPreference -{parameter} {quoted(entry)}"),
            run_as_admin(f"(Get-MpPreference).{parameter}", "Check that it is gone"),
            "If it is still there, a policy sets it: tell whoever manages this machine.",
        ),
        change=Change(Stage.SECURITY),
    )
