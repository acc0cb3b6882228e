"""Finds Gradio events that may run at the same time, by what its queue does in each version."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import constant, keyword
from winasr_doctor.checks.app.executors import Overlap, runs

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths
    from winasr_doctor.appsource.index import Scope

LIMITS = ("concurrency_limit", "default_concurrency_limit", "concurrency_count")
_PAGES = frozenset({"Interface", "ChatInterface"})
_EVENTS = frozenset(
    {
        *("click", "change", "submit", "upload", "load", "then", "success", "failure", "select"),
        *("input", "blur", "focus", "clear", "stop", "play", "pause", "end", "release", "stream"),
        *("start_recording", "pause_recording", "stop_recording", "tick", "edit", "key_up"),
        *("unload", "delete", "like", "retry", "undo", "apply", "on", "api", "double_click"),
    }
)


class PageEvent(NamedTuple):
    """An event of a page.

    Attributes:
        call: The call that registers it.
        scope: The scope of that call.
        work: What it runs.
    """

    call: ast.Call
    scope: Scope
    work: ast.expr


def events_of(app: Application) -> Iterator[PageEvent]:
    """Yield the events of all Gradio pages of an app.

    Args:
        app: The app.
    """
    for file in app.words.files_with("gradio"):
        if _imports_gradio(file):
            yield from events_in(file)


def simultaneous_events(
    app: Application, unlocked: CallPaths, version: str | None
) -> Iterator[Overlap]:
    """Yield the Gradio events whose transcriptions may overlap.

    Args:
        app: The app.
        unlocked: The transcriptions without a lock, and what leads to them.
        version: The installed Gradio; `None` if it is not known, which means 4 or later unless the
            app uses what only Gradio 3 had.
    """
    for file in app.words.files_with("gradio"):
        if not _imports_gradio(file):
            continue
        events = [e for e in events_in(file) if runs(app, e.work, e.scope, unlocked)]
        raised = list(_raised_limits(file))
        if raised and (events or unlocked.within(file)):
            yield from ((file, call, why) for call, why in raised)
        elif not events:
            continue
        elif _is_before_4(file, version):
            if ".queue(" not in file.text:
                why = "Gradio 3 without queue() runs every event in a thread of its own"
                yield from ((file, event.call, why) for event in events)
        else:
            yield from _overlapping(app, file, events)


def _overlapping(app: Application, file: SourceFile, events: list[PageEvent]) -> Iterator[Overlap]:
    for event in events:
        if constant(keyword(event.call, "queue")) is False:
            yield file, event.call, "queue=False lets several users transcribe at once"
    queued = [e for e in events if constant(keyword(e.call, "queue")) is not False]
    groups = {_group(app, event): event for event in reversed(queued)}
    if len(groups) > 1:
        last = max(groups.values(), key=lambda event: (event.call.lineno, event.call.col_offset))
        others = sorted({e.call.lineno for e in groups.values()} - {last.call.lineno})
        lines = ", ".join(map(str, others)) or str(last.call.lineno)
        why = f"this event and the one in line {lines} have a queue each and run at the same time"
        yield file, last.call, why


def _group(app: Application, event: PageEvent) -> object:
    """Return what identifies an event's queue: its `concurrency_id`, else its function."""
    shared = keyword(event.call, "concurrency_id")
    if shared is not None:
        return ast.dump(shared)
    functions = app.calls.functions(event.work, event.scope)
    return functions[0].node if functions else ast.dump(event.work)


def events_in(file: SourceFile) -> Iterator[PageEvent]:
    """Yield the events of the Gradio pages in a file.

    Args:
        file: The file, which imports Gradio.
    """
    for call, scope in file.index.calls:
        name = last_name(call.func)
        if name in _PAGES:
            work = keyword(call, "fn") or (call.args[0] if call.args else None)
        elif name in _EVENTS and isinstance(call.func, ast.Attribute):
            place = 1 if file.qualified(call.func) == "gradio.on" else 0
            work = keyword(call, "fn") or (call.args[place] if len(call.args) > place else None)
        else:
            continue
        if work is not None:
            yield PageEvent(call, scope, work)
    yield from _decorated(file)


def _decorated(file: SourceFile) -> Iterator[PageEvent]:
    """Yield the events whose function is decorated with them."""
    for scope in file.index.scopes:
        for decorator in getattr(scope.node, "decorator_list", ()):
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = getattr(scope.node, "name", "")
            if last_name(plain) in _EVENTS and isinstance(decorator, ast.Call) and scope.parent:
                work = ast.copy_location(ast.Name(name, ast.Load()), decorator)
                yield PageEvent(decorator, scope.parent, work)


def _raised_limits(file: SourceFile) -> Iterator[tuple[ast.Call, str]]:
    for call, _scope in file.index.calls:
        for name in LIMITS:
            value = keyword(call, name)
            limit = constant(value)
            if value is not None and (limit is None or (isinstance(limit, int) and limit > 1)):
                yield call, f"{name}={limit} lets several users transcribe at once"


def _is_before_4(file: SourceFile, version: str | None) -> bool:
    if version is not None:
        return version.partition(".")[0] in {"1", "2", "3"}
    return "concurrency_count" in file.text or "enable_queue" in file.text


def _imports_gradio(file: SourceFile) -> bool:
    return any(name.partition(".")[0] == "gradio" for name in file.imports.values())
