"""Defines the status shown by `status_output`, and renders it as HTML or plain text.

Any part may come from a file name or an exception's text, so everything is cleaned, shortened and
escaped here: Gradio's `HTML` component executes its content, and a lone surrogate breaks the event
stream.
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
"""Maximum number of characters of a sentence that are shown."""

LONGEST_DETAILS = 20_000
"""Maximum number of characters shown of the technical details: their end, with the error."""

MOST_ITEMS = 12
"""Maximum number of details, remedies and steps of each that are shown."""


class StatusKind(str, Enum):
    """The kinds of status; the page's `data-state`."""

    RUN = "run"
    WARN = "warn"
    ERROR = "error"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class PageStatus:
    """What to tell the user of the page.

    Attributes:
        state: The current status.
        headline: What happened, in one sentence; while a job runs, what it is doing.
        details: Further sentences: the real cause, the file, who holds it.
        remedies: What to do, the best remedy first.
        technical: Details for a bug report, such as a traceback; collapsed.
        elapsed: Seconds since the job began, while it runs.
        share: The share of the audio that is transcribed, while that is known.
    """

    state: StatusKind
    headline: str
    details: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    technical: str = ""
    elapsed: float | None = None
    share: float | None = None


def text_of(error: BaseException) -> str:
    """Return `Class: text` of an exception, even if its `str()` fails."""
    kind = type(error).__name__
    # Whatever its `str()` raises, the error itself must be shown.
    text = foreign_exceptions.text_of(error, "(its text cannot be shown)", survive=BaseException)
    return f"{kind}: {text}" if text else kind


def clean(text: str, longest: int = LONGEST_LINE) -> str:
    """Make a text safe to send and read: no lone surrogates or control characters, not too long."""
    shown = visible(text[: longest + 1])
    return shown if len(text) <= longest else f"{shown[:longest]} ..."


def render(status: PageStatus) -> str:
    """Write a status as HTML, with everything escaped.

    Returns:
        One element with `data-state`; an error is an alert, everything else a polite status.
    """
    urgent = status.state is StatusKind.ERROR
    role, live = ("alert", "assertive") if urgent else ("status", "polite")
    parts = [
        f'<div class="winasr-status" data-state="{status.state.value}" role="{role}"'
        f' aria-live="{live}">',
        f'<p class="winasr-headline">{_escaped(status.headline)}{_timer(status)}</p>',
        _bar(status),
        *(f'<p class="winasr-detail">{_escaped(each)}</p>' for each in _first(status.details)),
        steps_html(status.remedies),
        _technical(status),
        "</div>",
    ]
    return "".join(parts)


def steps_html(remedies: Iterable[Remedy]) -> str:
    """Write remedies with their steps as one numbered list; empty if there are none."""
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
    """Write a status as text, for the console and for a bug report."""
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
    # Not announced: twice a second would drown out everything else.
    return f' <span class="winasr-timer" role="timer" aria-live="off">{elapsed}</span>'


def _bar(status: PageStatus) -> str:
    if status.share is None:
        return ""
    percent = round(100 * status.share)
    return (
        f'<progress class="winasr-progress" max="100" value="{percent}"'
        f' aria-label="{_escaped(texts.SHARE)}">{percent} %</progress>'
    )


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
    """Return the end of an overlong text, which is where a traceback names the error."""
    return visible(text if len(text) <= LONGEST_DETAILS else f"... {text[-LONGEST_DETAILS:]}")


def _first(items: Iterable[Remedy] | Iterable[str]) -> list:  # type: ignore[type-arg]
    return list(items)[:MOST_ITEMS]
