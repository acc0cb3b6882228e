"""Reads which distributions are installed, without importing any."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._util.regular_files import read_regular, read_start
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.model import Packages, TorchBuild

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

_NOT_A_NAME = r"[-_.]+"
"""Runs of these characters become one hyphen. Source: PEP 503, "Normalized Names"."""

_INFO = (".dist-info", ".egg-info")

_METADATA = ("/METADATA", "/PKG-INFO", "/EGG-INFO/PKG-INFO", "")
"""Where a distribution's metadata are, below its folder; old ones are just a file. Source: PyPA,
"Recording installed projects"; setuptools, "The Internal Structure of Python Eggs".
"""

_HEAD = 64 * 1024
"""Bytes of metadata that are read; name and version are in the first lines."""

_LARGEST_FILE = 1024**2
"""Maximum number of bytes read of `torch/version.py`, which has a few lines."""

_ASSIGNED = r"""^{name}\s*(?::[^=\n]+)?=\s*(?:['"](?P<value>[^'"]*)['"]|None)"""
"""torch/version.py is generated: `__version__ = '2.9.1+cu128'`, `cuda: Optional[str] = '12.8'`."""


def read(host: LiveMachine) -> Packages:
    """Read the distributions on the path of the interpreter that the scan is about."""
    if host.outside is None:
        return installed(sys.path)
    found = host.interpreter
    if not found.search_path:
        raise Unreadable(f"it is not known where {found.executable} has its packages")
    return installed(found.search_path)


def installed(path: Iterable[str]) -> Packages:
    """Read the distributions below some folders.

    Args:
        path: A list like `sys.path`; if a name occurs twice, the first counts, as for `import`.
    """
    folders = list(path)
    versions: dict[str, str] = {}
    for folder in folders:
        for name, version in _distributions(folder or "."):
            versions.setdefault(re.sub(_NOT_A_NAME, "-", name).lower(), version)
    return Packages(versions=dict(sorted(versions.items())), torch=_torch(folders))


def is_installed(name: str, path: Iterable[str]) -> bool:
    """Return whether a distribution has its folder below some folders, without reading it.

    Args:
        name: The first part of the folder's name, such as `winasr_doctor`.
        path: A list like `sys.path`.
    """
    return any(
        each.startswith(f"{name}-") and each.endswith(_INFO[0])
        for folder in path
        for each in _listed(folder or ".")
    )


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - only the names
    except (OSError, ValueError):  # an archive, or a folder that is not there
        return []


def _distributions(folder: str) -> Iterator[tuple[str, str]]:
    """Yield name and version of what is installed in a folder.

    Only the start of a regular file is read: `importlib.metadata` would wait for a pipe, and read
    gigabytes. What pip is about to remove begins with a tilde.
    """
    for each in _listed(folder):
        if each.startswith("~") or not each.endswith((*_INFO, ".egg")):
            continue
        for file in _METADATA:
            found = _name_and_version(f"{folder}{os.sep}{each}{file}")
            if found is not None:
                yield found
                break


def _name_and_version(file: str) -> tuple[str, str] | None:
    try:
        head, _, _ = read_start(file, _HEAD).replace(b"\r\n", b"\n").partition(b"\n\n")
    except OSError:  # half-removed and damaged installations are common
        return None
    fields = dict(re.findall(rb"^(Name|Version):[ \t]*(.+?)[ \t]*$", head, re.MULTILINE))
    name, version = fields.get(b"Name"), fields.get(b"Version")
    if not name or not version:
        return None
    return name.decode("utf-8", "replace"), version.decode("utf-8", "replace")


def _torch(folders: Iterable[str]) -> TorchBuild | None:
    for folder in folders:
        file = Path(folder or ".", "torch", "version.py")
        try:
            text = read_regular(file, _LARGEST_FILE).decode("utf-8", "replace")
        except OSError:
            continue
        version = _assigned("__version__", text)
        return TorchBuild(version=version, cuda=_assigned("cuda", text)) if version else None
    return None


def _assigned(name: str, text: str) -> str | None:
    match = re.search(_ASSIGNED.format(name=name), text, re.MULTILINE)
    return match["value"] if match else None
