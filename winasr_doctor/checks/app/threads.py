"""APP008: several transcriptions at the same time on one model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import (
    TRANSCRIBE,
    ancestors,
    constant,
    enclosing_function,
    found,
    functions_around,
    keyword,
    nemo_calls,
    over_files,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    import ast

CODE = "APP008"
STARTERS = frozenset({"submit", "map", "run_in_executor", "to_thread", "apply_async", "run_sync"})
ROUTES = frozenset({"get", "post", "put", "patch", "delete", "api_route", "route"})
LIMITS = ("concurrency_limit", "default_concurrency_limit")
_LOCK_WORDS = ("lock", "mutex", "semaphore")

_USE_A_LOCK = Remedy(
    "Let one transcription run at a time",
    (
        Step("At module level", "transcribe_lock = threading.Lock()", "python"),
        Step("Around every call", "with transcribe_lock:\n    model.transcribe(...)", "python"),
    ),
)


def _look(app: Application, file: SourceFile) -> Iterator[Finding]:
    speech = nemo_calls(app, file, TRANSCRIBE)
    unlocked = [call for call in speech if not _is_locked(file, call)]
    functions = functions_around(file, unlocked)
    if not unlocked and f".{TRANSCRIBE}" not in file.text:
        return
    if speech or "nemo" in file.text:
        for node, what in (
            *_started_in_threads(file, functions),
            *_raised_limits(file, bool(unlocked)),
            *_endpoints(file, unlocked),
        ):
            yield found(
                warning,
                CODE,
                file,
                node,
                f"{what}: transcribe() is not safe to run twice at once on one model",
                [_USE_A_LOCK],
            )


def _is_locked(file: SourceFile, call: ast.Call) -> bool:
    import ast

    return any(
        isinstance(parent, ast.With | ast.AsyncWith)
        and any(
            word in file.segment(item.context_expr).casefold()
            for item in parent.items
            for word in _LOCK_WORDS
        )
        for parent, _child in ancestors(file, call)
    )


def _started_in_threads(
    file: SourceFile, functions: frozenset[str]
) -> Iterator[tuple[ast.AST, str]]:
    import ast

    for call, _scope in file.index.calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else file.qualified(call.func)
        if name in STARTERS:
            work: list[ast.expr | None] = list(call.args[:2])
        elif name in ("Thread", "threading.Thread", "Timer"):
            work = [keyword(call, "target")]
        else:
            continue
        if any(_does_speech(item, functions) for item in work) and not _one_worker(file):
            yield call, "transcription is started in threads"


def _does_speech(work: ast.expr | None, functions: frozenset[str]) -> bool:
    import ast

    if isinstance(work, ast.Attribute):
        return work.attr == TRANSCRIBE
    if isinstance(work, ast.Lambda):
        return any(
            isinstance(node, ast.Attribute) and node.attr == TRANSCRIBE for node in ast.walk(work)
        )
    return isinstance(work, ast.Name) and work.id in functions


def _one_worker(file: SourceFile) -> bool:
    """Return whether the file creates executors, and each has a single worker."""
    made = [call for call, _scope in file.index.calls if _makes_an_executor(file, call)]
    return bool(made) and all(
        constant(call.args[0] if call.args else keyword(call, "max_workers")) == 1 for call in made
    )


def _makes_an_executor(file: SourceFile, call: ast.Call) -> bool:
    return file.segment(call.func).endswith("PoolExecutor")


def _raised_limits(file: SourceFile, transcribes: bool) -> Iterator[tuple[ast.AST, str]]:
    if not transcribes:
        return
    for call, _scope in file.index.calls:
        for name in LIMITS:
            value = keyword(call, name)
            if value is None:
                continue
            limit = constant(value)
            if limit is None or (isinstance(limit, int) and limit > 1):
                yield call, f"{name}={limit} lets several users transcribe at once"


def _endpoints(file: SourceFile, unlocked: list[ast.Call]) -> Iterator[tuple[ast.AST, str]]:
    import ast

    for call in unlocked:
        function = enclosing_function(file, call)
        if not isinstance(function, ast.FunctionDef):
            continue
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        scope = file.index.inner.get(function)
        if isinstance(receiver, ast.Name) and scope and receiver.id in scope.bindings:
            continue
        for decorator in function.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(target, ast.Attribute) and target.attr in ROUTES:
                yield call, "the server runs this endpoint in a thread per request"


@check(CODE)
def transcribes_concurrently(host: Machine) -> Iterable[Finding]:
    """Several transcriptions run at the same time on one model.

    **What.** `transcribe()` in thread pools, threads, Gradio events with a raised concurrency limit
    and plain `def` endpoints.
    **Why.** NeMo's `transcribe` changes the model while it runs (modes, decoding, the current
    directory while loading): results get mixed up, or a folder stays locked because it is the
    current directory.
    **Decided by.** The call, or a function that contains it, is passed to threads. A `with` on
    something called lock, mutex or semaphore, or an executor with one worker, silences the check.
    **Do.** Hold one lock around every call.
    **Source.** NeMo issue 13988; NeMo 3.0.0 `transcription.py` and `save_restore_connector.py`.
    """
    return _RUN(host)


_RUN = over_files(CODE, _look, "only one transcription runs at a time")
