"""The names of NeMo and of its files."""

from __future__ import annotations

NAME = "NeMo"

PACKAGE = "nemo"

DISTRIBUTIONS = {NAME: "nemo_toolkit", "lhotse": "lhotse"}
"""The common names of NeMo and its data loader, with their names for pip."""

SUFFIX = ".nemo"
"""The file name extension of a model's archive."""
