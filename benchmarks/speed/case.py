"""What is measured: a case has two sides that do the same work, theirs and ours."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import pyperf

LAUNCHER = Path(__file__).with_name("launcher.py")
MB = 1_000_000


class Cost(NamedTuple):
    """What one piece of work took.

    Attributes:
        wall: Seconds that passed.
        cpu: CPU seconds, those of child processes included.
        memory: Peak memory in bytes of a command; 0 for work in this process.
    """

    wall: float
    cpu: float
    memory: int = 0


class Side(Protocol):
    """One of the two ways to do the work."""

    name: str

    def run(self, state: Any) -> Cost:  # noqa: ANN401 - what the case's `prepare` returned
        """Do the work once and say what it took."""


@dataclass(frozen=True)
class Call:
    """Work in this process: `work(state)` is timed."""

    name: str
    work: Callable[[Any], object]

    def run(self, state: Any) -> Cost:  # noqa: ANN401
        """Do the work once and say what it took."""
        cpu, start = cpu_seconds(), pyperf.perf_counter()
        self.work(state)
        return Cost(pyperf.perf_counter() - start, cpu_seconds() - cpu)


@dataclass(frozen=True)
class Python:
    """A command: this Python with these arguments, in the folder that is being prepared."""

    name: str
    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()

    def run(self, state: Any) -> Cost:  # noqa: ANN401
        """Run the command once and say what it took."""
        command = [sys.executable, "-I", "-S", str(LAUNCHER), sys.executable, *self.arguments]
        finished = subprocess.run(
            command,
            check=True,
            stdout=subprocess.PIPE,
            cwd=state,
            env={**os.environ, **dict(self.variables)},
        )
        wall, cpu, memory = json.loads(finished.stdout)
        return Cost(wall, cpu, memory)


@dataclass(frozen=True)
class Own:
    """Work that says itself what it took, because only a part of it counts."""

    name: str
    work: Callable[[Any], Cost]

    def run(self, state: Any) -> Cost:  # noqa: ANN401
        """Do the work once and say what it took."""
        return self.work(state)


def cpu_seconds() -> float:
    """Return the CPU time of this process and its finished children."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Numbers(NamedTuple):
    """All measurements of one side.

    Attributes:
        wall: Seconds of each repeat.
        cpu: CPU seconds of each repeat.
        memory: Peak memory in bytes; 0 if it was not measured.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    memory: int


Clock = Literal["wall", "cpu"]


def median(numbers: Numbers, clock: Clock) -> float:
    """Return the median of one clock, in seconds."""
    return statistics.median(getattr(numbers, clock))


def ratio(theirs: Numbers, ours: Numbers, clock: Clock) -> float:
    """Return ours over theirs, by medians."""
    return median(ours, clock) / max(median(theirs, clock), 1e-9)


@dataclass(frozen=True)
class Promise:
    """What was promised of a case.

    Attributes:
        what: `ratio`: ours over theirs. `extra`: ours minus theirs, in seconds. `seconds`: ours
            alone. `p95`: the 95th percentile of ours, in seconds. `rate`: things per second, and
            the limit is the least. `memory`: peak memory of ours in bytes.
        limit: The most, or for `rate` the least.
        clock: Which clock counts.
    """

    what: Literal["ratio", "extra", "seconds", "p95", "rate", "memory"]
    limit: float
    clock: Clock = "cpu"

    def value(self, case: Case, theirs: Numbers, ours: Numbers) -> float:
        """Return what was measured."""
        if self.what == "memory":
            return ours.memory
        if self.what == "ratio":
            return ratio(theirs, ours, self.clock)
        if self.what == "p95":
            values = getattr(ours, self.clock)
            return statistics.quantiles(values, n=20, method="inclusive")[-1]
        mine = median(ours, self.clock)
        if self.what == "extra":
            return mine - median(theirs, self.clock)
        return case.size / mine if self.what == "rate" else mine

    def kept(self, value: float) -> bool:
        """Tell whether a measured value keeps the promise."""
        return value >= self.limit if self.what == "rate" else value <= self.limit


def nothing(folder: Path) -> Path:
    """Prepare nothing: the work gets the empty folder."""
    return folder


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        name: Short and unique, for the command line and the table of expectations.
        group: The heading it stands under.
        title: What is done.
        theirs: The side without winasr_doctor.
        ours: The side with it.
        prepare: Makes, in an empty folder, what one repeat needs; not timed. What it returns is
            given to the work.
        size: How many things the work is about: files, snapshots, entries.
        pairs: How often both sides are measured in one process.
        processes: In how many processes.
        promises: What was promised.
        needs: A module without which it cannot be measured.
        once: Whether `prepare` is called once per process and not before each repeat.
        warms_up: Whether each side runs once before it counts. What takes many seconds need not:
            its imports do not show.
    """

    name: str
    group: str
    title: str
    theirs: Side
    ours: Side
    prepare: Callable[[Path], Any] = nothing
    size: int = 1
    pairs: int = 5
    processes: int = 3
    promises: tuple[Promise, ...] = ()
    needs: str = ""
    once: bool = False
    warms_up: bool = True

    @property
    def large(self) -> bool:
        """Whether it takes so long that a quick run leaves it out."""
        return self.pairs == 1
