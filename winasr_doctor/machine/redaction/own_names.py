"""What this machine and its user are called."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def this_machine() -> dict[str, list[str]]:
    """Return what this machine and its user are called, as arguments of `Redactor`."""
    users = [os.environ.get(name, "") for name in ("USERNAME", "USER", "LOGNAME")]
    hosts = [
        platform.node(),
        *(os.environ.get(name, "") for name in ("COMPUTERNAME", "USERDOMAIN", "USERDNSDOMAIN")),
    ]
    return {"users": [*users, _home()], "hosts": hosts}


def _home() -> str:
    try:
        return Path.home().name
    except RuntimeError:  # no home can be found
        return ""
