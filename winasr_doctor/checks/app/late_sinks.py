"""APP019: a table or document that is opened for writing only after all the work."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import text_of
from winasr_doctor.checks.app.common import (
    ancestors,
    constant,
    enclosing_function,
    found,
    keyword,
    over_app,
    walk_own,
)
from winasr_doctor.checks.app.deletes import is_survived
from winasr_doctor.checks.app.speech import Speech, Work, speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

CODE = "APP019"

_OFFICE = (".csv", ".tsv", ".xlsx", ".xls", ".docx", ".ods", ".odt")
"""Files that people open in programs that keep them open: Excel, Word, LibreOffice."""

_WRITES = frozenset({"to_csv", "to_excel"})
_MARKERS = ("to_csv", "to_excel", *_OFFICE)
"""What a file must contain to write such a table or document."""

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def _look(app: Application) -> Iterator[Finding]:
    speech = speech_of(app)
    for file in app.words.files_containing(*_MARKERS):
        results = _results(speech, file)
        for call, _scope in file.index.calls if results else ():
            if _is_sink(file, call) and any(_waits_for(file, call, each) for each in results):
                yield _finding(file, call)


def _results(speech: Speech, file: SourceFile) -> list[ast.Call]:
    """Return the calls of a file that transcribe, with NeMo or with a package for Whisper."""
    sites = speech.within(file, Work.RUN) if speech.uses_nemo else ()
    return [site.call for site in (*sites, *speech.whisper_runs.within(file))]


def _is_sink(file: SourceFile, call: ast.Call) -> bool:
    """Return whether a call opens a table or document for writing."""
    if file.qualified(call.func) == "open":
        mode = text_of(call.args[1] if len(call.args) > 1 else keyword(call, "mode")) or "r"
        return set(mode) & set("wax") != set() and _is_office(file, call.args[:1], call)
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr in _WRITES:
        path = call.args[0] if call.args else keyword(call, "path_or_buf")
        return path is not None and constant(path) is not None and not _is_open_file(file, path)
    return call.func.attr == "save" and _is_office(file, call.args[:1], call)


def _is_open_file(file: SourceFile, path: ast.expr) -> bool:
    """Return whether a name stands for a file that a `with` statement has opened already."""
    if not isinstance(path, ast.Name):
        return False
    return any(
        isinstance(parent, ast.With)
        and any(
            isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == path.id
            for item in parent.items
        )
        for parent, _child in ancestors(file, path)
    )


def _is_office(file: SourceFile, paths: list[ast.expr], call: ast.Call) -> bool:
    """Return whether a path ends like a table or document, as far as literals say."""
    ends = [_end_of(path) for path in paths]
    names = {path.id for path in paths if isinstance(path, ast.Name)}
    around = enclosing_function(file, call)
    ends += [
        _end_of(node.value)
        for node in (walk_own([*file.tree.body, *(around.body if around else ())]) if names else ())
        if isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id in names for each in node.targets)
    ]
    return any(end.lower().endswith(_OFFICE) for end in ends)


def _end_of(path: ast.expr) -> str:
    """Return the last literal of a path; empty if there is none."""
    last = ""
    for node in ast.walk(path):
        text = text_of(node) if isinstance(node, ast.expr) else None
        last = text or last
    return last


def _waits_for(file: SourceFile, sink: ast.Call, result: ast.Call) -> bool:
    """Return whether a sink is opened after a result, unprotected.

    One result counts if the file has the same name each time: it may be open since the last one.
    """
    if enclosing_function(file, sink) is not enclosing_function(file, result):
        return False
    loop = _loop_around(file, result)
    work = loop or result
    if sink.lineno <= (work.end_lineno or 0) or _is_protected(file, sink):
        return False
    if loop is None and not _has_a_fixed_name(file, sink):
        return False
    return not any(
        call.lineno < work.lineno and _same_path(file, call, sink)
        for call, _scope in file.index.calls
        if enclosing_function(file, call) is enclosing_function(file, sink) and _is_sink(file, call)
    )


def _has_a_fixed_name(file: SourceFile, sink: ast.Call) -> bool:
    """Return whether the path is a literal, or a name that only a literal is assigned to."""
    path = sink.args[0] if sink.args else None
    if isinstance(path, ast.Constant):
        return True
    around = enclosing_function(file, sink)
    values = [
        node.value
        for node in walk_own([*file.tree.body, *(around.body if around else ())])
        if isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and _names(path, each.id) for each in node.targets)
    ]
    return bool(values) and all(isinstance(value, ast.Constant) for value in values)


def _names(path: ast.expr | None, name: str) -> bool:
    return isinstance(path, ast.Name) and path.id == name


def _is_protected(file: SourceFile, sink: ast.Call) -> bool:
    """Return whether an error of a sink is handled, or the sink is what a handler falls back to."""
    in_handler = any(isinstance(each, ast.ExceptHandler) for each, _child in ancestors(file, sink))
    return in_handler or is_survived(file, sink)


def _loop_around(file: SourceFile, node: ast.AST) -> ast.stmt | None:
    """Return the outermost loop around a call in its function."""
    loop: ast.stmt | None = None
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            break
        if isinstance(parent, _LOOPS) and child in parent.body:
            loop = parent
        if isinstance(parent, ast.ListComp):
            statement = next(p for p, _ in ancestors(file, parent) if isinstance(p, ast.stmt))
            loop = statement
    return loop


def _same_path(file: SourceFile, one: ast.Call, other: ast.Call) -> bool:
    first, second = (call.args[0] if call.args else None for call in (one, other))
    if first is None or second is None:
        return False
    return file.segment(first) == file.segment(second)


def _finding(file: SourceFile, call: ast.Call) -> Finding:
    return found(
        warning,
        CODE,
        file,
        call,
        "the file is opened only after all the work; if Excel or another program has it open,"
        " every result is lost",
        [
            Remedy(
                "Write each result as soon as you have it",
                (
                    "Open the file before the loop, and write and flush a line for each recording",
                    "A locked file then fails at once, and a later failure costs one result",
                ),
            ),
            Remedy(
                "Write under another name if it is locked",
                (
                    f"Catch PermissionError around {file.spot(call)}, and write to a name with"
                    " the time in it",
                ),
            ),
        ],
    )


@check(CODE)
def writes_only_at_the_end(host: Machine) -> Iterable[Finding]:
    """A table of results is opened only after all the work, unprotected.

    **What.** A transcription, and after it `to_csv`, `to_excel`, `save("....xlsx")` or
    `open("....csv", "w")`, without a handler for the error.
    **Why.** Excel and Word keep a file open and share it with readers only, so that opening it for
    writing fails with PermissionError, errno 13. By then hours of results exist in memory alone.
    **Decided by.** The order in one function, and the end of the path if it is a literal. Without a
    loop over recordings, only a file whose name is a literal counts: it may be open since the last
    time. A handler that goes on, or the same file opened before, silences it.
    **Do.** Open the file before the work and write each result at once, or catch the error.
    **Source.** learn.microsoft.com, "Creating and Opening Files" (sharing modes); CPython,
    `Modules/_io/fileio.c`, reports a sharing violation of `open` as errno 13.
    """
    return _RUN(host)


_RUN = over_app(CODE, _look, "no table is opened for writing only after all the work")
