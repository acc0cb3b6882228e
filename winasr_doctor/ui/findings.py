"""Renders the doctor's panel: what to do on this machine, then the findings, worst first."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Callable, Iterator

from winasr_doctor.findings import Remedy, Report, Result, Status, plan_of
from winasr_doctor.report.summaries import placed
from winasr_doctor.ui import texts
from winasr_doctor.ui.status import clean, steps_html, text_of

HEARTBEAT = 0.4

PATIENCE = 60.0
"""Seconds that an examination may take."""

_WORDS = {"error": "Error", "warning": "Warning", "info": "Note"}


def render(report: Report) -> str:
    """Write what to do about a report and its failed checks, as escaped HTML."""
    failed = report.failing
    unread = sum(r.status in (Status.UNKNOWN, Status.CRASH) for r in report.results)
    parts = [_plan(report), *map(_finding, failed)]
    if not failed:
        parts.append(_line(texts.NOTHING_FOUND))
    if unread:
        parts.append(_line(texts.UNREAD.format(count=unread)))
    return _panel("".join(parts))


def note(sentence: str) -> str:
    """Write one sentence instead of the findings."""
    return _panel(_line(sentence))


def examine(
    scan: Callable[[], Report], patience: float = PATIENCE
) -> Iterator[tuple[str, Report | None]]:
    """Run a scan in a thread, and show the time it has taken. Never raises.

    Args:
        scan: Makes the report.
        patience: Seconds to wait for it.

    Yields:
        HTML for the panel; the last item also has the report, if there is one.
    """
    answers: list[Report | BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            answers.append(scan())
        except BaseException as error:  # noqa: BLE001 - shown in the panel
            answers.append(error)
        done.set()

    started = time.monotonic()
    threading.Thread(target=work, name="winasr-scan", daemon=True).start()
    while not done.wait(HEARTBEAT):
        seconds = time.monotonic() - started
        if seconds > patience:
            yield note(texts.SCAN_LATE.format(seconds=seconds)), None
            return
        yield note(texts.SCANNING.format(seconds=seconds)), None
    answer = answers[0]
    if isinstance(answer, BaseException):
        yield note(texts.SCAN_FAILED.format(reason=text_of(answer))), None
        return
    yield render(answer), answer


def _plan(report: Report) -> str:
    planned = plan_of(report).remedies
    return steps_html(Remedy(f"{p.title} ({', '.join(p.cures)})", p.steps) for p in planned)


def _finding(result: Result) -> str:
    level = result.severity.value if result.severity is not None else result.status.value
    word = _WORDS.get(level, level)
    return (
        f'<details class="winasr-finding" data-severity="{html.escape(level)}">'
        f"<summary><strong>{html.escape(word)}</strong> {html.escape(clean(result.code))}:"
        f" {html.escape(clean(placed(result)))}</summary>"
        f"{steps_html(result.remedies)}</details>"
    )


def _line(sentence: str) -> str:
    return f"<p>{html.escape(clean(sentence))}</p>"


def _panel(inner: str) -> str:
    return f'<div class="winasr-findings" role="region" aria-label="{texts.FINDINGS}">{inner}</div>'
