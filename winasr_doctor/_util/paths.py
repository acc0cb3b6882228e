r"""Compares paths of a machine, which need not be this one.

Paths are compared by whole segments, as their own system would compare them: on Windows and macOS
case-insensitively, on Windows with either slash and without the `\\?\` prefix. The code that reads
a path resolves short names, junctions and links.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

_DEVICE_PREFIXES = (
    ("\\\\?\\UNC\\", "\\\\"),
    ("\\??\\UNC\\", "\\\\"),
    ("\\\\?\\", ""),
    ("\\??\\", ""),
)


def fold(name: str) -> str:
    """Fold a name's case as NTFS does: one character at a time, so its length never changes.

    `str.casefold` would make `Straße` and `STRASSE` equal; NTFS treats them as different names.
    Source: Microsoft's [MS-FSA] 2.1.5 and NTFS's `$UpCase`, a table of single characters.
    """
    return "".join(up if len(up := char.upper()) == 1 else char for char in name)


def without_device_prefix(path: str) -> str:
    r"""Return a Windows path without `\\?\` or `\??\`, either slash accepted.

    Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces".
    """
    path = path.replace("/", "\\")
    for prefix, plain in _DEVICE_PREFIXES:
        if path.upper().startswith(prefix):
            return plain + path[len(prefix) :]
    return path


@lru_cache(maxsize=4096)
def segments(path: str, os: str) -> tuple[str, ...]:
    """Split a path into folded segments for comparison.

    Args:
        path: An absolute path; `.` and `..` are resolved as text.
        os: `windows`, `linux` or `darwin`.

    Returns:
        The drive or share (or `/`) and each name below it. Trailing dots and spaces of a
        Windows name are dropped, as Win32 does. Cached: a scan compares few paths, each often.
    """
    if os != "windows":
        parts = tuple(part for part in posixpath.normpath(path).split("/") if part)
        root = ("/",) if path.startswith("/") else ()
        return root + (tuple(map(fold, parts)) if os == "darwin" else parts)
    drive, rest = ntpath.splitdrive(ntpath.normpath(without_device_prefix(path)))
    names = (name.rstrip(". ") or name for name in rest.split("\\") if name)
    return tuple(fold(part) for part in (drive, *names) if part)


def same(path: str, other: str, os: str) -> bool:
    """Return whether two paths name the same place, compared as text."""
    return segments(path, os) == segments(other, os)


def is_inside(path: str, root: str, os: str) -> bool:
    """Return whether a path is a folder or lies anywhere below it.

    Args:
        path: The path to check.
        root: The folder; an empty one contains nothing.
        os: `windows`, `linux` or `darwin`.
    """
    head = segments(root, os)
    return bool(head) and segments(path, os)[: len(head)] == head


def innermost(path: str, roots: Iterable[tuple[str, T]], os: str) -> T | None:
    """Return the value of the longest root that contains a path.

    Args:
        path: The path to look up.
        roots: Folders, each with its value.
        os: `windows`, `linux` or `darwin`.

    Returns:
        The value of the longest containing root, the first one on a tie, or `None`.
    """
    containing = [
        (len(segments(root, os)), value) for root, value in roots if is_inside(path, root, os)
    ]
    if not containing:
        return None
    return max(containing, key=lambda pair: pair[0])[1]
