"""Reads which revisions of which models the Hugging Face cache holds.

Source of the layout: huggingface_hub, "Manage huggingface_hub cache-system".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from winasr_doctor._util.regular_files import read_start
from winasr_doctor._util.workers import Budget
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import cache_folders, speech_language
from winasr_doctor.machine.model import CachedRepo, HubCache

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

PREFIX = "models--"
"""`models--nvidia--parakeet-tdt-0.6b-v3` is `nvidia/parakeet-tdt-0.6b-v3`."""

ENTRIES = 100_000
"""Maximum number of cache entries examined; a cache of a few models has some hundred."""

_REF_BYTES = 100
"""Bytes read of a ref, which holds 40 hexadecimal digits."""


def read(host: LiveMachine) -> HubCache:
    """Read the cache that huggingface_hub will use."""
    found = cached(host.variables, Budget(host.timeout / 2, ENTRIES))
    return msgspec.structs.replace(found, shadows=speech_language.shadows(host.app_paths))


def cached(variables: Mapping[str, str], budget: Budget) -> HubCache:
    """Read the cache that an environment points to.

    Args:
        variables: The environment.
        budget: How far to look.

    Raises:
        Unreadable: The cache exists but may not be listed, or is too large to walk.
    """
    folder = cache_folders.hub_cache(variables)
    walk = _Walk(budget)
    try:
        names = sorted(path.name for path in Path(folder).iterdir() if path.name.startswith(PREFIX))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        raise Unreadable(f"the cache {folder} cannot be listed: {error.strerror}") from error
    repos = tuple(walk.repo(Path(folder, name)) for name in names)
    if budget.exceeded:
        raise Unreadable(f"the cache {folder} is too large to be looked through in time")
    return HubCache(
        path=folder,
        offline=cache_folders.is_offline(variables),
        symlinks=walk.symlinks,
        repos=repos,
    )


class _Walk:
    """A walk through the repositories that remembers whether their files are links."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.symlinks: bool | None = None

    def repo(self, folder: Path) -> CachedRepo:
        repo_id = folder.name.removeprefix(PREFIX).replace("--", "/")
        refs = {name: _ref(file) for name, file in self._files(folder / "refs")}
        held = {
            commit.name: dict(self._held(commit)) for commit in self._listed(folder / "snapshots")
        }
        weights = [speech_language.weights(repo_id, c, f.items()) for c, f in held.items()]
        return CachedRepo(
            repo_id=repo_id,
            refs={name: commit for name, commit in refs.items() if commit},
            snapshots={commit: tuple(files) for commit, files in held.items()},
            weights=tuple(chain.from_iterable(weights)),
        )

    def _held(self, commit: Path) -> Iterator[tuple[str, Path]]:
        """Yield a snapshot's files by name, without links whose blob is gone."""
        for name, file in self._files(commit):
            if file.is_symlink():
                self.symlinks = self.symlinks is not False
                if not file.exists():
                    continue
            else:
                self.symlinks = False
            yield name, file

    def _files(self, top: Path) -> Iterator[tuple[str, Path]]:
        """Yield the files below a folder, by name with forward slashes (`refs/pr/1`)."""
        pending = [top]
        while pending:
            folder = pending.pop()
            for path in self._listed(folder):
                if path.is_dir() and not path.is_symlink():
                    pending.append(path)
                else:
                    yield path.relative_to(top).as_posix(), path

    def _listed(self, folder: Path) -> list[Path]:
        with suppress(OSError):
            paths = sorted(folder.iterdir())
            if self._budget.spend(len(paths) + 1):
                return paths
        return []


def _ref(file: Path) -> str:
    try:
        return read_start(file, _REF_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return ""
