"""Parses PowerShell as PowerShell would, as far as a grammar of it goes."""

from __future__ import annotations

import re
import sys

_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"`]|`.)*\""

_GAPS = r"(?<= )--(?= )|(?<= )--[\w-]+[.=]\S+|(?<![\w$.])\w+(?=, )|(?<=, )\w+"
"""Words that PowerShell takes and the grammar does not: `--`, `--name=value`, `--name.part`, and
lists of words."""

WITHOUT_GRAMMAR = sys.version_info >= (3, 15)
"""Whether there is no grammar: tree-sitter has no wheels for this Python yet."""


def problem(text: str) -> str | None:
    """Return what is wrong with a PowerShell script, or `None`.

    Where there is no grammar, only two mistakes are seen: `&&`, which Windows PowerShell 5 does not
    have but the grammar has, and a quoted path without `&`, which would only be printed.

    Args:
        text: The script.
    """
    bare = re.sub(_QUOTED, "''", text)
    if "&&" in bare:
        return "Windows PowerShell 5 has no &&"
    if re.match(r"''", bare):
        return "this only prints the path; it needs & in front"
    return None if WITHOUT_GRAMMAR else _syntax_error(text)


def _syntax_error(text: str) -> str | None:
    import tree_sitter_powershell
    from tree_sitter import Language, Parser

    known = re.sub(rf"({_QUOTED})|{_GAPS}", lambda found: found[1] or f"'{found[0]}'", text)
    parser = Parser(Language(tree_sitter_powershell.language()))
    root = parser.parse(known.encode()).root_node
    return f"not PowerShell: {root}" if root.has_error else None
