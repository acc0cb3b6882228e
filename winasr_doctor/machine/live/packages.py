"""Reads which distributions are installed, without importing any."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.model import Packages, TorchBuild

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from winasr_doctor.machine.live.machine import LiveMachine

_NOT_A_NAME = r"[-_.]+"
"""Runs of these characters become one hyphen. Source: PEP 503, "Normalized Names"."""

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
    from importlib.metadata import distributions

    folders = list(path)
    versions: dict[str, str] = {}
    for distribution in distributions(path=folders):
        name, version = _name_and_version(distribution)
        if name and version:
            versions.setdefault(re.sub(_NOT_A_NAME, "-", name).lower(), version)
    return Packages(versions=dict(sorted(versions.items())), torch=_torch(folders))


def _name_and_version(distribution: Distribution) -> tuple[str | None, str | None]:
    try:
        metadata = distribution.metadata
        return metadata["Name"], metadata["Version"]
    except Exception:  # noqa: BLE001 - half-removed and damaged installations are common
        return None, None


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
