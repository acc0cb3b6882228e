"""Runs the fault suite in the child process started for it."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
from pathlib import Path
from time import perf_counter

from winasr_doctor._util.state_files import STATE_VARIABLE
from winasr_doctor.gate.child import Send
from winasr_doctor.gate.outcome import StepState
from winasr_doctor.gate.suite import CASES, CaseFolder, NotHere, SuiteCase
from winasr_doctor.gate.suite.table import virtual_time
from winasr_doctor.locks import ONCE, rmtree


def run(task: object, send: Send) -> None:
    """Run every case and send its result.

    Args:
        task: Not used yet.
        send: Called for each case before it starts and again when it has ended.
    """
    del task
    logging.disable(logging.CRITICAL)  # the cases provoke log messages
    root = Path(tempfile.mkdtemp(prefix="winasr-suite-"))
    os.environ[STATE_VARIABLE] = str(root / "state")
    try:
        for number, case in enumerate(CASES):
            send({"begins": case.name})
            send(_run(case, root / str(number)))
    finally:
        gc.collect()
        rmtree(root, ONCE, defer=False)
    send({"end": True})


def _run(case: SuiteCase, folder: Path) -> dict[str, object]:
    folder.mkdir()
    os.environ[STATE_VARIABLE] = str(folder / "state")
    work = folder / "work"
    work.mkdir()
    started, state, detail = perf_counter(), StepState.PASS, ""
    try:
        with virtual_time() as time:
            case.run(CaseFolder(work, time))
    except NotHere as reason:
        state, detail = StepState.SKIP, str(reason)
    except AssertionError as broken:
        state, detail = StepState.FAIL, str(broken) or "a promise is broken"
    except Exception as error:  # noqa: BLE001 - a case that breaks never takes the others down
        state, detail = StepState.FAIL, f"{type(error).__name__}: {error}"
    seconds = perf_counter() - started
    return {"name": case.name, "state": state.value, "detail": detail, "seconds": seconds}
