"""What activating a conda environment changes: its variables and PATH.

Source: conda's activate.py (`_get_environment_env_vars`, `_get_path_dirs`) and base/constants.py.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from winasr_doctor._util.regular_files import read_regular

_LARGEST = 1024**2
_UNSET = "***unset***"
_FOLDERS = ("", "Library/mingw-w64/bin", "Library/usr/bin", "Library/bin", "Scripts", "bin")
"""What goes to the front of PATH; without them, DLLs of conda's packages are not found."""


def activated(prefix: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables as they are when an environment is active.

    Args:
        prefix: The environment's folder; one without `conda-meta` changes nothing.
        variables: The environment variables before.
    """
    changed = dict(variables)
    folder = Path(prefix)
    if not (folder / "conda-meta").is_dir():
        return changed
    for name, value in _own_variables(folder):
        for known in [each for each in changed if each.upper() == name.upper()]:
            del changed[known]
        if value != _UNSET:
            changed[name] = value
    path = next((each for each in changed if each.upper() == "PATH"), "PATH")
    added = [str(folder / name) for name in _FOLDERS]
    changed[path] = os.pathsep.join([*added, changed.get(path, "")])
    return changed


def _own_variables(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what packages set, then what `conda env config vars set` has stored."""
    with suppress(OSError):
        for file in sorted((folder / "etc" / "conda" / "env_vars.d").iterdir()):
            yield from _texts(_json(file))
    state = _json(folder / "conda-meta" / "state")
    yield from _texts(state.get("env_vars") if isinstance(state, dict) else None)


def _json(file: Path) -> object:
    try:
        return json.loads(read_regular(file, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def _texts(values: object) -> Iterator[tuple[str, str]]:
    if isinstance(values, dict):
        for name, value in values.items():
            if isinstance(value, str) and "\0" not in name + value and name:
                yield name, value
