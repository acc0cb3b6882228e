"""Builds the summary after the app has ended: what failed, what was rescued, what is left."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from winasr_doctor._guard.events import DownloadRescued, Phase
from winasr_doctor._util.blocks import Block, Command, Paragraph, indented
from winasr_doctor.faults.plan import Plan
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.locks import CleanupReport
from winasr_doctor.run.events import (
    Cleaned,
    Event,
    FaultInjected,
    PutOff,
    Started,
    Unguarded,
    Whisper,
)
from winasr_doctor.run.final_diagnosis import FinalDiagnosis
from winasr_doctor.run.standstill.watch import StoodStill

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
        diagnosis: The diagnosis of the exception that ended the app; `None` if none did.
        stood: How often and why the app hung.
    """

    code: int
    seconds: float
    events: tuple[Event, ...]
    plan: Plan | None
    removals: tuple[CleanupReport, ...]
    diagnosis: FinalDiagnosis | None = None
    stood: tuple[StoodStill, ...] = ()

    @property
    def cleaned(self) -> tuple[Cleaned, ...]:
        """What happened to each of NeMo's temporary folders."""
        return tuple(event for event in self.events if isinstance(event, Cleaned))

    @property
    def rescued(self) -> tuple[Cleaned, ...]:
        """The folders that could not be removed at first."""
        return tuple(event for event in self.cleaned if event.file is not None)

    @property
    def guarded(self) -> bool:
        """Whether a process of the app has reported that the guard is on."""
        return any(isinstance(event, Started) for event in self.events)

    @property
    def unguarded(self) -> tuple[str, ...]:
        """What could not be guarded, one sentence each."""
        told = (event.sentence for event in self.events if isinstance(event, Unguarded))
        return tuple(dict.fromkeys(told))

    @property
    def put_off(self) -> tuple[PutOff, ...]:
        """What the app deleted while it was locked."""
        return tuple(event for event in self.events if isinstance(event, PutOff))

    @property
    def whisper(self) -> tuple[str, ...]:
        """The packages that run Whisper and that the app has imported."""
        used = (event.names for event in self.events if isinstance(event, Whisper))
        return tuple(dict.fromkeys(name for names in used for name in names))

    @property
    def downloads(self) -> tuple[DownloadRescued, ...]:
        """The file errors that did not end a download, and did not hide why one failed."""
        return tuple(event for event in self.events if isinstance(event, DownloadRescued))

    @property
    def fired(self) -> Mapping[str, int]:
        """How often each fault of the plan has fired."""
        latest = {e.pid: e.counts for e in self.events if isinstance(e, FaultInjected)}
        total: Counter[str] = Counter()
        for counts in latest.values():
            total.update(counts)
        return {str(fault): total[str(fault)] for fault in (self.plan.faults if self.plan else ())}

    @property
    def untested(self) -> tuple[str, ...]:
        """The phases of NeMo in which no fault of the plan has reached the cleanup."""
        if self.plan is None:
            return ()
        reached = {event.phase.label for event in self.rescued}
        return tuple(sorted({event.phase.label for event in self.cleaned} - reached))

    @property
    def left(self) -> tuple[str, ...]:
        """The paths that could not be removed; `sweep` removes them later."""
        return tuple(failure.path for report in self.removals for failure in report.leftovers)


def show(verdict: RunVerdict) -> Iterator[Block]:
    """Yield the verdict: what was rescued, what is left and, if the app failed, why."""
    ended = f"exit code {verdict.code} after {verdict.seconds:.1f} s"
    yield Paragraph(f"the app ended with {ended}", lead="winasr_doctor: ", bold=True)
    yield from indented(_facts(verdict), 2)
    if verdict.diagnosis is not None:
        yield from indented(verdict.diagnosis.blocks, 2)


def _facts(verdict: RunVerdict) -> Iterator[Block]:
    yield from _rescued(verdict)
    yield from _downloads(verdict.downloads)
    yield from _put_off(verdict.put_off)
    for sentence in verdict.unguarded:
        yield Paragraph(sentence, lead="not guarded: ")
    for still in verdict.stood:
        if not still.reading.at_rest:
            yield Paragraph(f"{still.reading.sentence}; see above", lead="hung: ")
    if verdict.plan is not None:
        fired = (_fired(fault, count) for fault, count in verdict.fired.items())
        yield Paragraph("; ".join(fired), lead="injected: ")
    if verdict.untested:
        phases = ", ".join(verdict.untested)
        yield Paragraph(
            f"no fault of the plan reached the cleanup of {NAMES}'s folders for {phases}",
            lead="NOT TESTED: " if not verdict.rescued else "not tested: ",
        )
    yield from _left(verdict)


