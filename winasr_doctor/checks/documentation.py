"""Parses a check's docstring into its parts, once, when the check is declared."""

from __future__ import annotations

import re
from functools import partial

from winasr_doctor.findings import Documentation

PARTS = ("What", "Why", "Decided by", "Do", "Source")
"""The parts of a check's docstring, each once and in this order."""

_NAME = re.compile(r"\n *\*\*([^*\n]+)\.\*\*")


class DocumentationError(ValueError):
    """A docstring does not have the form of a check's documentation; the message says why."""


def parse(docstring: str | None) -> Documentation:
    """Parse the docstring of a check.

    Args:
        docstring: A title, then the paragraphs of `PARTS`, each after its name in bold.

    Raises:
        DocumentationError: There is no title, or a part is missing, empty, misspelt or out of
            order.
    """
    title, _, text = (docstring or "").strip().partition("\n")
    if not title:
        raise DocumentationError("it has no docstring, which is its documentation")
    _, *rest = _NAME.split(f"\n{text}")
    names = tuple(rest[::2])
    if names != PARTS:
        raise DocumentationError(_difference(names))
    for name, text in zip(names, rest[1::2], strict=True):
        if not text.strip():
            raise DocumentationError(f"**{name}.** in its docstring has no text")
    return Documentation(title.rstrip("."), partial(_markdown, docstring or ""))


def _markdown(docstring: str) -> str:
    import textwrap  # lazy: only the reader of a documentation needs it

    return textwrap.dedent(docstring.strip().partition("\n")[2]).strip()


def _difference(names: tuple[str, ...]) -> str:
    missing = ", ".join(f"**{name}.**" for name in PARTS if name not in names)
    unknown = ", ".join(f"**{name}.**" for name in names if name not in PARTS)
    lacks = f"lacks {missing}" if missing else "has its parts twice or in another order"
    has = f" and has the unknown {unknown}" if unknown else ""
    return f"its docstring {lacks}{has}; the parts are {', '.join(PARTS)}, in this order"
