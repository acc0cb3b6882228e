"""What the Hub's local cache holds of one repository.

Source of the layout: huggingface_hub, "Understand caching"; of the rules, its
`file_download.py`: a commit is 40 lower-case hexadecimal digits, everything else is a file below
`refs` that holds such a commit and nothing more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from winasr_doctor.models.revisions import RevisionKind, classify

DEFAULT = "main"
"""The branch that is meant when no revision is given."""

_SHOWN = 5


def cache_folder() -> Path:
    """Return the cache that huggingface_hub uses in this process."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).expanduser()


class RepoCache:
    """A repository's folder in the cache; it may not be there."""

    def __init__(self, repo_id: str) -> None:
        """Find the folder; nothing is read yet."""
        self.repo_id = repo_id
        self.folder = cache_folder() / f"models--{repo_id.replace('/', '--')}"

    def commit_of(self, revision: str | None) -> str | None:
        """Return the commit that the cache takes a revision for; `None` if it knows none."""
        name = revision or DEFAULT
        if classify(name).kind is RevisionKind.FULL_HASH:
            return name if self.snapshot(name).is_dir() else None
        commit = _read(self.folder / "refs" / name)
        return commit if commit and classify(commit).kind is RevisionKind.FULL_HASH else None

    def snapshot(self, commit: str) -> Path:
        """Return where a commit's files lie."""
        return self.folder / "snapshots" / commit

    def held(self, commit: str) -> tuple[str, ...]:
        """Return the names of a commit's files; a link that leads nowhere is no file."""
        top = self.snapshot(commit)
        return tuple(
            path.relative_to(top).as_posix() for path in sorted(_files(top)) if path.is_file()
        )

    def remember(self, revision: str | None, commit: str) -> None:
        """Note which commit a branch or tag stands for, as the client does.

        Not left to the client: where the file is there already, it ignores an error in this
        (huggingface_hub 2.4.0, `_hf_hub_download_to_cache_dir`), and offline nothing is found.

        Raises:
            OSError: It could not be written.
        """
        name = revision or DEFAULT
        if name == commit or self.commit_of(name) == commit:
            return
        ref = self.folder / "refs" / name
        ref.parent.mkdir(parents=True, exist_ok=True)
        new = ref.with_name(f"{ref.name}.{uuid4().hex[:8]}.tmp")
        try:
            new.write_text(commit, "ascii")
            os.replace(new, ref)  # noqa: PTH105
        finally:
            with suppress(OSError):
                new.unlink()

    def known(self) -> tuple[str, ...]:
        """Return the revisions that are there, for people: branches first, then bare commits."""
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
