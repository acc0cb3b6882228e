"""APP003 and APP009: errors whose cause is lost, or that are swallowed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import ancestors, found, over_app, walk_own
from winasr_doctor.checks.app.dropped_results import dropped_results
from winasr_doctor.checks.app.handlers import (
    Fate,
    fate,
    handled_here,
    handlers_around,
    is_broad,
    lets_through,
    reachable,
    says_something,
    suppresses,
)
from winasr_doctor.checks.app.speech import Speech, speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site


_LOG = 'logging.getLogger(__name__).exception("transcription failed")'


class _Handler(NamedTuple):
    """A broad `except` block around a speech call that does not keep its error."""

    file: SourceFile
    node: ast.ExceptHandler
    fate: Fate
    failed: str
    """What has failed when it runs, for the log."""


def _exposed(app: Application) -> tuple[Site, ...]:
    """Return the calls that may raise an error which nobody has logged yet."""
    found: dict[ast.Call, Site] = {}
    for paths in speech_of(app).exposed.values():
        found.update(paths.sites)
    return tuple(found.values())


def _exposed_to_silence(app: Application) -> tuple[Site, ...]:
    """Return the same calls and those of Whisper's packages, whose errors hide no others."""
    whisper = speech_of(app).whisper_exposed.sites.values()
    return tuple({site.call: site for site in (*_exposed(app), *whisper)}.values())


def _handlers(app: Application, exposed: tuple[Site, ...]) -> Iterator[_Handler]:
    met: set[ast.AST] = set()
    speech = speech_of(app)
    works = speech.runs.sites.keys() | speech.whisper_runs.sites.keys()
    wrappers = _wrappers(app, exposed)
    for site in exposed:
        for node, handlers in handlers_around(site.file, site.call):
            for handler in reachable(site.file, handlers):
                if handler in met or not _catches(wrappers, site, handler):
                    continue
                met.add(handler)
                what = fate(app, site.file, handler)
                if what is Fate.SHOWN or (
                    what is Fate.DROPPED and not _tries_again(speech, handler)
                ):
                    runs = any(part in works for part in walk_own(node.body))
                    failed = "transcription failed" if runs else "loading failed"
                    yield _Handler(site.file, handler, what, failed)
            if any(
                is_broad(site.file, handler.type) and not lets_through(site.file, handler)
                for handler in handlers
            ):
                break


_Wrappers = dict[str, set[ast.Call]]
"""The calls of functions that may raise an exception which wraps an error, by its class."""


def _wrappers(app: Application, exposed: tuple[Site, ...]) -> _Wrappers:
    """Return the calls whose error a broad block around a speech call has wrapped in a class."""
    raised: dict[str, list[Site]] = {}
    for site in exposed:
        for _node, handlers in handlers_around(site.file, site.call):
            for name in {each for handler in handlers for each in _raised(site.file, handler)}:
                raised.setdefault(name, []).append(site)
    return {
        name: set(app.calls.spread(sites, lambda site: not handled_here(site)).sites)
        - {site.call for site in sites}
        for name, sites in raised.items()
    }


def _raised(file: SourceFile, handler: ast.ExceptHandler) -> Iterator[str]:
    """Yield the names of the classes that a broad block raises instead of its error."""
    for node in walk_own(handler.body) if is_broad(file, handler.type) else ():
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield last_name(node.exc.func)


def _catches(wrappers: _Wrappers, site: Site, handler: ast.ExceptHandler) -> bool:
    """Return whether a block catches an error of a speech call, or what wraps it."""
    if is_broad(site.file, handler.type):
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = wrappers.keys() & {last_name(kind) for kind in kinds if kind is not None}
    return any(site.call in wrappers[name] for name in names)


def _tries_again(speech: Speech, handler: ast.ExceptHandler) -> bool:
    known = (speech.loads, speech.runs, speech.whisper_exposed, speech.whisper_runs)
    return any(node in paths.sites for node in walk_own(handler.body) for paths in known)


def _look_for_lost_causes(app: Application) -> Iterator[Finding]:
    for each in _handlers(app, _exposed(app)):
        if each.fate is Fate.SHOWN:
            yield found(
                warning,
                "APP003",
                each.file,
                each.node,
                f"only str({each.node.name}) is shown; if WinError 32 hides the real error, that"
                f" one is in {each.node.name}.__context__ and nobody will see it",
                [_keep_the_chain(each)],
            )


def _look_for_swallowed(app: Application) -> Iterator[Finding]:
    for each in _handlers(app, _exposed_to_silence(app)):
        if each.fate is Fate.DROPPED:
            how = (
                "a fixed message replaces the error; its text and its cause are lost"
                if says_something(each.node)
                else "this block swallows the error silently"
            )
            yield found(warning, "APP009", each.file, each.node, how, [_keep_the_chain(each)])
    yield from _swallowed_otherwise(app)
    for file, call in dropped_results(app):
        what = "nobody asks for the result of this call, so its error is never seen"
        keep = Step(f"In {file.spot(call)}, keep what this returns, and call", "result()", "python")
        yield found(warning, "APP009", file, call, what, [Remedy("Ask for the result", (keep,))])


