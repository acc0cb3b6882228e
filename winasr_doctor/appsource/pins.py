"""Revisions given on the command line."""

from __future__ import annotations

from typing import NamedTuple

_REPO_ID_MARKS = str.maketrans("", "", "-_.")


class Pin(NamedTuple):
    """A revision given with `--revision [REPO@]REVISION`."""

    revision: str
    repo_id: str | None = None

    @classmethod
    def parse(cls, text: str) -> Pin:
        """Split a pin such as `nvidia/canary-qwen-2.5b@main` into its two parts.

        Args:
            text: A revision, or a repository, `@` and a revision. Any text is accepted; the checks
                decide whether the revision makes sense.
        """
        repo_id, at, revision = text.partition("@")
        return cls(revision, repo_id) if at and is_repo_id(repo_id) else cls(text)


def is_repo_id(text: str) -> bool:
    """Return whether a text can be a Hub repository with its owner, such as `nvidia/canary-1b-v2`.

    Source: huggingface_hub, `validate_repo_id`: letters, digits, `-`, `_` and `.`.
    """
    owner, slash, name = text.partition("/")
    return bool(slash) and all(
        part.isascii() and part[:1].isalnum() and part.translate(_REPO_ID_MARKS).isalnum()
        for part in (owner, name)
    )
