"""Follows names through the statements of one function, in the order of the source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import ancestors, in_order, walk_own

_ADDS = frozenset({"append", "extend", "update", "add", "insert"})


class _Names(NamedTuple):
    """The names that a statement mentions, and those that it gives a value."""

    mentioned: frozenset[str]
    assigned: frozenset[str]


def assigned(block: Iterable[ast.AST]) -> set[str]:
    """Return the names that get a value in these statements, or something added to it."""
    names: set[str] = set()
    for node in walk_own(block):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                names.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute):  # answer["text"] = ...
            if isinstance(node.ctx, ast.Store):
                names.update(_root(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and node.func.attr in _ADDS:
                names.add(owner.id)
    return names


def _root(node: ast.AST) -> Iterator[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def is_used_after(file: SourceFile, place: ast.Call, result: ast.Call) -> bool:
    """Return whether what a result went into is read or returned after a place.

    Args:
        file: The file that contains both.
        place: A call behind the result.
        result: The call that computes the result.
    """
    return names_used_after(file, place, names_from(file, place, result))


def names_from(file: SourceFile, place: ast.Call, result: ast.Call) -> set[str]:
    """Return the names that a result went into before a place, also through other names."""
    for parent, _child in ancestors(file, result):
        if isinstance(parent, ast.stmt):
            names = assigned([parent])
            return names | _derived(file, parent, place, names)
    return set()


def names_used_after(file: SourceFile, place: ast.AST, names: set[str]) -> bool:
    """Return whether one of these names is read in the same function after a place."""
    after = getattr(place, "end_lineno", 0)
    return any(
        isinstance(node, ast.Name)
        and node.id in names
        and node.lineno > after
        and isinstance(node.ctx, ast.Load)
        for node in _in_function(file, place)
    )


def _derived(file: SourceFile, start: ast.stmt, place: ast.Call, names: set[str]) -> set[str]:
    """Return the names that get a value from these before a place."""
    known = set(names)
    for node in _in_function(file, start):
        if (
            isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.For)
            and start.lineno <= node.lineno <= place.lineno
        ):
            found = _names_in(file, node)
            if not found.mentioned.isdisjoint(known):
                known |= found.assigned
    return known


def _names_in(file: SourceFile, statement: ast.stmt) -> _Names:
    known: dict[ast.stmt, _Names] = file.worked_out.setdefault(_Names, {})
    if statement not in known:
        names = (each.id for each in walk_own([statement]) if isinstance(each, ast.Name))
        known[statement] = _Names(frozenset(names), frozenset(assigned([statement])))
    return known[statement]


def _in_function(file: SourceFile, node: ast.AST) -> Sequence[ast.AST]:
    """Return the nodes of the function around a node, or of the module, in their order."""
    around: ast.AST = file.tree
    for parent, _child in ancestors(file, node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            around = parent
            break
    known: dict[ast.AST, Sequence[ast.AST]] = file.worked_out.setdefault(_in_function, {})
    if around not in known:
        known[around] = in_order(walk_own(getattr(around, "body", [])))
    return known[around]
