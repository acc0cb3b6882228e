"""The checks as readers know them: their families and their documentation."""

from __future__ import annotations

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
