"""ENV026: imports that fail when they are tried (`--deep`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from winasr_doctor.catalogue.machines import of_host
from winasr_doctor.checks.advice import shell_of
from winasr_doctor.checks.base import check
from winasr_doctor.checks.predicted_errors import step_in_words
from winasr_doctor.findings import Evidence, Finding, Remedy, Step, error, ok, skip, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.diagnosis import Diagnosis
    from winasr_doctor.machine.interpreters.model import ImportTrial

_READS = (
    "imports",
    "packages",
    "python",
    "gpus",
    "environment",
    "audio_tools",
    "hub_cache",
    "places",
)
_SHOWN = 2000
"""Characters of the end of the output that become evidence."""


@check("ENV026", reads=_READS)
def an_import_fails(host: Machine) -> Iterable[Finding]:
    """A package that speech recognition needs cannot be imported.

    **What.** With `--deep`, and in the gate: imports torch, torch.cuda, nemo.collections.asr,
    lhotse and soundfile, as far as they are installed, each in a process of its own.
    **Why.** Missing DLLs, packages that do not fit together and damaged installations only show
    when a package is imported.
    **Decided by.** The import's own error, explained by the catalogue of known errors. An import
    that is not over within its time limit is a warning. With administrator rights nothing is
    started.
    **Do.** Follow the advice for the error.
    **Source.** The sources that the known error names.
    """
    trials = host.imports
    if not trials.items:
        yield skip("none of the packages whose import is tried is installed")
        return
    failed: dict[str, list[ImportTrial]] = {}
    for trial in trials.items:
        if trial.state != "imported":
            failed.setdefault(_last_line(trial), []).append(trial)
    for group in failed.values():
        if group[0].state == "late":
            yield _late(group, trials.limit)
        else:
            yield _failed(host, group)
    if not failed:
        names = [trial.name for trial in trials.items]
        yield ok(f"{', '.join(names)} can be imported", {"imported": names})


def _last_line(trial: ImportTrial) -> str:
    lines = trial.output.strip().splitlines()
    return f"{trial.state}: {lines[-1] if lines and trial.state != 'late' else trial.code}"


def _others(group: list[ImportTrial]) -> str:
    names = [trial.name for trial in group[1:]]
    return f", and {', '.join(names)} for the same reason" if names else ""


def _late(group: list[ImportTrial], limit: float) -> Finding:
    return warning(
        f"import {group[0].name} was not over after {limit:g} s{_others(group)}",
        _evidence(group),
        [
            Remedy(
                "See what it waits for",
                (
                    "Try it again: the first import after an installation is slow, while a virus"
                    " scanner reads every file",
                    Step(
                        "If it is slow again, import it by hand",
                        f'python -X importtime -c "import {group[0].name}"',
                    ),
                ),
            )
        ],
    )


def _failed(host: Machine, group: list[ImportTrial]) -> Finding:
    from winasr_doctor.diagnosis import diagnose  # lazy: few imports fail

    diagnosis = diagnose(_text(group[0]), facts=of_host(host))
    return error(
        f"import {group[0].name} fails{_others(group)}: {diagnosis.cause}",
        {**_evidence(group), "known_error": diagnosis.id, "confidence": diagnosis.confidence},
        _remedies(host, diagnosis),
    )


def _text(trial: ImportTrial) -> str:
    """Return the output, with the exit code as shells report it if there is no traceback."""
    if "Traceback" in trial.output or trial.code is None:
        return trial.output
    return f"{trial.output}\nProcess finished with exit code {trial.code}"


def _remedies(host: Machine, diagnosis: Diagnosis) -> list[Remedy]:
    shell = shell_of(host)
    return [
        Remedy(remedy.title, tuple(step_in_words(step, shell) for step in remedy.steps))
        for remedy in diagnosis.remedies
    ]


def _evidence(group: list[ImportTrial]) -> Evidence:
    return {
        "imports": [trial.name for trial in group],
        "exit_code": group[0].code,
        "seconds": round(group[0].seconds, 1),
        "traceback": group[0].output[-_SHOWN:],
    }
