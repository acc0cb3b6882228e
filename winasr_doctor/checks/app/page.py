"""APP006: a Gradio page whose errors stay in the terminal."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import constant, edit, found, keyword, over_each_file
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, warning
from winasr_doctor.findings.actions import EditSource
from winasr_doctor.machine.base import Machine

CODE = "APP006"


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
    **Decided by.** `launch(...)` without `show_error=True` in a file that imports Gradio.
    **Do.** Pass `show_error=True`, and write errors into your own output component.
    **Source.** Gradio's documentation of `Blocks.launch`; seen with Gradio 6.31.
    """
    return _RUN(host)


_RUN = over_each_file(CODE, _look, "no Gradio page hides its errors", (("gradio",), ("launch",)))
