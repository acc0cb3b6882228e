"""Resolves a file's names through its imports, and finds the node around a node."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from winasr_doctor.appsource.index import Import

if TYPE_CHECKING:
    from winasr_doctor.appsource.file_index import FileIndex


def parents_of(tree: ast.AST, statements: Iterable[ast.AST]) -> dict[ast.AST, ast.AST]:
    """Return the nodes of statements of a module with the node around each, outer nodes first."""
    pending = list(statements)
    parents = dict.fromkeys(pending, tree)
    for node in pending:
        for name in CHILD_FIELDS[type(node)]:
            value: Any = getattr(node, name, None)
            children = value if type(value) is list else (value,)
            for child in children:
                inner = CHILD_FIELDS.get(type(child))
                if inner is not None:
                    parents[child] = node
                    if inner:
                        pending.append(child)
    return parents


def children_of(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below a node, without those that `_child_fields` leaves out."""
    found: list[ast.AST] = []
    for name in CHILD_FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found.extend([item for item in value if isinstance(item, ast.AST)])
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def _child_fields() -> dict[type, tuple[str, ...]]:
    """Return, for each kind of node, the fields that can hold other nodes.

    Loads, stores and operators are left out: Python shares one object among all of a kind.
    """
    shared = {"ctx", "op", "ops", "type_comment", "type_ignores", "lineno", "id", "arg", "attr"}
    leaves = {"level", "module", "name", "kind", "conversion", "simple", "is_async", "n", "s"}
    fields: dict[type, tuple[str, ...]] = {
        kind: tuple(
            name
            for name in kind._fields
            if name not in shared
            and (name not in leaves or (name == "name" and kind.__name__ == "TypeAlias"))
        )
        for kind in vars(ast).values()
        if isinstance(kind, type) and issubclass(kind, ast.AST)
    }
    fields[ast.Constant] = fields[ast.Name] = ()
    return fields


CHILD_FIELDS = _child_fields()
"""The fields of each kind of node that can hold other nodes."""


def imports_of(index: FileIndex) -> Mapping[str, str]:
    """Return the names that a file imports, in any scope, with the dotted names they stand for."""
    names: dict[str, str] = {}
    inside = (scope for part in index.importing for scope in part.scopes)
    for scope in (index.module, *inside):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if isinstance(binding, Import):
                    module = "." * binding.level + binding.module
                    names[name] = f"{module}.{binding.name}" if binding.name else module
        for star in scope.stars:
            module = "." * star.level + star.module
            names[f"{module}.*"] = module
    return names


def qualified_name(node: ast.AST, imports: Mapping[str, str], index: FileIndex) -> str | None:
    """Return the dotted name of a name or attribute.

    Args:
        node: The expression.
        imports: The file's imported names.
        index: The file's index, for names that the module itself binds.

    Returns:
        `os.environ` for `environ` after `from os import environ`; a name that is neither imported
        nor bound by the module is a built-in and is returned unchanged; else `None`.
    """
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    if node.id in imports:
        head = imports[node.id]
    elif tail or node.id in index.module.bindings:
        return None
    else:
        head = node.id
    return ".".join([head, *reversed(tail)])
