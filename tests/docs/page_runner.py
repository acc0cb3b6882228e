"""Tries the code blocks of a page, one after the other, in a folder of their own."""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml
from code_blocks import ROOT, Block, How, prints, split

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDERS = Path(__file__).parent / "pages"
"""A folder for each page that needs files of which it does not show the contents."""


@contextlib.contextmanager
def current_directory(folder: Path) -> Iterator[None]:
    """Work in a folder (`contextlib.chdir` is there from Python 3.11 on)."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class Page:
    """Tries the blocks of one page, one after the other, in one folder.

    Attributes:
        folder: Where they are tried.
        printed: What the last commands printed.
        space: The namespace of the page's Python.
        tests: The page's tests so far.
    """

    def __init__(self, page: str, folder: Path) -> None:
        """Prepare the folder."""
        self.folder = folder
        self.printed = ""
        self.space: dict[str, object] = {"__name__": Path(page).stem}
        self.tests = ""
        shutil.copytree(ROOT / "examples", folder / "examples")
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        own = FOLDERS / Path(page).stem
        if own.is_dir():
            shutil.copytree(own, folder, dirs_exist_ok=True)

    def try_blocks(self, blocks: Iterable[Block], *, nemo: bool = False) -> None:
        """Try the page's blocks.

        Args:
            blocks: All of them, in order.
            nemo: Try those that need NeMo, too.

        Raises:
            AssertionError: A block does not do what the page says; it names the line.
        """
        for block in blocks:
            action = self.action(block, nemo=nemo)
            if action is None:
                continue
            try:
                action(block)
            except Exception as error:
                raise AssertionError(f"{block.where}: {error}") from error
        if self.tests:
            self.run_tests()

    def action(self, block: Block, *, nemo: bool) -> Callable[[Block], None] | None:
        """Return what tries a block; `None` for one that is not tried."""
        if block.how is How.NEMO:
            if not nemo:
                return None
            return self.python if block.language == "python" else self.commands
        actions: dict[How, Callable[[Block], None]] = {
            How.COMMANDS: self.commands,
            How.OUTPUT: self.output,
            How.FILE: self.file,
            How.PYTHON: self.python,
            How.TESTS: self.collect,
            How.PARSED: self.parsed,
        }
        return actions.get(block.how)

    def commands(self, block: Block) -> None:
        printed = []
        for command in block.commands:
            finished = self.run(split(command))
            allowed = re.findall(r"\d+", block.marks.get("exit code", "0"))
            said = f"{command}\n{finished.stdout}\n{finished.stderr}"
            assert str(finished.returncode) in allowed, f"exit code {finished.returncode}: {said}"
            assert "Traceback (most recent call last)" not in finished.stderr, said
            printed.append(finished.stdout)
        self.printed = "".join(printed)

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        program, *rest = arguments
        if program == "pytest":
            given = ["-m", "pytest", "-q", *rest]
        elif program == "winasr-doctor":
            given = ["-m", "winasr_doctor", *rest]
        else:
            assert program == "python", f"cannot run {program}"
            given = rest
            if rest[0].endswith(".py") and not (self.folder / rest[0]).exists():
                given = [str(ROOT / rest[0]), *rest[1:]]  # one of the repository's own
        variables = {
            "WINASR_DOCTOR_STATE": str(self.folder / "state"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "PYTHONIOENCODING": "utf-8",
            "PYTEST_PLUGINS": "winasr_doctor.pytest_plugin",
            "PYTEST_ADDOPTS": "-p no:cacheprovider --rootdir=. -c pytest.ini",
            "COLUMNS": "80",
            "TMPDIR": str(self.temp),
            "TEMP": str(self.temp),
            "TMP": str(self.temp),
        }
        if installed():
            del variables["PYTEST_PLUGINS"], variables["PYTHONPATH"]
        (self.folder / "pytest.ini").touch()
        return subprocess.run(
            [sys.executable, *given],
            cwd=self.folder,
            env=os.environ | variables,
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )

    @property
    def temp(self) -> Path:
        folder = self.folder / "temp"
        folder.mkdir(exist_ok=True)
        return folder

    def output(self, block: Block) -> None:
        assert prints(block.text, self.printed), self.printed

    def file(self, block: Block) -> None:
        file = self.folder / block.marks["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        if block.language:
            self.parsed(block)

    def python(self, block: Block) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), current_directory(self.folder):
            exec(compile(block.text, block.where, "exec"), self.space)
        self.printed = printed.getvalue()

    def collect(self, block: Block) -> None:
        self.tests = f"{self.tests or 'import pytest'}\n\n{block.text}"

    def parsed(self, block: Block) -> None:
        if block.language == "toml":
            table = tomllib.loads(block.text)
            if "winasr_doctor" in table.get("tool", {}):
                self.settings(block.text)
        elif block.language == "yaml":
            yaml.safe_load(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "ini":
            configparser.ConfigParser().read_string(block.text)
        elif block.language == "python":
            compile(block.text, block.where, "exec")
        else:
            assert block.language in {"text", "sh"}, block.language

    def settings(self, text: str) -> None:
        from winasr_doctor.cli.config import load_defaults

        file = self.folder / "settings" / "pyproject.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        load_defaults(file)

    def run_tests(self) -> None:
        """Run the page's tests, as one file."""
        (self.folder / "test_page.py").write_text(self.tests, encoding="utf-8")
        finished = self.run(["pytest", "test_page.py"])
        assert finished.returncode == 0, finished.stdout


def installed() -> bool:
    """Tell whether the package is installed, and its plugin with it."""
    from importlib.metadata import entry_points

    return any(one.name == "winasr_doctor" for one in entry_points(group="pytest11"))
