"""The doctor's advice on this machine or on one thing on it, for use after a failure.

Every call has a time limit: the report on a failed load must not wait for a dead network drive.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from winasr_doctor._util.workers import DeadlineTask
from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.pins import Pin
from winasr_doctor.findings import Remedy, Result, Severity, Status
from winasr_doctor.machine.model import ModelFiles

if TYPE_CHECKING:
    from winasr_doctor.checks import Check
    from winasr_doctor.machine.base import Machine
    from winasr_doctor.models.hub import HubAnswers

T = TypeVar("T")

PATIENCE = 2.0
"""Time limit of a scan, in seconds."""

LOCK_FAMILIES = ("TMP", "SYN", "AVX", "IDX")
"""The checks for what locks new files: TEMP's place, sync clients, virus scanners, the index."""

GIVEN = "given to load_model"


def findings(
    families: Iterable[str] = LOCK_FAMILIES, seconds: float = PATIENCE
) -> tuple[Result, ...] | None:
    """Scan this machine for causes of locked files.

    Args:
        families: Which checks to run.
        seconds: Time limit, in seconds.

    Returns:
        The failed checks, worst first; `None` if there was no answer in time.
    """
    from winasr_doctor.machine.live import LiveMachine
    from winasr_doctor.scanning import scan

    def look() -> tuple[Result, ...]:
        return scan(LiveMachine(timeout=0.9 * seconds), select=tuple(families)).failing

    return _within(seconds, look)


def on_revision(revision: str, repo_id: str | None) -> tuple[str, tuple[Remedy, ...]]:
    """Say what is wrong with a revision that cannot be used, worded as in the REV checks.

    This looks for the full form of an abbreviated revision in the local cache and, if possible, on
    the Hub.

    Returns:
        A sentence and the remedies.
    """
    from winasr_doctor.checks.revision import BY_SPELLING
    from winasr_doctor.machine.live import LiveMachine

    app = Application(pins=(Pin(revision, repo_id, GIVEN),))
    host = LiveMachine(app=app, hub_answers=_asked(app), timeout=PATIENCE)
    said = _said_by(BY_SPELLING, host)
    if said is None:
        return f"{revision!r} is not a revision that can be loaded", ()
    return said.summary, said.remedies


def _asked(app: Application) -> HubAnswers | None:
    """Ask the Hub what a revision may be short for, unless it must not or cannot be reached."""
    from winasr_doctor.machine.live.cache_folders import is_offline
    from winasr_doctor.models.hub import ask_hub_about

    constants = sys.modules.get("huggingface_hub.constants")
    if is_offline(os.environ) or bool(getattr(constants, "HF_HUB_OFFLINE", False)):
        return None
    return ask_hub_about(app, timeout=PATIENCE)


def on_model_file(path: str) -> Result | None:
    """Say what is wrong with a model file, worded as in NEM006; `None` if nothing is."""
    from winasr_doctor.checks.nemo import model_file
    from winasr_doctor.machine.live import LiveMachine
    from winasr_doctor.machine.live.archive import inspect
    from winasr_doctor.machine.live.readers import READERS

    file = inspect(path)

    class _OneFile(LiveMachine):
        readers = {**READERS, "model_files": lambda _host: ModelFiles(items=(file,))}

    return _said_by((model_file,), _OneFile(timeout=PATIENCE))


def _said_by(checks: Iterable[Check], host: Machine) -> Result | None:
    from winasr_doctor.scanning import run_check

    for check in checks:
        for result in run_check(check, host):
            # A severity below a warning is a remark on something that works.
            if result.severity in (Severity.ERROR, Severity.WARNING) or (
                result.status is Status.UNKNOWN
            ):
                return result
    return None


def _within(seconds: float, ask: Callable[[], T]) -> T | None:
    try:
        return DeadlineTask(ask, seconds, "winasr-doctor").result()
    except Exception:  # noqa: BLE001 - a help with an error in hand, never another error
        return None
