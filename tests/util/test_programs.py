"""Programs are found by their full path, and never in the current folder."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

import winasr_doctor
from winasr_doctor._util import programs


def program(folder: Path, name: str = "git") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (f"{name}.exe" if os.name == "nt" else name)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, with a program in it."""
    folder = tmp_path / "here"
    program(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("path", ["", ".", "..", "./bin", "{sep}", "{sep}.{sep}", "here"])
def test_nothing_is_taken_from_the_current_folder(here, tmp_path, path):
    program(here / "bin")
    program(tmp_path)
    environment = {"PATH": path.format(sep=os.pathsep)}
    assert programs.find("git", environment) is None


def test_relative_entries_are_skipped_and_the_others_are_searched(here, tmp_path):
    usual = program(tmp_path / "usual")
    environment = {"PATH": os.pathsep.join([".", "", str(tmp_path / "usual")])}
    assert programs.find("git", environment) == usual


def test_a_folder_can_be_avoided_whatever_path_says(here, tmp_path):
    usual = program(tmp_path / "usual")
    environment = {"PATH": os.pathsep.join([str(here), str(tmp_path / "usual")])}
    assert programs.find("git", environment) == str(here / Path(usual).name)
    assert programs.find("git", environment, avoid=["."]) == usual


@pytest.mark.needs_links
@pytest.mark.skipif(os.name == "nt", reason="a link to a program is a POSIX habit")
def test_a_link_into_an_avoided_folder_is_avoided_too(here, tmp_path):
    (tmp_path / "usual").mkdir()
    (tmp_path / "usual" / "git").symlink_to(here / "git")
    environment = {"PATH": str(tmp_path / "usual")}
    assert programs.find("git", environment, avoid=[str(here)]) is None


def test_a_file_that_cannot_be_run_is_no_program(tmp_path):
    (tmp_path / "git").mkdir()
    (tmp_path / "git.exe").mkdir()
    assert programs.find("git", {"PATH": str(tmp_path)}) is None
    assert programs.find("nothing", {"PATH": str(tmp_path)}) is None


def test_nobody_looks_for_programs_any_other_way():
    """No `shutil.which`, no shell, and no bare name is started, anywhere in the package."""
    package = Path(winasr_doctor.__file__).parent
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Attribute):
                where = f"{file}:{node.lineno}"
                assert node.attr != "which", where
                assert (ast.unparse(node)) not in {"os.system", "os.popen"}, where
            if isinstance(node, ast.Call) and ast.unparse(node.func) in STARTERS:
                where = f"{file}:{node.lineno}"
                assert not any(each.arg in {"shell", "executable"} for each in node.keywords), where
                (command, *_) = node.args
                first = command.elts[0] if isinstance(command, (ast.List, ast.Tuple)) else command
                assert not isinstance(first, ast.Constant), f"{where} starts a bare name"


STARTERS = {f"subprocess.{name}" for name in ("Popen", "run", "call", "check_call", "check_output")}
