"""Makes syntax trees small enough that those of a large app stay in memory.

CPython keeps what belongs to a node in a dict with room for 30 entries: 350 bytes for a name that
uses six of them. A node of the same kind with slots takes 90. Measured on CPython 3.11.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_FREQUENT = (
    *(ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Assign),
    *(ast.Subscript, ast.Tuple, ast.BinOp, ast.Expr),
)
_RARE = ("kind", "type_comment")
"""Fields that are usually `None`, as they are in the class: `ast.dump` looks for it there."""


def _small(kind: type[ast.AST]) -> type[ast.AST]:
    names = (*kind._fields, *kind._attributes)  # noqa: SLF001 - public, with an underscore
    slots = tuple(name for name in names if name not in _RARE)

    def reduce(node: ast.AST) -> tuple[object, ...]:
        parts = {name: getattr(node, name) for name in slots}
        return kind.__new__, (kind,), {**vars(node), **parts}

    members = {"__slots__": slots, "__module__": kind.__module__, "__reduce__": reduce}
    return type(kind.__name__, (kind,), members)


_SMALL: dict[type, type[ast.AST]] = {kind: _small(kind) for kind in _FREQUENT}


def for_small_nodes(table: Mapping[type, T]) -> dict[type, T]:
    """Return a table by kinds of nodes, with the small kinds added.

    Args:
        table: What applies to each kind of node.
    """
    return {**table, **{_SMALL[kind]: value for kind, value in table.items() if kind in _SMALL}}


def shrink(tree: ast.Module, fields: Mapping[type, tuple[str, ...]]) -> None:
    """Replace the frequent nodes of a tree with small ones.

    Args:
        tree: The tree, which nobody else refers to yet.
        fields: The fields of each kind of node that can hold other nodes.
    """
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        for name in fields[type(node)]:
            value = getattr(node, name, None)
            if type(value) is list:
                value[:] = map(_shrunk, value)
                pending.extend([item for item in value if fields.get(type(item))])
            elif type(value) in fields:
                small = _shrunk(value)
                if small is not value:
                    setattr(node, name, small)
                if fields[type(small)]:
                    pending.append(small)


def _shrunk(node: Any) -> Any:  # noqa: ANN401 - a list of a node may hold anything
    small = _SMALL.get(type(node))
    if small is None:
        return node
    parts = vars(node)
    for name in _RARE:
        if name in parts and parts[name] is None:
            del parts[name]
    return small(**parts)
