"""Finds paths in the text of an ffmpeg filter, which splits them at the colon of the drive."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name, text_of
from winasr_doctor.checks.app.common import constant, is_fixed, made_of
from winasr_doctor.checks.app.posix import asks_for_the_system

OPTIONS = (
    *("subtitles=", "movie=", "fontfile=", "textfile=", "fontsdir=", "lut3d="),
    *(f"{before}ass=" for before in " ,;:]\"'="),  # not `class=`
)
"""Filters and options that name a file. Source: FFmpeg, doc/filters.texi."""

_BEFORE = re.compile(
    r"(?:^|[\s,;:\]'\"=])(?:(?:subtitles|ass|a?movie|lut3d)=(?:f|filename|file)?=?"
    r"|(?:fontfile|textfile|fontsdir)=)(?P<quote>\\?['\"]?)$"
)
_NO_FOLDER = frozenset({"basename", "name", "stem"})
_ESCAPES = ("escape", "quote", "ffmpeg", "filter")

_WHY = "ffmpeg splits a filter at each colon and drops each backslash"


def paths_in_filters(
    file: SourceFile, parts_of: Iterable[tuple[ast.expr, list[str | ast.expr]]]
) -> Iterator[tuple[ast.expr, str]]:
    """Yield the texts in which a path stands in an ffmpeg filter unprotected, and what happens.

    Args:
        file: The file.
        parts_of: Texts that the file puts together, each with its fixed parts and its values.
    """
    for node, parts in parts_of:
        for before, value in pairwise(parts):
            if not isinstance(before, str) or isinstance(value, str):
                continue
            found = _BEFORE.search(before)
            why = _problem(file, value, quote=found["quote"]) if found else ""
            if why and not asks_for_the_system(file, node):
                yield node, why
                break


def _problem(file: SourceFile, value: ast.expr, *, quote: str) -> str:
    """Return what goes wrong with a value in a filter; empty if nothing is known to."""
    made = made_of(file, value)
    if any(_has_no_folder(each) for each in made) or is_fixed(file, value, without=":/\\"):
        return ""
    escaped = next((each for each in made if _escapes(each)), None)
    if escaped is None:
        return "" if "\\:" in file.text else f"{_WHY}: C:\\... is not found"
    once = isinstance(escaped, ast.Call) and constant(escaped.args[-1]) == "\\:"
    quoted = quote or any(_adds_a_quote(each) for each in made)
    return "" if quoted or not once else f"{_WHY}, also one \\ before a colon outside of quotes"


def _has_no_folder(node: ast.AST) -> bool:
    """Return whether a node is the name of a file without its folder, or without a drive."""
    if isinstance(node, ast.Call | ast.Attribute):
        name = last_name(node.func if isinstance(node, ast.Call) else node)
        return name in _NO_FOLDER or name.startswith("rel")
    return False


def _escapes(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if last_name(node.func) in {"replace", "sub", "translate"}:
        return any(":" in (text_of(argument) or "") for argument in node.args)
    return any(word in last_name(node.func).casefold() for word in _ESCAPES)


def _adds_a_quote(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).endswith("'")
