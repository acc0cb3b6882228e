"""The app's source and pins, as the checks see them: plain values, cheap to import.

`reading` makes them; nothing of the app is ever imported or executed. The modules that follow
constants are imported when a check first asks for what they find.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from winasr_doctor.appsource.pins import Pin
from winasr_doctor.appsource.source_file import SourceFile

if TYPE_CHECKING:
    from winasr_doctor.appsource.constants import Constants
    from winasr_doctor.appsource.revision_uses import RevisionUse


class Application(Struct, frozen=True, eq=False, dict=True):
    """What the user asked to have examined besides the machine.

    Attributes:
        files: Every file that could be parsed, in the order found.
        pins: Revisions given with `--revision`.
        unreadable: Files that could not be examined, one sentence each.
        roots: The files and folders that were given, as given.
    """

    files: tuple[SourceFile, ...] = ()
    pins: tuple[Pin, ...] = ()
    unreadable: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()

    @cached_property
    def constants(self) -> Constants:
        """Follows constants through all the files."""
        from winasr_doctor.appsource.constants import Constants

        return Constants(self.files)

    @cached_property
    def revisions(self) -> tuple[RevisionUse, ...]:
        """Every model revision in the files and among the pins, each literal once."""
        if not self.files and not self.pins:
            return ()
        from winasr_doctor.appsource.revision_uses import find_revisions

        return find_revisions(self)
