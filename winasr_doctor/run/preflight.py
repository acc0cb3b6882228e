"""Builds the summary before the app starts: its folders, and problems that remain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from winasr_doctor._util.blocks import Block, Command, Paragraph, Table
from winasr_doctor.findings import Result, Severity
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.run.folder_advice import PATIENCE
from winasr_doctor.run.interpreter import reads_startup
from winasr_doctor.run.scratch import Scratch
from winasr_doctor.run.target import RunTarget

CODES = ("NEM", "REV", "APP")
"""Families that `run` cannot fix: NeMo's installation, model pins, errors in the app."""

MOST_FINDINGS = 5
_WRONG = {Severity.ERROR, Severity.WARNING}


def examine(target: RunTarget) -> tuple[Result, ...]:
    """Let the doctor examine the app's source and NeMo.

    Args:
        target: The app; for a module, only NeMo's installation is examined.

    Returns:
        The findings, errors first.
    """
    from winasr_doctor.appsource import SourcePathError, read_application
    from winasr_doctor.appsource.application import Application
    from winasr_doctor.machine.live import LiveMachine
    from winasr_doctor.scanning import scan

    app = Application()
    if target.script is not None and Path(target.script).suffix in {".py", ".pyw"}:
        try:
            app = read_application([target.script])
        except SourcePathError:  # Python itself will report what is wrong with it
            app = Application()
    report = scan(LiveMachine(app=app, timeout=PATIENCE), select=CODES)
    return tuple(result for result in report.failing if result.severity in _WRONG)


def show(
    target: RunTarget, scratch: Scratch, plan: str, found: Sequence[Result]
) -> Iterator[Block]:
    """Yield the summary.

    Args:
        target: The app.
        scratch: Its folders.
        plan: The fault plan's text; empty for none.
        found: The result of `examine`.
    """
    yield Paragraph(str(target), lead="winasr_doctor: ", bold=True)
    why = "as you asked" if scratch.asked_for else "chosen by the doctor"
    workers = "in worker processes too"
    if not reads_startup():
        workers = "not in spawned worker processes: this Python does not read PYTHONPATH"
    rows = [
        ("TEMP", f"{scratch.temp} ({why}; {scratch.judgement.drive})"),
        ("guard", f"on, {workers}"),
    ]
    if plan:
        where = f"in {NAMES}'s temporary folders, unless @GLOB says otherwise"
        rows.append(("faults", f"{plan} ({where})"))
    yield Table(tuple(rows), indent=2)
    shown = (*scratch.judgement.findings, *found[:MOST_FINDINGS])
    yield from (_finding(result) for result in shown)
    if len(found) > MOST_FINDINGS:
        yield Paragraph(f"... and {len(found) - MOST_FINDINGS} more", indent=2)
    if found:
        app = f" --app {target.script}" if target.script else ""
        yield Command(f"What to do about it: python -m winasr_doctor scan{app}", indent=2)


def _finding(result: Result) -> Block:
    from winasr_doctor.report.summaries import placed

    level = result.severity.value if result.severity else ""
    return Paragraph(placed(result), lead=f"{level:<8} {result.code}: ", indent=2, level=level)
