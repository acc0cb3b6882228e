"""How many schedules of locks are played through in a second of one core, in virtual time."""

from __future__ import annotations

import importlib
import random
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pyperf

from speed.case import Case, Cost, Own, Promise, cpu_seconds

ROOT = Path(__file__).resolve().parents[3]
COUNT = 300


def theirs(folder: Path) -> Cost:
    """Remove the same trees, nothing locked; only the removing counts."""
    schedules = _schedules()
    root = str(folder / "tree")
    wall = cpu = 0.0
    for _ in range(COUNT):
        schedules.make_tree(root)
        before, began = cpu_seconds(), pyperf.perf_counter()
        shutil.rmtree(root)
        wall += pyperf.perf_counter() - began
        cpu += cpu_seconds() - before
    return Cost(wall, cpu)


def ours(folder: Path) -> Cost:
    """Play drawn schedules; of the CPU time only `rmtree` counts, of the wall time everything."""
    from winasr_doctor.faults.operations import replaced
    from winasr_doctor.locks.ledger import Ledger

    schedules = _schedules()
    tempfile.tempdir = str(folder)  # each sweep looks through TEMP
    root, ledger = str(folder / "tree"), Ledger(folder / "ledger")
    began = pyperf.perf_counter()
    with replaced(("unlink", "rmdir")):
        cpu = sum(
            schedules.run(schedules.drawn(random.Random(seed)), root, ledger)[1]  # noqa: S311
            for seed in range(COUNT)
        )
    return Cost(pyperf.perf_counter() - began, cpu)


def _schedules() -> ModuleType:
    """Return the room of the tests that draws schedules and checks what must hold."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))  # last: the package that is measured may be another
    return importlib.import_module("tests.fault_injection.schedules")


CASES = (
    Case(
        name="schedules",
        group="Fault injection",
        title=f"{COUNT} schedules of locks on a tree of 3 files",
        theirs=Own("shutil.rmtree without locks", theirs),
        ours=Own("rmtree under locks, in virtual time", ours),
        size=COUNT,
        promises=(Promise("rate", 3_000),),
    ),
)
