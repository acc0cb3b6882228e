"""The parent of an app: prepares and starts it, passes on signals, and prints a summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from winasr_doctor._util.blocks import Block
from winasr_doctor.faults.plan import Plan
from winasr_doctor.locks import sweep
from winasr_doctor.run import final_diagnosis, preflight
from winasr_doctor.run.events import read_events
from winasr_doctor.run.interpreter import command_for
from winasr_doctor.run.scratch import Scratch, open_scratch
from winasr_doctor.run.settings import RunSettings, point
from winasr_doctor.run.signals import exit_code, relaying
from winasr_doctor.run.standstill.watch import StoodStill, watching
from winasr_doctor.run.target import RunTarget
from winasr_doctor.run.tying import started
from winasr_doctor.run.verdict import RunVerdict


@dataclass(frozen=True, slots=True)
class Order:
    """What to run, and how.

    Attributes:
        target: The app.
        scratch: The folder in which to make its TEMP; `None` lets the doctor choose.
        plan: Faults to inject; `None` for none.
        silence: Seconds without progress after which that is reported; 0 for never.
        quiet: Whether to print nothing before the app starts.
        strict_deletes: Whether the app's own deletions in its TEMP fail as they would.
        retry_deletes: Other folders in which a deletion by the app is tried again before it fails.
        detach: Whether the app lives on if this process is killed.
    """

    target: RunTarget
    scratch: str | None = None
    plan: Plan | None = None
    silence: float = 60.0
    quiet: bool = False
    strict_deletes: bool = False
    retry_deletes: tuple[str, ...] = ()
    detach: bool = False


def run(order: Order, say: Callable[[Iterable[Block]], None]) -> RunVerdict:
    """Run an app until it ends.

    Args:
        order: What to run.
        say: Called with what to print before the app starts.

    Returns:
        The outcome. Its code is the app's exit code; 128 and the signal's number if one ended it.

    Raises:
        ScratchError: There is no usable folder.
        TargetError: Python does not know the path of its own executable.
    """
    command = command_for(order.target.arguments)
    scratch = open_scratch(order.scratch)
    try:
        settings = Path(scratch.notes, "settings.json")
        plan = str(order.plan) if order.plan else ""
        RunSettings(
            scratch.notes,
            plan=plan,
            silence=order.silence,
            folders=(scratch.temp, scratch.notes),
            claims=scratch.claim_files,
            temp="" if order.strict_deletes else scratch.temp,
            retry_in=tuple(map(os.path.abspath, order.retry_deletes)),
        ).write(settings)
        if not order.quiet:
            found = preflight.examine(order.target)
            say(preflight.show(order.target, scratch, plan, found))
        began = monotonic()
        code, stood = _start_and_wait(order, command, scratch, settings, say)
        seconds = monotonic() - began
        events = tuple(read_events(scratch.notes))
        cause = final_diagnosis.read(scratch.notes) if code else None
    finally:
        removals = scratch.remove()
    sweep()  # forget ledger entries of the app that were removed with its TEMP
    return RunVerdict(code, seconds, events, order.plan, removals, cause, tuple(stood))


def _start_and_wait(
    order: Order,
    command: list[str],
    scratch: Scratch,
    settings: Path,
    say: Callable[[Iterable[Block]], None],
) -> tuple[int, list[StoodStill]]:
    variables = dict(os.environ)
    point(variables, scratch=scratch.temp, settings=str(settings))
    with relaying() as relay, started(command, variables, detached=order.detach) as app:
        relay.attach(app)
        with watching(app.pid, scratch.notes, order.silence, say) as stood:
            return exit_code(app.wait()), stood
