"""TMP004 to TMP006: the drive, its free space, and the leftovers of earlier failures."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.shells import quoted_for_posix
from winasr_doctor.checks.advice import (
    SCRATCH_READS,
    gigabytes,
    in_shell,
    quoted,
    scratch_remedies,
    suitable_folder,
    with_doctor,
)
from winasr_doctor.checks.base import check
from winasr_doctor.checks.temp.common import facts, named, temp_places
from winasr_doctor.findings import (
    Change,
    Finding,
    Remedy,
    Stage,
    error,
    info,
    ok,
    resting_on,
    warning,
)
from winasr_doctor.machine.base import Machine
from winasr_doctor.models.known import GB, LARGEST_UNPACKED, MODELS

MANY_LEFTOVERS = 1 * GB
"""This many bytes of leftovers, or more, are a warning."""

STORAGE = "start ms-settings:storagesense"
"""Source: learn.microsoft.com, "Launch Windows Settings" (also true of PowerShell's alias)."""


_DRIVE_TROUBLE = {
    "network": (error, "a network drive, where the server decides how long a lock lasts"),
    "removable": (warning, "a removable drive"),
    "optical": (error, "an optical drive"),
    "ram": (warning, "a RAM disk, which may be too small for a model of several gigabytes"),
}


@check("TMP004", reads=("volumes", *SCRATCH_READS))
def temp_is_on_an_unusual_drive(host: Machine) -> Iterable[Finding]:
    """TEMP is on a network, removable, substituted or RAM drive.

    **What.** The type of the drive that the temp folder is on.
    **Why.** Deleting there is slow, fails in other ways (network errors 53, 59 and 64), or stops
    working when the drive goes away. Services and elevated programs do not see a substituted
    drive.
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
        evidence = {**facts(place), "drive": drive}
        if drive in _DRIVE_TROUBLE:
            silent = False
            make, what = _DRIVE_TROUBLE[drive]
            yield make(
                f"{named(place)} {place.path} is on {what}",
                evidence,
                scratch_remedies(host),
            )
        if volume is not None and volume.substituted_for:
            silent = False
            yield warning(
                f"{named(place)} {place.path} is on a substituted drive, which is another name for"
                f" {volume.substituted_for}",
                {**evidence, "substituted_for": volume.substituted_for},
                scratch_remedies(host),
            )
    if silent:
        yield ok("the temp folder is on a local drive")


@check("TMP005", reads=("volumes", *SCRATCH_READS))
def temp_has_too_little_room(host: Machine) -> Iterable[Finding]:
    """There is too little free space where models are unpacked.

    **What.** Free space on the drive of the temp folder and of the scratch folder.
    **Why.** Loading a `.nemo` file unpacks all of it below TEMP; a failed cleanup leaves that copy
    behind, and the next attempt needs the space again (WinError 112).
    **Decided by.** Less than the largest known model is an error, less than twice that a warning.
    **Do.** Free up space, or unpack models on a drive with more room.
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
        found = make(
            f"{volume.root} has {gigabytes(volume.free)} free; loading the largest model needs"
            f" {gigabytes(LARGEST_UNPACKED)}, and as much again after a failed cleanup",
            {
                **facts(place),
                "free": volume.free,
                "needed": LARGEST_UNPACKED,
                "recommended": 2 * LARGEST_UNPACKED,
            },
            _more_room(host, volume.root, 2 * LARGEST_UNPACKED - volume.free),
        )
        yield resting_on(MODELS, found)
    if silent:
        yield resting_on(MODELS, ok("there is room for two copies of the largest known model"))


def _more_room(host: Machine, drive: str, missing: int) -> tuple[Remedy, ...]:
    sweep = with_doctor(host, "Look for leftovers of earlier failures", "sweep")
    free = Remedy(
        f"Free up at least {gigabytes(missing)} on {drive}",
        (_storage(host), sweep),
        change=Change(Stage.ROOM, drive),
    )
    if host.system.os == "windows" and suitable_folder(host) is not None:
        return (*scratch_remedies(host), free)
    return (free,)


def _storage(host: Machine) -> str:
    if host.system.os != "windows":
        return "Delete what you no longer need"
    return in_shell(host, "Open Settings > System > Storage to see what takes space", STORAGE)


@check("TMP006", reads=("leftovers",))
def earlier_cleanups_failed(host: Machine) -> Iterable[Finding]:
    """Earlier failed cleanups left folders behind.

    **What.** Folders below TEMP with files that NeMo wrote and that nothing else removes.
    **Why.** Each failed load leaves the whole unpacked model behind. The folders also prove that
    cleanup fails on this machine, and show in which phase.
    **Decided by.** A folder older than a minute with `model_weights.ckpt` or `model_config.yaml`
    (load) or `manifest.json` (transcribe); a total of more than 1 GB is a warning.
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
    command = "Remove-Item -Recurse -LiteralPath" if windows else "rm -r --"
    quote = quoted if windows else quoted_for_posix
    yield make(
        f"{at_least}{len(items)} leftover folder{'s' * (len(items) != 1)} of earlier failures"
        f" ({gigabytes(size)})",
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
                    "Stop the app, so that none of these folders is in use",
                    in_shell(
                        host,
                        "Delete them",
                        "\n".join(f"{command} {quote(item.path)}" for item in items[:20]),
                    ),
                ),
                change=Change(Stage.FILES, "leftovers"),
            )
        ],
    )
