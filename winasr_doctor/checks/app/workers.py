"""APP001: worker processes that `transcribe` starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import constant, edit, found, keyword, nemo_calls, over_files
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

CODE = "APP001"


def _look(app: Application, file: SourceFile) -> Iterator[Finding]:
    for call in nemo_calls(app, file, "transcribe"):
        given_workers = keyword(call, "num_workers")
        workers = constant(given_workers)
        if given_workers is not None and isinstance(workers, int) and workers > 0:
            from winasr_doctor.appsource.edits import replace_node

            none = replace_node(file, given_workers, "0")
            yield _finding(
                file,
                call,
                f"transcribe() starts {workers} worker processes",
                edit(file, call, "Start none", f"num_workers={workers}", "num_workers=0", none),
            )
            continue
        config = keyword(call, "override_config")
        if config is not None and _starts_workers(file, config):
            given = file.segment(config)
            line = file.location(call).line
            yield _finding(
                file,
                call,
                "override_config leaves num_workers unset, which starts worker processes",
                Remedy(
                    "Start none",
                    (
                        Step(
                            f"In {file.path}, before line {line}, add",
                            f"config = {given}\nconfig.num_workers = 0",
                            "python",
                        ),
                        "Pass override_config=config",
                    ),
                ),
            )


def _finding(file: SourceFile, call: ast.Call, what: str, remedy: Remedy) -> Finding:
    why = f"{what}; on Windows each imports the app again, and transcription hangs at 0 %"
    return found(warning, CODE, file, call, why, [remedy])


def _starts_workers(file: SourceFile, config: ast.expr) -> bool:
    import ast

    if isinstance(config, ast.Name):
        values = _values(file, config.id)
        return not _number_is_set(file, config.id) and any(
            isinstance(value, ast.Call) and _call_starts_workers(file, value) for value in values
        )
    return isinstance(config, ast.Call) and _call_starts_workers(file, config)


def _values(file: SourceFile, name: str) -> list[ast.expr]:
    from winasr_doctor.appsource.index import Value

    return [
        binding.expr
        for scope in file.index.scopes
        for binding in scope.bindings.get(name, ())
        if isinstance(binding, Value)
    ]


def _call_starts_workers(file: SourceFile, config: ast.Call) -> bool:
    name = file.segment(config.func).rpartition(".")[2]
    if name == "get_transcribe_config":
        return True
    if not name.endswith(("TranscribeConfig", "TranscriptionConfig")):
        return False
    if any(item.arg is None for item in config.keywords):
        return False
    workers = keyword(config, "num_workers")
    return workers is None or constant(workers) not in (0, ...)


def _number_is_set(file: SourceFile, name: str) -> bool:
    import ast

    return any(
        isinstance(target, ast.Attribute)
        and target.attr == "num_workers"
        and isinstance(target.value, ast.Name)
        and target.value.id == name
        for target, _value, _scope in file.index.stores
    )


@check(CODE)
def switches_workers_on(host: Machine) -> Iterable[Finding]:
    """transcribe() is set to start worker processes.

    **What.** `override_config=model.get_transcribe_config()`, a `TranscribeConfig` without
    `num_workers=0`, or `num_workers` above 0.
    **Why.** `TranscribeConfig.num_workers` is `None`, which NeMo turns into up to one worker per
    core. Windows spawns them: each imports the app again, uses as much memory again, and keeps
    files open.
    **Decided by.** The call and, for a variable, its assignments in the same file; setting
    `.num_workers` on it silences the check.
    **Do.** Pass `num_workers=0`, or set it on the configuration.
    **Source.** NeMo 3.0.0 `asr/parts/mixins/transcription.py`, `_transcribe_on_begin`.
    """
    return _RUN(host)


_RUN = over_files(CODE, _look, "transcribe() starts no worker processes")
