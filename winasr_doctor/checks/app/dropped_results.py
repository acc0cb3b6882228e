"""Finds work in threads and processes whose error nobody ever sees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.appsource.words import Use
from winasr_doctor.checks.app.common import ancestors, keyword
from winasr_doctor.checks.app.executors import made_by, runs
from winasr_doctor.checks.app.handlers import handled_here
from winasr_doctor.checks.app.speech import speech_of

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths
    from winasr_doctor.appsource.index import Scope

_LATER = frozenset({"submit", "apply_async", "map_async", "starmap_async"})
_LAZY = frozenset({"map", "imap", "imap_unordered"})
"""They give an iterator, which raises the error of a call where its result would be."""
_ASKS = frozenset(
    {
        *("result", "exception", "add_done_callback", "get", "successful", "wrap_future", "gather"),
        "run_until_complete",
    }
)
_COLLECTS = frozenset({"append", "add", "put", "extend"})
_EXECUTORS = ("Executor", "Pool")


def dropped_results(app: Application) -> Iterator[tuple[SourceFile, ast.Call]]:
    """Yield the calls that start a transcription elsewhere and never ask how it ended.

    Args:
        app: The app.
    """
    files: dict[SourceFile, None] = {}
    pools = app.words.files_containing("pool", "executor", fold=True)
    for name in _LATER | _LAZY:
        files.update(dict.fromkeys(set(pools).intersection(app.words.files_with(name, Use.CALLED))))
    if not files:
        return
    exposed = _exposed(app)
    for file in (each for each in app.files if each in files):
        for part in file.index.about(*_LATER, *_LAZY):
            for call, scope in part.calls:
                if _is_dropped(app, call, scope) and _transcribes(app, call, scope, exposed):
                    yield file, call


def _exposed(app: Application) -> CallPaths:
    """Return the transcriptions whose error may leave the function that is started elsewhere."""
    speech = speech_of(app)
    return app.calls.spread(
        (
            site
            for paths in (*speech.exposed.values(), speech.whisper_exposed)
            for site in paths.sites.values()
        ),
        lambda site: not handled_here(site),
    )


def _transcribes(app: Application, call: ast.Call, scope: Scope, exposed: CallPaths) -> bool:
    if not call.args:
        return False
    work = call.args[0]
    if runs(app, work, scope, exposed):
        return True
    is_method = isinstance(work, ast.Attribute) and work.attr == "transcribe"
    is_whispers = speech_of(app).imports_whisper(scope.file)
    return is_method and is_whispers and not app.calls.functions(work, scope)


def _is_dropped(app: Application, call: ast.Call, scope: Scope) -> bool:
    """Return whether nobody asks for the result of a call that an executor runs."""
    name, file = last_name(call.func), scope.file
    if name not in _LATER | _LAZY or not isinstance(call.func, ast.Attribute):
        return False
    if keyword(call, "error_callback") is not None:
        return False
    if not _is_an_executor(app, call.func.value, scope, name):
        return False
    parent = file.parent_of(call)
    if isinstance(parent, ast.Expr):
        return True
    return name in _LATER and _is_collected(file, call) and not _is_asked(file)


def _is_an_executor(app: Application, pool: ast.expr, scope: Scope, method: str) -> bool:
    made = [name.rpartition(".")[2] for _call, name in made_by(app, pool, scope)]
    if method == "map":  # that of a multiprocessing.Pool waits and raises
        return any(name.endswith("Executor") for name in made)
    if made:
        return any(name.endswith(_EXECUTORS) for name in made)
    return any(word.casefold() in last_name(pool).casefold() for word in _EXECUTORS)


def _is_collected(file: SourceFile, call: ast.Call) -> bool:
    """Return whether a result only goes into a name or a list, and is not handed on."""
    for parent, child in ancestors(file, call):
        if isinstance(parent, ast.Call):
            return child is not parent.func and last_name(parent.func) in _COLLECTS
        if isinstance(parent, ast.Assign | ast.AnnAssign):
            return True
        if isinstance(parent, ast.Attribute | ast.Await | ast.Return | ast.Yield | ast.stmt):
            return False
    return False


def _is_asked(file: SourceFile) -> bool:
    """Return whether a file asks for the result of anything, as far as the names say."""
    known: dict[str, bool] = file.worked_out.setdefault(_is_asked, {})
    if not known:
        known[""] = any(
            name in _ASKS and not (name == "exception" and call.args)  # that of a logger
            for call, _scope in file.index.calls
            if (name := last_name(call.func))
        )
    return known[""]
