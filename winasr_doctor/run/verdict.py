"""Builds the summary after the app has ended: what failed, what was rescued, what is left."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from winasr_doctor._guard.events import Phase
from winasr_doctor.faults.plan import Plan
from winasr_doctor.frameworks.guarded import NAMES
from winasr_doctor.locks import CleanupReport
from winasr_doctor.run.events import Cleaned, Event, FaultInjected, Silent, Started, Unguarded

MOST_LINES = 8
"""Maximum number of kinds of rescue that are listed."""

KEPT = {
    Phase.LOADING: "the model was kept",
    Phase.SAVING: "the saved model was kept",
    Phase.TRANSCRIBING: "the texts were kept",
    Phase.DIARIZING: "the speakers' segments were kept",
    Phase.VERIFYING: "the decisions were kept",
    Phase.ENHANCING: "the enhanced recordings were kept",
}


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """The outcome of a run.

    Attributes:
        code: The app's exit code.
        seconds: How long it ran.
        events: The events of its processes.
        plan: The fault plan; `None` for none.
        removals: The results of removing the run's own folders.
    """

    code: int
    seconds: float
    events: tuple[Event, ...]
    plan: Plan | None
    removals: tuple[CleanupReport, ...]


def lines(verdict: RunVerdict) -> Iterator[str]:
    """Yield the lines of the verdict."""
    ended = f"exit code {verdict.code} after {verdict.seconds:.1f} s"
    yield f"winasr_doctor: the app ended with {ended}"
    cleaned = [event for event in verdict.events if isinstance(event, Cleaned)]
    failed = [event for event in cleaned if event.file is not None]
    if not any(isinstance(event, Started) for event in verdict.events):
        yield "  NOT GUARDED: no process of the app has reported that the guard is on"
    elif not cleaned:
        yield f"  {NAMES} made no temporary folder: there was nothing to rescue"
    elif not failed:
        yield f"  nothing had to be rescued: {_folders(len(cleaned))} of {NAMES}'s went at once"
    else:
        yield (
            f"  rescued: {len(failed)} of {_folders(len(cleaned))} of {NAMES}'s could not be"
            " removed at first; without the guard that raises, unless Python's one retry helps"
        )
        yield from _rescues(failed)
    yield from _sentences(verdict.events)
    if verdict.plan is not None:
        yield f"  injected: {_injected(verdict.plan, verdict.events)}"
        untested = {event.phase.label for event in cleaned} - {each.phase.label for each in failed}
        if untested:
            yield f"  not tested, as no fault reached it: {', '.join(sorted(untested))}"
    yield f"  left: {_left(failed, verdict.removals)}"


def _folders(count: int) -> str:
    return f"{count} temporary folder{'s' * (count != 1)}"


def _rescues(failed: Sequence[Cleaned]) -> Iterator[str]:
    told = Counter(_rescue(event) for event in failed)
    for text, count in list(told.items())[:MOST_LINES]:
        yield f"    {text}" + (f" ({count} times)" if count > 1 else "")
    if len(told) > MOST_LINES:
        yield f"    ... and {len(told) - MOST_LINES} more kinds"


def _rescue(event: Cleaned) -> str:
    who = f", held by {event.holder}" if event.holder else ""
    outcome = f"the true error came out, {event.error}" if event.error else KEPT[event.phase]
    tried = f"{event.attempts} attempts" if event.attempts != 1 else "one attempt"
    end = f"removed after {tried}" if event.gone else f"left for later after {tried}"
    name = os.path.basename(event.file or event.path)  # noqa: PTH119 - of the app's system, ours
    if event.file == event.path:
        name = "the folder itself"
    return f"{event.phase.label}: {event.label} on {name}{who}; {outcome}; {end}"


def _sentences(events: Iterable[Event]) -> Iterator[str]:
    for sentence in dict.fromkeys(e.sentence for e in events if isinstance(e, Unguarded)):
        yield f"  not guarded: {sentence}"
    silent = [event for event in events if isinstance(event, Silent)]
    if silent:
        phases = ", ".join(dict.fromkeys(event.phase.label for event in silent))
        times = "once" if len(silent) == 1 else f"{len(silent)} times"
        yield f"  silent: the watchdog spoke {times} ({phases}); see above"


def _injected(plan: Plan, events: Iterable[Event]) -> str:
    latest = {event.pid: event.counts for event in events if isinstance(event, FaultInjected)}
    total: Counter[str] = Counter()
    for counts in latest.values():
        total.update(counts)
    return "; ".join(f"{fault} fired {_times(total[str(fault)])}" for fault in plan.faults)


def _times(count: int) -> str:
    return "never" if not count else "once" if count == 1 else f"{count} times"


def _left(failed: Sequence[Cleaned], removals: Sequence[CleanupReport]) -> str:
    refused = [report for report in removals if report.refusal]
    if refused:
        return f"{refused[0].path}: {refused[0].refusal}, so it is left alone"
    left = [failure.path for report in removals for failure in report.leftovers]
    if left:
        return (
            f"{left[0]}"
            + (f" and {len(left) - 1} more" if len(left) > 1 else "")
            + "; `python -m winasr_doctor sweep` removes it later"
        )
    late = sum(not event.gone for event in failed)
    return "nothing" + (f": {_folders(late)} went when the app had ended" if late else "")
