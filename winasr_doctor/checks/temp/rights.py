"""TMP008 and TMP009: who may write to the temp folder, and who owns it."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.paths import innermost, is_inside
from winasr_doctor.checks.advice import SCRATCH_READS, known, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.checks.temp.common import facts, named, temp_places
from winasr_doctor.findings import Finding, error, info, ok, warning
from winasr_doctor.machine.base import Machine

_FOLDER_ACCESS = {1: error, 2: info}
"""What `EnableControlledFolderAccess` means for folders: 1 blocks, 2 audits; 0 is off, 3 and 4 are
about disk sectors. Source: learn.microsoft.com, "Set-MpPreference"."""


@check("TMP008", reads=("defender", *SCRATCH_READS), windows_only=True)
def temp_is_protected_by_controlled_folder_access(host: Machine) -> Iterable[Finding]:
    r"""TEMP is in a folder that Controlled Folder Access protects.

    **What.** Defender's ransomware protection and the folders it guards.
    **Why.** An app that is not allowed there cannot create or delete files: access denied
    (WinError 5). Retrying does not help.
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
                f"{named(place)} {place.path} is in {folder}, where Controlled Folder Access"
                f" {verb} unknown apps",
                {**facts(place), "protected": folder, "mode": mode},
                scratch_remedies(host),
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
def temp_belongs_to_the_machine(host: Machine) -> Iterable[Finding]:
    r"""TEMP belongs to the machine or a service, not to a user.

    **What.** Whether the temp folder is `C:\Windows\TEMP` or is in a service profile.
    **Why.** Ordinary accounts may create files there but not list or delete each other's; all
    services share it; cleaners and scanners watch it. The result is `Errno 13` on
    `C:\Windows\TEMP`.
    **Decided by.** The path, compared segment by segment.
    **Do.** Give the service its own scratch folder, which only its account may access.
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
                f"{named(place)} is {place.path}, which belongs to the machine, not to this app",
                {**facts(place), "account": kind},
                scratch_remedies(host),
            )
    if silent:
        yield ok("the temp folder is the account's own")
