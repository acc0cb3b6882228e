"""What `status_output` shows: a value, and how it becomes HTML or plain text.

Everything in it may come from a file name or an exception's text, so everything is cleaned,
shortened and escaped here: Gradio's `HTML` component runs what it is given, and a lone surrogate
breaks the event stream.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from winasr_doctor._util import foreign_exceptions
from winasr_doctor.findings import Remedy
from winasr_doctor.report.escaping import visible
from winasr_doctor.ui import texts

LONGEST_LINE = 600
"""Characters of a sentence that are shown."""

LONGEST_DETAILS = 20_000
"""Characters of the technical details that are shown: their end, where the error is."""

MOST_ITEMS = 12
"""Details, remedies and steps of each that are shown."""


class StatusKind(str, Enum):
    """How things stand; the page's `data-state`."""

    RUN = "run"
    WARN = "warn"
    ERROR = "error"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class PageStatus:
    """What to tell the person in front of the page.

    Attributes:
        state: How things stand.
        headline: What happened, in one sentence; while something runs, what it is.
        details: Further sentences: the real cause, the file, who holds it.
        remedies: Ways out, the best first.
        technical: For a report, such as a traceback; folded.
        elapsed: Seconds since the job began, while it runs.
    """

    state: StatusKind
    headline: str
    details: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    technical: str = ""
    elapsed: float | None = None


def text_of(error: BaseException) -> str:
    """Return `Class: text` of an exception, also of one whose `str()` fails."""
    kind = type(error).__name__
    # Whatever its `str()` raises, the error itself must be shown.
    text = foreign_exceptions.text_of(error, "(its text cannot be shown)", survive=BaseException)
    return f"{kind}: {text}" if text else kind


def clean(text: str, longest: int = LONGEST_LINE) -> str:
    """Make a text one that can be sent and read: no lone surrogate, no control, not too long."""
    shown = visible(text[: longest + 1])
    return shown if len(text) <= longest else f"{shown[:longest]} ..."


def render(status: PageStatus) -> str:
    """Write a status as HTML, everything in it escaped.

    Returns:
        One element with `data-state`; an error is an alert, all else a polite status.
    """
    urgent = status.state is StatusKind.ERROR
    role, live = ("alert", "assertive") if urgent else ("status", "polite")
    parts = [
        f'<div class="winasr-status" data-state="{status.state.value}" role="{role}"'
        f' aria-live="{live}">',
        f'<p class="winasr-headline">{_escaped(status.headline)}{_timer(status)}</p>',
        *(f'<p class="winasr-detail">{_escaped(each)}</p>' for each in _first(status.details)),
        steps_html(status.remedies),
        _technical(status),
        "</div>",
    ]
    return "".join(parts)


def steps_html(remedies: Iterable[Remedy]) -> str:
    """Write remedies as one numbered list with their steps; nothing when there are none."""
    shown = [
        f"<li><strong>{_escaped(remedy.title)}</strong>"
        f"<ul>{''.join(f'<li>{_escaped(step)}</li>' for step in _first(remedy.steps))}</ul></li>"
        for remedy in _first(remedies)
    ]
    if not shown:
        return ""
    return (
        f'<p class="winasr-steps-title">{_escaped(texts.STEPS)}</p>'
        f'<ol class="winasr-steps">{"".join(shown)}</ol>'
    )


def plain_text(status: PageStatus) -> str:
    """Write a status as text, for the console and for a report."""
    lines = [clean(status.headline), *(clean(each) for each in status.details)]
    for number, remedy in enumerate(status.remedies, 1):
        lines.append(f"{number}. {clean(remedy.title)}")
        lines += [f"   - {clean(step)}" for step in remedy.steps]
    if status.technical:
        lines += ["", _end(status.technical)]
    return "\n".join(lines)


def _timer(status: PageStatus) -> str:
    if status.elapsed is None:
        return ""
    elapsed = texts.ELAPSED.format(seconds=status.elapsed)
    # Not announced: twice a second would drown everything else.
    return f' <span class="winasr-timer" role="timer" aria-live="off">{elapsed}</span>'


def _technical(status: PageStatus) -> str:
    if not status.technical:
        return ""
    return (
        f'<details class="winasr-technical"><summary>{_escaped(texts.TECHNICAL)}</summary>'
        f'<pre tabindex="0">{html.escape(plain_text(status))}</pre></details>'
        f'<button type="button" class="winasr-copy">{_escaped(texts.COPY)}</button>'
    )


def _escaped(text: str) -> str:
    return html.escape(clean(text))


def _end(text: str) -> str:
    """Return the end of a text that is too long, which is where a traceback names the error."""
    return visible(text if len(text) <= LONGEST_DETAILS else f"... {text[-LONGEST_DETAILS:]}")


def _first(items: Iterable[Remedy] | Iterable[str]) -> list:  # type: ignore[type-arg]
    return list(items)[:MOST_ITEMS]
