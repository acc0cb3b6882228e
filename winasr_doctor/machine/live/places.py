"""Reads the folders that loading and transcribing touch."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, NamedTuple, get_args

from winasr_doctor._util.workers import side_by_side
from winasr_doctor.machine.live import cache_folders
from winasr_doctor.machine.live.folders import resolve, write_error
from winasr_doctor.machine.live.system import this_os
from winasr_doctor.machine.live.volumes import drive_of, root_of
from winasr_doctor.machine.model import Place, Places, Role

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

WRITTEN: frozenset[Role] = frozenset(get_args(Role)) - {"app", "venv", "model"}
"""Roles of the folders in which a test file is created; never near the app's own source, where it
would trigger file watchers.
"""

TEMP_VARIABLES: tuple[Role, ...] = ("TMPDIR", "TEMP", "TMP")
"""Variables, in the order in which tempfile tries them. Source: docs.python.org,
`tempfile.gettempdir`.
"""


class PlaceLook(NamedTuple):
    """What was found out about one path."""

    resolved: str | None
    exists: bool
    directory: bool
    volume: str | None
    attributes: int | None
    writable: bool | None
    write_error: int | None


def read(host: LiveMachine) -> Places:
    """Read all places in parallel: one dead network drive must not hide the others."""
    limit = host.timeout / 2
    named = list(_places(host, host.variables, limit))
    probed = {path for role, path in named if role in WRITTEN}
    paths = list(dict.fromkeys(path for _role, path in named))
    seen = side_by_side(lambda path: look(path, path in probed), paths, limit)
    looks = dict(zip(paths, seen, strict=True))
    return Places(items=tuple(_place(role, path, looks[path]) for role, path in named))


def look(path: str, probe: bool = False) -> PlaceLook:
    """Examine one path.

    Args:
        path: The path of a file or folder; it need not exist.
        probe: Whether to test if a file can be created there.
    """
    attributes = _attributes(path)
    exists, directory = _kind(path)
    error = write_error(path) if probe and exists and directory else None
    tried = probe and exists and directory
    resolved = resolve(path)
    return PlaceLook(
        resolved=resolved,
        exists=exists,
        directory=directory,
        volume=root_of(path, resolved),
        attributes=attributes,
        writable=error is None if tried else None,
        write_error=error,
    )


def temp_candidates(variables: Mapping[str, str]) -> list[str]:
    """Return the folders that tempfile tries, in its order.

    Source: docs.python.org, `tempfile.gettempdir`, and CPython's `Lib/tempfile.py`.
    """
    candidates = [variables.get(name) or "" for name in TEMP_VARIABLES]
    if this_os() == "windows":
        candidates += [
            os.path.expanduser(r"~\AppData\Local\Temp"),  # noqa: PTH111 - as tempfile does
            os.path.expandvars(r"%SYSTEMROOT%\Temp"),
            *(r"c:\temp", r"c:\tmp", r"\temp", r"\tmp"),
        ]
    else:
        candidates += ["/tmp", "/var/tmp", "/usr/tmp"]  # noqa: S108 - tempfile's own list
    with suppress(OSError):  # the current folder may have been deleted
        candidates.append(str(Path.cwd()))
    return [str(Path(path).absolute()) for path in candidates if path]


def tempfile_answer(candidates: Iterable[str], limit: float) -> str | None:
    """Return the folder that tempfile will choose.

    This does not ask tempfile itself: on Windows it takes a refusal for a name in use, and tries
    again up to 100 times here and, before Python 3.13.13, 2**31 times later (gh-66305).

    Args:
        candidates: The folders that tempfile tries, in its order.
        limit: Seconds that each may take.

    Returns:
        The first folder in which a file could be created, or that does not answer, as tempfile
        would wait there; `None` if all refuse.
    """
    for folder in dict.fromkeys(candidates):
        (refused,) = side_by_side(lambda path: write_error(path) is not None, [folder], limit)
        if not refused:
            return folder
    return None


def _places(
    host: LiveMachine, variables: Mapping[str, str], limit: float
) -> Iterator[tuple[Role, str]]:
    for role in ("TEMP", "TMP", "TMPDIR"):
        if path := variables.get(role):
            yield role, path
    if chosen := tempfile_answer(temp_candidates(variables), limit / 2):
        yield "tempfile", chosen
    if host.scratch:
        yield "scratch", host.scratch
    for path in host.app_paths:
        yield "app", path
    if environment := _virtual_environment(host):
        yield "venv", environment
    yield "hub_cache", cache_folders.hub_cache(variables)
    yield "nemo_cache", cache_folders.framework_cache(variables)
    for path in host.models:
        yield "model", path


def _virtual_environment(host: LiveMachine) -> str | None:
    """Return the folder of the environment that the scan is about, unless it is an installation."""
    prefix, base = sys.prefix, sys.base_prefix
    if host.outside is not None:
        prefix, base = host.interpreter.prefix, host.interpreter.base_prefix or ""
    return prefix if prefix != base or Path(prefix, "conda-meta").is_dir() else None


def _place(role: Role, path: str, seen: PlaceLook | None) -> Place:
    if seen is None:  # it did not answer; assuming that it exists is the most cautious choice
        return Place(role=role, path=path, volume=drive_of(path))
    return Place(
        role=role,
        path=path,
        resolved=seen.resolved,
        exists=seen.exists,
        directory=seen.directory,
        writable=seen.writable if role in WRITTEN else None,
        write_error=seen.write_error if role in WRITTEN else None,
        volume=seen.volume,
        attributes=seen.attributes,
    )


def _attributes(path: str) -> int | None:
    try:
        return getattr(Path(path).lstat(), "st_file_attributes", None)
    except (OSError, ValueError):
        return None


def _kind(path: str) -> tuple[bool, bool]:
    """Return whether a path exists and is a folder; both are assumed if access is denied."""
    try:
        return True, S_ISDIR(Path(path).stat().st_mode)
    except PermissionError:
        return True, True
    except (OSError, ValueError):
        return False, False
