"""APP002: retry loops that can only repeat the failure."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import ancestors, found, in_order, over_files, walk_own
from winasr_doctor.checks.app.handlers import ends, handlers_around
from winasr_doctor.checks.app.speech import Work, speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, info, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site
    from winasr_doctor.appsource.index import Scope

CODE = "APP002"
RETRY_PACKAGES = ("tenacity", "stamina", "backoff", "retrying", "retry", "urllib3.util.retry")

_KEEP_RESULT = Remedy(
    "Survive the cleanup instead of repeating the work",
    (
        "Log the whole chain once, with traceback.print_exc()",
        Step("Explain the log", "python -m winasr_doctor explain app.log"),
        "Fix the real error behind it (out of memory, a stereo file, ...)",
        "Remove the retry around transcribe()",
    ),
)
_UNPACK_ONCE = Remedy(
    "Do not unpack the model again",
    (
        "Point this app's TEMP to its own scratch folder (see SYN001, TMP001)",
        "Remove the retry, or retry once after a pause",
    ),
)


def _look(app: Application, file: SourceFile) -> Iterator[Finding]:
    speech = speech_of(app)
    for work in Work:
        for site in speech.exposed[work].within(file):
            if (
                _is_retried(file, site.call)
                or _is_the_second_try(file, site.call)
                or _calls_itself_again(app, site)
            ):
                yield _finding(file, site.call, work)


def _finding(file: SourceFile, call: ast.Call, work: Work) -> Finding:
    if work is Work.RUN:
        summary = (
            "this retry repeats the failure: the app's own process holds manifest.json, and"
            " each attempt hits the same hidden error"
        )
        return found(warning, CODE, file, call, summary, [_KEEP_RESULT])
    summary = "each retry unpacks the whole model into TEMP again and may leave it there"
    return found(info, CODE, file, call, summary, [_UNPACK_ONCE])


def _is_retried(file: SourceFile, call: ast.Call) -> bool:
    guarded: ast.Try | None = None
    for parent, child in ancestors(file, call):
        if isinstance(parent, ast.Try) and child in parent.body:
            guarded = parent
        elif isinstance(parent, ast.For | ast.While | ast.AsyncFor):
            if _iterates_a_retrier(file, parent):
                return True
            if guarded is not None and _repeats(file, parent, guarded, call):
                return True
        elif isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return any(_is_retrier(file, decorator) for decorator in parent.decorator_list)
    return False


def _is_the_second_try(file: SourceFile, call: ast.Call) -> bool:
    """Return whether an `except` block makes the very call again that has just failed."""
    text = ast.dump(call)
    for parent, child in ancestors(file, call):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        if isinstance(parent, ast.Try) and child in parent.handlers:
            return any(
                isinstance(node, ast.Call) and ast.dump(node) == text
                for statement in parent.body
                for node in ast.walk(statement)
            )
    return False


def _calls_itself_again(app: Application, site: Site) -> bool:
    """Return whether an `except` block around a call starts its function again, to do the same."""
    own = site.function
    handlers = [h for _node, around in handlers_around(site.file, site.call) for h in around]
    if own is None or not handlers:
        return False
    again = {node for handler in handlers for node in walk_own(handler.body)}
    return any(
        function.node is own.node and _does_the_same(own, each.call, site.call)
        for each in app.calls.calls_in(site.file, own)
        if each.call in again
        for function in app.calls.callees(each)
    )


def _does_the_same(own: Scope, again: ast.Call, call: ast.Call) -> bool:
    """Return whether a function that is started again gets the same for what a call uses."""
    from winasr_doctor.appsource.call_sites import argument_at
    from winasr_doctor.appsource.index import Parameter

    used = _names_in(call)
    is_method = own.owner is not None
    for name, bindings in own.bindings.items():
        parameter = bindings[0]
        if name not in used or not isinstance(parameter, Parameter):
            continue
        given = argument_at(again, name)
        if given is None and parameter.position is not None and parameter.position >= is_method:
            given = argument_at(again, parameter.position - is_method)
        if given is not None and not (isinstance(given, ast.Name) and given.id == name):
            return False
    return True


def _is_retrier(file: SourceFile, node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return (file.qualified(target) or "").startswith(RETRY_PACKAGES)


def _iterates_a_retrier(file: SourceFile, loop: ast.AST) -> bool:
    return isinstance(loop, ast.For | ast.AsyncFor) and _is_retrier(file, loop.iter)


def _loop_of(file: SourceFile, node: ast.AST) -> ast.AST | None:
    """Return the loop that a `break` leaves."""
    loops = (parent for parent, _child in ancestors(file, node))
    return next((p for p in loops if isinstance(p, ast.For | ast.While | ast.AsyncFor)), None)


def _leaves(file: SourceFile, loop: ast.AST, handler: ast.ExceptHandler) -> bool:
    """Return whether a handler always leaves a loop, whatever it asks before."""
    goes_on = any(
        isinstance(node, ast.Continue) and _loop_of(file, node) is loop
        for node in walk_own(handler.body)
    )
    return ends(handler.body) and not goes_on


def _repeats(file: SourceFile, loop: ast.AST, guarded: ast.Try, call: ast.Call) -> bool:
    """Return whether a loop is a retry, not a loop over different files.

    A retry ends when the call succeeds, and its call does not use the loop's variable.
    """
    if guarded.handlers and all(_leaves(file, loop, handler) for handler in guarded.handlers):
        return False
    stops = any(
        isinstance(node, ast.Return)
        or (isinstance(node, ast.Break) and _loop_of(file, node) is loop)
        for statement in (*guarded.body, *guarded.orelse)
        for node in ast.walk(statement)
    )
    if isinstance(loop, ast.While):
        return stops
    if not isinstance(loop, ast.For | ast.AsyncFor):
        return False
    return stops and not _changing(loop) & _names_in(call)


def _changing(loop: ast.For | ast.AsyncFor) -> set[str]:
    """Return the names that differ each time: the loop's variable, and what is made of it."""
    changing = _names_in(loop.target)
    for node in in_order(walk_own(loop.body)):
        if isinstance(node, ast.Assign) and _names_in(node.value) & changing:
            changing |= {name for target in node.targets for name in _names_in(target)}
    return changing


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


@check(CODE)
def retry_repeats_the_failure(host: Machine) -> Iterable[Finding]:
    """A retry loop around transcribe() can only repeat the failure.

    **What.** A loop with `try`, or a retry decorator, around `transcribe()` or loading.
    **Why.** While transcribing, the app's own process holds the file: the hidden error keeps a
    suspended manifest iterator alive. Waiting does not release it, and the real error comes back.
    While loading, each attempt unpacks gigabytes again.
    **Decided by.** The call is in a `try` inside a loop that ends on success and whose variable the
    call does not depend on; or it is under tenacity, stamina, backoff or retrying; or the `except`
    block makes the same call again, or starts its own function again. If every `except` block
    returns, raises or breaks, and none has a `continue`, nothing repeats.
    **Do.** Show the real error and fix it.
    **Source.** NeMo 3.0.0 `transcription.py` with lhotse 1.33.0 `lazy.py`: the handle is still open
    at cleanup, observed.
    """
    return _RUN(host)


_RUN = over_files(CODE, _look, "there is no retry loop around loading or transcribing")
