"""Finds the English in Markdown pages, in Python's strings and in known errors."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

_MARKDOWN_CODE = re.compile(
    r"""
    ^(?P<indent>\s*)(?P<fence>```+|~~~+)[^\n]*\n(?:.*?\n)??(?P=indent)(?P=fence)[ ]*$  # a block
    | ^>[^\n]*$  # a quotation: other people's words
    | <!--.*?-->
    | (?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)
    | (?<=\])\([^)\s]*\)
    | <[^>\n]+>
    | \bhttps?://\S+
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_ENTRY_TEXT = re.compile(
    r'^(?:cause|title|text|unknown) = "(?P<text>(?:[^"\\]|\\.)*)"'
    r'|\btext = "(?P<step>(?:[^"\\]|\\.)*)"'
    r'|\bunknown = "(?P<unknown>(?:[^"\\]|\\.)*)"',
    re.MULTILINE,
)
_TABLE = re.compile(r"^\[\[?([\w.]+)", re.MULTILINE)
_WORDS = re.compile(r"[a-z]\S* +\S+ +\S+", re.IGNORECASE)


class Prose:
    """The English of several files.

    Attributes:
        text: The passages of all files; a full stop on a line of its own between two.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        passages = [(file, line, text) for file in files for line, text in passages_of(file)]
        texts = [f"{text}\n.\n" for _, _, text in passages]
        self._places = [(file, line) for file, line, _ in passages]
        self._starts = list(accumulate(map(len, texts), initial=0))[:-1]
        self.text = "".join(texts)

    def place(self, offset: int) -> tuple[Path, int]:
        """Return the file and the line, counted from 1, of the character at an offset."""
        passage = bisect_right(self._starts, offset) - 1
        file, line = self._places[passage]
        return file, line + self.text.count("\n", self._starts[passage], offset)


def passages_of(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the English of a Markdown, Python or TOML file, each passage with its line."""
    source = file.read_text(encoding="utf-8")
    return {".md": _markdown, ".py": _python, ".toml": _entry}[file.suffix](source)


def _markdown(source: str) -> Iterator[tuple[int, str]]:
    """Yield the page without its code and addresses; a blank line ends a sentence."""
    yield 1, re.sub(r"\n(?=\n)", " .\n", _MARKDOWN_CODE.sub(_placeholder, source))


def _placeholder(found: re.Match[str]) -> str:
    text = found[0]
    if "\n" in text or text.startswith((">", "(", "<")):
        return re.sub(r"[^\n]", " ", text)
    return "`" * len(text)


def _python(source: str) -> Iterator[tuple[int, str]]:
    """Yield the strings that have at least three words, patterns left out."""
    tree = ast.parse(source)
    patterns = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
        for child in ast.walk(node)
    }
    inside = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for child in ast.walk(node)
        if child is not node
    }
    for node in ast.walk(tree):
        if node in patterns or node in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "``" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if _WORDS.search(text):
            yield node.lineno, _MARKDOWN_CODE.sub(_placeholder, text)


def _entry(source: str) -> Iterator[tuple[int, str]]:
    """Yield a known error's cause and remedies, but no samples: those are other people's words."""
    tables = [(found.start(), found[1]) for found in _TABLE.finditer(source)]
    for found in _ENTRY_TEXT.finditer(source):
        inside = [name for start, name in tables if start <= found.start()]
        if not inside or inside[-1].startswith("remedies"):
            if not inside and found[0].startswith("title"):
                continue  # as the error prints it
            text = next(filter(None, found.groups()), "")
            yield source.count("\n", 0, found.start()) + 1, text
