"""Finds where a module changes environment variables, and where it imports what reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import constant, enclosing_function, line_of

_SETTERS = frozenset({"os.putenv", "os.environ.setdefault", "os.environ.__setitem__"})


def import_before(
    file: SourceFile,
    change: ast.AST,
    packages: frozenset[str],
    calls: tuple[str, ...] = (),
    *,
    at_module_level: bool,
) -> int | None:
    """Return the line of the first import of one of these packages that runs before a change.

    Args:
        file: The file.
        change: The change; functions run after all of the module.
        packages: Top-level packages, and dotted modules.
        calls: Beginnings of the names of calls that count as well, such as `tempfile.`.
        at_module_level: Whether the change is not in a function.
    """
    first = _first_import(file, file.tree.body, packages, calls)
    function = None if at_module_level else enclosing_function(file, change)
    if first is None and function is not None:
        first = _first_import(file, function.body, packages, calls)
    elif not at_module_level:
        return first
    return first if first is not None and first < line_of(change) else None


def _first_import(
    file: SourceFile, body: list[ast.stmt], packages: frozenset[str], calls: tuple[str, ...]
) -> int | None:
    lines = []
    pending: list[ast.AST] = list(body)
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
