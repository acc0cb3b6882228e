"""Reads what kind of account this is and what it may do, but never who it is."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, is_on
from winasr_doctor.machine.live.system import this_os
from winasr_doctor.machine.model import Account
from winasr_doctor.windows import win32

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine
    from winasr_doctor.machine.live.registry import Registry

APP_MODEL_UNLOCK = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\AppModelUnlock"
"""Developer mode. Source: learn.microsoft.com, "Enable your device for development"."""

SYSTEM_SID = "S-1-5-18"
SERVICE_SIDS = frozenset({"S-1-5-19", "S-1-5-20"})
"""Local Service and Network Service. Source: learn.microsoft.com, "Well-known SIDs"."""

SERVICE_PREFIXES = ("S-1-5-80-", "S-1-5-82-")
"""A service's own account and an IIS application pool. Source: the same."""

SERVICE_SESSION = 0
"""Since Windows Vista, session 0 holds services only.
Source: learn.microsoft.com, "Service Changes for Windows Vista"."""

Kind = Literal["user", "service", "system"]


def read(_host: LiveMachine) -> Account:
    """Read the account's kind and rights."""
    if this_os() != "windows":
        return posix()

    return windows(WINDOWS_REGISTRY)


def windows(registry: Registry) -> Account:
    """Describe the account by its access token."""
    return Account(
        kind=kind(win32.user_sid(), win32.session()),
        elevated=win32.elevated(),
        symlink_right=win32.holds_privilege("SeCreateSymbolicLinkPrivilege"),
        developer_mode=is_on(registry, APP_MODEL_UNLOCK, "AllowDevelopmentWithoutDevLicense"),
    )


def posix() -> Account:
    """Describe the account; anyone may create symbolic links there."""
    elevated = None
    if sys.platform != "win32":
        elevated = os.geteuid() == 0
    return Account(elevated=elevated, symlink_right=True)


def kind(sid: str | None, session: int | None) -> Kind:
    """Distinguish people, services and the system itself.

    Args:
        sid: The account's security identifier.
        session: The session the process runs in.
    """
    if sid == SYSTEM_SID:
        return "system"
    if sid in SERVICE_SIDS or (sid or "").startswith(SERVICE_PREFIXES):
        return "service"
    return "service" if session == SERVICE_SESSION else "user"
