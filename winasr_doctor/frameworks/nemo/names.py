"""What NeMo calls itself, and its files."""

from __future__ import annotations

NAME = "NeMo"

PACKAGE = "nemo"

SUFFIX = ".nemo"
"""How the name of a model's archive ends."""
