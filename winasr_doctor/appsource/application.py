"""The app's source and pins, as the checks see them: plain values, cheap to import.

`reading` creates them; nothing of the app is ever imported or executed. The modules that follow
constants are imported when a check first needs their results.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from winasr_doctor.appsource.callgraph import CallGraph
    from winasr_doctor.appsource.constants import Constants
    from winasr_doctor.appsource.pins import Pin
    from winasr_doctor.appsource.revision_uses import RevisionUse
    from winasr_doctor.appsource.shelf import Shelf
    from winasr_doctor.appsource.source_file import SourceFile
    from winasr_doctor.appsource.words import Words


class Application(Struct, frozen=True, eq=False, dict=True):
    """The app source that the user wants examined besides the machine.

    Attributes:
        files: Every file that can be read, in the order found.
        pins: Revisions given with `--revision`.
        unreadable: Files that could not be examined, one sentence each.
        roots: The files and folders as given by the user.
        left_out: Tests and vendored code that were not examined: files, and folders with a slash.
        shelf: Limits how much of a large app is in memory.
        helpers: The number of processes that examine files of a large app besides this one.
    """

    files: tuple[SourceFile, ...] = ()
    pins: tuple[Pin, ...] = ()
    unreadable: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    shelf: Shelf | None = None
    helpers: int = 0

    @property
    def is_given(self) -> bool:
        """Whether there is anything to examine, or was meant to be."""
        return bool(self.files or self.roots or self.pins or self.unreadable)

    @property
    def unexamined(self) -> tuple[str, ...]:
        """The `unreadable` files, and those that turned out so when a check needed them."""
        late = (file for file in self.files if file.problem is not None)
        return (
            *self.unreadable,
            *(f"cannot examine {file.path}: {file.problem}" for file in late),
        )

    @cached_property
    def words(self) -> Words:
        """Finds files by the words in them."""
        from winasr_doctor.appsource.words import Words

        return Words(self.files)

    @cached_property
    def constants(self) -> Constants:
        """Follows constants through all files."""
        from winasr_doctor.appsource.constants import Constants

        return Constants(self.files, self.words)

    @cached_property
    def calls(self) -> CallGraph:
        """Follows calls through all files."""
        from winasr_doctor.appsource.callgraph import CallGraph

        return CallGraph(self.constants, self.shelf)

    def relieve(self, *held: SourceFile) -> None:
        """Forget trees and answers if too much of a large app is parsed.

        Only for places where nobody holds a node or scope of a file that is not kept.

        Args:
            held: Files to keep this time.
        """
        if self.shelf is not None and self.shelf.is_full:
            self.calls.forget()
            self.shelf.make_room(*held)

    def forget(self) -> None:
        """Forget all that was worked out about a large app; what is asked again is parsed again."""
        if self.shelf is None:
            return
        self.calls.forget()
        for name in set(vars(self)) - {"words"}:
            vars(self).pop(name)
        self.shelf.clear()

    @cached_property
    def revisions(self) -> tuple[RevisionUse, ...]:
        """Every model revision in the files and the pins, each literal once."""
        if not self.files and not self.pins:
            return ()
        from winasr_doctor.appsource.revision_uses import find_revisions

        return find_revisions(self)
