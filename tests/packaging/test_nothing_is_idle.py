"""Everything in the wheel is used: each module is imported, and each data file is named somewhere.

That all that is used is in it, the unit tests show, which tox runs on the installed wheel.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

MODEL = "winasr_doctor/data/tiny-tdt.json"
"""Names the recordings that belong to the model."""

BY_THE_FOLDER = "winasr_doctor/data/machines"
"""Whatever is in it is used: `scan --list-examples` lists the folder."""

FOR_OTHERS = {
    "winasr_doctor/py.typed": "type checkers",
    "winasr_doctor/pytest_plugin.py": "pytest, by the entry point",
    "winasr_doctor/schemas/__main__.py": "writes the schemas",
    "winasr_doctor/tables.py": "tools/refresh_tables",
}
"""Files that no module of ours needs, and who does."""


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield each string of a module that is not a docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the names of all that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.fixture(scope="module")
def modules(in_wheel: dict[str, bytes]) -> dict[PurePosixPath, ast.AST]:
    """Return the wheel's modules."""
    found = (name for name in in_wheel if name.endswith(".py"))
    return {PurePosixPath(name): ast.parse(in_wheel[name]) for name in found}


def strings(value: object) -> Iterator[str]:
    """Yield each string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_every_module_is_imported_or_named_in_its_folder(modules):
    used = {name for tree in modules.values() for name in imported(tree)}
    named = {
        (file.parent, text.replace("-", "_").partition(":")[0].rpartition(".")[2])
        for file, tree in modules.items()
        for text in texts(tree)
    }
    idle = {
        str(file)
        for file in modules
        if file.stem != "__init__"
        and ".".join(file.with_suffix("").parts) not in used
        and (file.parent, file.stem) not in named
    }
    assert idle == {name for name in FOR_OTHERS if name.endswith(".py")}


def test_every_data_file_is_named(in_wheel, modules):
    named = {text for tree in modules.values() for text in texts(tree)}
    named.update(strings(json.loads(in_wheel[MODEL])))
    data = {
        PurePosixPath(name)
        for name in in_wheel
        if name.startswith("winasr_doctor/") and not name.endswith(".py")
    }
    idle = {file for file in data if not {file.name, file.stem} & named}
    assert {str(file) for file in idle if str(file.parent) != BY_THE_FOLDER} == set()
    assert data >= {PurePosixPath(name) for name in FOR_OTHERS if not name.endswith(".py")}
