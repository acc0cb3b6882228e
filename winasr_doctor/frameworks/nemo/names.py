"""The names of NeMo and of its files."""

from __future__ import annotations

from types import MappingProxyType

NAME = "NeMo"

PACKAGE = "nemo"

DISTRIBUTIONS = {NAME: "nemo_toolkit", "lhotse": "lhotse"}
"""The common names of NeMo and its data loader, with their names for pip."""

TRACKERS = MappingProxyType(
    {"nemo": "NVIDIA-NeMo/Speech", "lhotse": "lhotse-speech/lhotse"},
)
"""The repository on GitHub of each package, by its name in an import."""

SUFFIX = ".nemo"
"""The file name extension of a model's archive."""
