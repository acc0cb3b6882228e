"""AVX008: Dev Drives and Defender's performance mode."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from winasr_doctor._util.dated import Dated
from winasr_doctor._util.paths import is_inside
from winasr_doctor._util.safe_text import whole_number
from winasr_doctor.checks.advice import SCRATCH_NAME, quoted
from winasr_doctor.checks.antivirus.common import (
    AS_ADMINISTRATOR,
    run_as_admin,
    scan_as_admin,
    scans_in_real_time,
    unpacking_places,
    why_not_scanning,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import (
    Change,
    Finding,
    Remedy,
    Stage,
    Step,
    info,
    ok,
    resting_on,
    skip,
    unknown,
)
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Defender, Volume

NEEDED_PLATFORM = Dated(
    "the oldest platform of Defender with performance mode",
    dt.date(2026, 11, 21),
    (4, 18, 2303, 8),
    "read learn.microsoft.com, 'Protect Dev Drive using performance mode'",
)
"""Source: learn.microsoft.com, "Protect Dev Drive using performance mode"."""
PERFORMANCE_MODE_OFF = 1


@check("AVX008", reads=("defender", "places", "python", "volumes"), windows_only=True)
def dev_drive(host: Machine) -> Iterable[Finding]:
    """There is a Dev Drive, but models are not unpacked on it or Defender scans it as usual.

    **What.** Whether a Dev Drive exists, is trusted, and holds the folder where models are
    unpacked.
    **Why.** On a trusted Dev Drive, Defender scans a file after it is opened, not before. The
    folder stays protected, and Defender holds files less.
    **Decided by.** The volumes' flags, real-time protection, `PerformanceModeStatus` (0 on, 1
    off) and Defender's platform, which must be 4.18.2303.8 or later.
    **Do.** Put the scratch folder on the Dev Drive. That is better than any exclusion.
    **Source.** learn.microsoft.com, "Protect Dev Drive using performance mode" and "Set up a Dev
    Drive on Windows 11".
    """
    drives = [volume for volume in host.volumes.items if volume.dev_drive]
    if not drives:
        yield skip("none of the drives in use is a Dev Drive")
        return
    if scans_in_real_time(host.defender) is False:
        yield skip(f"{why_not_scanning(host.defender)}, so performance mode does not apply")
        return
    for drive in drives:
        yield resting_on(NEEDED_PLATFORM, _verdict(host, drive))


def _verdict(host: Machine, drive: Volume) -> Finding:
    letter = drive.root.rstrip("\\")
    evidence = {
        "drive": drive.root,
        "trusted": drive.dev_drive_trusted,
        "performance_mode": host.defender.performance_mode,
        "platform_version": host.defender.platform_version,
    }
    if drive.dev_drive_trusted is None:
        query = (AS_ADMINISTRATOR, run_as_admin(f"fsutil devdrv query {letter}"))
        return unknown(
            f"the trust setting of the Dev Drive {letter} could not be read",
            {**evidence, "needs": "administrator"},
            [
                scan_as_admin(host),
                Remedy("Read it as administrator", query, change=Change(Stage.READING)),
            ],
        )
    if not drive.dev_drive_trusted:
        return info(
            f"The Dev Drive {letter} is not trusted, so Defender scans it like any other drive",
            evidence,
            [
                Remedy(
                    "Trust it if you created it yourself and know what is on it",
                    (
                        AS_ADMINISTRATOR,
                        run_as_admin(f"fsutil devdrv trust {letter}"),
                        run_as_admin(f"fsutil devdrv query {letter}", "Check it"),
                    ),
                )
            ],
        )
    hindrance = _hindrance(host.defender)
    if hindrance is not None:
        return info(f"The Dev Drive {letter} is trusted, but {hindrance}", evidence, [_enable()])
    places = unpacking_places(host)
    if any(is_inside(place.real, drive.root, "windows") for place in places):
        return ok(f"models are unpacked on the trusted Dev Drive {letter}", evidence)
    return info(
        f"The trusted Dev Drive {letter} would be the best place to unpack models: Defender scans"
        " there without holding up file access",
        evidence,
        [_use(f"{letter}\\{SCRATCH_NAME}")],
    )


def _hindrance(defender: Defender) -> str | None:
    if defender.performance_mode == PERFORMANCE_MODE_OFF:
        return "Defender's performance mode is off"
    version = defender.platform_version
    parts = map(whole_number, (version or "").split("."))
    numbers = tuple(part for part in parts if part is not None)
    if version and numbers < NEEDED_PLATFORM.rows:
        return f"Defender's platform {version} is too old for performance mode"
    return None


def _enable() -> Remedy:
    return Remedy(
        "Let Defender use performance mode",
        (
            "Run Windows Update, which updates Defender's platform.",
            AS_ADMINISTRATOR,
            run_as_admin("Set-MpPreference -PerformanceModeStatus Enabled"),
        ),
    )


def _use(folder: str) -> Remedy:
    make = f"New-Item -ItemType Directory -Force -Path {quoted(folder)}"
    point = f"$env:TEMP = {quoted(folder)}\n$env:TMP = {quoted(folder)}"
    return Remedy(
        f"Unpack models in {folder}",
        (
            Step("Create it", make, "powershell"),
            Step("In the window that will start the app, point TEMP there", point, "powershell"),
            "Start the app from that same window. No other program is affected.",
        ),
    )
