"""Finds the interpreter that a path means, by the files around it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._util.regular_files import read_start
from winasr_doctor.machine.interpreters import pyvenv
from winasr_doctor.machine.interpreters.model import Layout

APP_ENVIRONMENTS = (
    ".venv",
    "venv",
    "env",
    "app/env",
    "app/venv",
    "installer_files/env",
    "python_embeded",
    "python_embedded",
    "python",
)
"""Where an app's folder has its environment. The last ones are those of Pinokio, of one-click
installers and of portable apps. Sources: Pinokio's install scripts, ComfyUI's documentation
(`python_embeded` is its spelling).
"""

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*w?t?(?:\.exe)?", re.IGNORECASE)
_PROGRAMS = ("Scripts/python.exe", "python.exe", "bin/python.exe", "bin/python", "bin/python3")
"""Where an environment has its Python; the third is MSYS2's."""

_LIBRARY = re.compile(r"(?:python|pypy)(\d+\.\d+)t?")


class NoInterpreterError(ValueError):
    """A path does not lead to a Python; the message is one sentence for the user."""


class Located(NamedTuple):
    """An interpreter and its environment.

    Attributes:
        given: The path that the user gave.
        executable: The interpreter, links not followed; it may be missing.
        prefix: The environment's folder.
        layout: How the environment is arranged.
        windows: Whether it is for Windows.
        config: The configuration of a virtual environment.
    """

    given: str
    executable: str
    prefix: str
    layout: Layout
    windows: bool
    config: pyvenv.VenvConfig | None


def is_python(name: str) -> bool:
    """Return whether a file's name is that of a Python interpreter."""
    return _PYTHON.fullmatch(name) is not None


def locate(path: str) -> Located:
    """Find the interpreter that a path means; nothing is started.

    Args:
        path: An interpreter, an environment's folder, or the folder of an app that contains one.

    Raises:
        NoInterpreterError: There is nothing of that name, or no Python in it.
    """
    try:
        given = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - keeps links
        if given.is_dir():
            return _in_folder(path, given)
        if os.path.lexists(given):
            return _of_file(path, given)
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NoInterpreterError(f"--python: cannot look at {path}: {reason}") from error
    raise NoInterpreterError(f"--python: {path} does not exist")


def _in_folder(path: str, folder: Path) -> Located:
    for place in (folder, *(folder / name for name in APP_ENVIRONMENTS)):
        if located := environment_in(place, path):
            return located
    if folder.name.casefold() in ("scripts", "bin") and (
        located := environment_in(folder.parent, path)
    ):
        return located
    raise NoInterpreterError(
        f"--python: there is no Python in {path}; give its python.exe (on Linux: bin/python), the"
        f" folder of an environment, or a folder that contains {', '.join(APP_ENVIRONMENTS[:3])}"
    )


def environment_in(folder: Path, given: str | None = None) -> Located | None:
    """Return the environment that a folder is, or `None` if it is none.

    Args:
        folder: The folder.
        given: The path that the user gave; by default the folder.
    """
    given = str(folder) if given is None else given
    if (program := _program_in(folder)) is not None:
        return _around(given, program)
    config = pyvenv.read(folder)
    if config is None:
        return None
    windows = os.name == "nt" or (folder / "Scripts").is_dir()
    missing = folder / ("Scripts/python.exe" if windows else "bin/python")
    return Located(given, str(missing), str(folder), "venv", windows, config)


def _program_in(folder: Path) -> Path | None:
    for name in _PROGRAMS:
        if (program := folder / name).is_file() or program.is_symlink():
            return program
    if (folder / "bin").is_dir():
        named = (each for each in (folder / "bin").iterdir() if _LIBRARY.fullmatch(each.name))
        return next((each for each in sorted(named) if each.is_file()), None)
    return None


def _of_file(path: str, file: Path) -> Located:
    if file.name.casefold() == pyvenv.NAME and (located := environment_in(file.parent, path)):
        return located
    windows = file.suffix.casefold() == ".exe"
    named = is_python(file.name)
    usable = windows if os.name == "nt" else (named or os.access(file, os.X_OK))
    if not usable:
        raise NoInterpreterError(f"--python: {path} is not a Python interpreter")
    console = file.with_name(file.name.lower().replace("pythonw", "python"))
    return _around(path, console if windows and console.is_file() else file)


def _around(given: str, program: Path) -> Located:
    """Describe the environment around an interpreter; see CPython's Modules/getpath.py."""
    windows = program.suffix.casefold() == ".exe"
    for folder in (program.parent, program.parent.parent):
        if config := pyvenv.read(folder):
            return Located(given, str(program), str(folder), "venv", windows, config)
    prefix, layout = _prefix_of(program, windows)
    return Located(given, str(program), str(prefix), layout, windows, None)


def _prefix_of(program: Path, windows: bool) -> tuple[Path, Layout]:
    if "windowsapps" in (part.casefold() for part in program.parts):
        return program.parent, "store"
    real = program if windows else Path(os.path.realpath(program))
    if _is_script(real):
        return real.parent, "unknown"
    above = [real.parent] if windows else list(landmarks(real))
    prefix = next(iter(above), real.parent)
    if windows and prefix.name.casefold() == "bin":
        prefix = prefix.parent
    if (prefix / "conda-meta").is_dir():
        return prefix, "conda"
    if windows and any(prefix.glob("*._pth")):
        return prefix, "embeddable"
    known = (prefix / "Lib" / "os.py").is_file() if windows else bool(above)
    return prefix, "installed" if known else "unknown"


def landmarks(program: Path) -> Iterator[Path]:
    """Yield the folders above a program that contain its standard library.

    Source: CPython's Modules/getpath.py: the landmark is `lib/pythonX.Y/os.py`.

    Args:
        program: The real path of an interpreter for Linux or macOS.
    """
    for folder in program.parents[:2]:
        if folder.name and any(library_versions(folder)):
            yield folder


def _is_script(program: Path) -> bool:
    """Return whether a program is a script, such as pyenv's, that starts another one."""
    try:
        return read_start(program, 2) == b"#!"
    except OSError:
        return False


def library_versions(prefix: Path) -> Iterator[str]:
    """Yield the versions, such as `3.12`, whose library is below a prefix, the newest first."""
    for lib in ("lib", "lib64"):
        names = (each.name for each in _entries(prefix / lib))
        found = {match[1] for name in names if (match := _LIBRARY.fullmatch(name))}
        for version in sorted(found, key=_numbers, reverse=True):
            if (prefix / lib / f"python{version}" / "os.py").is_file():
                yield version


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
