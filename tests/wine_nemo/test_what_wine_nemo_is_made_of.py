"""The pins of `tools/wine_nemo`, and the DLL that it makes. These run on Linux."""

from __future__ import annotations

import re
import struct
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "wine_nemo"
PIN = re.compile(r"^(\S+)==\S+ \\\n    --hash=sha256:", re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.txt", "sources.txt"])
def test_every_pin_has_a_hash_and_none_names_where_it_comes_from(name):
    text = (TOOLS / name).read_text(encoding="utf-8")
    assert len(PIN.findall(text)) == len(re.findall(r"^[^#\s].*==", text, re.MULTILINE)) > 0
    assert "://" not in text


def test_what_must_be_old_enough_is_pinned():
    wanted = re.findall(
        r"^([\w-]+)", (TOOLS / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE
    )
    pinned = set(PIN.findall((TOOLS / "requirements.txt").read_text(encoding="utf-8")))
    assert {name.replace("_", "-") for name in wanted} <= pinned
    assert pinned >= {"nemo-toolkit", "torch"}


@pytest.fixture
def dll():
    spec = spec_from_file_location("wine_nemo_forwarder", TOOLS / "forwarder.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.forwarder("one.dll", "Function", "TWO.Other")


def test_the_dll_is_one_for_64_bits(dll):
    start = struct.unpack_from("<I", dll, 0x3C)[0]
    assert (dll[:2], dll[start : start + 4]) == (b"MZ", b"PE\0\0")
    assert struct.unpack_from("<H", dll, start + 4)[0] == 0x8664


def test_the_dll_has_one_function_which_is_another_dlls(dll):
    start = struct.unpack_from("<I", dll, 0x3C)[0]
    address, size = struct.unpack_from("<II", dll, start + 24 + 112)
    at = 0x200 - address  # from memory to the file
    fields = struct.unpack_from("<IIHHIIIIIII", dll, at + address)
    name, addresses, names = fields[4], fields[8], fields[9]
    (target,) = struct.unpack_from("<I", dll, at + addresses)
    (function,) = struct.unpack_from("<I", dll, at + names)
    assert fields[5:8] == (1, 1, 1)
    assert address <= target < address + size  # which makes it a forwarder
    texts = [dll[at + place :].split(b"\0")[0] for place in (name, function, target)]
    assert texts == [b"one.dll", b"Function", b"TWO.Other"]
