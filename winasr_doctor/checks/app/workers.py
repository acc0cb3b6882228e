"""APP001: worker processes that `transcribe` starts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import (
    constant,
    edit,
    found,
    keyword,
    over_files,
)
from winasr_doctor.checks.app.speech import Work, speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from winasr_doctor.appsource.call_sites import Site
    from winasr_doctor.appsource.index import Scope
    from winasr_doctor.appsource.inferred_values import Literal

CODE = "APP001"


_CONFIGS = ("TranscribeConfig", "TranscriptionConfig")
_COUNTS = frozenset({"os.cpu_count", "multiprocessing.cpu_count", "os.process_cpu_count"})


def _look(app: Application, file: SourceFile) -> Iterator[Finding]:
    speech = speech_of(app)
    for site in speech.within(file, Work.RUN):
        call = site.call
        if not speech.is_direct(call):
            continue
        workers = _workers(app, site)
        if workers is not None:
            yield _finding(
                file,
                call,
                f"{last_name(call.func)}() starts {workers} worker processes",
                _start_none(file, call),
            )
            continue
        config = keyword(call, "override_config")
        if config is not None and _starts_workers(app, config, site.scope):
            given = file.segment(config)
            yield _finding(
                file,
                call,
                "override_config does not set num_workers to 0, which starts worker processes",
                Remedy(
                    "Start none",
                    (
                        Step(
                            f"In {file.spot(call)}, add before it",
                            f"config = {given}\nconfig.num_workers = 0",
                            "python",
                        ),
                        "Pass override_config=config",
                    ),
                ),
            )


def _workers(app: Application, site: Site) -> object:
    """Return the number of workers that a call asks for, if it is known to be above 0."""
    given = keyword(site.call, "num_workers")
    if given is not None:
        return _above_zero(app, given, site.scope)
    return _highest(
        literal
        for item in site.call.keywords
        if item.arg is None
        for literal in app.constants.entry(item.value, site.scope, "num_workers", guess=False)
    )


def _start_none(file: SourceFile, call: ast.Call) -> Remedy:
    from winasr_doctor.appsource.edits import replace_node

    given = keyword(call, "num_workers")
    if given is None:
        step = f"In {file.spot(call)}, pass num_workers=0"
        return Remedy("Start none", (step,))
    old = f"num_workers={file.segment(given)}"
    return edit(file, call, "Start none", old, "num_workers=0", replace_node(file, given, "0"))


def _finding(file: SourceFile, call: ast.Call, what: str, remedy: Remedy) -> Finding:
    why = f"{what}; on Windows each imports the app again, and transcription hangs at 0 %"
    return found(warning, CODE, file, call, why, [remedy])


def _starts_workers(app: Application, config: ast.expr, scope: Scope) -> bool:
    """Return whether a configuration, however it was made, leaves the number of workers unset."""
    from winasr_doctor.appsource.inferred_values import CallResult

    return any(
        isinstance(term, CallResult)
        and _leaves_it_unset(term.node)
        and not _is_switched_off_later(app, term.node)
        for term in app.constants.terms(config, scope)
    )


def _leaves_it_unset(config: ast.Call) -> bool:
    name = last_name(config.func)
    if name == "get_transcribe_config":
        return True
    if not name.endswith(_CONFIGS) or any(item.arg is None for item in config.keywords):
        return False
    workers = keyword(config, "num_workers")
    return workers is None or constant(workers) not in (0, ...)


def _is_switched_off_later(app: Application, config: ast.Call) -> bool:
    """Return whether the app stores a `num_workers` in what this call returned, unless above 0."""
    from winasr_doctor.appsource.inferred_values import CallResult

    for file in app.words.files_with("num_workers"):
        stored: list[tuple[ast.expr, ast.expr, Scope]] = []
        for part in file.index.about("num_workers"):
            stored += [(t.value, value, scope) for t, value, scope in part.stores if _names_it(t)]
            calls = [(call.args, scope) for call, scope in part.calls if _sets_it(call)]
            stored += [(owner, value, scope) for (owner, _name, value), scope in calls]
        for owner, value, scope in stored:
            terms = app.constants.terms(owner, scope)
            if any(isinstance(term, CallResult) and term.node is config for term in terms):
                return _above_zero(app, value, scope) is None
    return False


def _above_zero(app: Application, value: ast.expr, scope: Scope) -> object:
    """Return the number of workers that an expression is known to be; `None` if 0 or unknown."""
    if _COUNTS.intersection(app.calls.origins(value, scope)):
        return "as many as the processor has cores:"
    found = app.constants.literals(value, scope, guess=False)
    return _highest(found)


def _highest(found: Iterable[Literal]) -> object:
    numbers = [item.value for item in found if isinstance(item.value, int) and item.value > 0]
    return max(numbers, default=None)


def _sets_it(call: ast.Call) -> bool:
    named = last_name(call.func) == "setattr" and len(call.args) == 3  # noqa: PLR2004
    return named and constant(call.args[1]) == "num_workers"


def _names_it(target: ast.Attribute | ast.Subscript) -> bool:
    name = target.attr if isinstance(target, ast.Attribute) else constant(target.slice)
    return name == "num_workers"


@check(CODE)
def switches_workers_on(host: Machine) -> Iterable[Finding]:
    """transcribe() is set to start worker processes.

    **What.** `override_config=model.get_transcribe_config()`, a `TranscribeConfig` without
    `num_workers=0`, or `num_workers` above 0.
    **Why.** `TranscribeConfig.num_workers` is `None`, which NeMo turns into up to one worker per
    core. Windows spawns them: each imports the app again, uses as much memory again, and keeps
    files open.
    **Decided by.** The call, and everything that its arguments may be: variables, constants and
    what functions of the app return. Setting `.num_workers` on the configuration silences it,
    unless it is above 0.
    **Do.** Pass `num_workers=0`, or set it on the configuration.
    **Source.** NeMo 3.0.0 `asr/parts/mixins/transcription.py`, `_transcribe_on_begin`.
    """
    return _RUN(host)


_RUN = over_files(CODE, _look, "transcribe() starts no worker processes")