def _swallowed_otherwise(app: Application) -> Iterator[Finding]:
    """Find `with suppress(Exception)` and `finally: return` around a speech call."""
    met: set[ast.AST] = set()
    for site in _exposed_to_silence(app):
        file = site.file
        for parent, child in ancestors(file, site.call):
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                break
            if parent in met:
                continue
            if isinstance(parent, ast.With) and child in parent.body:
                for item in parent.items:
                    if suppresses(file, item.context_expr):
                        met.add(parent)
                        yield _in_place(file, parent, "suppress() swallows the error silently")
            elif isinstance(parent, ast.Try) and child not in parent.finalbody:
                leaving = next(
                    (node for node in walk_own(parent.finalbody) if isinstance(node, ast.Return)),
                    None,
                )
                if leaving is not None and not _ends_here(file, parent, child):
                    met.add(parent)
                    yield _in_place(file, leaving, "return in finally swallows the error")


def _ends_here(file: SourceFile, node: ast.Try, child: ast.AST) -> bool:
    """Return whether a `try` catches every error of its body and lets none out."""
    return child in node.body and any(
        is_broad(file, each.type) and not any(isinstance(p, ast.Raise) for p in walk_own(each.body))
        for each in node.handlers
    )


def _in_place(file: SourceFile, node: ast.AST, what: str) -> Finding:
    steps = (
        Step(
            f"In {file.spot(node)}, catch the error instead, and log it there",
            f"except Exception:\n    {_LOG}",
            "python",
        ),
    )
    return found(warning, "APP009", file, node, what, [Remedy("Log the error", steps)])


def _keep_the_chain(handler: _Handler) -> Remedy:
    from winasr_doctor.appsource.edits import has_logging, log_exception

    file, node = handler.file, handler.node
    action = log_exception(file, node, handler.failed)
    logs = f'getLogger(__name__).exception("{handler.failed}")'
    # The name `logging` may be something else there, such as NeMo's.
    ours = has_logging(file, node)
    imports = Step(f"In {file.path}, at the top, add", "import logging", "python")
    alias = f"import logging as standard_logging\nstandard_logging.{logs}"
    code = f"logging.{logs}" if ours or action is not None else alias
    return Remedy(
        "Keep the whole chain",
        (
            *([imports] if action is not None and not ours else []),
            Step(
                f"In {file.path}, at the start of the block at {_line(file, node)}, add",
                code,
                "python",
            ),
            Step("Explain the log", "python -m winasr_doctor explain app.log"),
        ),
        automatic=action is not None,
        action=action,
    )


def _line(file: SourceFile, node: ast.AST) -> str:
    return file.spot(node).removeprefix(f"{file.path}, ")


@check("APP003")
def loses_the_cause(host: Machine) -> Iterable[Finding]:
    """An except block shows only the error's text and loses the hidden cause.

    **What.** Broad `except` blocks around loading, transcribing or diarizing that use the error as
    text. The call may be in another function or module of the app, which may have wrapped the
    error in a class of its own.
    **Why.** When cleanup fails, the exception is WinError 32, and the real one (out of memory, a
    stereo file) is only in its `__context__`. `str(e)` throws that away.
    **Decided by.** The block shows its exception as text, but does not re-raise it, log it with its
    traceback, pass the object on, or look at `__context__` or `__cause__`. Raising
    `gr.Error(str(e))` or `HTTPException` does not keep it. If a block nearer to the call logs the
    traceback, this one is silent.
    **Do.** Log with `logging.exception`, or show the whole chain.
    **Source.** PEP 3134; CPython's `tempfile`; logs of several public NeMo applications.
    """
    return _RUN_LOST(host)


@check("APP009")
def swallows_the_error(host: Machine) -> Iterable[Finding]:
    """An except block swallows the error, so a failed transcription looks like an empty one.

    **What.** Broad `except` blocks, `contextlib.suppress` and `return` in `finally` around loading,
    transcribing or diarizing, with NeMo or a package for Whisper. Also a transcription that an
    executor or process pool runs and whose result nobody asks for.
    **Why.** `return ""` after WinError 32 or a CUDA error looks like silence in the recording.
    Nobody learns that anything failed, and nothing is left to explain.
    **Decided by.** The block does not use its exception at all, or only in a debug log, which is
    off by default. Blocks that log the traceback, raise, pass the exception on or try the call
    again are silent. `submit`, `apply_async`, `map_async` or the `map` of an executor, if the
    function does not log its errors itself and nothing calls `result()`, `exception()`, `get()` or
    a callback; a thread or process of its own prints its traceback, and asyncio logs one.
    **Do.** Log with `logging.exception` before you return; ask each future for its `result()`.
    **Source.** docs.python.org, "Logging HOWTO" (the default level is WARNING), `contextlib`, "The
    try statement" (`return` in `finally`), `concurrent.futures` (`Future.result`, `Executor.map`)
    and `multiprocessing` (`AsyncResult.get`).
    """
    return _RUN_SWALLOWED(host)


_RUN_LOST = over_app("APP003", _look_for_lost_causes, "errors keep their cause")
_RUN_SWALLOWED = over_app("APP009", _look_for_swallowed, "no error is swallowed")
