"""Classifies a model revision by its spelling alone.

Sources: huggingface_hub `file_download.py` (`REGEX_COMMIT_HASH`: 40 lower-case hexadecimal
digits, nothing else counts as a commit) and its download guide ("full-length hash");
`git help check-ref-format`; Hub documentation on pull requests (`refs/pr/N`); Git LFS (the id
of a stored file is a SHA-256, 64 digits).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

FULL_HASH_LENGTH = 40
SHA256_LENGTH = 64
SHORTEST_ABBREVIATION = 7
"""The abbreviations of git and the Hub's pages; fewer digits are more likely a name."""
LONGEST_ABBREVIATION = 16
"""People abbreviate to 7-12 digits, rarely 16. Anything longer is a truncated hash."""

_HEX = frozenset("0123456789abcdef")
_DIGITS = frozenset("0123456789")
_FORBIDDEN = {
    " ": "a space",
    "~": "'~'",
    "^": "'^'",
    ":": "':'",
    "?": "'?'",
    "*": "'*'",
    "[": "'['",
    "\\": "a backslash",
}


class RevisionKind(str, Enum):
    """The kinds of revision."""

    FULL_HASH = "full hash"
    UPPER_CASE_HASH = "hash with upper case"
    TRUNCATED_HASH = "truncated hash"
    ABBREVIATION = "abbreviated hash"
    LFS_SHA256 = "LFS sha256"
    OVERLONG_HASH = "hash that is too long"
    BRANCH_OR_TAG = "branch or tag"
    PULL_REQUEST = "pull request"
    ILLEGAL_NAME = "not a legal git name"


_HASH_REASONS = {
    RevisionKind.FULL_HASH: "{length} of 40 characters",
    RevisionKind.UPPER_CASE_HASH: "only lower case is recognised as a commit",
    RevisionKind.TRUNCATED_HASH: "{length} of 40 characters",
    RevisionKind.ABBREVIATION: "{length} of 40 characters",
    RevisionKind.LFS_SHA256: "{length} characters identify a stored file, not a commit",
    RevisionKind.OVERLONG_HASH: "{length} characters instead of 40",
}


class Revision(Struct, frozen=True):
    """A revision and its kind."""

    text: str
    kind: RevisionKind
    reason: str
    """Why it is of that kind; completes `... is KIND: `."""


def classify(text: str) -> Revision:
    """Classify a revision.

    Args:
        text: The value passed as `revision=`.

    Returns:
        Its kind and the reason, with figures.
    """
    fault = illegal_because(text)
    if fault is not None:
        return Revision(text, RevisionKind.ILLEGAL_NAME, fault)
    decimal = _DIGITS.issuperset(text) and len(text) <= LONGEST_ABBREVIATION  # a date, a number
    if len(text) < SHORTEST_ABBREVIATION or decimal or not _HEX.issuperset(text.lower()):
        return _named(text)
    kind = _hash_kind(text)
    return Revision(text, kind, _HASH_REASONS[kind].format(length=len(text)))


def _hash_kind(text: str) -> RevisionKind:
    length = len(text)
    if length == FULL_HASH_LENGTH:
        return RevisionKind.FULL_HASH if _HEX.issuperset(text) else RevisionKind.UPPER_CASE_HASH
    if length > FULL_HASH_LENGTH:
        return RevisionKind.LFS_SHA256 if length == SHA256_LENGTH else RevisionKind.OVERLONG_HASH
    return (
        RevisionKind.TRUNCATED_HASH if length > LONGEST_ABBREVIATION else RevisionKind.ABBREVIATION
    )


def _named(text: str) -> Revision:
    number = text.removeprefix("refs/pr/")
    if number != text and number.isascii() and number.isdigit():
        return Revision(text, RevisionKind.PULL_REQUEST, "it moves whenever the pull request does")
    return Revision(
        text, RevisionKind.BRANCH_OR_TAG, "it can be moved to another commit at any time"
    )


def illegal_because(name: str) -> str | None:
    """Return why git does not allow a branch, tag or other reference of this name.

    Follows the rules of `git check-ref-format --allow-onelevel`, in its order.

    Args:
        name: The name in question.

    Returns:
        What is wrong with it, or `None` for a legal name.
    """
    if not name.strip(" \t\r\n"):
        return "it is only white space" if name else "it is empty"
    for char in name:
        fault = _character_fault(char)
        if fault is not None:
            return fault
    return next((reason for is_wrong, reason in _RULES if is_wrong(name)), None)


def _character_fault(char: str) -> str | None:
    if char in _FORBIDDEN:
        return f"it contains {_FORBIDDEN[char]}"
    if char < " " or char == "\x7f":
        return f"it contains the control character {char!r}"
    if "\ud800" <= char <= "\udfff":
        return f"it contains {char!a}, which is not a character"
    return None


_RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda name: ".." in name, "it contains '..'"),
    (lambda name: "//" in name, "it contains '//'"),
    (lambda name: "@{" in name, "it contains '@{'"),
    (lambda name: name == "@", "'@' alone is reserved"),
    (lambda name: name.startswith("/"), "it begins with a slash"),
    (lambda name: name.endswith("/"), "it ends with a slash"),
    (lambda name: name.endswith("."), "it ends with a dot"),
    (lambda name: name.startswith(".") or "/." in name, "a part of it begins with a dot"),
    (
        lambda name: name.endswith(".lock") or ".lock/" in name,
        "a part of it ends in '.lock'",
    ),
)
