"""Describes the verdict of a run as a JSON document, and keeps the last one."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from winasr_doctor._util.state_files import state_folder, write_whole
from winasr_doctor.report.escaping import plain
from winasr_doctor.run.events import Cleaned
from winasr_doctor.run.standstill.watch import StoodStill
from winasr_doctor.run.verdict import RunVerdict

_KEPT = "last-run.json"
"""The file in the state folder with the verdict of the last run."""


class RescuedPart(msgspec.Struct, frozen=True):
    """A temporary folder that could not be removed at first."""

    path: str
    phase: str
    attempts: int
    seconds: float
    gone: bool
    """Whether it was removed while the app ran."""
    file: str | None
    """The first path that could not be removed."""
    label: str
    """Its error, such as `WinError 32`."""
    holder: str
    error: str
    """The class of the app's own exception, which the cleanup error would have hidden."""


class StandstillPart(msgspec.Struct, frozen=True):
    """Nothing has moved in the app for a while."""

    wait: str
    """The kind of wait, such as `lock`."""
    seconds: float
    """For how long, when it was reported."""
    sentence: str
    known_as: str
    """The known error that explains it; empty if none does."""
    at_rest: bool
    """Whether the app only waited for its user."""


class DownloadPart(msgspec.Struct, frozen=True):
    """A file error that did not end a download, or did not hide why it failed."""

    path: str
    label: str
    """The error, such as `WinError 32`."""
    outcome: str
    """What was done about it."""
    error: str
    """The class of the exception that it would have hidden; empty if there is none."""


class RunDocument(msgspec.Struct, frozen=True):
    """What `run --report FILE` writes."""

    schema: Literal["winasr-doctor/run/1"]
    ended: float
    """Seconds since 1970."""
    exit_code: int
    """The app's."""
    seconds: float
    guarded: bool
    """Whether a process of the app has reported that the guard is on."""
    unguarded: tuple[str, ...]
    """What could not be guarded, one sentence each."""
    folders: int
    """Temporary folders of the framework that were cleaned up."""
    rescued: tuple[RescuedPart, ...]
    put_off: tuple[str, ...]
    """Paths that the app deleted while they were locked, and that went later."""
    silent: int
    """How often the framework hung while it loaded, transcribed and so on."""
    stood: tuple[StandstillPart, ...]
    """When nothing at all has moved in the app."""
    plan: str | None
    injected: dict[str, int]
    """How often each fault of the plan fired."""
    left: tuple[str, ...]
    """Paths that could not be removed."""
    diagnosis: dict[str, Any] | None
    """A `winasr-doctor/diagnosis/1` of the exception that ended the app."""
    downloads: tuple[DownloadPart, ...] = ()
    untested: tuple[str, ...] = ()
    """The phases in which no fault of the plan has reached the framework's cleanup."""


def document(verdict: RunVerdict) -> RunDocument:
    """Return the JSON document that describes a run's verdict."""
    return RunDocument(
        schema="winasr-doctor/run/1",
        ended=round(time.time(), 3),
        exit_code=verdict.code,
        seconds=round(verdict.seconds, 3),
        guarded=verdict.guarded,
        unguarded=verdict.unguarded,
        folders=len(verdict.cleaned),
        rescued=tuple(map(_rescued, verdict.rescued)),
        put_off=tuple(event.path for event in verdict.put_off),
        silent=sum(each.reading.in_framework for each in verdict.stood),
        stood=tuple(map(_stood, verdict.stood)),
        plan=None if verdict.plan is None else str(verdict.plan),
        injected=dict(verdict.fired),
        left=verdict.left,
        diagnosis=None if verdict.diagnosis is None else verdict.diagnosis.document,
        downloads=tuple(
            DownloadPart(each.path, each.label, each.outcome.value, each.error)
            for each in verdict.downloads
        ),
        untested=verdict.untested,
    )


def _stood(still: StoodStill) -> StandstillPart:
    reading = still.reading
    return StandstillPart(
        wait=reading.wait.name.lower(),
        seconds=round(still.seconds, 3),
        sentence=reading.sentence,
        known_as=reading.known_as,
        at_rest=reading.at_rest,
    )


def _rescued(event: Cleaned) -> RescuedPart:
    return RescuedPart(
        path=event.path,
        phase=event.phase.label,
        attempts=event.attempts,
        seconds=round(event.seconds, 3),
        gone=event.gone,
        file=event.file,
        label=event.label,
        holder=event.holder,
        error=event.error,
    )


def keep(verdict: RunDocument) -> None:
    """Keep a verdict as the last one, for `bug-report`; a failure is ignored.

    Args:
        verdict: The document.
    """
    with suppress(OSError):
        file = _kept_file()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, msgspec.json.encode(plain(msgspec.to_builtins(verdict))))


def last() -> dict[str, Any] | None:
    """Return the verdict of the last run as JSON values; `None` if none was kept."""
    with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
        kept = msgspec.json.decode(_kept_file().read_bytes(), type=RunDocument)
        values: dict[str, Any] = msgspec.to_builtins(kept)
        return values
    return None


def _kept_file() -> Path:
    return Path(state_folder(), _KEPT)
