"""How far the Hub's client is with a download, seen from outside in its cache.

Its releases differ in how they tell: `hf_hub_download` has no `tqdm_class` before
huggingface_hub 1.x and ignored it without a terminal until pull request 4056. All of them write
`blobs/*.incomplete` below the repository's folder ("Understand caching"), which grows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from winasr_doctor.asr.jobs import Downloaded

_BLOCK = 512
"""Bytes of a unit of `st_blocks`. Source: Python, `os.stat_result`."""


class Watch:
    """Tells how much of a repository's file has come since the watch began."""

    def __init__(self, repo_id: str, total: int | None, folder: Path | None = None) -> None:
        """Note what lies there already, such as what a killed download left behind.

        Args:
            repo_id: The repository, `owner/name`.
            total: Bytes of the file, if known.
            folder: Where its blobs are; found out by default.
        """
        self._total = total
        self._folder = folder or _blobs(repo_id)
        self._before = dict(self._sizes())

    def __call__(self) -> Downloaded | None:
        """Look; `None` while nothing comes. A download that is resumed counts as a whole."""
        growing = [size for name, size in self._sizes() if size != self._before.get(name)]
        return Downloaded(max(growing), self._total) if growing else None

    def _sizes(self) -> Iterator[tuple[str, int]]:
        if self._folder is None:
            return
        try:
            names = [name for name in os.listdir(self._folder) if name.endswith(".incomplete")]  # noqa: PTH208
        except OSError:  # the repository's first download makes the folder
            return
        for name in names:
            try:
                # Not from the folder's listing: on Windows that has the size of the last close.
                entry = (self._folder / name).stat()
            except OSError:  # it is complete by now, and has its name
                continue
            blocks = getattr(entry, "st_blocks", None)
            # hf_xet may write parts out of order, into a file with holes.
            written = entry.st_size if blocks is None else min(entry.st_size, blocks * _BLOCK)
            yield name, written


def _blobs(repo_id: str) -> Path | None:
    try:
        cache = import_module("huggingface_hub.constants").HF_HUB_CACHE
    except Exception:  # noqa: BLE001 - downloading, which comes next, meets it again
        return None
    return Path(cache, f"models--{repo_id.replace('/', '--')}", "blobs")
