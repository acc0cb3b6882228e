"""Reads members of ZIP archives of unknown origin."""

from __future__ import annotations

import errno
import os

from winasr_doctor._util.regular_files import TooLargeError, open_regular

_MAGIC = b"PK\x03\x04"
"""How a ZIP archive with members starts. Source: PKWARE, APPNOTE.TXT, 4.3.7."""


def is_archive(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is a ZIP archive; also false if it cannot be read.

    Args:
        path: The file.
    """
    try:
        with open_regular(path) as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def read_member(path: str | os.PathLike[str], name: str, most: int) -> bytes | None:
    """Read a member of an archive; `None` if the archive does not have it.

    Args:
        path: The archive.
        name: The member's name.
        most: The largest allowed size, in bytes, after unpacking.

    Raises:
        TooLargeError: The member is larger.
        OSError: The archive cannot be read or is damaged.
    """
    import zipfile  # lazy: importing it takes longer than reading a snapshot
    import zlib

    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            if name not in archive.namelist():
                return None
            with archive.open(name) as member:
                content = member.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise OSError(errno.EINVAL, f"the archive is damaged ({error})") from error
    if len(content) > most:
        raise TooLargeError(errno.EFBIG, f"{name} in it is too large")
    return content
