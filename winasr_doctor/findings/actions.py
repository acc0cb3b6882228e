"""The actions that `fix --apply` can perform; a check attaches them to a remedy.

A check knows where the fault is; it describes the action and changes nothing. `winasr_doctor.fix`
performs the action.
"""

from __future__ import annotations

from msgspec import Struct


class SourceEdit(Struct, frozen=True):
    r"""One piece of a Python file and its replacement.

    Attributes:
        file: The file, as it was given.
        start: Line and column of its first character, both from 1, in characters.
        end: Line and column after its last one; equal to `start` for an insertion.
        old: The current text, with `\n` as the only line ending.
        new: The replacement, with `\n` as the only line ending.
    """

    file: str
    start: tuple[int, int]
    end: tuple[int, int]
    old: str
    new: str


class EditSource(Struct, frozen=True):
    """Edit one file of the app.

    Attributes:
        edits: The edits, all in the same file; they do not overlap.
    """

    edits: tuple[SourceEdit, ...]


class MakeFolder(Struct, frozen=True):
    """Make a folder that Windows Search does not read.

    Attributes:
        path: The folder; `~` stands for the home folder.
    """

    path: str


class Constrain(Struct, frozen=True):
    """Keep pip from installing a version that does not work.

    Attributes:
        requirements: Lines of a constraints file, such as `lhotse>=1.32.2`.
    """

    requirements: tuple[str, ...]


Action = EditSource | MakeFolder | Constrain
