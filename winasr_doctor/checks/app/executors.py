"""Finds transcriptions that an app starts in threads; processes have their own models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.appsource.words import Use
from winasr_doctor.checks.app.common import (
    ancestors,
    constant,
    enclosing_function,
    keyword,
    walk_own,
)
from winasr_doctor.checks.app.guards import is_guarded
from winasr_doctor.checks.app.locking import is_locked
from winasr_doctor.checks.app.speech import speech_of
from winasr_doctor.frameworks.nemo import idioms

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths, Site
    from winasr_doctor.appsource.index import Scope

Overlap = tuple[SourceFile, "ast.AST", str]
"""A place where transcriptions may overlap: the file, the node, and why."""

_METHODS = frozenset({"submit", "map", "imap", "imap_unordered", "starmap", "apply_async"}) | {
    *("map_async", "starmap_async", "run_in_executor"),
}
_MAPS = frozenset({"map", "imap", "starmap"})
_FUNCTIONS = frozenset({"to_thread", "run_sync", "run_in_threadpool", "start_new_thread"})
_AWAITED = _FUNCTIONS | {"run_in_executor"}
_AT_THE_START = ("asynccontextmanager", "startup")
_THREAD_CLASSES = frozenset({"Thread", "Timer"})
_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_STARTING = tuple(_METHODS | _FUNCTIONS | _THREAD_CLASSES)
_WHY = "transcription is started in threads"


def started_in_threads(app: Application, unlocked: CallPaths) -> Iterator[Overlap]:
    """Yield the calls that start an unprotected transcription in a thread.

    Args:
        app: The app.
        unlocked: The transcriptions without a lock, and what leads to them.
    """
    from winasr_doctor.appsource.call_sites import Site

    for file in _starting(app):
        for call, scope in (each for part in file.index.about(*_STARTING) for each in part.calls):
            work = _work(app, call, scope)
            if not any(runs(app, item, scope, unlocked) for item in work if item is not None):
                continue
            if not _is_alone(Site(call, scope)) and not _is_one_worker(app, call, scope, unlocked):
                yield file, call, _WHY


def _starting(app: Application) -> Iterator[SourceFile]:
    """Yield the files that may start threads."""
    names = (_METHODS - _MAPS) | _FUNCTIONS | _THREAD_CLASSES
    wanted = {file for name in names for file in app.words.files_with(name, Use.CALLED)}
    pools = set(app.words.files_containing("pool", "executor", fold=True))
    for name in _MAPS:
        wanted.update(pools.intersection(app.words.files_with(name, Use.CALLED)))
    yield from (file for file in app.files if file in wanted)


def _is_alone(site: Site) -> bool:
    """Return whether a lock is held until the thread has ended, or the app is only starting."""
    if last_name(site.call.func) in _AWAITED and is_locked(site):
        return True
    function = enclosing_function(site.file, site.call)
    names = () if function is None else map(site.file.segment, function.decorator_list)
    return any(word in name for name in names for word in _AT_THE_START)


def _is_one_worker(app: Application, call: ast.Call, scope: Scope, reach: CallPaths) -> bool:
    """Return whether a call makes one thread at a time, or one that loops over the work itself."""
    from winasr_doctor.appsource.call_sites import Site

    if last_name(call.func) not in _THREAD_CLASSES:
        return False
    for parent, _child in ancestors(scope.file, call):
        if isinstance(parent, _LOOPS):
            return False
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            break
    if is_guarded(Site(call, scope)):
        return True
    functions = [
        f for work in _work(app, call, scope) if work for f in app.calls.functions(work, scope)
    ]
    return bool(functions) and all(
        any(
            isinstance(loop, ast.While) and any(node in reach.sites for node in walk_own([loop]))
            for loop in walk_own(getattr(function.node, "body", ()))
        )
        for function in functions
    )


def runs(app: Application, work: ast.expr, scope: Scope, reach: CallPaths) -> bool:
    """Return whether calling an expression leads to one of the calls.

    Args:
        app: The app.
        work: A function, method, lambda or partial.
        scope: The scope that contains it.
        reach: The calls.
    """
    if isinstance(work, ast.Lambda):
        return any(node in reach.sites for node in ast.walk(work))
    if isinstance(work, ast.Call) and last_name(work.func) == "partial" and work.args:
        return runs(app, work.args[0], scope, reach)
    functions = app.calls.functions(work, scope)
    if functions:
        return any(function.node in reach.functions for function in functions)
    if isinstance(work, ast.Attribute) and work.attr in idioms.RUNS:
        known = idioms.is_nemos(app.calls.origins(work.value, scope))
        return speech_of(app).may_be_nemos(scope.file) if known is None else known
    return False


def _work(app: Application, call: ast.Call, scope: Scope) -> list[ast.expr | None]:
    """Return what a call starts in several threads, if it does."""
    name = last_name(call.func)
    if name in _FUNCTIONS:
        return list(call.args[:1])
    if name in _THREAD_CLASSES:
        target = keyword(call, "target") or keyword(call, "function")
        return [target] if target is not None else list(call.args[1:2])
    if name not in _METHODS or not isinstance(call.func, ast.Attribute):
        return []
    if name == "run_in_executor":
        is_many = not call.args or _has_threads(app, call.args[0], scope, unknown=True)
        return list(call.args[1:2]) if is_many else []
    unknown = name in {"submit", "apply_async"}
    if not _has_threads(app, call.func.value, scope, unknown=unknown):
        return []
    return list(call.args[:1])


def _has_threads(app: Application, pool: ast.expr, scope: Scope, *, unknown: bool) -> bool:
    """Return whether an executor has more than one thread.

    Args:
        app: The app.
        pool: The executor.
        scope: The scope that contains it.
        unknown: The answer if nothing is known about it.
    """
    made = list(made_by(app, pool, scope))
    if not made:
        return unknown
    return any(_is_thread_pool(name) and not _is_single(call) for call, name in made)


def made_by(app: Application, pool: ast.expr, scope: Scope) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls that may have made an executor, each with the name of what it makes.

    Args:
        app: The app.
        pool: The executor.
        scope: The scope that contains it.
    """
    from winasr_doctor.appsource.inferred_values import CallResult

    for term in app.constants.terms(_entered(pool, scope), scope):
        if not isinstance(term, CallResult):
            continue
        function, around = term.node.func, term.scope
        names = app.constants.imported_names(function, around)
        name = names[0] if names else last_name(function)
        if isinstance(function, ast.Attribute) and not names:
            name = f"{_context(app, function.value, around)}{name}"
        yield term.node, name


def _context(app: Application, expr: ast.expr, scope: Scope) -> str:
    """Return `multiprocessing.` for what `get_context()` returns."""
    origins = app.calls.origins(expr, scope)
    return "multiprocessing." if any("multiprocessing" in name for name in origins) else ""


def _entered(pool: ast.expr, scope: Scope) -> ast.expr:
    """Return what the `with` statement around a name enters for it; else the name itself."""
    for parent, _child in ancestors(scope.file, pool):
        if isinstance(parent, ast.With | ast.AsyncWith):
            for item in parent.items:
                target = item.optional_vars
                if isinstance(target, ast.Name) and target.id == getattr(pool, "id", None):
                    return item.context_expr
    return pool


def _is_thread_pool(name: str) -> bool:
    last = name.rpartition(".")[2]
    if last == "ThreadPool" or "dummy" in name:
        return True
    return last.endswith("Executor") and not last.startswith("Process")


def _is_single(call: ast.Call) -> bool:
    number = call.args[0] if call.args else None
    given = number or keyword(call, "max_workers") or keyword(call, "processes")
    return constant(given) == 1
