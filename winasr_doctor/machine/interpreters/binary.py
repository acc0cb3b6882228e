"""Reads the headers of programs: the processor and, on Windows, the version."""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

from winasr_doctor._util.regular_files import read_regular, read_start
from winasr_doctor.machine.interpreters.model import Processor

_PE_MACHINES: dict[int, Processor] = {0x14C: "x86", 0x8664: "x64", 0xAA64: "arm64"}
"""Source: learn.microsoft.com, "PE Format", Machine Types."""

_ELF_MACHINES: dict[int, Processor] = {3: "x86", 62: "x64", 183: "arm64"}
"""Source: elf(5), `e_machine`."""

_HEADER = 64 * 1024
_LARGEST_DLL = 64 * 1024**2
_FIXED_INFO = struct.pack("<I", 0xFEEF04BD)
"""The signature of `VS_FIXEDFILEINFO`. Source: learn.microsoft.com."""

_LEVELS = {0xA: "a", 0xB: "b", 0xC: "rc", 0xF: ""}
"""CPython's release levels. Source: CPython, Include/patchlevel.h."""


class Header(NamedTuple):
    """What a program's header says."""

    processor: Processor
    bits: int
    """32 or 64."""


def header(file: str | os.PathLike[str]) -> Header | None:
    """Read the header of a program for Windows (PE) or Linux (ELF).

    Args:
        file: The program; links are followed.

    Returns:
        `None` if it is neither, or cannot be read.
    """
    try:
        start = read_start(file, _HEADER)
    except OSError:
        return None
    try:
        return _pe(start) if start[:2] == b"MZ" else _elf(start)
    except struct.error:
        return None


def _pe(start: bytes) -> Header | None:
    (offset,) = struct.unpack_from("<I", start, 0x3C)
    if start[offset : offset + 4] != b"PE\0\0":
        return None
    (machine,) = struct.unpack_from("<H", start, offset + 4)
    processor = _PE_MACHINES.get(machine, "other")
    return Header(processor, 32 if processor == "x86" else 64)


def _elf(start: bytes) -> Header | None:
    magic, size_class, order = struct.unpack_from("4sBB", start)
    if magic != b"\x7fELF":
        return None
    (machine,) = struct.unpack_from("<H" if order == 1 else ">H", start, 18)
    return Header(_ELF_MACHINES.get(machine, "other"), 64 if size_class == 2 else 32)  # noqa: PLR2004 - ELFCLASS64


def python_version(dll: str | os.PathLike[str]) -> str | None:
    """Read Python's version from the version resource of `python3XX.dll`.

    Source: CPython, PC/python_nt.rc: the third number is micro * 1000 + level * 10 + serial.

    Args:
        dll: The file.

    Returns:
        Such as `3.12.4` or `3.14.0rc2`; `None` if it has no such resource or cannot be read.
    """
    try:
        content = read_regular(dll, _LARGEST_DLL)
        at = content.rfind(_FIXED_INFO)
        if at < 0:
            return None
        high, low = struct.unpack_from("<II", content, at + 8)
    except (OSError, struct.error):
        return None
    micro, rest = divmod(low >> 16, 1000)
    level = _LEVELS.get(rest // 10)
    if level is None or high >> 16 not in (2, 3):
        return None
    return f"{high >> 16}.{high & 0xFFFF}.{micro}" + (f"{level}{rest % 10}" if level else "")
