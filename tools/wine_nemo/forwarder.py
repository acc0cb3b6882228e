"""Makes a Windows DLL that has one function, which is another DLL's: a forwarder.

Wine 8 has no `bcryptprimitives.dll`, from which programs in Rust (here pydantic's core) take
their random numbers: `ProcessPrng`. `SystemFunction036` of `ADVAPI32.dll`, known as
`RtlGenRandom`, has the same arguments and the same meaning. A DLL that only says so has no code:
it is headers and an export table, as Microsoft's "PE Format" describes them, and needs no
compiler.
"""

from __future__ import annotations

import struct

ALIGNED_FILE = 0x200
ALIGNED_MEMORY = 0x1000
HEADERS = 0x200
EXPORTS = ALIGNED_MEMORY
"""Where the one section, the export table, is in memory."""

AMD64 = 0x8664
EXECUTABLE_DLL_LARGE = 0x2022
PE32_PLUS = 0x20B
CONSOLE = 3
NX_COMPATIBLE = 0x100
INITIALISED_READABLE = 0x40000040
DIRECTORY = struct.Struct("<IIHHIIIIIII")


def forwarder(dll: str, function: str, target: str) -> bytes:
    """Return a 64-bit Windows DLL whose one function is another DLL's.

    Args:
        dll: The name of the DLL, like `bcryptprimitives.dll`.
        function: The name of its function, like `ProcessPrng`.
        target: Whose function it is, like `ADVAPI32.SystemFunction036`.
    """
    exports = _exports(dll, function, target)
    section = exports.ljust(ALIGNED_FILE, b"\0")
    headers = _dos() + b"PE\0\0" + _coff() + _optional(len(exports)) + _section(len(exports))
    return headers.ljust(HEADERS, b"\0") + section


def _exports(dll: str, function: str, target: str) -> bytes:
    """Return the export table: its directory, three tables of one row, and three names."""
    addresses = EXPORTS + DIRECTORY.size
    names, ordinals = addresses + 4, addresses + 8
    text = ordinals + 2
    name, exported, forwarded = (part.encode("ascii") + b"\0" for part in (dll, function, target))
    at_exported = text + len(name)
    at_forwarded = at_exported + len(exported)
    # An address inside the export table is a forwarder's name, not code.
    directory = DIRECTORY.pack(0, 0, 0, 0, text, 1, 1, 1, addresses, names, ordinals)
    tables = struct.pack("<IIH", at_forwarded, at_exported, 0)
    return directory + tables + name + exported + forwarded


def _dos() -> bytes:
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)


def _coff() -> bytes:
    return struct.pack("<HHIIIHH", AMD64, 1, 0, 0, 0, 0x70 + 16 * 8, EXECUTABLE_DLL_LARGE)


def _optional(exports: int) -> bytes:
    """Return the optional header, with the export table as the first of 16 directories."""
    code = struct.pack("<HBBIIIII", PE32_PLUS, 1, 0, 0, ALIGNED_FILE, 0, 0, EXPORTS)
    place = struct.pack("<QII", 0x180000000, ALIGNED_MEMORY, ALIGNED_FILE)
    versions = struct.pack("<HHHHHHI", 6, 0, 0, 0, 6, 0, 0)
    sizes = struct.pack("<III", 2 * ALIGNED_MEMORY, HEADERS, 0)
    memory = struct.pack("<QQQQ", 0x100000, 0x1000, 0x100000, 0x1000)
    directories = struct.pack("<II", EXPORTS, exports).ljust(16 * 8, b"\0")
    kind = struct.pack("<HH", CONSOLE, NX_COMPATIBLE)
    return code + place + versions + sizes + kind + memory + struct.pack("<II", 0, 16) + directories


def _section(exports: int) -> bytes:
    return struct.pack(
        "<8sIIIIIIHHI",
        *(b".edata", exports, EXPORTS, ALIGNED_FILE, HEADERS, 0, 0, 0, 0, INITIALISED_READABLE),
    )
