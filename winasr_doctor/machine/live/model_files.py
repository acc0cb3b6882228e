"""Finds local `.nemo` files: those the user named, those in the caches and beside the app."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._util.workers import Budget, side_by_side
from winasr_doctor.frameworks.nemo.names import SUFFIX
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import cache_folders
from winasr_doctor.machine.live.archive import inspect
from winasr_doctor.machine.live.folders import resolve
from winasr_doctor.machine.model import HubCache, ModelFile, ModelFiles

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

DEPTH = 4
"""Levels of subfolders to search; NeMo's cache has version, model and checksum."""

ENTRIES = 20_000
"""Maximum number of entries examined below one folder."""

SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "env"})
"""Folders with very many files but no models, as are folders starting with a dot."""


def read(host: LiveMachine) -> ModelFiles:
    """Find the files and examine them in parallel."""
    seconds = host.timeout / 2
    asked = [path for path in host.models if not Path(path).is_dir()]
    folders = [path for path in host.models if Path(path).is_dir()]
    folders += [*host.app_paths, cache_folders.framework_cache(host.variables)]
    found = side_by_side(
        lambda top: list(below(top, Budget(seconds / 2, ENTRIES))), folders, seconds
    )
    paths = [*asked, *(path for part in found if part for path in part), *_in_hub(host)]
    by_place: dict[str, str] = {}
    for path in paths:
        by_place.setdefault(resolve(path) or path, path)
    items = side_by_side(lambda pair: inspect(pair[1], pair[0]), by_place.items(), seconds)
    return ModelFiles(
        items=tuple(
            item or _late(path, resolved)
            for item, (resolved, path) in zip(items, by_place.items(), strict=True)
        )
    )


def below(top: str, budget: Budget) -> Iterator[str]:
    """Yield the `.nemo` files in a folder and some levels below, without following folder links.

    Args:
        top: The folder; it need not exist.
        budget: How far to look.
    """
    pending = [(top, 0)]
    while pending:
        folder, depth = pending.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if not budget.spend():
                    return
                if entry.name.lower().endswith(SUFFIX) and entry.is_file():
                    yield entry.path
                elif depth < DEPTH and _may_hold_models(entry):
                    pending.append((entry.path, depth + 1))


def _may_hold_models(entry: os.DirEntry[str]) -> bool:
    skipped = entry.name in SKIPPED or entry.name.startswith(".")
    return not skipped and entry.is_dir(follow_symlinks=False)


def _in_hub(host: LiveMachine) -> Iterator[str]:
    try:
        cache: HubCache = host.hub_cache
    except Unreadable:
        return
    for repo in cache.repos:
        folder = Path(cache.path, "models--" + repo.repo_id.replace("/", "--"), "snapshots")
        for commit, names in repo.snapshots.items():
            for name in names:
                if name.lower().endswith(SUFFIX):
                    yield str(folder / commit / name)


def _late(path: str, resolved: str) -> ModelFile:
    return ModelFile(
        path=path, resolved=resolved, size=0, form="unreadable", error="did not answer in time"
    )
