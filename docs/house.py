"""Reads the house from where it is held: the layers of the import contract in pyproject.toml."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from generating import DOCS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = DOCS.parent


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
    package = ROOT / root_package()
    return [[_room(package, name) for name in re.split(r"\s*[:|]\s*", layer)] for layer in layers]


def _settings() -> dict[str, object]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tool"]["importlinter"]


def _room(package: Path, name: str) -> Room:
    folder = package / name
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    about = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return Room(name, folder.is_dir(), re.split(r"(?<=\.)\s|\n\n", about)[0].replace("\n", " "))
