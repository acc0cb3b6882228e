"""Recognises a thread that is started only while no other one works."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name, text_of
from winasr_doctor.checks.app.common import (
    ancestors,
    constant,
    enclosing_function,
    keyword,
    line_of,
    walk_own,
)

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site


def is_guarded(site: Site) -> bool:
    """Return whether a call happens only while no other one runs, as far as its function shows.

    Its function disables a button before, or asks for a flag that the app sets.

    Args:
        site: The call.
    """
    file, call = site.file, site.call
    function = enclosing_function(file, call)
    if function is None:
        return False
    before = [node for node in walk_own(function.body) if 0 < line_of(node) <= call.lineno]
    return any(map(_disables, before)) or any(
        _is_set(file, flag) for node in before for flag in _flags(file, node, call)
    )


def _disables(node: ast.AST) -> bool:
    """Return whether a statement disables a button, in Tk or in Qt."""
    if isinstance(node, ast.Assign):
        return text_of(node.value) == "disabled"
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    if name in {"config", "configure"}:
        state = keyword(node, "state")
        return state is not None and "DISABLED" in {
            (text_of(state) or "").upper(),
            last_name(state),
        }
    if name in {"setEnabled", "Enable"}:
        return bool(node.args) and constant(node.args[0]) is False
    return name in {"setDisabled", "Disable"}


def _flags(file: SourceFile, node: ast.AST, call: ast.Call) -> Iterator[str]:
    """Yield the names that an `if` asks for and that must be false for a call to happen."""
    if not isinstance(node, ast.If):
        return
    around = any(parent is node and child in node.body for parent, child in ancestors(file, call))
    if not around and not isinstance(node.body[-1], ast.Return | ast.Raise):
        return
    for part in ast.walk(node.test):
        is_not = isinstance(file.parent_of(part), ast.UnaryOp)
        if isinstance(part, ast.Name | ast.Attribute) and is_not is around:
            yield last_name(part)


def _is_set(file: SourceFile, flag: str) -> bool:
    """Return whether a file gives a flag both values."""
    values = {
        constant(node.value)
        for node in file.parents
        if isinstance(node, ast.Assign)
        and any(last_name(target) == flag for target in node.targets)
        and isinstance(constant(node.value), bool)
    }
    return values == {True, False}
