"""Finds an interpreter's version in the files around it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.machine.interpreters import binary
from winasr_doctor.machine.interpreters.layout import library_versions
from winasr_doctor.machine.interpreters.pyvenv import VenvConfig

_LARGEST = 4 * 1024**2
_FULL = re.compile(
    r"(?P<release>\d{1,4}\.\d{1,4}\.\d{1,4})(?P<suffix>(?:a|b|rc)\d{1,3})?\+?(?:\.final\.0)?"
)
_PATCHLEVEL = re.compile(r'^#define\s+PY_VERSION\s+"([^"]+)"', re.MULTILINE)
_DLL = re.compile(r"python(\d)(\d{1,2})t?\.dll", re.IGNORECASE)
_CONDA = re.compile(r"python-(\d[\w.]*)-[^-]+\.json")
_SHORTEST_PARTS = 2


class StatedVersion(NamedTuple):
    """A version, and the file that states it."""

    version: str
    source: str


def of_base(base: Path, windows: bool) -> StatedVersion | None:
    """Read the version of an installation: `major.minor.micro`.

    Args:
        base: The base prefix: the folder of the installation.
        windows: Whether it is for Windows.
    """
    for found in _statements(base, windows):
        if version := normal(found.version):
            return StatedVersion(version, found.source)
    return None


def normal(text: str) -> str | None:
    """Return a version with three numbers as `3.12.4` or `3.14.0rc2`; `None` if it is none.

    Args:
        text: As files state it, such as `3.12.4`, `3.12.4.final.0` or `3.13.0rc1+`.
    """
    match = _FULL.fullmatch(text.strip())
    return None if match is None else match["release"] + (match["suffix"] or "")


def _statements(base: Path, windows: bool) -> Iterator[StatedVersion]:
    yield from _build_details(base, windows)
    yield from _conda(base)
    yield from _headers(base)
    if windows:
        yield from _libraries(base)


def _build_details(base: Path, windows: bool) -> Iterator[StatedVersion]:
    """Read `build-details.json`, which Python has had since 3.14. Source: PEP 739."""
    if windows:
        files = [base / "build-details.json", base / "Lib" / "build-details.json"]
    else:
        files = [
            base / "lib" / f"python{each}" / "build-details.json" for each in library_versions(base)
        ]
    for file in files:
        try:
            details = json.loads(read_regular(file, _LARGEST))
            info = details["language"]["version_info"]
            release = f"{info['major']}.{info['minor']}.{info['micro']}"
            level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info["releaselevel"], "")
            yield StatedVersion(
                f"{release}{level}{info['serial']}" if level else release, str(file)
            )
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            continue


def _conda(base: Path) -> Iterator[StatedVersion]:
    """Read the name of conda's record: `python-VERSION-BUILD.json`."""
    for name in _names(base / "conda-meta"):
        if match := _CONDA.fullmatch(name):
            yield StatedVersion(match[1], str(base / "conda-meta" / name))


def _headers(base: Path) -> Iterator[StatedVersion]:
    """Read `patchlevel.h`, which installers for Windows, conda and uv put there."""
    folders = [base / "include", base / "Include"]
    for each in library_versions(base):
        folders += [base / "include" / f"python{each}{abi}" for abi in ("", "t", "m")]
    for folder in folders:
        file = folder / "patchlevel.h"
        try:
            match = _PATCHLEVEL.search(read_regular(file, _LARGEST).decode("utf-8", "replace"))
        except OSError:
            continue
        if match:
            yield StatedVersion(match[1], str(file))


def _libraries(base: Path) -> Iterator[StatedVersion]:
    for name in _names(base):
        if _DLL.fullmatch(name) and (version := binary.python_version(base / name)):
            yield StatedVersion(version, str(base / name))


def minor_of(base: Path, windows: bool) -> str | None:
    """Return the version of an installation as far as the names of its files tell, such as `3.12`.

    Args:
        base: The base prefix.
        windows: Whether it is for Windows.
    """
    if not windows:
        return next(library_versions(base), None)
    for name in _names(base):
        if match := _DLL.fullmatch(name):
            return f"{match[1]}.{match[2]}"
    return None


def of_venv(config: VenvConfig, base_program: Path | None) -> StatedVersion | None:
    """Return the version that a virtual environment states, if it can still be true.

    The base may have been updated since the environment was made; then the file is out of date.

    Args:
        config: The environment's `pyvenv.cfg`.
        base_program: The base's executable; `None` if it is gone, so that nothing contradicts.
    """
    version = normal(config.version or "")
    if version is None:
        return None
    try:
        status = None if base_program is None else base_program.stat()
    except OSError:
        return None
    if status is not None:
        changed = max(status.st_mtime, status.st_ctime) if os.name != "nt" else status.st_mtime
        if changed > config.written:
            return None
    return StatedVersion(version, str(Path(config.folder, "pyvenv.cfg")))


def minor(version: str | None) -> str | None:
    """Return major and minor of a version: `3.12` of `3.12.4`."""
    parts = (version or "").split(".")
    return ".".join(parts[:2]) if len(parts) >= _SHORTEST_PARTS else None


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
