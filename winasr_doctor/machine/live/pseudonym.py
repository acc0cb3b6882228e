r"""A name for this machine that says nothing about it.

It is derived from the random number that the system drew when it was installed: `MachineGuid` on
Windows, `/etc/machine-id` on Linux. Neither may be sent anywhere itself; source: machine-id(5),
which recommends a keyed hash of it instead.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, Registry
from winasr_doctor.machine.live.system import this_os

MACHINE_GUID = r"HKLM\SOFTWARE\Microsoft\Cryptography"
_MACHINE_ID = Path("/etc/machine-id")
_PURPOSE = b"winasr_doctor digest 1"


def machine_pseudonym(registry: Registry = WINDOWS_REGISTRY, file: Path = _MACHINE_ID) -> str:
    """Return twelve hexadecimal digits, the same each time; empty if the system has no such number.

    Args:
        registry: Where Windows keeps the number.
        file: Where Linux keeps it.
    """
    drawn = _windows(registry) if this_os() == "windows" else _linux(file)
    if not drawn:
        return ""
    return hmac.new(drawn.encode(), _PURPOSE, hashlib.sha256).hexdigest()[:12]


def _windows(registry: Registry) -> str:
    try:
        return str(registry.values(MACHINE_GUID).get("MachineGuid") or "").lower()
    except OSError:
        return ""


def _linux(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
