"""Runs workers, and puts together what they measured."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyperf

from speed.case import Case, Numbers, Python
from speed.worker import CLOCKS

FOLDER = Path(__file__).resolve().parents[1]
SIDES = ("theirs", "ours")
QUICK_PAIRS = 5
_NOWHERE = subprocess.DEVNULL


@dataclass(frozen=True)
class Measured:
    """What came of a case.

    Attributes:
        case: The case.
        theirs: The side without winasr_doctor.
        ours: The side with it.
        suite: The same as pyperf keeps it, with what it knows of the machine.
    """

    case: Case
    theirs: Numbers
    ours: Numbers
    suite: pyperf.BenchmarkSuite


def can_run(case: Case) -> bool:
    """Tell whether what the case needs is installed."""
    return not case.needs or importlib.util.find_spec(case.needs) is not None


def measure(case: Case, *, quick: bool = False) -> Measured:
    """Measure a case.

    Args:
        case: What to measure.
        quick: Whether only ratios matter: one process, at most five pairs, no peak memory.
    """
    processes, pairs = (1, min(case.pairs, QUICK_PAIRS)) if quick else (case.processes, case.pairs)
    suites = [_run(case, SIDES, pairs) for _ in range(processes)]
    alone = {} if quick else {side: _memory(case, side, suites[0]) for side in SIDES}
    return _together(case, suites, alone)


def _memory(case: Case, side: str, suite: pyperf.BenchmarkSuite) -> int:
    """Return the peak of a process in which only one side ran; every command has one of its own."""
    if isinstance(getattr(case, side), Python):
        return _peak(suite, case, side)
    return _peak(_run(case, [side], 0), case, side)


def again(before: Measured) -> Measured:
    """Measure in another process, and count it all together."""
    more = _run(before.case, SIDES, 2 * min(before.case.pairs, QUICK_PAIRS))
    return _together(before.case, [before.suite, more], {})


def _run(case: Case, sides: Sequence[str], pairs: int) -> pyperf.BenchmarkSuite:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "measured.json")
        arguments = [case.name, "--sides", ",".join(sides), "--pairs", str(pairs)]
        command = [sys.executable, "-m", "speed.worker", *arguments, "--output", str(output)]
        subprocess.run(command, check=True, cwd=FOLDER, env=_as_installed(), stdout=_NOWHERE)
        return pyperf.BenchmarkSuite.load(str(output))


def _as_installed() -> dict[str, str]:
    """Return the environment, with compiled files kept as pip keeps them: imports are measured."""
    return {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _together(
    case: Case, suites: Sequence[pyperf.BenchmarkSuite], alone: dict[str, int]
) -> Measured:
    whole, *others = suites
    for other in others:
        for benchmark in other:
            whole.get_benchmark(benchmark.get_name()).add_runs(benchmark)
    theirs, ours = (_numbers(whole, case, side, alone.get(side, 0)) for side in SIDES)
    return Measured(case, theirs, ours, whole)


def _numbers(suite: pyperf.BenchmarkSuite, case: Case, side: str, memory: int) -> Numbers:
    wall, cpu = (
        tuple(suite.get_benchmark(f"{case.name} {side} {clock}").get_values()) for clock in CLOCKS
    )
    return Numbers(wall, cpu, memory)


def _peak(suite: pyperf.BenchmarkSuite, case: Case, side: str) -> int:
    metadata = suite.get_benchmark(f"{case.name} {side} wall").get_metadata()
    return int(metadata.get("command_max_rss") or metadata["mem_max_rss"])


def growth(small: Measured, large: Measured, side: str) -> float:
    """Return the exponent by which CPU time grows with size: 1 is linear, 2 is quadratic."""
    from speed.case import median

    times = median(getattr(large, side), "cpu") / median(getattr(small, side), "cpu")
    return math.log(times) / math.log(large.case.size / small.case.size)
