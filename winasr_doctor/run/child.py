"""Prepares each process of the app, before its first line."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._guard import guard
from winasr_doctor._guard.events import GuardEvent, Observer, opened
from winasr_doctor.frameworks.whisper import steps as whisper
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.run import final_diagnosis
from winasr_doctor.run.app_deletes import AppDeletes
from winasr_doctor.run.events import EventLog, Started, Whisper
from winasr_doctor.run.recorder import Recorder
from winasr_doctor.run.settings import RunSettings
from winasr_doctor.run.standstill import stacks

if TYPE_CHECKING:
    from winasr_doctor.faults import Injector

_kept: list[ExitStack] = []
"""Context managers that stay open for the whole process. `atexit` alone does not keep them:
`multiprocessing` clears that in a forked child (CPython 3.13, popen_fork.py).
"""


def begin(file: str) -> None:
    """Start the guard for the whole process, and the requested faults.

    Args:
        file: The settings file. If it does not exist, the run is over and nothing is done.
    """
    if not Path(file).exists():
        return
    settings = RunSettings.read(file)
    if os.path.normcase(settings.prefix) != os.path.normcase(sys.prefix):
        return
    log = EventLog(settings.events)
    recorder, whole = Recorder(log), ExitStack()
    observers: list[Observer] = [recorder.observe]
    if settings.silence > 0:
        stacks.listen(settings.events)
    recorder.session = whole.enter_context(guard(observer=_all(observers), whole_process=True))
    if settings.plan:
        recorder.injector = whole.enter_context(_injecting(settings.plan, observers))
    deletes = AppDeletes(settings.temp, log.write, settings.retry_in)
    if settings.temp or settings.retry_in:
        whole.enter_context(deletes.installed())

    def forked() -> None:
        for each in (log, recorder, deletes):
            each.start_anew()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)

    def end() -> None:
        with suppress(Exception):
            recorder.flush()
            _tell_of_whisper(log)
            whole.close()
        final_diagnosis.tell(settings.events)

    _kept.append(whole)
    atexit.register(end)  # the first one registered is called last
    log.write(Started(os.getpid()))
    _take_over(settings)


def _take_over(settings: RunSettings) -> None:
    """Make the app itself the owner of its folders: it may outlive its parent.

    Only the first process does this, as the others may end long before the app.
    """
    first = Path(settings.events, "first")
    with suppress(OSError):
        first.touch(exist_ok=False)
        claims = [default_ledger().claim(folder) for folder in settings.folders]
        if all(claim is not None and claim.file is not None for claim in claims):
            for file in settings.claims:
                Path(file).unlink(missing_ok=True)


def _tell_of_whisper(log: EventLog) -> None:
    names = whisper.imported(sys.modules)
    if names:
        log.write(Whisper(names))


def _all(observers: Iterable[Observer]) -> Observer:
    def observe(event: GuardEvent) -> None:
        for each in observers:
            each(event)

    return observe


@contextmanager
def _injecting(text: str, observers: list[Observer]) -> Iterator[Injector]:
    """Inject a plan; faults without a pattern only apply to the folders that NeMo makes."""
    from winasr_doctor.faults import Plan, inject
    from winasr_doctor.faults.within import Folders, within

    folders = Folders()
    observers.append(opened(folders.add))
    with inject(within(Plan.parse(text), folders)) as injector:
        yield injector
