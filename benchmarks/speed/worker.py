"""Measures one case in this process: both sides by turns, so that both meet the same machine.

    python -m speed.worker CASE --sides theirs,ours --pairs 5 --output FILE

writes a suite of pyperf: a benchmark for each side and clock.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import tempfile
from pathlib import Path

import pyperf

from speed.case import Case, Cost
from speed.cases import CASES

CLOCKS = ("wall", "cpu")


def measure(case: Case, sides: list[str], pairs: int, scratch: Path) -> dict[str, list[Cost]]:
    """Run the sides by turns.

    Args:
        case: What to measure.
        sides: `theirs`, `ours` or both.
        pairs: How often to run each, after a run of each that does not count, if it warms up.
        scratch: An empty folder.

    Returns:
        The cost of each run, by side; if the case warms up, the first does not count.
    """
    found: dict[str, list[Cost]] = {side: [] for side in sides}
    state = case.prepare(_new(scratch)) if case.once else None
    for number in range(pairs + 1 if case.warms_up else max(pairs, 1)):
        for side in sides if number % 2 else reversed(sides):
            given = state if case.once else case.prepare(_new(scratch))
            gc.collect()
            found[side].append(getattr(case, side).run(given))
    return found


def scratch_parent() -> str:
    """Return where files are made: in memory, where a disk does not hide what code takes."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    return memory if os.access(memory, os.W_OK) else tempfile.gettempdir()


def _new(scratch: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))


def as_suite(case: Case, found: dict[str, list[Cost]]) -> pyperf.BenchmarkSuite:
    """Return measurements as pyperf keeps them."""
    benchmarks = []
    for side, costs in found.items():
        memory = max(cost.memory for cost in costs)
        for clock in CLOCKS:
            values = [max(getattr(cost, clock), 1e-9) for cost in costs]
            warmups = [(1, values.pop(0))] if case.warms_up else []
            metadata = {
                "name": f"{case.name} {side} {clock}",
                "description": f"{case.title}: {getattr(case, side).name}",
                "unit": "second",
                **({"command_max_rss": memory} if memory else {}),
            }
            run = pyperf.Run(values, warmups, metadata, collect_metadata=True)
            benchmarks.append(pyperf.Benchmark([run]))
    return pyperf.BenchmarkSuite(benchmarks)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--sides", default="theirs,ours")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    logging.getLogger("winasr_doctor").setLevel(logging.CRITICAL)
    case = CASES[options.case]
    with tempfile.TemporaryDirectory(dir=scratch_parent()) as folder:
        os.environ["WINASR_DOCTOR_STATE"] = os.path.join(folder, "state")
        found = measure(case, options.sides.split(","), options.pairs, Path(folder))
    as_suite(case, found).dump(str(options.output))


if __name__ == "__main__":
    main()
