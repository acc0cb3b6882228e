"""The checks as readers know them: their families and their documentation."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from winasr_doctor._util.lazy_patterns import lazy_pattern

FAMILIES = {
    "TMP": "temp location",
    "SYN": "cloud sync",
    "AVX": "antivirus",
    "IDX": "Windows Search",
    "REV": "model revision",
    "ENV": "Python, torch, GPU, memory, paths",
    "NEM": "NeMo and lhotse",
    "APP": "the app's source",
}
"""The families of this package's checks, in the order of a report; others come after them."""

HEADINGS = {
    "What": "What it checks",
    "Why": "Why it matters",
    "Do": "What to do",
    "Decided by": "How it decides",
    "Source": "Source",
}
"""What readers see in place of the name of each part, in the order in which they read them."""

_PART = lazy_pattern(rf"^ *\*\*({'|'.join(HEADINGS)})\.\*\*", re.MULTILINE)
_BLANK = lazy_pattern(r"\n\s*\n")


class Documentation(Struct, frozen=True):
    """What a check's docstring says.

    Attributes:
        title: One line, without a full stop: what is wrong when the check fails.
        text: Everything after the title, or what reads it when somebody asks.
    """

    title: str
    text: str | Callable[[], str] = ""

    @property
    def markdown(self) -> str:
        """Everything after the title."""
        return self.text if isinstance(self.text, str) else self.text()

    @property
    def what(self) -> str:
        """What the check looks at; like `why` and `do`, the first paragraph on one line."""
        return self._first_paragraph("What")

    @property
    def why(self) -> str:
        """What goes wrong if the check fails."""
        return self._first_paragraph("Why")

    @property
    def do(self) -> str:
        """What the reader should do."""
        return self._first_paragraph("Do")

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Heading and text of each part, in the order in which people read them."""
        texts = self._texts()
        return tuple((HEADINGS[name], texts[name]) for name in HEADINGS if name in texts)

    def _first_paragraph(self, name: str) -> str:
        return " ".join(_BLANK.split(self._texts().get(name, ""))[0].split())

    def _texts(self) -> dict[str, str]:
        _, *rest = _PART.split(self.markdown)
        return dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))
