"""APP006: a Gradio page whose errors stay in the terminal."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import (
    constant,
    edit,
    found,
    keyword,
    over_each_file,
    walk_own,
)
from winasr_doctor.checks.app.gradio_events import events_in
from winasr_doctor.checks.app.handlers import EVERYTHING, is_broad
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, warning
from winasr_doctor.findings.actions import EditSource
from winasr_doctor.machine.base import Machine

CODE = "APP006"
_HARMLESS = frozenset(
    {
        *("print", "len", "str", "repr", "bool", "isinstance", "hasattr", "getattr", "format"),
        *("strip", "lower", "upper", "startswith", "endswith", "append", "exists", "isfile", "get"),
        *("info", "debug", "warning", "error", "exception", "time", "perf_counter", "round"),
        *("print_exc", "format_exc", "update", "join", "isdir", "getLogger"),
    }
)
"""Calls that hardly ever raise, so that nobody protects them."""
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith)
_SHOWN = frozenset({"gradio.Error", "gradio.exceptions.Error"})


def _look(file: SourceFile) -> Iterator[Finding]:
    if not any(name.partition(".")[0] == "gradio" for name in file.imports.values()):
        return
    for call, _scope in file.index.calls:
        if getattr(call.func, "attr", "") != "launch":
            continue
        if _is_foreign(file, call) or any(item.arg is None for item in call.keywords):
            continue
        shown = keyword(call, "show_error")
        if shown is not None and constant(shown) is not False:
            continue
        if _catches_everything(file):
            return
        old = file.segment(call)
        inner = old[old.rindex("(") + 1 : -1].strip().rstrip(",") if "(" in old else ""
        action = _show_errors(file, call, shown)
        new = f"{file.segment(call.func)}({inner + ', ' if inner else ''}show_error=True)"
        yield found(
            warning,
            CODE,
            file,
            call,
            "errors of this page stay in the terminal: the user sees an Error badge without text",
            [edit(file, call, "Show errors in the page", old, new, action)],
        )


def _catches_everything(file: SourceFile) -> bool:
    """Return whether no event function of the pages in a file lets an error out."""
    works = [event.work for event in events_in(file)]
    return bool(works) and all(_is_safe(file, work) for work in works)


def _is_safe(file: SourceFile, work: ast.expr) -> bool:
    if constant(work) is None:
        return True  # an event that only runs JavaScript
    if isinstance(work, ast.Lambda):
        return not _may_raise(file, work.body)
    functions = [
        scope.node
        for scope in file.index.scopes
        if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef)
        and scope.node.name == last_name(work)
    ]
    return bool(functions) and all(_ends_errors(file, each.body) for each in functions)


def _ends_errors(file: SourceFile, block: list[ast.stmt]) -> bool:
    """Return whether no error leaves a block, except those that Gradio always shows."""
    for statement in block:
        if isinstance(statement, ast.Try):
            caught = any(is_broad(file, each.type, EVERYTHING) for each in statement.handlers)
            outside = [*(each for h in statement.handlers for each in h.body)]
            outside += [*statement.orelse, *statement.finalbody]
            if not _ends_errors(file, outside if caught else [*statement.body, *outside]):
                return False
        elif isinstance(statement, _BLOCKS):
            inner = [*statement.body, *getattr(statement, "orelse", ())]
            head = [each for each in ast.iter_child_nodes(statement) if each not in inner]
            if any(_may_raise(file, each) for each in head) or not _ends_errors(file, inner):
                return False
        elif _may_raise(file, statement):
            return False
    return True


def _may_raise(file: SourceFile, node: ast.AST) -> bool:
    """Return whether a node may raise an error that Gradio does not show by itself."""
    for each in walk_own([node]):
        if isinstance(each, ast.Raise):
            raised = each.exc.func if isinstance(each.exc, ast.Call) else each.exc
            if raised is None or file.qualified(raised) not in _SHOWN:
                return True
        if isinstance(each, ast.Call) and last_name(each.func) not in _HARMLESS:
            name = file.qualified(each.func) or ""
            if not name.startswith("gradio."):
                return True
    return False


def _show_errors(file: SourceFile, call: ast.Call, shown: ast.expr | None) -> EditSource | None:
    from winasr_doctor.appsource.edits import add_keyword, replace_node

    if shown is None:
        return add_keyword(file, call, "show_error", "True")
    return replace_node(file, shown, "True")


def _is_foreign(file: SourceFile, call: ast.Call) -> bool:
    """Return whether this is the `launch` of a browser or another library."""
    name = file.qualified(call.func)
    return name is not None and not name.startswith("gradio.")


@check(CODE)
def page_keeps_errors_in_the_terminal(host: Machine) -> Iterable[Finding]:
    """A Gradio page is launched without show_error, so errors stay in the terminal.

    **What.** `launch()` of a Gradio page.
    **Why.** With the default of `show_error`, a callback that raises leaves an "Error" badge on
    every output and no text anywhere.
    **Decided by.** `launch(...)` without `show_error=True` in a file that imports Gradio. Silent if
    every event function of that file catches all errors of its work and raises none but
    `gr.Error`, which Gradio shows in any case.
    **Do.** Pass `show_error=True`, and write errors into your own output component.
    **Source.** Gradio's documentation of `Blocks.launch`; seen with Gradio 6.31; its `utils.py`,
    `error_payload` (`gr.Error`).
    """
    return _RUN(host)


_RUN = over_each_file(CODE, _look, "no Gradio page hides its errors", (("gradio",), ("launch",)))
