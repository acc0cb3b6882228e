"""Measures the progress of the Hub client's download from its cache folder.

Releases of the client differ in how they report progress: `hf_hub_download` has no `tqdm_class`
before huggingface_hub 1.x and ignored it without a terminal until pull request 4056. All of them
write `blobs/*.incomplete` below the repository's folder ("Understand caching"), which grow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from winasr_doctor.asr.jobs import Downloaded

_BLOCK = 512
"""Bytes per unit of `st_blocks`. Source: Python, `os.stat_result`."""


class Watch:
    """Measures how much of a repository's file has arrived since the watch began."""

    def __init__(self, repo_id: str, total: int | None, folder: Path | None = None) -> None:
        """Record what is already there, such as the remains of a killed download.

        Args:
            repo_id: The repository, `owner/name`.
            total: Bytes of the file, if known.
            folder: The folder with its blobs; determined automatically by default.
        """
        self._total = total
        self._folder = folder or _blobs(repo_id)
        self._before = dict(self._sizes())

    def __call__(self) -> Downloaded | None:
        """Return the progress; `None` while nothing arrives. A resumed download counts in full."""
        growing = [size for name, size in self._sizes() if size != self._before.get(name)]
        return Downloaded(max(growing), self._total) if growing else None

    def _sizes(self) -> Iterator[tuple[str, int]]:
        if self._folder is None:
            return
        try:
            names = [name for name in os.listdir(self._folder) if name.endswith(".incomplete")]  # noqa: PTH208
        except OSError:  # the repository's first download creates the folder
            return
        for name in names:
            try:
                # Not from the folder listing: on Windows that shows the size at the last close.
                entry = (self._folder / name).stat()
            except OSError:  # it is complete by now and has its final name
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
