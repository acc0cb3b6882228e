"""Converts file paths to the URI references that SARIF and browsers understand.

Source: RFC 3986 (URI syntax), RFC 8089 (the `file` scheme, with drive letters and UNC hosts).
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote

from winasr_doctor._util.paths import without_device_prefix

_SAFE = "/!$&'()*+,;=@~-._"
"""Characters that need no escape in a path; a colon only after a drive letter."""


def artifact_uri(file: str, base: str | None = None) -> str:
    r"""Return the URI reference of a file.

    Args:
        file: A path of this or of another system, absolute or relative to `base`.
        base: The folder that a code-scanning page uses as root; by default the current one if it
            exists.

    Returns:
        A relative reference if the file is below the folder, else a `file:` URI; a relative
        reference with `..` if it is neither absolute nor below the folder.
    """
    windows = _is_windows(file)
    kind: type[PurePath] = PureWindowsPath if windows else PurePosixPath
    path = kind(without_device_prefix(file) if windows else file)
    root = kind(_current() if base is None else base)
    if root.is_absolute():
        path = _normal(root / path)
        if path.is_relative_to(root):
            return _quoted(path.relative_to(root).as_posix())
    return _absolute(path) if path.is_absolute() else _quoted(path.as_posix())


def _is_windows(file: str) -> bool:
    """Return whether a path is in Windows form; POSIX names here contain no backslashes."""
    return (
        os.name == "nt" or bool(PureWindowsPath(file).drive) or ("\\" in file and "/" not in file)
    )


def _current() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _normal(path: PurePath) -> PurePath:
    """Resolve `..` as text, without looking at the file system."""
    parts: list[str] = []
    for part in path.parts[1:]:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return type(path)(path.parts[0], *parts)


def _absolute(path: PurePath) -> str:
    drive = path.drive.replace("\\", "/")
    rest = _quoted(path.as_posix()[len(drive) :])
    if drive.startswith("//"):
        return f"file:{_quoted(drive)}{rest}"
    return f"file:///{_quoted(drive[:-1])}:{rest}" if drive else f"file://{rest}"


def _quoted(text: str) -> str:
    try:
        octets = text.encode("utf-8", "surrogateescape")  # bytes that were not UTF-8 on POSIX
    except UnicodeEncodeError:
        octets = text.encode("utf-8", "surrogatepass")  # half a UTF-16 pair on Windows
    return quote(octets, safe=_SAFE)
