"""The running Python has every private name that the package relies on, and no other is used."""

from __future__ import annotations

import ast
import importlib
import logging
import multiprocessing.process
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

import winasr_doctor
from winasr_doctor._guard.directory import guarded_for
from winasr_doctor._guard.events import Phase
from winasr_doctor._util import private_names
from winasr_doctor._util.private_names import (
    CLEANUP_FUNCTIONS,
    TABLE,
    MissingNameError,
    PrivateName,
)
from winasr_doctor.faults import inject

EXAMPLES = {
    "tempfile.TemporaryDirectory": tempfile.TemporaryDirectory,
    "importlib.machinery.ModuleSpec": lambda: shutil.__spec__,
    "builtins.type": lambda: dict,
}
"""Objects that have the attributes of a class's instances."""

PUBLIC = {"_fields", "_fields_", "_replace", "_asdict"}
"""Names that begin with an underscore and are documented: of named tuples, ctypes and ast."""


def owner_of(name):
    return EXAMPLES[name.owner]() if name.owner in EXAMPLES else importlib.import_module(name.owner)


@pytest.mark.parametrize("name", TABLE, ids=str)
def test_the_running_python_has_it_exactly_where_the_table_says(name):
    owner = owner_of(name)
    if name.is_expected:
        name.of(owner)
    elif name is not private_names.RMTREE_SWITCH and name is not private_names.RMTREE_BY_PATH:
        with pytest.raises(MissingNameError):
            name.of(owner)
    if hasattr(owner, "cleanup"):
        owner.cleanup()


def test_every_name_of_the_package_is_in_the_table():
    """A private attribute of a module, or one that is asked for by a text, stands nowhere else."""
    root = Path(winasr_doctor.__file__).parent
    here = Path(private_names.__file__)
    found = {
        f"{file.relative_to(root)}:{node.lineno} {what}"
        for file in root.rglob("*.py")
        if file != here
        for node, what in private_uses(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert found == set()


def private_uses(tree):
    modules = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] in sys.stdlib_module_names
    }
    tabled = {name.name for name in TABLE} - {"__flags__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            private = not node.attr.startswith("__") and node.attr not in PUBLIC
            if node.attr in tabled or (private and ast.unparse(node.value) in modules):
                yield node, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            of_python = (node.module or "").partition(".")[0] in sys.stdlib_module_names
            for alias in node.names if of_python else ():
                if alias.name.startswith("_"):
                    yield node, f"from {node.module} import {alias.name}"
        elif isinstance(node, ast.Constant) and node.value in tabled:
            yield node, repr(node.value)


def test_functions_that_delete_are_known_in_a_traceback():
    for module, start in ((shutil, "_rmtree_"), (tempfile, "_resetperms")):
        names = {
            name
            for name, value in vars(module).items()
            if name.startswith(start) and callable(value) and name != "_rmtree_impl"
        }
        assert names <= CLEANUP_FUNCTIONS[f"{module.__name__}.py"]  # in a zip it has a .pyc


HIDDEN = (PermissionError, NotADirectoryError)
"""Up to Python 3.12.0, deleting a file in use can raise `NotADirectoryError` instead."""


def test_functions_that_a_failed_cleanup_shows_are_known():
    with tempfile.TemporaryDirectory() as outer:
        folder = tempfile.TemporaryDirectory(dir=outer)
        Path(folder.name, "file").touch()
        with inject("unlink:32*2"), pytest.raises(HIDDEN) as failed:
            folder.cleanup()
    for frame in traceback.extract_tb(failed.value.__traceback__):
        known = CLEANUP_FUNCTIONS.get(Path(frame.filename).name)
        assert known is None or frame.name in known


GONE = PrivateName("shutil", "_gone", "nothing works", callable, "nowhere")
CHANGED = PrivateName("shutil", "rmtree", "nothing works", lambda value: False, "Lib/shutil.py")


@pytest.mark.parametrize(("name", "change"), [(GONE, "no"), (CHANGED, "another")])
def test_what_is_missing_is_said_in_a_sentence(name, change, caplog):
    python = ".".join(map(str, sys.version_info[:3]))
    sentence = (
        f"Python {python} has {change} {name}; without the one this version of winasr_doctor"
        " knows, nothing works. Please update winasr_doctor."
    )
    with pytest.raises(MissingNameError) as missing:
        name.get()
    assert str(missing.value) == sentence
    private_names._say.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert name.of_or(shutil, "something else") == "something else"
        assert name.of_or(shutil, "something else") == "something else"
    assert caplog.messages == [sentence]


@pytest.mark.skipif(sys.platform == "win32", reason="there is nothing to switch on Windows")
def test_faults_are_not_injected_where_folders_would_go_another_way(monkeypatch):
    switch = "_rmtree_impl" if sys.version_info >= (3, 14) else "_use_fd_functions"
    monkeypatch.delattr(shutil, switch)
    with pytest.raises(MissingNameError, match=f"shutil.{switch}"), inject("unlink:32"):
        pytest.fail("it was injected")


def test_a_guarded_folder_is_removed_also_without_its_finalizer(monkeypatch, tmp_path, caplog):
    private_names._say.cache_clear()
    folder = guarded_for(Phase.LOADING)(dir=tmp_path)
    folder._finalizer.detach()
    del folder._finalizer
    folder.cleanup()
    assert not Path(folder.name).exists()
    assert "_finalizer" in caplog.text


def test_children_are_only_read(monkeypatch, caplog):
    from winasr_doctor.locks.holders.family import _multiprocessing_children

    private_names._say.cache_clear()
    monkeypatch.delattr(multiprocessing.process, "_children")
    assert _multiprocessing_children() == {}
    assert "multiprocessing.process._children" in caplog.text
