"""Checks a model's files before NeMo reads them.

NeMo's and safetensors' own errors ("Error while deserializing header: header too large") do not
name the file or its problem.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from winasr_doctor._util.safetensors import LENGTH, header_length, tensor_ends

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_LONGEST_START = 200


class Damage(NamedTuple):
    """What is wrong with a file.

    Attributes:
        path: The file.
        what: Completes `FILE ...`.
    """

    path: Path
    what: str

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


def read_json(path: Path) -> dict[str, Any] | Damage:
    """Read a JSON object, or describe what the file is instead.

    Raises:
        OSError: It cannot be read.
    """
    data = path.read_bytes()
    fault = _not_a_file(data[:_LONGEST_START], len(data))
    if fault is not None:
        return Damage(path, fault)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        return Damage(path, f"({len(data)} bytes) is no valid JSON: {error}")
    if not isinstance(value, dict):
        return Damage(path, f"({len(data)} bytes) holds no JSON object")
    return value


def check_config(path: Path) -> dict[str, Any] | Damage:
    """Read a speech-language model's configuration, or say why it is not one.

    Raises:
        OSError: It cannot be read.
    """
    config = read_json(path)
    if isinstance(config, Damage):
        return config
    missing = [name for name in _NEEDED if name not in config]
    if missing:
        kind = "is not the configuration of a speech-language model"
        return Damage(path, f"{kind}: it has no {' and no '.join(missing)}")
    return config


_NEEDED = ("perception", "audio_locator_tag", "pretrained_llm")
"""What SALM reads from it. Source: NeMo 3.0.0, `nemo/collections/speechlm2/models/salm.py`."""


def tensors(path: Path) -> frozenset[str] | Damage:
    """Return the names of the tensors in a safetensors file, or the file's damage.

    This reads only the header: its length, and the end of each tensor.

    Raises:
        OSError: It cannot be read.
    """
    size = os.stat(path).st_size  # noqa: PTH116
    with path.open("rb") as file:
        start = file.read(_LONGEST_START)
        length = header_length(start)
        fault = _not_a_file(start, size)
        if fault is not None or length is None:
            return Damage(path, fault or f"({size} bytes) is no safetensors file")
        file.seek(LENGTH)
        header = file.read(length)
    if len(header) < length:
        return Damage(path, _cut(size, LENGTH + length))
    ends = tensor_ends(header)
    if ends is None:
        return Damage(path, f"({size} bytes) is no safetensors file: its header makes no sense")
    whole = LENGTH + length + max(ends.values(), default=0)
    if size != whole:
        return Damage(path, _cut(size, whole))
    return frozenset(ends)


def _cut(size: int, whole: int) -> str:
    if size > whole:
        return f"is damaged: it has {size} bytes instead of {whole}"
    return f"is cut off: it has {size} bytes instead of {whole}, as after a broken download"


def _not_a_file(start: bytes, size: int) -> str | None:
    """Return what a file is if it is certainly not a model's file."""
    if size == 0:
        return "is empty"
    if start.startswith(LFS_POINTER):
        return f"({size} bytes) is a Git LFS pointer, the text that stands for the real file"
    if start.lstrip()[:1] == b"<":
        return f"({size} bytes) is a web page, not the file"
    return None
