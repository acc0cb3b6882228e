"""Finds where a module changes environment variables, and where it imports what reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import constant

_SETTERS = frozenset({"os.putenv", "os.environ.setdefault", "os.environ.__setitem__"})


def first_import(
    file: SourceFile, packages: frozenset[str], calls: tuple[str, ...] = ()
) -> int | None:
    """Return the first line at module level that imports one of these packages.

    Args:
        file: The file.
        packages: Top-level packages, and dotted modules.
        calls: Beginnings of the names of calls that count as well, such as `tempfile.`.
    """
    lines = []
    pending: list[ast.AST] = list(file.tree.body)
    for node in pending:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        pending.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else []
        elif isinstance(node, ast.Call) and calls:
            if (file.qualified(node.func) or "").startswith(calls):
                lines.append(node.lineno)
            continue
        else:
            continue
        if any(_counts(name, packages) for name in names):
            lines.append(node.lineno)
    return min(lines, default=None)


def _counts(name: str, packages: frozenset[str]) -> bool:
    return name in packages or name.partition(".")[0] in packages


def changes(file: SourceFile, variables: frozenset[str]) -> Iterator[tuple[ast.AST, str, bool]]:
    """Yield each change of one of the variables: the node, its name, whether at module level.

    Args:
        file: The file.
        variables: The names.
    """
    module = file.index.module
    for target, _value, scope in file.index.stores:
        if isinstance(target, ast.Subscript) and file.qualified(target.value) == "os.environ":
            name = constant(target.slice)
            if name in variables:
                yield target, str(name), scope is module
    for call, scope in file.index.calls:
        called = file.qualified(call.func)
        if called in _SETTERS:
            name = constant(call.args[0]) if call.args else None
            if name in variables:
                yield call, str(name), scope is module
        elif called == "os.environ.update":
            keys = {constant(key) for arg in call.args for key in getattr(arg, "keys", ())}
            keys |= {item.arg for item in call.keywords}
            for name in sorted(map(str, keys & variables)):
                yield call, name, scope is module
