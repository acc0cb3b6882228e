"""Hub caches as huggingface_hub lays them out, made by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from .hub_server import LARGE, blob_id, sha256


def add(
    cache: Path,
    repo_id: str,
    commit: str,
    files: Mapping[str, bytes],
    *,
    refs: Mapping[str, str] | None = None,
    damaged: Mapping[str, bytes] | None = None,
    symlinks: bool = True,
) -> Path:
    """Add a commit of a repository to a cache.

    Args:
        cache: The cache's folder, `HF_HUB_CACHE`.
        repo_id: Such as `nvidia/canary-qwen-2.5b`.
        commit: Its hash.
        files: Name to content.
        refs: Branch or tag to commit hash; `main` leads to this commit by default.
        damaged: Name to what is in the place of a file's content.
        symlinks: Whether the files are links to `blobs`, as on most systems, or lie there
            themselves, as on Windows without the right to make links.

    Returns:
        The snapshot's folder.
    """
    repo = cache / f"models--{repo_id.replace('/', '--')}"
    snapshot = repo / "snapshots" / commit
    for name, data in files.items():
        target = snapshot / name
        target.parent.mkdir(parents=True, exist_ok=True)
        written = (damaged or {}).get(name, data)
        if not symlinks:
            target.write_bytes(written)
            continue
        blob = repo / "blobs" / (sha256(data) if len(data) >= LARGE else blob_id(data))
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(written)
        target.symlink_to(os.path.relpath(blob, target.parent))
    for name, meant in (refs or {"main": commit}).items():
        ref = repo / "refs" / name
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(meant, "ascii")
    return snapshot
