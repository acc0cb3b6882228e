"""Resolves paths, and tests whether a folder can be written to."""

from __future__ import annotations

import ntpath
import os

from winasr_doctor.machine.live.system import this_os
from winasr_doctor.windows import win32

_NAMES = 2
"""How many random names are tried; in practice not even one of them is taken."""

_LONGEST_REMOVAL = 0.42
"""Seconds of trying to remove the file again, while a scanner looks at it."""

_SUBST = "\\??\\"


def resolve(path: str) -> str | None:
    """Resolve links, junctions, short names and substituted drives, as far as possible.

    Args:
        path: The path as configured; it need not exist.

    Returns:
        An absolute path, or `None` if not even that can be determined.
    """
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):
        return None
    if this_os() != "windows":
        return real
    if "\0" in real:  # Python accepts it here, Windows does not
        return None
    real = real.removeprefix("\\\\?\\") if not real.startswith("\\\\?\\UNC\\") else real
    target = substituted_for(real[:2])
    if target:
        real = ntpath.normpath(target + "\\" + real[2:])
    return win32.long_path(real)


def substituted_for(drive: str) -> str | None:
    r"""Return the folder that a drive such as `S:` stands for, if `subst` made it.

    Source: learn.microsoft.com, `QueryDosDeviceW`; such a drive's target starts with `\??\`.
    """
    if len(drive) != len("S:") or drive[1] != ":":
        return None
    device = win32.dos_device(drive) or ""
    if not device.startswith(_SUBST):
        return None
    target = device.removeprefix(_SUBST)
    return "\\\\" + target.removeprefix("UNC\\") if target.startswith("UNC\\") else target


def write_error(folder: str) -> int | None:
    """Create a file in a folder and remove it again.

    This uses `os.open` and few names, never tempfile: on Windows, tempfile takes a refusal for a
    name in use and tries for hours (gh-66305).

    Args:
        folder: The folder.

    Returns:
        `None` if both worked, else the `winerror` (or `errno` off Windows) of the failure.
    """
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    taken: OSError | None = None
    for _ in range(_NAMES):
        file = os.path.join(folder, f"winasr-doctor-{os.urandom(8).hex()}.tmp")  # noqa: PTH118
        try:
            os.close(os.open(file, flags, 0o600))
        except FileExistsError as error:
            taken = error
        except (OSError, ValueError) as error:
            return _code(error)
        else:
            return _removal_error(file)
    return _code(taken)


def _removal_error(file: str) -> int | None:
    from winasr_doctor.locks import RetryPolicy  # lazy: a recorded machine does not need it

    try:
        RetryPolicy(total=_LONGEST_REMOVAL).call(lambda: os.unlink(file))  # noqa: PTH108
    except FileNotFoundError:
        return None
    except OSError as error:
        return _code(error)
    return None


def _code(error: Exception | None) -> int:
    """Return an error's Windows code, else its `errno`; 22 (EINVAL) if it has neither."""
    for number in (getattr(error, "winerror", None), getattr(error, "errno", None)):
        if isinstance(number, int):
            return number
    return 22
