"""Finds out the names of this machine and its user."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def this_machine() -> dict[str, list[str]]:
    """Return the names of this machine and its user, as arguments of `Redactor`."""
    users = [os.environ.get(name, "") for name in ("USERNAME", "USER", "LOGNAME")]
    hosts = [
        platform.node(),
        *(os.environ.get(name, "") for name in ("COMPUTERNAME", "USERDOMAIN", "USERDNSDOMAIN")),
    ]
    return {"users": [*users, _home()], "hosts": hosts}


def _home() -> str:
    try:
        return Path.home().name
    except RuntimeError:  # no home folder can be found
        return ""
