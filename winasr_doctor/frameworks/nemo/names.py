"""The names of NeMo and of its files."""

from __future__ import annotations

NAME = "NeMo"

PACKAGE = "nemo"

DISTRIBUTIONS = {NAME: "nemo_toolkit", "lhotse": "lhotse"}
"""What people call it and its data loader, and how pip calls them."""

SUFFIX = ".nemo"
"""How the name of a model's archive ends."""
