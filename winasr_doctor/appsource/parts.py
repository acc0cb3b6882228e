"""Parts of a source file: the cells of a notebook, and comments that silence findings."""

from __future__ import annotations

from typing import NamedTuple


class IgnoreComment(NamedTuple):
    """A comment `# winasr: ignore[CODE, CODE2] reason`."""

    codes: tuple[str, ...]
    """Codes or family prefixes, in capitals."""
    reason: str
    """The author's reason; empty if none is given."""

    def covers(self, code: str) -> bool:
        """Return whether it covers findings of this check."""
        return code.startswith(self.codes)


class Cell(NamedTuple):
    """A code cell of a notebook.

    Attributes:
        number: Among the code cells, from 1.
        first: The line of the joined source that its first line is.
        raw_lines: The line of the `.ipynb` file for each of its lines.
    """

    number: int
    first: int
    raw_lines: tuple[int, ...]
