"""Shows where an app hangs, and what that usually means."""

from __future__ import annotations

from collections.abc import Iterator

from winasr_doctor._util.blocks import Block, Paragraph
from winasr_doctor.locks.holders import holders_of
from winasr_doctor.run.standstill.native import NOT_SHOWN
from winasr_doctor.run.standstill.reading import Reading, Standing
from winasr_doctor.run.standstill.stacks import ThreadStack
from winasr_doctor.run.standstill.waits import is_standard_library

_LEAD = "winasr_doctor: "
_INNERMOST, _MOST_OWN = 2, 4

_PATIENCE = 20.0
"""Seconds to find out who has a path open: the app hangs, and nobody else waits for the report."""


def show(
    app: tuple[Standing, ...], reading: Reading, seconds: float, where: str = ""
) -> Iterator[Block]:
    """Yield a report: one line for an app at rest, the threads and the usual meaning otherwise.

    Args:
        app: Its processes.
        reading: What it waits for.
        seconds: How long nothing has moved.
        where: What has not moved, such as "NeMo's loading"; the whole app by default.
    """
    still = f"nothing has moved for {seconds:.0f} s (no output, no CPU, no disk)"
    if where:
        still = f"nothing has moved in {where} for {seconds:.0f} s, though other threads work"
    if reading.at_rest:
        yield Paragraph(f"{still}: {reading.sentence}", lead=_LEAD)
        return
    yield Paragraph(still, lead=_LEAD, bold=True)
    yield Paragraph(reading.sentence, lead="why: ", indent=2)
    for process in app:
        yield Paragraph(str(process), indent=2)
        yield from _threads(process)
        yield from _native(process)
        for path in process.files:
            yield Paragraph(
                f"{path}: {holders_of(path, timeout=_PATIENCE)}", lead="large file: ", indent=4
            )
        for work in process.work:
            yield Paragraph(f"{work.path}: {_held_in(work.path)}", lead=f"{work}: ", indent=4)
    yield from _meaning(reading.known_as)


def _threads(process: Standing) -> Iterator[Block]:
    if process.threads is None:
        call = f"is in the call {process.call}" if process.call else "does not answer"
        yield Paragraph(f"not a Python that can be asked; it {call}", indent=4)
    order = sorted(
        process.threads or (), key=lambda t: (not process.work_of(t), t is not process.main)
    )
    for number, thread in enumerate(order, 1):
        name = "main thread" if thread is process.main else f"thread {number}"
        work = process.work_of(thread)
        name += f" (in {work})" if work is not None else ""
        yield Paragraph(f"{name}, waits {process.wait(thread).value}: {_calls(thread)}", indent=4)
    calls = dict.fromkeys(str(wait) for wait in process.waits)
    if calls and process.threads is not None:
        yield Paragraph(", ".join(calls), lead="in the kernel: ", indent=4)


def _native(process: Standing) -> Iterator[Block]:
    if process.native:
        yield Paragraph("with native functions, by py-spy:", indent=4)
    for line in process.native:
        yield Paragraph(line.strip(), indent=6 + len(line) - len(line.lstrip()))
    if process.threads and not process.native and not process.waits:
        yield Paragraph(NOT_SHOWN, indent=4)


def _held_in(folder: str) -> str:
    """Return who has what open in a temporary folder."""
    holding = holders_of(folder, timeout=_PATIENCE)
    return "; ".join(f"{each}: {each.path}" for each in holding.holders) or str(holding)


def _calls(thread: ThreadStack) -> str:
    """Return the innermost functions, and the app's own that have called them."""
    inner, outer = thread.frames[:_INNERMOST], thread.frames[_INNERMOST:]
    own = [frame for frame in outer if not is_standard_library(frame)]
    return ", called from ".join(map(str, (*inner, *own[:_MOST_OWN])))


def _meaning(name: str) -> Iterator[Block]:
    from winasr_doctor.catalogue import by_id
    from winasr_doctor.catalogue.showing import filled, show_remedies

    entry = by_id(name) if name else None
    if entry is None:
        return
    yield Paragraph(entry.cause, lead="Cause: ", indent=2, bold=True)
    yield Paragraph(entry.id, lead="Known as: ", indent=2, bold=True)
    yield from show_remedies(filled(entry, lambda _fact: None)[:1], verbose=False)
