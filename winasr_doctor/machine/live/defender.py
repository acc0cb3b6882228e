r"""Reads Microsoft Defender's state and settings.

PowerShell reports what is in force; the registry holds the policies, and fills in what PowerShell
left out. Whatever neither reports stays `None`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor._util.paths import fold
from winasr_doctor.machine.base import NotApplicable, Unreadable
from winasr_doctor.machine.live import powershell
from winasr_doctor.machine.live.powershell import PowerShellAnswer, QueryPart, number, texts, truth
from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, Registry, expanded
from winasr_doctor.machine.model import Defender

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

LOCAL = r"HKLM\SOFTWARE\Microsoft\Windows Defender"
GROUP_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
MDM_POLICY = rf"{GROUP_POLICY}\Policy Manager"
POLICIES = (GROUP_POLICY, MDM_POLICY)
"""Source: learn.microsoft.com, "Troubleshoot Microsoft Defender Antivirus settings"."""

HIDE_EXCLUSIONS = "HideExclusionsFromLocalAdmins"
IGNORE_LOCAL_EXCLUSIONS = "DisableLocalAdminMerge"

CONTROLLED_FOLDER_ACCESS = r"Windows Defender Exploit Guard\Controlled Folder Access"

TAMPER_PROTECTION: Mapping[object, bool] = {5: True, 4: False, 0: False}
"""`Features\\TamperProtection`; as observed, not documented."""

_HIDDEN = re.compile(r"\s*(?:N/A\s*:|[^\\%$*:：]{2,24}[:：][^\\%$*]*$)", re.IGNORECASE)
"""`N/A: Must be an administrator to view exclusions`, in any language: a word or two, a colon, more
words, and nothing that looks like a path. File names may not contain a colon, and a drive's colon
follows a single letter (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
"""


class Exclusions(NamedTuple):
    """One kind of exclusion and where to find it."""

    fact: str
    property: str
    key: str


EXCLUSIONS = (
    Exclusions("excluded_paths", "ExclusionPath", "Paths"),
    Exclusions("excluded_processes", "ExclusionProcess", "Processes"),
    Exclusions("excluded_extensions", "ExclusionExtension", "Extensions"),
)
"""Sources: learn.microsoft.com, "MSFT_MpPreference class"; the registry is observed."""

USER_FOLDERS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
PUBLIC_FOLDERS = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


class ProtectedFolder(NamedTuple):
    """A folder that Controlled Folder Access protects by default, and where Windows records it."""

    key: str
    value: str
    usual: str


PROTECTED_FOLDERS = (
    ProtectedFolder(USER_FOLDERS, "Personal", r"%USERPROFILE%\Documents"),
    ProtectedFolder(USER_FOLDERS, "My Pictures", r"%USERPROFILE%\Pictures"),
    ProtectedFolder(USER_FOLDERS, "My Video", r"%USERPROFILE%\Videos"),
    ProtectedFolder(USER_FOLDERS, "My Music", r"%USERPROFILE%\Music"),
    ProtectedFolder(USER_FOLDERS, "Favorites", r"%USERPROFILE%\Favorites"),
    ProtectedFolder(USER_FOLDERS, "Desktop", r"%USERPROFILE%\Desktop"),
    ProtectedFolder(PUBLIC_FOLDERS, "Common Documents", r"%PUBLIC%\Documents"),
    ProtectedFolder(PUBLIC_FOLDERS, "CommonPictures", r"%PUBLIC%\Pictures"),
    ProtectedFolder(PUBLIC_FOLDERS, "CommonVideo", r"%PUBLIC%\Videos"),
    ProtectedFolder(PUBLIC_FOLDERS, "CommonMusic", r"%PUBLIC%\Music"),
)
"""Sources: learn.microsoft.com, "Protect important folders with controlled folder access" (all
except the desktop, which Windows 10's first list had and users still report); the registry's value
names: learn.microsoft.com, "KNOWNFOLDERID" and "Folder Redirection"."""


def read(
    host: LiveMachine | None = None,
    *,
    registry: Registry = WINDOWS_REGISTRY,
    answer: PowerShellAnswer | None = None,
    environment: Mapping[str, str] | None = None,
) -> Defender:
    """Read Defender's state and settings.

    Args:
        host: The host that runs the query, for its time limit.
        registry: The registry.
        answer: PowerShell's answer; by default PowerShell is run.
        environment: The variables from which the protected folders' paths are built.

    Raises:
        NotApplicable: This Windows has no Defender.
        Unreadable: Neither PowerShell nor the registry answers.
    """
    if answer is None:
        answer = powershell.answer(host.timeout * powershell.SHARE if host else powershell.LIMIT)
    status, preference = answer.part(powershell.STATUS), answer.part(powershell.PREFERENCE)
    facts = {
        **_state(status, registry),
        **_exclusions(preference, registry),
        **_folder_access(preference, registry, os.environ if environment is None else environment),
    }
    if all(value is None for name, value in facts.items() if name != "exclusions_hidden"):
        raise _nothing_read(status, preference, registry)
    return Defender(
        **facts,  # type: ignore[arg-type] # each function's values fit its facts
        hidden_from_admins=_policy(registry, HIDE_EXCLUSIONS),
        local_exclusions_ignored=_policy(registry, IGNORE_LOCAL_EXCLUSIONS),
    )


def is_hidden(entry: str) -> bool:
    """Return whether an entry of an exclusion list says that the list may not be read.

    Sources: Microsoft's `Get-MpPreference` prints `N/A: Must be an administrator to view
    exclusions`, older builds `Must be and administrator`.
    """
    return bool(_HIDDEN.match(entry))


def _state(status: QueryPart, registry: Registry) -> dict[str, object]:
    row: Mapping[str, object] = status.rows[0] if status.rows else {}
    stopped = status.code == powershell.DEFENDER_STOPPED
    return {
        "running_mode": _text(row.get("AMRunningMode")) or ("Not running" if stopped else None),
        "real_time_protection": _first(
            truth(row.get("RealTimeProtectionEnabled")),
            False if stopped or _real_time_turned_off(registry) else None,
        ),
        "tamper_protection": _first(
            truth(row.get("IsTamperProtected")),
            TAMPER_PROTECTION.get(_values(registry, rf"{LOCAL}\Features").get("TamperProtection")),
        ),
        "platform_version": _text(row.get("AMProductVersion")),
    }


def _real_time_turned_off(registry: Registry) -> bool:
    name = "DisableRealtimeMonitoring"
    return any(
        _values(registry, rf"{key}\Real-Time Protection").get(name) == 1
        for key in (GROUP_POLICY, LOCAL)
    )


def _exclusions(preference: QueryPart, registry: Registry) -> dict[str, object]:
    row = preference.rows[0] if preference.rows else None
    facts: dict[str, object] = {}
    for exclusions in EXCLUSIONS:
        if row is not None and exclusions.property in row:
            local = texts(row[exclusions.property])
            hidden = next((entry.strip() for entry in local if is_hidden(entry)), None)
            if not local and _policy(registry, HIDE_EXCLUSIONS):
                hidden = f"a policy hides them ({HIDE_EXCLUSIONS})"
        else:
            local, hidden = _registered_exclusions(preference, registry, exclusions.key)
        if hidden is not None:
            facts[exclusions.fact] = None
            facts.setdefault("exclusions_hidden", hidden)
        else:
            policy = _names(registry, rf"{GROUP_POLICY}\Exclusions\{exclusions.key}")
            facts[exclusions.fact] = _distinct((*local, *policy))
    return facts


def _registered_exclusions(
    preference: QueryPart, registry: Registry, kind: str
) -> tuple[tuple[str, ...], str | None]:
    """Return the exclusions in the registry, or why they are not available."""
    why = preference.error or "PowerShell left them out of its answer"
    try:
        registry.subkeys(rf"{LOCAL}\Exclusions")
        return tuple(_set_in(registry, rf"{LOCAL}\Exclusions\{kind}")), None
    except PermissionError:
        return (), f"{why}; only an administrator may read them in the registry"
    except OSError:
        return (), why


def _folder_access(
    preference: QueryPart, registry: Registry, environment: Mapping[str, str]
) -> dict[str, object]:
    row: Mapping[str, object] = preference.rows[0] if preference.rows else {}
    keys = [rf"{key}\{CONTROLLED_FOLDER_ACCESS}" for key in (GROUP_POLICY, LOCAL)]
    name = "EnableControlledFolderAccess"
    mode = _first(
        number(row.get(name)),
        *(number(_values(registry, key).get(name)) for key in (keys[0], MDM_POLICY, keys[1])),
    )
    facts: dict[str, object] = {
        "controlled_folder_access": mode,
        "performance_mode": number(row.get("PerformanceModeStatus")),
        "protected_folders": None,
    }
    if mode is not None:
        added = texts(row.get("ControlledFolderAccessProtectedFolders"))
        facts["protected_folders"] = _distinct(
            (
                *(_located(folder, registry, environment) for folder in PROTECTED_FOLDERS),
                *(entry for entry in added if not is_hidden(entry)),
                *(entry for key in keys for entry in _names(registry, rf"{key}\ProtectedFolders")),
            )
        )
    return facts


def _located(
    folder: ProtectedFolder, registry: Registry, environment: Mapping[str, str]
) -> str | None:
    """Return the location of a folder, even if it was moved (to OneDrive, say)."""
    moved = _text(_values(registry, folder.key).get(folder.value))
    for text in (moved, folder.usual):
        located = expanded(text, environment) if text else None
        if located:
            return located
    return None


def _nothing_read(status: QueryPart, preference: QueryPart, registry: Registry) -> Exception:
    absent = _missing(lambda: registry.values(LOCAL))
    if absent and powershell.NOT_THERE.issuperset({status.code, preference.code}):
        return NotApplicable("Microsoft Defender is not installed")
    denied = {status.code, preference.code} & powershell.ACCESS_DENIED
    why = preference.error or status.error or "PowerShell's answer was empty"
    return Unreadable(
        f"Microsoft Defender could not be asked: {why}", "administrator" if denied else None
    )


def _policy(registry: Registry, name: str) -> bool | None:
    """Return a policy; an unset one is not in force."""
    try:
        return any(_set_in(registry, key).get(name) == 1 for key in POLICIES)
    except OSError:
        return None


def _set_in(registry: Registry, key: str) -> dict[str, object]:
    try:
        return registry.values(key)
    except FileNotFoundError:
        return {}


def _missing(look: Callable[[], object]) -> bool:
    try:
        look()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _values(registry: Registry, key: str) -> dict[str, object]:
    try:
        return registry.values(key)
    except OSError:
        return {}


def _names(registry: Registry, key: str) -> Iterator[str]:
    return (name for name in _values(registry, key) if name)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


def _distinct(entries: Iterable[str | None]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for entry in entries:
        if entry and entry.strip():
            found.setdefault(fold(entry.strip()), entry.strip())
    return tuple(found.values())
