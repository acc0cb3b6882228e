"""What an `except` block does with its error: keep it whole, show its text, or drop it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import ancestors, constant, walk_own

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site

BROAD = frozenset({"Exception", "BaseException", "OSError", "IOError", "PermissionError"})
EVERYTHING = frozenset({"Exception", "BaseException"})
KEEPS_CAUSE = frozenset(
    {"exception", "format_exc", "print_exc", "format_exception", "print_exception", "diagnose",
     "exc_info", "__context__", "__cause__", "TracebackException", "capture_exception",
     "excepthook", "print_tb", "format_tb", "extract_tb"}
)  # fmt: skip
SHOWN_ONLY = frozenset(
    {"gradio.Error", "gradio.Warning", "fastapi.HTTPException", "flask.abort", "SystemExit",
     "starlette.exceptions.HTTPException", "werkzeug.exceptions.HTTPException",
     "fastapi.exceptions.HTTPException", "click.ClickException", "typer.Exit"}
)  # fmt: skip
"""Exceptions of which a user sees only the text, so raising one does not keep the cause."""

_SHOWS_TEXT = frozenset(
    {"print", "str", "repr", "format", "error", "warning", "warn", "info", "debug", "critical",
     "fatal", "log", "trace", "showerror", "showwarning", "showinfo", "echo", "secho", "write",
     "fail", "exit", "Error", "Warning", "Info", "HTTPException", "abort", "jsonify", "toast",
     "JSONResponse", "notify", "flash", "setText", "insert", "success", "emit", "send", "update",
     "input", "panic", "alert", "critical_error", "escape", "type", "pprint", "rprint"}
)  # fmt: skip
_QUIET = frozenset({"debug", "trace"})
_TESTS = frozenset({"isinstance", "hasattr", "getattr", "issubclass"})
_NUMBERS = frozenset(
    {"__class__", "errno", "winerror", "filename", "strerror", "returncode", "code"}
)


class Fate(Enum):
    """What becomes of the error in an `except` block."""

    KEPT = "kept"
    SHOWN = "shown"
    """Only as text."""
    DROPPED = "dropped"


def is_broad(file: SourceFile, kind: ast.expr | None, names: frozenset[str] = BROAD) -> bool:
    """Return whether an `except` clause catches one of these classes.

    Args:
        file: The file.
        kind: What is caught; `None` catches everything.
        names: The built-in classes to look for.
    """
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any((file.qualified(item) or file.segment(item)) in names for item in kinds)


def suppresses(file: SourceFile, node: ast.expr) -> bool:
    """Return whether an expression is a call of `contextlib.suppress` with a broad class."""
    return (
        isinstance(node, ast.Call)
        and file.qualified(node.func) == "contextlib.suppress"
        and any(is_broad(file, kind) for kind in node.args)
    )


def fate(app: Application, file: SourceFile, handler: ast.ExceptHandler) -> Fate:
    """Return what an `except` block does with its error.

    Args:
        app: The app; its own functions that get the error are followed.
        file: The file.
        handler: The block.
    """
    nodes = [node for statement in handler.body for node in ast.walk(statement)]
    if any(_keeps(file, node) for node in nodes):
        return Fate.KEPT
    shown = False
    for node in nodes:
        if isinstance(node, ast.Call) and _helper_keeps(app, file, node):
            return Fate.KEPT
        if isinstance(node, ast.Name) and node.id == handler.name:
            use = _use(file, node)
            if use is Fate.KEPT:
                return use
            shown = shown or use is Fate.SHOWN
    return Fate.SHOWN if shown else Fate.DROPPED


def says_something(handler: ast.ExceptHandler) -> bool:
    """Return whether an `except` block prints, logs or raises anything that a user may see."""
    for node in walk_own(handler.body):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in _SHOWS_TEXT - _QUIET - {"str", "repr", "format", "type", "update"}:
                return True
    return False


def _keeps(file: SourceFile, node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return not _only_shown(file, node) and not _hides_context(node)
    if isinstance(node, ast.keyword) and node.arg == "exc_info":
        return constant(node.value) not in (False, None)
    return last_name(node) in KEEPS_CAUSE


def _hides_context(node: ast.Raise) -> bool:
    return node.cause is not None and constant(node.cause) is None


def _only_shown(file: SourceFile, node: ast.Raise) -> bool:
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return raised is not None and (file.qualified(raised) or "") in SHOWN_ONLY


def _use(file: SourceFile, name: ast.Name) -> Fate | None:
    """Return what one use of the error does; `None` for a test of its class or number."""
    for parent, child in ancestors(file, name):
        if isinstance(parent, ast.Attribute):
            return None if parent.attr in _NUMBERS else Fate.SHOWN
        if isinstance(parent, ast.FormattedValue | ast.BinOp):
            return _heard(file, parent)
        if isinstance(parent, ast.Call):
            return _given_to(file, parent, child)
        if isinstance(parent, ast.Assign | ast.AnnAssign | ast.Return | ast.Yield):
            return Fate.KEPT
        if isinstance(parent, ast.Compare | ast.Lambda | ast.stmt):
            break
    return None


def _given_to(file: SourceFile, call: ast.Call, argument: ast.AST) -> Fate | None:
    called = last_name(call.func)
    if called in _TESTS or called in _QUIET:
        return None
    if called in _SHOWS_TEXT or argument is call.func:
        return _heard(file, call)
    return Fate.KEPT  # somebody else gets the whole exception


def _heard(file: SourceFile, node: ast.AST) -> Fate | None:
    """Return `None` if a text goes to a debug log, which nobody sees by default."""
    for parent, _child in ancestors(file, node):
        if isinstance(parent, ast.Call) and last_name(parent.func) in _QUIET:
            return None
        if isinstance(parent, ast.stmt):
            break
    return Fate.SHOWN


def _helper_keeps(app: Application, file: SourceFile, call: ast.Call, depth: int = 3) -> bool:
    """Return whether a function of the app that the block calls logs the whole error."""
    scope = app.calls.scope_of(file, call)
    if scope is None:
        return False
    for function in app.calls.functions(call.func, scope):
        inner = function.scope.file
        body = function.node.body
        nodes = list(walk_own([body] if isinstance(body, ast.expr) else body))
        if any(_keeps(inner, node) for node in nodes if not isinstance(node, ast.Raise)):
            return True  # an error that it raises is another one
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        if depth and any(_helper_keeps(app, inner, each, depth - 1) for each in calls):
            return True
    return False


def handled_here(site: Site) -> bool:
    """Return whether no error leaves the function around a call without a trace.

    It does not if a broad `except` block around the call logs the whole error, or ends it there.
    """
    for _node, handlers in handlers_around(site.file, site.call):
        for handler in handlers:
            if not is_broad(site.file, handler.type, EVERYTHING):
                continue
            if _logs(site.file, handler) or not _raises(handler):
                return True
    return False


def handlers_around(
    file: SourceFile, node: ast.AST
) -> Iterator[tuple[ast.Try, list[ast.ExceptHandler]]]:
    """Yield the `try` statements whose body contains a node, within its function."""
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.Try) and child in parent.body:
            yield parent, parent.handlers
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return


def reachable(file: SourceFile, handlers: list[ast.ExceptHandler]) -> list[ast.ExceptHandler]:
    """Return the handlers of a `try` up to the first that catches everything."""
    for place, handler in enumerate(handlers, 1):
        if is_broad(file, handler.type, EVERYTHING):
            return handlers[:place]
    return handlers


def lets_through(file: SourceFile, handler: ast.ExceptHandler) -> bool:
    """Return whether a block raises an error that has its cause, and logs nothing."""
    raised = [node for node in walk_own(handler.body) if isinstance(node, ast.Raise)]
    return any(_keeps(file, node) for node in raised) and not _logs(file, handler)


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in walk_own(handler.body))


def _logs(file: SourceFile, handler: ast.ExceptHandler) -> bool:
    return any(
        _keeps(file, node) for node in walk_own(handler.body) if not isinstance(node, ast.Raise)
    )


def ends(statements: Iterable[ast.stmt]) -> bool:
    """Return whether a block always leaves: with return, raise, break or the program's end."""
    last = None
    for last in statements:  # noqa: B007 - the last one is wanted
        pass
    if isinstance(last, ast.Return | ast.Raise | ast.Break):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and ends(last.body) and ends(last.orelse)
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return last_name(last.value.func) in {"exit", "_exit", "quit", "abort"}
    return False
