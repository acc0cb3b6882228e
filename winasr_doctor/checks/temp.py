"""TMP: where temporary files go, and whether NeMo can unpack a model there and remove it again."""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterable, Iterator

from winasr_doctor.checks.advice import (
    SCRATCH_READS,
    gigabytes,
    known,
    scratch_folder_remedy,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, error, info, ok, skip, warning
from winasr_doctor.host.base import Host
from winasr_doctor.host.model import Place
from winasr_doctor.known_models import GB, LARGEST_UNPACKED
from winasr_doctor.paths import innermost, is_inside, same

MANY_LEFTOVERS = 1 * GB
"""Bytes of leftovers from which they are a warning."""

MAX_PATH = 259
"""Characters of a path without long-path support; MAX_PATH is 260 with the final NUL.
Source: learn.microsoft.com, "Maximum Path Length Limitation"."""

TEMP_FOLDER_NAME = len("\\tmpxxxxxxxx\\")
"""What `tempfile.TemporaryDirectory` adds to a path."""

LONGEST_MEMBER = len("0123456789abcdef0123456789abcdef_tokenizer.model")
"""A long file name in a `.nemo` archive: artifacts carry a 32-digit identifier. Seen in NeMo 3.0.0
archives."""

_WRITE_ERRORS = {
    5: "access denied: an access list, Controlled Folder Access or a service's rights",
    13: "permission denied",
    28: "the disk is full",
    30: "the file system is read-only",
    32: "something holds the probe's file open: a scanner or a sync client",
    112: "the disk is full",
    1314: "a right is missing",
}


def temp_places(host: Host) -> tuple[Place, ...]:
    """Return the distinct folders that temporary files may go to, Python's own choice first."""
    distinct: dict[str, Place] = {}
    for place in host.places.of("tempfile", "TEMP", "TMP", "TMPDIR"):
        distinct.setdefault(place.real.casefold(), place)
    return tuple(distinct.values())


def _named(place: Place) -> str:
    return "the temp folder" if place.role == "tempfile" else place.role


def _facts(place: Place) -> dict[str, object]:
    return {"role": place.role, "path": place.path, "resolved": place.resolved}


@check("TMP001", reads=("environment", *SCRATCH_READS))
def temp_is_missing(host: Host) -> Iterable[Finding]:
    """TEMP or TMP is unset, does not exist or is not a folder.

    **What.** The variables `TEMP` and `TMP` (`TMPDIR` elsewhere) and the folders they name.
    **Why.** Python then silently picks another folder, in the end the current one: models are
    unpacked beside your app, perhaps inside a synchronised folder.
    **Decided by.** A variable that names nothing, or something that is not a folder, is an error;
    on Windows an unset one is a warning.
    **Do.** Set both to an existing local folder.
    **Source.** CPython's `tempfile._candidate_tempdir_list`: TMPDIR, TEMP, TMP, then defaults.
    """
    windows = host.system.os == "windows"
    broken = False
    for place in host.places.of("TEMP", "TMP", "TMPDIR"):
        if not place.exists or not place.directory:
            broken = True
            state = "is not a folder" if place.exists else "does not exist"
            yield error(
                f"{place.role} is {place.path}, which {state}",
                _facts(place),
                [_point_at_existing(host, place), scratch_folder_remedy(host)],
            )
    unset = [name for name in ("TEMP", "TMP") if host.environment.get(name) is None]
    if windows and unset:
        broken = True
        yield warning(
            f"{' and '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set",
            {"unset": unset},
            [scratch_folder_remedy(host)],
        )
    if not broken:
        yield ok("the temp folder exists")


def _point_at_existing(host: Host, place: Place) -> Remedy:
    if host.system.os != "windows":
        return Remedy(f"Create {place.path}", (f"mkdir -p '{place.path}'",))
    return Remedy(
        f"Create {place.path}",
        (f"In PowerShell: New-Item -ItemType Directory -Force -Path '{place.path}'",),
    )


@check("TMP002", reads=SCRATCH_READS)
def temp_is_not_writable(host: Host) -> Iterable[Finding]:
    """The temp folder cannot be written to.

    **What.** Tries to create and remove one file, with `os.open` rather than `tempfile`.
    **Why.** Loading a model fails at once or, on older Pythons, hangs: `tempfile` takes a
    PermissionError for a name that is taken and tries some two thousand million others (ENV002).
    **Decided by.** The error of that one try: its number is in the evidence.
    **Do.** Give the app a folder of its own.
    **Source.** CPython gh-66305; `os.open` with `O_CREAT | O_EXCL` as pip does.
    """
    tried = [place for place in temp_places(host) if place.writable is not None]
    if not tried:
        yield skip("no temp folder could be tried")
        return
    failed = [place for place in tried if not place.writable]
    for place in failed:
        reason = _WRITE_ERRORS.get(place.write_error or 0, f"error {place.write_error}")
        yield error(
            f"{_named(place)} cannot be written: {place.path} ({reason})",
            {**_facts(place), "error": place.write_error},
            [scratch_folder_remedy(host)],
        )
    if not failed:
        yield ok("the temp folder can be written")


@check("TMP003", reads=("places", *SCRATCH_READS))
def temp_variables_differ(host: Host) -> Iterable[Finding]:
    """TEMP, TMP and what Python uses are not the same folder.

    **What.** Compares `TEMP`, `TMP`, `TMPDIR` and the folder Python's `tempfile` picks.
    **Why.** You look at, clean or exclude one folder while NeMo unpacks into another. Python asks
    TMPDIR first, then TEMP, then TMP; Windows itself asks TMP first.
    **Decided by.** The resolved paths differ.
    **Do.** Set all of them to one folder.
    **Source.** CPython's `tempfile`; learn.microsoft.com, "GetTempPath2W function".
    """
    places = temp_places(host)
    os = host.system.os
    if len(places) > 1 and not all(same(places[0].real, p.real, os) for p in places[1:]):
        every = host.places.of("tempfile", "TEMP", "TMP", "TMPDIR")
        shown = ", ".join(f"{_named(place)} is {place.path}" for place in every)
        yield warning(
            f"temporary files go to more than one folder: {shown}",
            {place.role: place.real for place in every},
            [scratch_folder_remedy(host)],
        )
    else:
        yield ok("all agree on one temp folder")


_DRIVE_TROUBLE = {
    "network": (error, "a network drive: locks last as long as the server likes"),
    "removable": (warning, "a removable drive"),
    "optical": (error, "an optical drive"),
    "ram": (warning, "a RAM disk, which a model of several gigabytes may not fit"),
}


@check("TMP004", reads=("volumes", *SCRATCH_READS))
def temp_is_on_an_unusual_drive(host: Host) -> Iterable[Finding]:
    """TEMP is on a network, removable, substituted or RAM drive.

    **What.** The type of the drive below the temp folder.
    **Why.** Deleting there fails in other ways (network errors 53, 59 and 64), is slow, or ends
    when the drive does; a substituted drive vanishes for services and elevated programs.
    **Decided by.** `GetDriveTypeW` and `QueryDosDeviceW`; a UNC path is a network drive.
    **Do.** Use a folder on a fixed local drive.
    **Source.** learn.microsoft.com, "GetDriveTypeW function" and "System Error Codes".
    """
    silent = True
    for place in temp_places(host):
        volume = host.volumes.of(place)
        drive = volume.drive_type if volume else None
        if drive is None and place.real.startswith(("\\\\", "//")):
            drive = "network"
        evidence = {**_facts(place), "drive": drive}
        if drive in _DRIVE_TROUBLE:
            silent = False
            make, what = _DRIVE_TROUBLE[drive]
            yield make(
                f"{_named(place)} {place.path} is on {what}",
                evidence,
                [scratch_folder_remedy(host)],
            )
        if volume is not None and volume.substituted_for:
            silent = False
            yield warning(
                f"{_named(place)} {place.path} is on a substituted drive that stands for"
                f" {volume.substituted_for}",
                {**evidence, "substituted_for": volume.substituted_for},
                [scratch_folder_remedy(host)],
            )
    if silent:
        yield ok("the temp folder is on a local drive")


@check("TMP005", reads=("volumes", *SCRATCH_READS))
def temp_has_too_little_room(host: Host) -> Iterable[Finding]:
    """There is too little free space where models are unpacked.

    **What.** Free space on the drive of the temp folder and of the scratch folder.
    **Why.** Loading a `.nemo` file unpacks all of it below TEMP; a failed cleanup leaves that copy
    behind, and the next attempt needs the space again (WinError 112).
    **Decided by.** Less than the largest known model is an error, less than twice that a warning.
    **Do.** Free space, or unpack on a drive that has it.
    **Source.** NeMo 3.0.0 `save_restore_connector.py`; sizes of the published models.
    """
    silent = True
    for place in (*temp_places(host)[:1], *host.places.of("scratch")):
        volume = host.volumes.of(place)
        if volume is None or volume.free is None:
            continue
        if volume.free >= 2 * LARGEST_UNPACKED:
            continue
        silent = False
        make = error if volume.free < LARGEST_UNPACKED else warning
        yield make(
            f"{volume.root} has {gigabytes(volume.free)} free; loading the largest model needs"
            f" {gigabytes(LARGEST_UNPACKED)}, and as much again after a failed cleanup",
            {
                **_facts(place),
                "free": volume.free,
                "needed": LARGEST_UNPACKED,
                "recommended": 2 * LARGEST_UNPACKED,
            },
            [
                Remedy(
                    f"Free space on {volume.root}",
                    (
                        f"Free {gigabytes(2 * LARGEST_UNPACKED - volume.free)} or more",
                        "Look for leftovers of earlier failures (TMP006)",
                    ),
                ),
                scratch_folder_remedy(host),
            ],
        )
    if silent:
        yield ok("there is room for the largest known model, twice")


@check("TMP006", reads=("leftovers",))
def earlier_cleanups_failed(host: Host) -> Iterable[Finding]:
    """Earlier failed cleanups left folders behind.

    **What.** Folders below TEMP that hold what NeMo writes there and nothing else removes.
    **Why.** Each failed load leaves the whole unpacked model. They also prove that cleanup fails
    on this machine, and in which phase.
    **Decided by.** A folder older than a minute with `model_weights.ckpt` or `model_config.yaml`
    (load) or `manifest.json` (transcribe); more than 1 GB in all is a warning.
    **Do.** Remove them while no transcription is running.
    **Source.** NeMo 3.0.0 `save_restore_connector.py` and `transcription.py`.
    """
    items = host.leftovers.items
    if not items:
        yield ok("no leftovers of earlier failed cleanups")
        return
    size = sum(item.size for item in items)
    phases = {phase: sum(item.phase == phase for item in items) for phase in ("load", "transcribe")}
    make = warning if size >= MANY_LEFTOVERS else info
    at_least = "" if host.leftovers.complete else "at least "
    windows = host.system.os == "windows"
    command = "Remove-Item -Recurse -LiteralPath" if windows else "rm -r"
    yield make(
        f"{at_least}{len(items)} leftover folder{'s' * (len(items) != 1)} of earlier failures,"
        f" {gigabytes(size)} in all",
        {
            "count": len(items),
            "bytes": size,
            **phases,
            "complete": host.leftovers.complete,
            "paths": [item.path for item in items[:20]],
        },
        [
            Remedy(
                "Remove the leftovers",
                (
                    "Stop the app, so that nothing below is in use",
                    *(f"{command} '{item.path}'" for item in items[:20]),
                ),
            )
        ],
    )


@check("TMP007", reads=("model_files", *SCRATCH_READS))
def temp_path_is_awkward(host: Host) -> Iterable[Finding]:
    """The temp path is relative, not ASCII, has short names, or is too long.

    **What.** The text of the temp folder's path.
    **Why.** Native libraries below NeMo open files with the ANSI code page; short names (`~1`)
    defeat exclusions and comparisons; a path over 259 characters cannot be opened without long
    path support; a relative TEMP means another folder after `os.chdir`, which NeMo calls.
    **Decided by.** The path itself; for the length, TEMP + a temporary folder + the longest member
    of a model, when long paths are off.
    **Do.** Use a short, plain scratch folder.
    **Source.** learn.microsoft.com, "Naming Files, Paths, and Namespaces" and "Maximum Path Length
    Limitation".
    """
    os = host.system.os
    silent = True
    for place in temp_places(host):
        for make, trouble, facts in _awkward(host, place, os):
            silent = False
            yield make(
                f"{_named(place)} {place.path} {trouble}",
                {**_facts(place), **facts},
                [scratch_folder_remedy(host)],
            )
    if silent:
        yield ok("the temp folder's path is plain")


def _awkward(
    host: Host, place: Place, os: str
) -> Iterator[tuple[Callable[..., Finding], str, dict[str, object]]]:
    path = place.path
    if os == "windows":
        drive, rest = ntpath.splitdrive(path.replace("/", "\\"))
        # Python 3.10's ntpath.isabs does not take a bare share for absolute.
        absolute = drive.startswith("\\\\") or (bool(drive) and rest.startswith("\\"))
    else:
        absolute = path.startswith("/")
    if not absolute:
        yield error, "is not an absolute path", {}
    if os != "windows":
        return
    if not path.isascii():
        yield warning, "has characters beyond ASCII", {}
    short = [part for part in path.replace("/", "\\").split("\\") if _is_short_name(part)]
    if short:
        yield info, f"has short names ({', '.join(short)})", {"short_names": short}
    longest = _longest_member(host)
    length = len(place.real) + TEMP_FOLDER_NAME + longest
    if not host.system.long_paths and length > MAX_PATH:
        yield (
            error,
            f"is too long: a model's file below it has {length} characters, {MAX_PATH} are allowed",
            {"length": length, "limit": MAX_PATH},
        )


def _is_short_name(part: str) -> bool:
    stem, _, number = part.partition(".")[0].rpartition("~")
    return bool(stem) and number.isdigit() and len(part.partition(".")[0]) <= len("LONGNA~1")


def _longest_member(host: Host) -> int:
    files = known(host, "model_files")
    found: list[int] = [file.longest_member for file in files.items] if files else []
    return max([LONGEST_MEMBER, *found])


_FOLDER_ACCESS = {1: error, 2: info}
"""What `EnableControlledFolderAccess` means for folders: 1 blocks, 2 audits; 0 is off, 3 and 4 are
about disk sectors. Source: learn.microsoft.com, "Set-MpPreference"."""


@check("TMP008", reads=("defender", *SCRATCH_READS), windows_only=True)
def temp_is_protected_by_controlled_folder_access(host: Host) -> Iterable[Finding]:
    r"""TEMP lies in a folder that Controlled Folder Access protects.

    **What.** Defender's ransomware protection and the folders it guards.
    **Why.** An app that is not allowed there cannot create or delete files: access denied
    (WinError 5), which no retry cures.
    **Decided by.** Mode 1 blocks (error), 2 audits (info); 3 and 4 do not protect folders.
    **Do.** Use a folder outside the protected ones; `AppData\Local` is not protected.
    **Source.** learn.microsoft.com, "Protect important folders with controlled folder access".
    """
    mode = host.defender.controlled_folder_access
    make = _FOLDER_ACCESS.get(mode or 0)
    if make is None:
        yield ok("Controlled Folder Access does not protect folders here", {"mode": mode})
        return
    guarded = host.defender.protected_folders or ()
    silent = True
    for place in temp_places(host):
        folder = innermost(place.real, [(folder, folder) for folder in guarded], "windows")
        if folder is not None:
            silent = False
            verb = "blocks" if mode == 1 else "would block"
            yield make(
                f"{_named(place)} {place.path} lies in {folder}, where Controlled Folder Access"
                f" {verb} unknown apps",
                {**_facts(place), "protected": folder, "mode": mode},
                [scratch_folder_remedy(host)],
            )
    if silent:
        yield ok("the temp folder is not protected by Controlled Folder Access", {"mode": mode})


_MACHINE_TEMPS = (
    "C:\\Windows\\Temp",
    "C:\\Windows\\SystemTemp",
    "C:\\Windows\\System32\\config\\systemprofile",
    "C:\\Windows\\SysWOW64\\config\\systemprofile",
    "C:\\Windows\\ServiceProfiles",
)


@check("TMP009", reads=("account", *SCRATCH_READS), windows_only=True)
def temp_belongs_to_the_machine(host: Host) -> Iterable[Finding]:
    r"""TEMP is the machine's own or a service's, not a user's.

    **What.** Whether the temp folder is `C:\Windows\TEMP` or lies in a service profile.
    **Why.** Ordinary accounts may create files there but not list or delete each other's; every
    service shares it; cleaners and scanners watch it. `Errno 13` on `C:\Windows\TEMP` follows.
    **Decided by.** The path, compared segment by segment.
    **Do.** Give the service a scratch folder of its own, with rights for its account only.
    **Source.** gpustack issue 688; learn.microsoft.com, "GetTempPath2W function".
    """
    silent = True
    for place in temp_places(host):
        machine = next((m for m in _MACHINE_TEMPS if is_inside(place.real, m, "windows")), None)
        if machine is not None:
            silent = False
            account = known(host, "account")
            kind = account.kind if account else None
            yield warning(
                f"{_named(place)} is {place.path}, which belongs to the machine, not to this app",
                {**_facts(place), "account": kind},
                [scratch_folder_remedy(host)],
            )
    if silent:
        yield ok("the temp folder is the account's own")
