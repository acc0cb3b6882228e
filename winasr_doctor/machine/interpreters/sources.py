r"""The places where this machine's Python environments are, never a search of whole drives.

Each source yields folders (or interpreters) and where they were found. Sources of the places:
microsoft/python-environment-tools; PEP 514; docs.conda.io, "Using the .condarc"; docs.comfy.org;
python/pymanager.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.machine.interpreters.layout import APP_ENVIRONMENTS, is_python
from winasr_doctor.machine.live.registry import Registry

_LARGEST = 1024**2
_MOST_ENTRIES = 500
"""Entries of one folder that are looked at."""

_MOST_PARENTS = 6

_CONDA_INSTALLS = ("anaconda3", "miniconda3", "miniforge3", "mambaforge", "micromamba", "conda")
_CONDA_VARIABLES = ("CONDA_PREFIX", "CONDA_ROOT", "CONDA", "MAMBA_ROOT_PREFIX")
_ENVS_DIRS = re.compile(r"^envs_dirs:\s*\n((?:\s*-\s*.+\n?)+)", re.MULTILINE)
_WORKON_FOLDERS = (".virtualenvs", ".venvs", "envs", ".local/share/virtualenvs")
_PORTABLE = ("ComfyUI_windows_portable", "ComfyUI_windows_portable_nvidia")


class Surroundings(NamedTuple):
    """Where to look from; tests replace it.

    Attributes:
        home: The user's folder.
        variables: The environment variables.
        starts: The app's folders and the current one, each with the words for it.
        registry: The registry; `None` off Windows.
        drives: The roots of the drives on which fixed folder names are tried.
        processes: Returns the programs and the current folders of the running Pythons.
    """

    home: Path
    variables: Mapping[str, str]
    starts: tuple[tuple[Path, str], ...]
    registry: Registry | None
    drives: tuple[Path, ...]
    processes: Callable[[], Iterable[Path]]


class FoundPath(NamedTuple):
    """A path that may be an environment, and where it was found."""

    path: Path
    found: str


def candidates(around: Surroundings) -> Iterator[FoundPath]:
    """Yield every path worth looking at, the nearest first; an unreadable source is skipped."""
    for source in _SOURCES:
        with suppress(OSError, ValueError, RuntimeError):
            yield from source(around)


def _beside(around: Surroundings) -> Iterator[FoundPath]:
    for start, words in around.starts:
        for above, folder in enumerate((start, *start.parents)[:_MOST_PARENTS]):
            if folder == around.home.parent:
                break
            where = f"beside {words}" if above == 0 else f"above {words}"
            yield FoundPath(folder, where)
            yield from (FoundPath(folder / name, where) for name in APP_ENVIRONMENTS)


def _active(around: Surroundings) -> Iterator[FoundPath]:
    if active := around.variables.get("VIRTUAL_ENV"):
        yield FoundPath(Path(active), "VIRTUAL_ENV: the active environment")


def _running(around: Surroundings) -> Iterator[FoundPath]:
    yield from (FoundPath(program, "a running program") for program in around.processes())


def _conda(around: Surroundings) -> Iterator[FoundPath]:
    listed = around.home / ".conda" / "environments.txt"
    for line in _lines(listed):
        yield FoundPath(Path(line), f"conda's list, {listed}")
    for name in _CONDA_VARIABLES:
        if prefix := around.variables.get(name):
            yield FoundPath(Path(prefix), name)
            yield from _below(Path(prefix, "envs"), name)
    for parent in _conda_parents(around):
        for install in _CONDA_INSTALLS:
            prefix_folder = parent / install
            yield FoundPath(prefix_folder, "an installation of conda")
            yield from _below(prefix_folder / "envs", "an installation of conda")
    for folder, where in _envs_dirs(around):
        yield from _below(folder, where)


def _conda_parents(around: Surroundings) -> Iterator[Path]:
    yield around.home
    for name in ("ProgramData", "LOCALAPPDATA"):
        if value := _get(around, name):
            yield Path(value)
    yield from around.drives


def _envs_dirs(around: Surroundings) -> Iterator[tuple[Path, str]]:
    for entry in around.variables.get("CONDA_ENVS_PATH", "").split(os.pathsep):
        if entry:
            yield Path(entry), "CONDA_ENVS_PATH"
    files = [around.home / ".condarc", around.home / ".conda" / ".condarc"]
    if data := _get(around, "ProgramData"):
        files.append(Path(data, "conda", ".condarc"))
    for file in files:
        match = _ENVS_DIRS.search("\n".join(_lines(file, strip=False)) + "\n")
        for line in match[1].splitlines() if match else ():
            folder = line.strip().removeprefix("-").strip().strip("\"'")
            yield Path(os.path.expanduser(folder)), f"envs_dirs in {file}"  # noqa: PTH111
    yield around.home / ".conda" / "envs", "conda's environments of this user"


def _registered(around: Surroundings) -> Iterator[FoundPath]:
    """Read the installations in the registry. Source: PEP 514."""
    if around.registry is None:
        return
    for hive, view in (("HKCU", 64), ("HKLM", 64), ("HKLM", 32)):
        root = rf"{hive}\Software\Python"
        for company in _subkeys(around.registry, root, view):
            if company.casefold() == "pylauncher":
                continue
            for tag in _subkeys(around.registry, rf"{root}\{company}", view):
                key = rf"{root}\{company}\{tag}\InstallPath"
                values = _values(around.registry, key, view)
                path = values.get("ExecutablePath") or values.get("")
                if isinstance(path, str) and path:
                    yield FoundPath(Path(path), f"the registry, {company} {tag}")


def _subkeys(registry: Registry, key: str, view: int) -> list[str]:
    try:
        return registry.subkeys(key, view=view)
    except OSError:
        return []


def _values(registry: Registry, key: str, view: int) -> dict[str, object]:
    try:
        return registry.values(key, view=view)
    except OSError:
        return {}


def _managed(around: Surroundings) -> Iterator[FoundPath]:
    """Yield what the Python install manager, uv and pyenv have installed."""
    if local := _get(around, "LOCALAPPDATA"):
        yield from _below(Path(local, "Python"), "the Python install manager")
        yield from _below(Path(local, "Programs", "Python"), "python.org's installer")
    homes = [Path(value, "uv") for name in ("APPDATA",) if (value := _get(around, name))]
    homes.append(around.home / ".local" / "share" / "uv")
    for uv in homes:
        yield from _below(uv / "tools", "a tool of uv")
        yield from _below(uv / "python", "a Python of uv")
    pyenv = Path(around.variables.get("PYENV_ROOT") or around.home / ".pyenv")
    for versions in (pyenv / "versions", pyenv / "pyenv-win" / "versions"):
        yield from _below(versions, "pyenv")


def _portable(around: Surroundings) -> Iterator[FoundPath]:
    """Yield ComfyUI's portable folder, Pinokio's apps and WinPython."""
    for parent in (around.home, around.home / "Downloads", around.home / "Desktop", *around.drives):
        for name in _PORTABLE:
            yield FoundPath(parent / name / "python_embeded", "ComfyUI portable")
    for parent in (around.home, *around.drives):
        for app in _entries(parent / "pinokio" / "api"):
            for name in ("env", "app/env", "venv", "app/venv"):
                yield FoundPath(app / name, "an app of Pinokio")
        yield FoundPath(parent / "pinokio" / "bin" / "miniconda", "Pinokio's conda")
    for value in (around.variables.get("WINPYTHON_HOME"), str(around.home / "WinPython")):
        if value:
            yield FoundPath(Path(value), "WinPython")
            yield from _below(Path(value), "WinPython")
    if value := around.variables.get("WINPYDIR"):
        yield FoundPath(Path(value), "WinPython")


def _collections(around: Surroundings) -> Iterator[FoundPath]:
    """Yield the environments of virtualenvwrapper, pipenv and their like."""
    if workon := around.variables.get("WORKON_HOME"):
        yield from _below(Path(workon), "WORKON_HOME")
    for name in _WORKON_FOLDERS:
        yield from _below(around.home / name, f"~/{name}")


def _jupyter(around: Surroundings) -> Iterator[FoundPath]:
    """Yield the Pythons of Jupyter's kernels. Source: jupyter_client, "Kernel specs"."""
    roots = [around.home / ".local" / "share" / "jupyter" / "kernels"]
    if roaming := _get(around, "APPDATA"):
        roots.append(Path(roaming, "jupyter", "kernels"))
    for root in roots:
        for kernel in _entries(root):
            with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
                spec = json.loads(read_regular(kernel / "kernel.json", _LARGEST))
                program = Path(spec["argv"][0])
                if program.is_absolute() and is_python(program.name):
                    yield FoundPath(program, f"the Jupyter kernel {kernel.name}")


_SOURCES: tuple[Callable[[Surroundings], Iterator[FoundPath]], ...] = (
    _beside,
    _active,
    _running,
    _conda,
    _collections,
    _portable,
    _jupyter,
    _registered,
    _managed,
)


def _get(around: Surroundings, name: str) -> str | None:
    """Return a variable, whose name is compared without case, as on Windows."""
    wanted = name.casefold()
    return next((v for key, v in around.variables.items() if key.casefold() == wanted and v), None)


def _below(folder: Path, found: str) -> Iterator[FoundPath]:
    yield from (FoundPath(entry, found) for entry in _entries(folder))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:_MOST_ENTRIES]
    except (OSError, ValueError):
        return []


def _lines(file: Path, *, strip: bool = True) -> list[str]:
    try:
        lines = read_regular(file, _LARGEST).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip()] if strip else lines
