"""What a repair is: what would be changed, shown beforehand, and how it is taken back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileChange:
    """Other contents for one file.

    Attributes:
        path: The file, links resolved.
        before: What it holds now; `None` if it does not exist.
        after: What it will hold.
    """

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class FolderChange:
    """A folder that will exist and not be indexed.

    Attributes:
        path: The folder.
        make: Whether it does not exist yet.
        mark: Whether Windows Search is to be kept out of it.
    """

    path: str
    make: bool
    mark: bool


@dataclass(frozen=True, slots=True)
class Removal:
    """A sweep of the ledger of leftovers.

    Attributes:
        paths: What it will look at.
    """

    paths: tuple[str, ...]


Change = FileChange | FolderChange | Removal


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that can be done now.

    Attributes:
        codes: The checks whose findings it is for.
        title: What it achieves, as a short imperative.
        target: The file or folder that changes.
        preview: A unified diff for a file, a sentence for anything else.
        undo: How it is taken back, one sentence.
        then: What is left for people to do, so that the finding goes away; none if nothing.
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
    """A repair that has been made already; `why` says so, `then` as in `Repair`."""

    codes: tuple[str, ...]
    why: str
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindered:
    """A repair that is refused; `why` is one sentence."""

    codes: tuple[str, ...]
    title: str
    why: str


Proposal = Repair | NothingToDo | Hindered
