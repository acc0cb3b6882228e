"""Names of the devices that a model can run on."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

DEVICE_METAVAR = "auto|cpu|cuda[:N]|mps"
"""The metavar of the command-line options that take a device."""

_PATTERN = re.compile(r"(?P<kind>auto|cpu|mps|cuda)(?:(?<=cuda):(?P<number>[0-9]{1,3}))?")


class DeviceKind(str, Enum):
    """The kind of a device, named as torch names it."""

    AUTO = "auto"
    """The first NVIDIA GPU that torch can use, else the CPU."""
    CPU = "cpu"
    CUDA = "cuda"
    """An NVIDIA GPU."""
    MPS = "mps"
    """Apple's GPU."""


class DeviceName(NamedTuple):
    """A requested device, whether or not the machine has it.

    Attributes:
        kind: Its kind.
        number: Which NVIDIA GPU, counted from 0; always 0 for the other kinds.
    """

    kind: DeviceKind
    number: int = 0


def parse_device(text: str) -> DeviceName:
    """Read a device's name: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.

    Args:
        text: The name, spelled as torch spells it; `cuda` is `cuda:0`.

    Raises:
        TypeError: It is not a string.
        ValueError: It does not name a device; the message is one sentence.
    """
    if not isinstance(text, str):
        raise TypeError(f"device must be a text, not {type(text).__name__}")
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"device must be auto, cpu, cuda, cuda:N or mps, not {text!r}")
    return DeviceName(DeviceKind(found["kind"]), int(found["number"] or 0))
