"""AVX006: Controlled Folder Access."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.paths import is_inside, same, without_device_prefix
from winasr_doctor.checks.advice import SCRATCH_READS, known, quoted, scratch_remedies
from winasr_doctor.checks.antivirus.common import (
    AS_ADMINISTRATOR,
    run_as_admin,
    scan_as_admin,
    system_drive,
)
from winasr_doctor.checks.base import check
from winasr_doctor.checks.new_environment import NEW_ENVIRONMENT_READS, change_of, new_environment
from winasr_doctor.findings import Change, Finding, Remedy, Stage, Step, info, ok, unknown, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Place, Role

MODES = {
    0: "off",
    1: "on",
    2: "in audit mode",
    3: "blocking changes to disk sectors only",
    4: "auditing changes to disk sectors only",
}
"""`EnableControlledFolderAccess`. Source: learn.microsoft.com, "Set-MpPreference"."""
BLOCKING, AUDITING = 1, 2

DEFAULT_FOLDERS = ("Documents", "Pictures", "Videos", "Music", "Favorites", "Desktop")
"""Folders of every profile that are protected by default. Source: learn.microsoft.com, "Protect
important folders with controlled folder access"; the desktop was in Windows 10's first list."""

WRITTEN: tuple[Role, ...] = ("scratch", "app", "venv", "hub_cache", "nemo_cache", "model")
"""The folders to check. TEMP has its own check, TMP008."""

VARIABLES = {"hub_cache": "HF_HUB_CACHE", "nemo_cache": "NEMO_CACHE_DIR"}
"""The variable that moves each cache. Sources: huggingface_hub, "Environment variables"; NeMo,
`nemo/utils/data_utils.py`."""


@check(
    "AVX006",
    reads=("defender", "environment", "places", *NEW_ENVIRONMENT_READS, *SCRATCH_READS),
    windows_only=True,
)
def controlled_folder_access(host: Machine) -> Iterable[Finding]:
    """Controlled Folder Access protects a folder that speech recognition writes to.

    **What.** The mode of Controlled Folder Access, and whether the app, its virtual environment,
    the model caches, a model or the scratch folder are in a protected folder.
    **Why.** In a protected folder only programs that Windows trusts may write. Python gets
    "access denied" (WinError 5), also reported as "file not found", never WinError 32.
    **Decided by.** `EnableControlledFolderAccess`: 1 blocks, 2 only records, 3 and 4 are about
    disk sectors, not folders. The protected folders are Documents, Pictures, Videos, Music,
    Favorites, the desktop, and any that were added.
    **Do.** Move the folder out. Do not allow python.exe: any script that it runs, ransomware
    included, could then write there.
    **Source.** learn.microsoft.com, "Protect important folders with controlled folder access".
    """
    mode = host.defender.controlled_folder_access
    evidence = {"mode": mode}
    if mode not in MODES:
        yield unknown("the mode of Controlled Folder Access could not be read", evidence)
        return
    if mode not in (BLOCKING, AUDITING):
        yield ok(f"Controlled Folder Access is {MODES[mode]}: it protects no folder", evidence)
        return
    inside = [
        (place, folder)
        for place in host.places.of(*WRITTEN)
        if (folder := _protecting_folder(host, place)) is not None
    ]
    for place, folder in inside:
        yield _protected(host, mode, place, folder)
    if not inside:
        yield _nothing_inside(host, mode)


def _protected(host: Machine, mode: int, place: Place, folder: str) -> Finding:
    evidence = {"mode": mode, "path": place.real, "role": place.role, "protected": folder}
    if mode == BLOCKING:
        return warning(
            f"Controlled Folder Access keeps Python from writing to {place.real}, which is in"
            f" the protected folder {folder}",
            evidence,
            _moves(host, place),
        )
    return info(
        f"Controlled Folder Access, in audit mode, records what Python writes to {place.real};"
        " once it is switched on, writing there fails",
        evidence,
        _moves(host, place),
    )


def _nothing_inside(host: Machine, mode: int) -> Finding:
    state = f"Controlled Folder Access is {MODES[mode]}"
    evidence = {"mode": mode, "protected_folders_read": host.defender.protected_folders is not None}
    if host.defender.protected_folders is not None:
        return ok(f"{state}, and nothing in use is in a protected folder", evidence)
    show = "(Get-MpPreference).ControlledFolderAccessProtectedFolders"
    return unknown(
        f"{state}; nothing in use is in the folders it protects by default, but the added ones"
        " could not be read",
        {**evidence, "needs": "administrator"},
        [scan_as_admin(host), _reading(show)],
    )


def _reading(command: str) -> Remedy:
    steps = (AS_ADMINISTRATOR, run_as_admin(command))
    return Remedy("Read the protected folders", steps, change=Change(Stage.READING))


def _protecting_folder(host: Machine, place: Place) -> str | None:
    for folder in host.defender.protected_folders or ():
        if is_inside(place.real, folder, "windows") or is_inside(place.path, folder, "windows"):
            return folder
    return _default_folder(host, place.real)


def _default_folder(host: Machine, path: str) -> str | None:
    """Return the default protected folder that contains a path, judged by its usual location."""
    if host.defender.protected_folders is not None:
        return None
    environment = known(host, "environment")
    profile = environment.get("USERPROFILE") if environment else None
    drive, users, *below = (*without_device_prefix(path).split("\\"), "", "")
    profiles = [profile] if profile else []
    if same(f"{drive}\\{users}", f"{system_drive(host)}\\Users", "windows"):
        profiles.append(f"{drive}\\{users}\\{below[0]}")
    folders = (f"{one}\\{name}" for one in profiles for name in DEFAULT_FOLDERS)
    return next((folder for folder in folders if is_inside(path, folder, "windows")), None)


def _moves(host: Machine, place: Place) -> tuple[Remedy, ...]:
    return scratch_remedies(host) if place.role == "scratch" else (_move(host, place),)


def _move(host: Machine, place: Place) -> Remedy:
    variable = VARIABLES.get(place.role)
    target = f"C:\\asr-{place.role.replace('_', '-')}"
    if variable is None:
        title = "Move it out of the protected folder"
        if place.role == "venv":  # a virtual environment cannot be moved
            return Remedy(title, new_environment(host), change=change_of(host))
        step = f"Move {place.path} to a folder outside the protected ones, such as {target}."
        return Remedy(title, (step,), change=Change(Stage.FILES, place.path))
    return Remedy(
        f"Move it out of the protected folder with {variable}",
        (
            Step(
                "In the window that will start the app",
                f"$env:{variable} = {quoted(target)}",
                "powershell",
            ),
            Step(
                "To keep it for new windows",
                f"[Environment]::SetEnvironmentVariable('{variable}', {quoted(target)}, 'User')",
                "powershell",
            ),
            f"Move the contents of {place.path} there, or let them be downloaded again.",
        ),
        change=Change(Stage.FILES, variable),
    )
