"""The checks as readers know them: their families and their documentation."""

from __future__ import annotations

import re

from msgspec import Struct

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

_PART = re.compile(rf"^\*\*({'|'.join(HEADINGS)})\.\*\*", re.MULTILINE)


class Documentation(Struct, frozen=True):
    """What a check's docstring says.

    Attributes:
        title: One line, without a full stop: what is wrong when the check fails.
        markdown: Everything after the title.
        what: What the check looks at; like every part, its first paragraph on one line.
        why: What goes wrong if the check fails.
        decided_by: The exact rule, thresholds and units included.
        do: What the reader should do.
        source: Where the fact comes from.
    """

    title: str
    markdown: str = ""
    what: str = ""
    why: str = ""
    decided_by: str = ""
    do: str = ""
    source: str = ""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Heading and text of each part, in the order in which people read them."""
        _, *rest = _PART.split(self.markdown)
        texts = dict(zip(rest[::2], rest[1::2], strict=True))
        return tuple((HEADINGS[name], texts[name].strip()) for name in HEADINGS if name in texts)
