"""The header of a safetensors file."""

from __future__ import annotations

import json

import pytest

from winasr_doctor._util.safetensors import LONGEST_HEADER, header_length, tensor_ends
from winasr_doctor.asr.speech_language.file_inspection import Damage, tensors

TENSOR = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
HEADER = json.dumps({"__metadata__": {"format": "pt"}, "w": TENSOR}).encode()
FILE = len(HEADER).to_bytes(8, "little") + HEADER + bytes(8)


def test_the_length_comes_first():
    assert header_length(FILE) == len(HEADER)


@pytest.mark.parametrize("length", [0, 1, LONGEST_HEADER + 1])
def test_a_length_that_no_header_has_is_refused(length):
    assert header_length(length.to_bytes(8, "little")) is None


def test_each_tensor_ends_somewhere_and_the_metadata_is_none():
    assert tensor_ends(HEADER) == {"w": 8}


@pytest.mark.parametrize("header", [b"[]", b"{", b'{"w": 1}', b'{"w": {"data_offsets": [0]}}'])
def test_a_header_that_makes_no_sense_has_no_ends(header):
    assert tensor_ends(header) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (FILE[:-1], "is cut off"),
        (FILE + b"x", "is damaged"),
        (FILE[:20], "is cut off"),
        (bytes(8), "is no safetensors file"),
        (b"version https://git-lfs.github.com/spec/v1\n", ""),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, words):
    file = tmp_path / "model.safetensors"
    file.write_bytes(content)
    damage = tensors(file)
    assert isinstance(damage, Damage)
    assert words in str(damage)


def test_a_whole_file_gives_its_tensors(tmp_path):
    file = tmp_path / "model.safetensors"
    file.write_bytes(FILE)
    assert tensors(file) == {"w"}