def _rescued(verdict: RunVerdict) -> Iterator[Block]:
    cleaned, failed = len(verdict.cleaned), verdict.rescued
    if not verdict.guarded:
        yield Paragraph(
            "no process of the app has reported that the guard is on", lead="NOT GUARDED: "
        )
    elif not cleaned and verdict.whisper:
        who = " and ".join(verdict.whisper)
        yield Paragraph(f"{who} makes no temporary folders: there was nothing to rescue")
    elif not cleaned:
        yield Paragraph(f"{NAMES} made no temporary folder: there was nothing to rescue")
    elif not failed and verdict.plan is None:
        yield Paragraph(
            f"nothing had to be rescued: {NAMES} removed its {_folders(cleaned)} at once"
        )
    elif failed:
        yield Paragraph(
            f"{len(failed)} of {_folders(cleaned)} of {NAMES}'s could not be removed at first;"
            " without the guard that raises, unless Python's one retry helps",
            lead="rescued: ",
        )
        yield from _rescues(failed)


def _folders(count: int) -> str:
    return f"{count} temporary folder{'s' * (count != 1)}"


def _rescues(failed: Sequence[Cleaned]) -> Iterator[Block]:
    yield from _counted(map(_rescue, failed))


def _counted(texts: Iterable[str]) -> Iterator[Block]:
    """Yield each text once, with how often it occurs."""
    told = Counter(texts)
    for text, count in list(told.items())[:MOST_LINES]:
        yield Paragraph(text + (f" ({count} times)" if count > 1 else ""), indent=2)
    if len(told) > MOST_LINES:
        yield Paragraph(f"... and {len(told) - MOST_LINES} more kinds", indent=2)


def _rescue(event: Cleaned) -> str:
    who = f", held by {event.holder}" if event.holder else ""
    outcome = f"the real error was raised, {event.error}" if event.error else KEPT[event.phase]
    tried = f"{event.attempts} attempts" if event.attempts != 1 else "one attempt"
    end = f"removed after {tried}" if event.gone else f"left for later after {tried}"
    name = _name(event.file or event.path)
    if event.file == event.path:
        name = "the folder itself"
    return f"{event.phase.label}: {event.label} on {name}{who}; {outcome}; {end}"


def _put_off(events: Sequence[PutOff]) -> Iterator[Block]:
    if not events:
        return
    what = "path" if len(events) == 1 else "paths"
    megabytes = sum(event.size for event in events) / 1e6
    yield Paragraph(
        f"the app deleted {len(events)} locked {what} of its own ({megabytes:.1f} MB) in its TEMP;"
        " each stayed on the disk until its lock was gone, at the latest until the app ended",
        lead="put off: ",
    )
    yield from _counted(
        f"{event.label} on {_name(event.path)}"
        + (f", held by {event.holder}" if event.holder else "")
        for event in events
    )


def _downloads(events: Sequence[DownloadRescued]) -> Iterator[Block]:
    if events:
        times = _times(len(events))
        yield Paragraph(f"a file error got in the way of a download {times}", lead="downloads: ")
        yield from _counted(map(_download, events))


def _download(event: DownloadRescued) -> str:
    error = f", {event.error}" if event.error else ""
    return f"{event.label} on {_name(event.path)}; {event.outcome.value}{error}"


def _name(path: str) -> str:
    return os.path.basename(path)  # noqa: PTH119 - of the app's system, ours


def _fired(fault: str, count: int) -> str:
    return f"{fault} fired {_times(count)}" if count else f"{fault} never fired"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _left(verdict: RunVerdict) -> Iterator[Block]:
    refused = [report for report in verdict.removals if report.refusal]
    if refused:
        yield Paragraph(f"{refused[0].refusal}, so this was not touched:", lead="left: ")
        yield Command(refused[0].path, indent=2)
    elif verdict.left:
        yield Paragraph("`python -m winasr_doctor sweep` removes this later:", lead="left: ")
        more = f" and {len(verdict.left) - 1} more" if len(verdict.left) > 1 else ""
        yield Command(f"{verdict.left[0]}{more}", indent=2)
    else:
        late = sum(not event.gone for event in verdict.rescued)
        when = f": {_folders(late)} could be removed when the app had ended" if late else ""
        yield Paragraph(f"nothing{when}", lead="left: ")
