r"""Comparing paths of a machine that need not be this one.

Paths compare by whole segments, as the system they belong to would compare them: on Windows
and macOS without case, on Windows with either slash and with the `\\?\` prefix ignored.
Resolving short names, junctions and links is the business of whoever read the path.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

_DEVICE_PREFIXES = (
    ("\\\\?\\UNC\\", "\\\\"),
    ("\\??\\UNC\\", "\\\\"),
    ("\\\\?\\", ""),
    ("\\??\\", ""),
)


def fold(name: str) -> str:
    """Fold a name's case as NTFS does: character by character, so that no name changes length.

    `str.casefold` would make `Straße` and `STRASSE` equal, which NTFS keeps apart.
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


def segments(path: str, os: str) -> tuple[str, ...]:
    """Split a path into folded segments that can be compared.

    Args:
        path: An absolute path; `.` and `..` are resolved as text.
        os: `windows`, `linux` or `darwin`.

    Returns:
        The drive or share (or `/`) and each name below it. Trailing dots and spaces of a
        Windows name are dropped, as Win32 does.
    """
    if os != "windows":
        parts = tuple(part for part in posixpath.normpath(path).split("/") if part)
        root = ("/",) if path.startswith("/") else ()
        return root + (tuple(map(fold, parts)) if os == "darwin" else parts)
    drive, rest = ntpath.splitdrive(ntpath.normpath(without_device_prefix(path)))
    names = (name.rstrip(". ") or name for name in rest.split("\\") if name)
    return tuple(fold(part) for part in (drive, *names) if part)


def same(path: str, other: str, os: str) -> bool:
    """Tell whether two paths name the same place, as text."""
    return segments(path, os) == segments(other, os)


def is_inside(path: str, root: str, os: str) -> bool:
    """Tell whether a path is a folder or lies anywhere below it.

    Args:
        path: The path in question.
        root: The folder; an empty one contains nothing.
        os: `windows`, `linux` or `darwin`.
    """
    head = segments(root, os)
    return bool(head) and segments(path, os)[: len(head)] == head


def innermost(path: str, roots: Iterable[tuple[str, T]], os: str) -> T | None:
    """Return what belongs to the longest root that contains a path.

    Args:
        path: The path in question.
        roots: Folders, each with what it stands for.
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
