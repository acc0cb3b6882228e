"""Reads the house from where it is held: the layers of the import contract in pyproject.toml."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from generating import DOCS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class Room:
    """A package or module directly below the root package.

    Attributes:
        name: As an import statement has it, without the root package.
        is_folder: Whether it is a package, not a single module.
        about: The first sentence of its docstring.
    """

    name: str
    is_folder: bool
    about: str


def root_package() -> str:
    """Return the name of the package that the contract is about."""
    return str(_settings()["root_package"])


def floors() -> list[list[Room]]:
    """Return the rooms of every layer, the highest layer first."""
    (layers,) = (each["layers"] for each in _settings()["contracts"] if each["type"] == "layers")
    return [[_room(name) for name in re.split(r"\s*[:|]\s*", layer)] for layer in layers]


def _settings() -> dict[str, object]:
    text = (DOCS.parent / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tool"]["importlinter"]


def _room(name: str) -> Room:
    spec = find_spec(f"{root_package()}.{name}")  # finds it, without running it
    text = Path(spec.origin).read_text(encoding="utf-8")
    about = re.split(r"(?<=\.)\s|\n\n", ast.get_docstring(ast.parse(text)) or "")[0]
    return Room(name, spec.submodule_search_locations is not None, about.replace("\n", " "))
