r"""Recognises the Microsoft Store's aliases, among them the one that only opens the Store.

`%LOCALAPPDATA%\Microsoft\WindowsApps\python.exe` exists on every Windows 10 and 11. Until Python is
installed from the Store, it prints "Python was not found", or opens the Store. Source:
docs.python.org, "Using Python on Windows"; python-environment-tools, which never starts it.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = "windowsapps"
_PACKAGE = "PythonSoftwareFoundation.Python.*"


def is_stub(program: str) -> bool:
    r"""Return whether a program is the Store's alias for a Python that is not installed.

    Args:
        program: The path, such as `...\Microsoft\WindowsApps\python.exe`.
    """
    path = Path(program)
    if path.parent.name.casefold() != _FOLDER or path.parent.parent.name.casefold() != "microsoft":
        return False
    try:
        return not any(path.parent.glob(_PACKAGE))
    except OSError:
        return True
