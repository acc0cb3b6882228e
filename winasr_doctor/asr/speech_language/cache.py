"""Reads what the Hub's local cache holds of one repository.

The layout is documented in huggingface_hub, "Understand caching". The rules are those of its
`file_download.py`: a commit is 40 lower-case hexadecimal digits; any other revision is a file below
`refs` that contains exactly such a commit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from winasr_doctor._util.state_files import write_whole
from winasr_doctor.models.revisions import RevisionKind, classify

DEFAULT = "main"
"""The branch that is used when no revision is given."""

_SHOWN = 5


def cache_folder() -> Path:
    """Return the cache that huggingface_hub uses in this process."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).expanduser()


class RepoCache:
    """A repository's folder in the cache; it may not exist."""

    def __init__(self, repo_id: str) -> None:
        """Determine the folder; nothing is read yet."""
        self.repo_id = repo_id
        self.folder = cache_folder() / f"models--{repo_id.replace('/', '--')}"

    def commit_of(self, revision: str | None) -> str | None:
        """Return the commit that a revision stands for in the cache; `None` if unknown."""
        name = revision or DEFAULT
        if classify(name).kind is RevisionKind.FULL_HASH:
            return name if self.snapshot(name).is_dir() else None
        commit = _read(self.folder / "refs" / name)
        return commit if commit and classify(commit).kind is RevisionKind.FULL_HASH else None

    def snapshot(self, commit: str) -> Path:
        """Return the folder of a commit's files."""
        return self.folder / "snapshots" / commit

    def held(self, commit: str) -> tuple[str, ...]:
        """Return the names of a commit's files, without broken links."""
        top = self.snapshot(commit)
        return tuple(
            path.relative_to(top).as_posix() for path in sorted(_files(top)) if path.is_file()
        )

    def remember(self, revision: str | None, commit: str) -> None:
        """Record which commit a branch or tag stands for, as the client does.

        This is not left to the client: if the file already exists, it ignores an error here
        (huggingface_hub 2.4.0, `_hf_hub_download_to_cache_dir`), and then nothing is found offline.

        Raises:
            OSError: It could not be written.
        """
        name = revision or DEFAULT
        if name == commit or self.commit_of(name) == commit:
            return
        ref = self.folder / "refs" / name
        ref.parent.mkdir(parents=True, exist_ok=True)
        write_whole(ref, commit.encode("ascii"))

    def known(self) -> tuple[str, ...]:
        """Return the cached revisions, for people: branches first, then bare commits."""
        refs = self.folder / "refs"
        named = {path.relative_to(refs).as_posix(): _read(path) for path in sorted(_files(refs))}
        lines = [f"{name} ({commit})" for name, commit in named.items() if commit]
        with suppress(OSError):
            commits = sorted(os.listdir(self.folder / "snapshots"))  # noqa: PTH208
            lines += [commit for commit in commits if commit not in named.values()]
        return tuple(lines[:_SHOWN])


def _files(top: Path) -> Iterator[Path]:
    for folder, _folders, names in os.walk(top):
        for name in names:
            yield Path(folder, name)


def _read(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text("ascii")
    return ""
