"""Works out an interpreter's `sys.path` from its files, as `getpath` and `site` would.

Lines of `.pth` files that are code are listed and never run. Sources: docs.python.org, "The
initialization of the sys.path module search path" and `site`; CPython's Modules/getpath.py and
Lib/site.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.machine.interpreters import path_files
from winasr_doctor.machine.interpreters.model import StartupCode

_LARGEST_PTH = 256 * 1024
_MOST_PTH = 1000
_SHOWN = 200
"""Characters of a line of code that are shown."""

_CUSTOMIZE = ("sitecustomize", "usercustomize")
"""Modules that `site` imports at every start."""

_KNOWN_CODE = re.compile(
    r"import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os\.environ\.get\(var, '\w+'\) =="
    r" 'local'; enabled and __import__\('_distutils_hack'\)(?:\.add_shim\(\))?;?\s*"
    r"|import _virtualenv|import pywin32_bootstrap"
    r"|import (?P<finder>__editable___\w+_finder); (?P=finder)\.install\(\)"
)
"""The lines of setuptools, virtualenv, pywin32 and editable installs. Source: their files."""


class Prefixes(NamedTuple):
    """What decides where an interpreter looks for modules.

    Attributes:
        executable: The interpreter.
        prefix: The environment's folder.
        base: The folder of the installation that it belongs to.
        minor: Major and minor version, such as `3.12`.
        windows: Whether it is for Windows.
        venv: Whether it is a virtual environment.
        system_packages: Whether a virtual environment also uses the base's packages.
    """

    executable: str
    prefix: str
    base: str
    minor: str
    windows: bool
    venv: bool
    system_packages: bool


class SearchPath(NamedTuple):
    """The folders that an interpreter imports from, and the code that it runs at every start."""

    folders: tuple[str, ...]
    startup: tuple[StartupCode, ...]


def search_path(where: Prefixes, variables: Mapping[str, str]) -> SearchPath:
    """Work out `sys.path` without running anything.

    Args:
        where: The interpreter.
        variables: The environment variables that it would be started with.
    """
    fixed = _path_file(where)
    if fixed is not None:
        folders, with_site = fixed
        own = folders
    else:
        with_site = True
        own = [*_variable(variables), *_standard_library(where)]
    sites = [folder for folder in _sites(where, variables, fixed is None) if folder.is_dir()]
    added, startup = _read_pth(sites) if with_site else ([], [])
    found = dict.fromkeys([*own, *(added if with_site else [])])
    code = [*startup, *(_customize(found) if with_site else ())]
    return SearchPath(tuple(found), tuple(code))


def _path_file(where: Prefixes) -> tuple[list[str], bool] | None:
    """Read a `._pth` file, which replaces everything else.

    Source: docs.python.org, "Using Python on Windows: finding modules".
    """
    files = path_files.names(Path(where.executable), Path(where.base), where.minor, where.windows)
    for file in files:
        try:
            text = read_regular(file, _LARGEST_PTH).decode("utf-8-sig", "replace")
        except OSError:
            continue
        lines = [line.strip() for line in text.splitlines()]
        lines = [line for line in lines if line and not line.startswith("#")]
        paths = [line for line in lines if not line.startswith(("import ", "import\t"))]
        joined = [os.path.normpath(file.parent / line.replace("\\", os.sep)) for line in paths]
        return joined, any(line.split() == ["import", "site"] for line in lines)
    return None


def _variable(variables: Mapping[str, str]) -> list[str]:
    entries = variables.get("PYTHONPATH", "").split(os.pathsep)
    return [str(Path(entry).absolute()) for entry in entries if entry]


def _standard_library(where: Prefixes) -> list[str]:
    base, number = Path(where.base), where.minor.replace(".", "")
    if where.windows:
        return [str(base / name) for name in (f"python{number}.zip", "DLLs", "Lib")] + [where.base]
    library = base / "lib" / f"python{where.minor}"
    archive = base / "lib" / f"python{number}.zip"
    return [str(archive), str(library), str(library / "lib-dynload")]


def _sites(where: Prefixes, variables: Mapping[str, str], with_user: bool) -> Iterator[Path]:
    """Yield the folders of installed packages, in the order in which `site` adds them."""
    if where.venv:
        yield from _sites_of(Path(where.prefix), where)
    if not where.venv or where.system_packages:
        if with_user and not variables.get("PYTHONNOUSERSITE"):
            yield from _user_site(where, variables)
        yield from _sites_of(Path(where.base), where)


def _sites_of(prefix: Path, where: Prefixes) -> Iterator[Path]:
    if where.windows:
        yield prefix
        yield prefix / "Lib" / "site-packages"
        return
    yield prefix / "lib" / f"python{where.minor}" / "site-packages"
    yield prefix / "lib64" / f"python{where.minor}" / "site-packages"
    if str(prefix) == "/usr":  # Debian's own rule. Source: its python3 package, site.py
        yield Path("/usr/local/lib", f"python{where.minor}", "dist-packages")
        yield Path("/usr/lib/python3/dist-packages")


def _user_site(where: Prefixes, variables: Mapping[str, str]) -> Iterator[Path]:
    base = variables.get("PYTHONUSERBASE")
    if where.windows:
        root = base or (f"{variables['APPDATA']}\\Python" if variables.get("APPDATA") else None)
        if root:
            yield Path(root, f"Python{where.minor.replace('.', '')}", "site-packages")
        return
    root = base or os.path.expanduser("~/.local")  # noqa: PTH111 - does not raise
    yield Path(root, "lib", f"python{where.minor}", "site-packages")


def _read_pth(sites: Iterable[Path]) -> tuple[list[str], list[StartupCode]]:
    """Return the sites with the plain path lines of their `.pth` files, and the lines of code."""
    folders: dict[str, None] = {}
    code: list[StartupCode] = []
    for site in sites:
        real = os.path.realpath(site)
        if any(os.path.realpath(known) == real for known in folders):
            continue
        folders[str(site)] = None
        for file in _pth_files(site):
            for number, line in _lines(file):
                if line.startswith(("import ", "import\t")):
                    known = _KNOWN_CODE.fullmatch(line) is not None
                    code.append(
                        StartupCode(file=str(file), line=number, known=known, text=line[:_SHOWN])
                    )
                elif (path := _added(site, line)) is not None:
                    folders.setdefault(path)
    return list(folders), code


def _pth_files(site: Path) -> list[Path]:
    try:
        files = sorted(file for file in site.iterdir() if file.suffix == ".pth")
    except OSError:
        return []
    return files[:_MOST_PTH]


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = read_regular(file, _LARGEST_PTH).decode("utf-8-sig", "replace")
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.rstrip()


def _added(site: Path, line: str) -> str | None:
    try:
        path = os.path.abspath(site / line.replace("\\", os.sep))  # noqa: PTH100 - as `site` does
        return path if os.path.exists(path) else None  # noqa: PTH110
    except (OSError, ValueError):
        return None


def _customize(folders: Iterable[str]) -> Iterator[StartupCode]:
    missing = set(_CUSTOMIZE)
    for folder in folders:
        for name in sorted(missing):
            for file in (Path(folder, f"{name}.py"), Path(folder, name, "__init__.py")):
                if name in missing and _is_file(file):
                    missing.discard(name)
                    # Debian ships one in the standard library's folder, beside os.py.
                    known = _is_file(Path(folder, "os.py"))
                    yield StartupCode(file=str(file), known=known)


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False
