"""APP004: errors that are recognised by their message."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import ancestors, edit, found, over_each_file
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, warning
from winasr_doctor.machine.base import Machine

MARKERS = (
    *("winerror", "errno 13", "used by another process", "cannot access the file"),
    *("permission denied", "access is denied", "sharing violation"),
)
_TEXT_TESTS = frozenset(
    {"startswith", "endswith", "find", "index", "count", "search", "match", "fullmatch", "findall"}
)


def _look(file: SourceFile) -> Iterator[Finding]:
    lines: set[int] = set()
    for node in file.parents:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = node.value.casefold()
        if node.lineno in lines or not any(marker in text for marker in MARKERS):
            continue
        if _is_compared(file, node):
            lines.add(node.lineno)
            yield found(
                warning,
                "APP004",
                file,
                node,
                "this compares the error's message, which Windows translates: the branch never runs"
                " on a system in another language",
                [
                    edit(
                        file,
                        node,
                        "Compare the number",
                        file.segment(node),
                        'getattr(error, "winerror", None) in (32, 33)',
                    )
                ],
            )


def _is_compared(file: SourceFile, node: ast.AST) -> bool:
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.Compare | ast.comprehension):
            return True
        if isinstance(parent, ast.Call):
            method = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
            return child in parent.args and method in _TEXT_TESTS
        if not isinstance(parent, ast.Tuple | ast.List | ast.Set):
            return False
    return False


@check("APP004")
def matches_message_text(host: Machine) -> Iterable[Finding]:
    """An error is recognised by its message, which Windows translates.

    **What.** Code that compares or searches for texts such as `WinError 32` or `being used by
    another process`.
    **Why.** Windows writes the message in the user's language, and Python versions word it
    differently. The branch never runs on other machines.
    **Decided by.** A string with such words in a comparison, `startswith`, `find` or `re.search`.
    **Do.** Compare `error.winerror` or `error.errno`.
    **Source.** docs.python.org, `OSError.winerror`; learn.microsoft.com, "FormatMessage function".
    """
    return _RUN(host)


_RUN = over_each_file(
    "APP004", _look, "no error is recognised by its message", (MARKERS,), fold=True
)
