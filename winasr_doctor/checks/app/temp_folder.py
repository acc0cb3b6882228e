"""APP005: TEMP changed after `tempfile` has chosen its folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import constant, found, over_files
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    import ast

CODE = "APP005"
VARIABLES = frozenset({"TEMP", "TMP", "TMPDIR"})
ASK_EARLY = frozenset({"nemo", "torch", "gradio", "lightning", "datasets", "wandb"})
"""Packages that call `tempfile.gettempdir()`, or create a temporary folder, when imported."""


def _look(_app: Application, file: SourceFile) -> Iterator[Finding]:
    if not any(f'"{name}"' in file.text or f"'{name}'" in file.text for name in VARIABLES):
        return
    if "tempfile.tempdir" in file.text:
        return
    fixed_at = _first_question(file)
    if fixed_at is None:
        return
    for node, at_module_level in _changes(file):
        line = getattr(node, "lineno", 0)
        if not at_module_level or line > fixed_at:
            yield found(
                warning,
                CODE,
                file,
                node,
                f"TEMP is changed after Python has chosen its temp folder (line {fixed_at})",
                [
                    Remedy(
                        "Change it first",
                        (f"In {file.path}, move this line above line {fixed_at}",),
                    ),
                    Remedy(
                        "Reset tempfile too",
                        (
                            Step(
                                f"In {file.path}, after line {line}, add",
                                "tempfile.tempdir = None",
                                "python",
                            ),
                        ),
                    ),
                ],
            )


def _first_question(file: SourceFile) -> int | None:
    """Return the first line at module level that makes `tempfile` choose its folder."""
    import ast

    lines = []
    for statement in file.tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                break
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").partition(".")[0]} if not node.level else set()
            elif isinstance(node, ast.Call) and (file.qualified(node.func) or "").startswith(
                "tempfile."
            ):
                names = set(ASK_EARLY)
            else:
                continue
            if names & ASK_EARLY:
                lines.append(node.lineno)
    return min(lines, default=None)


def _changes(file: SourceFile) -> Iterator[tuple[ast.AST, bool]]:
    """Yield each change of one of the variables, and whether it is at module level."""
    import ast

    module = file.index.module
    for target, _value, scope in file.index.stores:
        if (
            isinstance(target, ast.Subscript)
            and file.qualified(target.value) == "os.environ"
            and constant(target.slice) in VARIABLES
        ):
            yield target, scope is module
    for call, scope in file.index.calls:
        name = file.qualified(call.func)
        if name in ("os.putenv", "os.environ.setdefault", "os.environ.__setitem__"):
            if call.args and constant(call.args[0]) in VARIABLES:
                yield call, scope is module
        elif name == "os.environ.update":
            keys = {constant(key) for arg in call.args for key in getattr(arg, "keys", ())}
            keys |= {item.arg for item in call.keywords}
            if keys & VARIABLES:
                yield call, scope is module


@check(CODE)
def temp_is_changed_too_late(host: Machine) -> Iterable[Finding]:
    """TEMP is changed after tempfile has chosen its folder.

    **What.** Assignments to `os.environ["TEMP"]`, `TMP` or `TMPDIR`.
    **Why.** `tempfile` reads them once, when it is first asked for its folder, and remembers the
    answer. Importing NeMo, torch or Gradio asks for it. After that, the change affects only child
    processes.
    **Decided by.** The assignment comes after such an import in the module, or is in a function of
    a module that has one. Setting `tempfile.tempdir` silences the check.
    **Do.** Change it before the first import, or set `tempfile.tempdir` as well.
    **Source.** docs.python.org, `tempfile.gettempdir` and `tempfile.tempdir`.
    """
    return _RUN(host)


_RUN = over_files(CODE, _look, "TEMP is not changed too late")
