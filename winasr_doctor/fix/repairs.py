"""Describes repairs as values: the change, its preview and how to undo it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileChange:
    """New contents for one file.

    Attributes:
        path: The file, links resolved.
        before: Its current contents; `None` if it does not exist.
        after: Its new contents.
    """

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class FolderChange:
    """A folder that will exist and will not be indexed.

    Attributes:
        path: The folder.
        make: Whether it must be created.
        mark: Whether to exclude it from Windows Search.
    """

    path: str
    make: bool
    mark: bool


@dataclass(frozen=True, slots=True)
class Removal:
    """A sweep of the ledger of leftovers.

    Attributes:
        paths: The paths it will check.
    """

    paths: tuple[str, ...]


Change = FileChange | FolderChange | Removal


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair that can be made now.

    Attributes:
        codes: The checks whose findings it fixes.
        title: What it achieves, as a short imperative.
        target: The file or folder that changes.
        preview: A unified diff for a file, a sentence for anything else.
        undo: How to undo it, one sentence.
        then: What the user still has to do for the finding to go away; empty if nothing.
        change: The change itself.
    """

    codes: tuple[str, ...]
    title: str
    target: str
    preview: str
    undo: str
    then: tuple[str, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """A repair that has already been made; `why` says so, `then` is as in `Repair`."""

    codes: tuple[str, ...]
    why: str
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindered:
    """A refused repair; `why` is one sentence."""

    codes: tuple[str, ...]
    title: str
    why: str


Proposal = Repair | NothingToDo | Hindered
