"""Small questions about single nodes, answered by their syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winasr_doctor.appsource.index import Part, Scope

_NAMESPACES = frozenset({"dict", "SimpleNamespace", "Namespace"})
"""Calls whose keywords become entries or attributes of the result."""


def last_name(node: ast.AST) -> str:
    """Return `c` for `a.b.c` and for `c`; an empty text for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def text_of(expr: ast.expr | None) -> str | None:
    """Return the value of a string literal, `None` for any other expression."""
    if isinstance(expr, ast.Constant) and isinstance(expr.value, str):
        return expr.value
    return None


def option_name(call: ast.Call) -> str | None:
    """Return `model_revision` for `add_argument("-r", "--model-revision", ...)`.

    This follows argparse and click: the first long option, with dashes turned into underscores.
    """
    flags = [flag for flag in map(text_of, call.args) if flag]
    longs = [flag for flag in flags if flag.startswith("--")]
    name = (longs or flags)[0] if flags else ""
    return name.lstrip("-").replace("-", "_") if name.startswith("-") else None


def named_values(index: Part) -> Iterator[tuple[str, ast.expr, Scope]]:
    """Yield every named value in a part of a file whose name is not a plain variable."""
    for display, scope in index.dicts:
        for key, value in zip(display.keys, display.values, strict=True):
            name = text_of(key)
            if name is not None:
                yield name, value, scope
    for target, value, scope in index.stores:
        name = stored_name(target)
        if name is not None:
            yield name, value, scope
    for call, scope in index.calls:
        for name, value in _named_by_call(call):
            yield name, value, scope
    for scope in index.scopes:
        if scope.is_class:
            yield from _class_attributes(scope)


def _class_attributes(scope: Scope) -> Iterator[tuple[str, ast.expr, Scope]]:
    from winasr_doctor.appsource.index import Value  # lazy: only an app with source has an index

    for name, bindings in scope.bindings.items():
        for binding in bindings:
            if isinstance(binding, Value) and not binding.path:
                yield name, binding.expr, binding.scope


def _named_by_call(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    is_namespace = last_name(call.func) in _NAMESPACES
    for keyword in call.keywords:
        option = option_name(call) if keyword.arg == "default" else None
        if option:
            yield option, keyword.value
        elif is_namespace and keyword.arg is not None:
            yield keyword.arg, keyword.value


def stored_name(target: ast.Attribute | ast.Subscript) -> str | None:
    """Return `name` for a store to `x.name` or `x["name"]`."""
    return target.attr if isinstance(target, ast.Attribute) else text_of(target.slice)
