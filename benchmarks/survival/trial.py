"""One contestant, one schedule: what came of it."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from survival.contestants import Way
from survival.load import Load, load
from survival.schedules import FILES, LINKS, Schedule

RESULT = "the model"


class RealError(Exception):
    """What really went wrong."""


class World(Protocol):
    """Where a trial happens: in virtual or in real time."""

    chmods_through_links: int

    def now(self) -> float:
        """Return the seconds that have passed."""

    @property
    def loading(self) -> float:
        """Seconds that the load's own work takes."""

    def in_force(self) -> AbstractContextManager[None]:
        """Put the world's rules in force for a block."""

    def begin(self, folder: str) -> object:
        """Open what the load itself keeps open."""

    def work(self) -> None:
        """Let the load's work take its time."""

    def finish(self, folder: str) -> None:
        """Begin the locks."""

    def release(self) -> None:
        """End all locks."""


@dataclass(frozen=True)
class Outcome:
    """What came of one trial.

    Attributes:
        schedule: What happened.
        right: Whether the caller got the result that was computed; of a load that fails, whether
            what the caller catches is the real error, or names it as its cause (`__cause__`).
        caught: The class of what the caller caught; empty if nothing.
        gone_at_once: Whether no folder is left when the call is over.
        gone_later: The same after all locks have ended and the contestant has had its second
            chance.
        seconds: What the call took beyond one load's own work.
        outside_touched: Whether anything outside the folders was changed or removed.
        chmods_through_links: How often a link's attributes were changed; harmless on Windows.
        loads: How often the work was done.
        caught_later: The class of what the second chance raised; empty if nothing.
    """

    schedule: Schedule
    right: bool
    caught: str
    gone_at_once: bool
    gone_later: bool
    seconds: float
    outside_touched: bool
    chmods_through_links: int
    loads: int
    caught_later: str = ""


class _Job:
    """The load's work: some files, a result or a real error. See `load.Job`."""

    def __init__(self, schedule: Schedule, world: World, outside: Path) -> None:
        self._schedule = schedule
        self._world = world
        self._outside = outside
        self._folder = ""
        self.errors: list[RealError] = []
        self.loads = 0

    def write(self, folder: str) -> object:
        """Write what NeMo writes."""
        self._folder = os.path.realpath(folder)
        self.loads += 1
        os.mkdir(os.path.join(folder, "inner"))
        for name in FILES:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write("one\ntwo\n")
        if self._schedule.links:
            for name, target in zip(LINKS, (self._outside, self._outside / "model"), strict=True):
                os.symlink(target, os.path.join(folder, name))
        return self._world.begin(self._folder)

    def compute(self, reader: object) -> str:
        """Return the result or raise the error."""
        del reader
        self._world.work()
        self._world.finish(self._folder)
        if self._schedule.fails:
            self.errors.append(RealError("CUDA out of memory"))
            raise self.errors[-1]
        return RESULT


class Place:
    """A scratch folder for trials, one after the other, and a folder beside it to be left alone."""

    def __init__(self, folder: Path) -> None:
        """Make both.

        Args:
            folder: Where; it is empty.
        """
        folder = folder.resolve()
        self.temp = folder / "temp"
        self.outside = folder / "outside"
        self.temp.mkdir()
        self._make_outside()
        self._before = _state_of(self.outside)

    def _make_outside(self) -> None:
        self.outside.mkdir()
        for name, mode in (("model", stat.S_IREAD), ("notes", stat.S_IREAD | stat.S_IWRITE)):
            (self.outside / name).write_text(name)
            (self.outside / name).chmod(mode)

    def left(self) -> list[Path]:
        """Return the folders of contestants that are there."""
        return [path for path in self.temp.iterdir() if path.is_dir() and not path.is_symlink()]

    def outside_touched(self) -> bool:
        """Tell whether the folder beside it has changed; puts it in order."""
        if _state_of(self.outside) == self._before:
            return False
        _remove(self.outside)
        self._make_outside()
        return True

    def clear(self) -> None:
        """Remove what is left, whoever made it."""
        for path in list(self.temp.iterdir()):
            if path.is_symlink() or path.is_file():
                path.unlink()
            else:
                _remove(path)


def _state_of(folder: Path) -> list[tuple[str, int, bytes]]:
    return sorted((path.name, path.stat().st_mode, path.read_bytes()) for path in folder.iterdir())


def _remove(folder: Path) -> None:
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder)


def run(way: Way, schedule: Schedule, world: World, place: Place) -> Outcome:
    """Let one contestant load under one schedule.

    Args:
        way: The contestant.
        schedule: What happens.
        world: A fresh world of that schedule.
        place: Where; it is empty, before and after.
    """
    job = _Job(schedule, world, place.outside)
    with _quiet(), world.in_force():
        began = world.now()
        right, caught = _called(way, lambda directory: load(job, directory), job)
        seconds = world.now() - began - world.loading
        gone_at_once = not place.left()
        world.release()
        if place.left():
            gc.collect()  # what only reference cycles keep open is let go of
        caught_later = _second_chance(way)
        gone_later = not place.left()
    touched = place.outside_touched()
    place.clear()
    return Outcome(
        schedule,
        right,
        caught,
        gone_at_once,
        gone_later,
        max(0.0, seconds),
        touched,
        world.chmods_through_links,
        job.loads,
        caught_later,
    )


def _called(way: Way, the_load: Load, job: _Job) -> tuple[bool, str]:
    """Return whether the caller got what is right, and the class of what was caught.

    The exception does not outlive this: it keeps the load's frames, and they keep files open.
    """
    try:
        value = way.call(the_load)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
        real = {id(each) for each in job.errors}
        job.errors.clear()
        shown = id(error) in real or id(error.__cause__) in real
        return shown, type(error).__name__
    return value == RESULT, ""


def _second_chance(way: Way) -> str:
    try:
        way.later()
    except Exception as error:  # noqa: BLE001 - it counts as not gone, if it matters
        return type(error).__name__
    return ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings and logs of thousands of failures away."""
    silent: Callable[[object], None] = lambda _: None  # noqa: E731
    loggers = [logging.getLogger(name) for name in ("winasr_doctor", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    hook, sys.unraisablehook = sys.unraisablehook, silent
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.unraisablehook = hook
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def prepared(folder: Path) -> Iterator[Place]:
    """Let temporary folders and our ledger be in a folder of their own until the block ends.

    Args:
        folder: Where; it is empty.
    """
    place = Place(folder)
    names = {"WINASR_DOCTOR_STATE": str(folder / "state")}
    before = {name: os.environ.get(name) for name in names}
    tempdir, tempfile.tempdir = tempfile.tempdir, str(place.temp)
    os.environ.update(names)
    gc.collect()
    gc.freeze()  # else each of the collections that trials need would look at every module
    try:
        yield place
    finally:
        gc.unfreeze()
        tempfile.tempdir = tempdir
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
