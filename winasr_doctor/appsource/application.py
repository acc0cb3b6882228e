"""The app's source and pins, as the checks see them: plain values, cheap to import.

`reading` creates them; nothing of the app is ever imported or executed. The modules that follow
constants are imported when a check first needs their results.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from winasr_doctor.appsource.pins import Pin
from winasr_doctor.appsource.source_file import SourceFile

if TYPE_CHECKING:
    from winasr_doctor.appsource.callgraph import CallGraph
    from winasr_doctor.appsource.constants import Constants
    from winasr_doctor.appsource.revision_uses import RevisionUse


class Application(Struct, frozen=True, eq=False, dict=True):
    """The app source that the user wants examined besides the machine.

    Attributes:
        files: Every parsed file, in the order found.
        pins: Revisions given with `--revision`.
        unreadable: Files that could not be examined, one sentence each.
        roots: The files and folders as given by the user.
        left_out: Tests and vendored code that were not examined: files, and folders with a slash.
    """

    files: tuple[SourceFile, ...] = ()
    pins: tuple[Pin, ...] = ()
    unreadable: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @cached_property
    def constants(self) -> Constants:
        """Follows constants through all files."""
        from winasr_doctor.appsource.constants import Constants

        return Constants(self.files)

    @cached_property
    def calls(self) -> CallGraph:
        """Follows calls through all files."""
        from winasr_doctor.appsource.callgraph import CallGraph

        return CallGraph(self.constants)

    @cached_property
    def revisions(self) -> tuple[RevisionUse, ...]:
        """Every model revision in the files and the pins, each literal once."""
        if not self.files and not self.pins:
            return ()
        from winasr_doctor.appsource.revision_uses import find_revisions

        return find_revisions(self)
