"""Finds what would make the selected model fail, before downloading or unpacking gigabytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from winasr_doctor.checks import revision, temp
from winasr_doctor.checks.advice import gigabytes
from winasr_doctor.checks.nemo import model_file, not_installed
from winasr_doctor.findings import Remedy, Report, Result, Severity, Status
from winasr_doctor.machine.live import LiveMachine, cache_folders
from winasr_doctor.scanning import scan
from winasr_doctor.ui.models import Choice

ROOM = temp.temp_has_too_little_room.code
MODEL_FILE = model_file.code
REVISIONS = revision.truncated_hash.family

ALWAYS = frozenset({not_installed.code})
"""Codes that concern every model, including warnings: the doctor may run in a different Python from
the app, but here this very one needs NeMo.
"""

WANTED = (ROOM, MODEL_FILE, REVISIONS, *ALWAYS)
"""The checks to run: room to unpack, the model's file, its pins, NeMo."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason not to load a model.

    Attributes:
        code: The check that found it.
        summary: One sentence.
        remedies: Ways out.
    """

    code: str
    summary: str
    remedies: tuple[Remedy, ...] = ()


def blockers(choice: Choice) -> tuple[Blocker, ...]:
    """Examine this machine for problems with one model.

    Args:
        choice: The model.

    Returns:
        Every reason not to load it; empty if there is no known problem.
    """
    models = (choice.path,) if choice.path is not None else ()
    report = scan(LiveMachine(models=models, timeout=4.0), select=WANTED)
    return (*concerning(report, choice), *_no_room_to_download(choice))


def concerning(report: Report, choice: Choice) -> tuple[Blocker, ...]:
    """Select the findings of a report that prevent loading a model."""
    return tuple(
        Blocker(result.code, result.summary, result.remedies)
        for result in report.results
        if result.status is Status.FAIL
        and (result.severity is Severity.ERROR or result.code in ALWAYS)
        and _concerns(result, choice)
    )


def blocked_by(report: Report, choices: Iterable[Choice]) -> dict[str, str]:
    """Return, by model, the code of the first finding that blocks it."""
    found = ((choice.name, concerning(report, choice)) for choice in choices)
    return {name: reasons[0].code for name, reasons in found if reasons}


def _concerns(result: Result, choice: Choice) -> bool:
    evidence = result.evidence
    if result.code in ALWAYS:
        return True
    if result.code == ROOM:
        # The check is about the largest model; here only this one matters.
        free = evidence.get("free")
        return isinstance(free, (int, float)) and free < choice.unpacked_bytes
    if result.code == MODEL_FILE:
        return choice.path is not None and _same(evidence.get("path"), choice.path)
    if result.family == REVISIONS:
        return choice.repo_id is not None and evidence.get("repo_id") == choice.repo_id
    return False


def _same(path: object, other: str) -> bool:
    return isinstance(path, str) and os.path.normcase(path) == os.path.normcase(other)


def _no_room_to_download(choice: Choice) -> tuple[Blocker, ...]:
    if not choice.download_bytes:
        return ()

    cache = cache_folders.hub_cache(os.environ)
    folder = _nearest_existing(Path(cache))
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ()
    if free >= choice.download_bytes:
        return ()
    needed = gigabytes(choice.download_bytes)
    return (
        Blocker(
            ROOM,
            f"{cache} has {gigabytes(free)} free; downloading {choice.name} needs {needed}",
            (
                Remedy(
                    "Make room for the download",
                    (
                        f"Free {gigabytes(choice.download_bytes - free)} or more on that drive",
                        "Or set HF_HOME to a folder on a drive that has it, and start again",
                    ),
                ),
            ),
        ),
    )


def _nearest_existing(folder: Path) -> Path:
    return next((each for each in (folder, *folder.parents) if each.exists()), folder)
