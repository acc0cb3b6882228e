"""Revisions given without source: on the command line or in a call."""

from __future__ import annotations

from typing import NamedTuple

GIVEN = "given with --revision"

_REPO_ID_MARKS = str.maketrans("", "", "-_.")


class Pin(NamedTuple):
    """A revision given with `--revision [REPO@]REVISION`, or in a call.

    Attributes:
        revision: The revision.
        repo_id: The model's repository, if known.
        where: A phrase that says where it was given.
    """

    revision: str
    repo_id: str | None = None
    where: str = GIVEN

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
