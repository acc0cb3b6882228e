"""Breaks modules at random, and shows the faults that no test noticed: `python tools/mutants`.

cosmic-ray changes a line, runs the nearest tests, and changes it back. It does so in a copy of the
repository. A module is named by its path below the package, `locks/tree_removal.py`; without one,
all of `mutants.toml` are broken. `judged.md` lists survivors that are as good as the original.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cosmic_ray.commands import execute, init
from cosmic_ray.config import ConfigDict
from cosmic_ray.modules import find_modules
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = "winasr_doctor"
NOT_COPIED = (".git", ".tox", ".venv", "__pycache__", "mutants")

ANNOTATION = "ReplaceBinaryOperator_BitOr_"
"""What changes `|`: nearly all of ours stand in annotations, which nothing evaluates."""


def main() -> int:
    """Break what is asked for; return 1 if a mutant survived."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/mutants")
    parser.add_argument("modules", nargs="*", help="as `locks/tree_removal.py`; default: all")
    parser.add_argument("--sample", type=int, default=20, help="mutants of each module (20)")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other mutants")
    options = parser.parse_args()
    tests = tomllib.loads((HERE / "mutants.toml").read_text(encoding="utf-8"))["tests"]
    modules = options.modules or [module for folder in tests for module in below(folder)]
    survived = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        os.chdir(copy)
        os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        for module in modules:
            survived += examine(module, tests_of(module, tests), options.sample, options.seed)
    return int(survived > 0)


def below(folder: str) -> list[str]:
    """Return the modules below a folder of the package, relative to the package."""
    package = ROOT / PACKAGE
    return [file.relative_to(package).as_posix() for file in find_modules([package / folder])]


def tests_of(module: str, tests: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the tests of the nearest folder or module that the table names."""
    named = [name for name in tests if module == name or module.startswith(f"{name}/")]
    if not named:
        sys.exit(f"mutants.toml names no tests for {module}")
    return tests[max(named, key=len)]


def examine(module: str, tests: Sequence[str], sample: int, seed: int) -> int:
    """Run some mutants of one module; print the survivors and return how many there are."""
    file = Path(PACKAGE, module)
    command = f"{sys.executable} -m pytest -x -q -n 0 -p no:cacheprovider {' '.join(tests)}"
    subprocess.run([*command.split()], check=True, stdout=subprocess.DEVNULL)
    config = ConfigDict(
        {"module-path": str(file), "timeout": 120.0, "test-command": command}
        | {"excluded-modules": [], "distributor": {"name": "local"}}
    )
    database = Path(f"{module.replace('/', '-')}.sqlite")
    with use_db(database, WorkDB.Mode.create) as session:
        init([file], session, {})
        draw(session, sample, random.Random(f"{module} {seed}"))  # noqa: S311 - not a secret
        execute(session, config)
        return show(module, session)


def draw(session: WorkDB, sample: int, chance: random.Random) -> None:
    """Leave out all mutants but some."""
    works = sorted(session.work_items, key=place)
    order = [work for work in works if ANNOTATION not in place(work)[1]]
    kept = {work.job_id for work in chance.sample(order, min(sample, len(order)))}
    left_out = [work.job_id for work in works if work.job_id not in kept]
    session.set_multiple_results(left_out, WorkResult(WorkerOutcome.SKIPPED))


def place(work: WorkItem) -> tuple[tuple[int, int], str, int]:
    """Return what names a mutant in every run; its number is drawn anew each time."""
    (mutation,) = work.mutations
    return (mutation.start_pos, mutation.operator_name, mutation.occurrence)


def show(module: str, session: WorkDB) -> int:
    """Print the survivors of a module."""
    ran = [r for _, r in session.results if r.worker_outcome is not WorkerOutcome.SKIPPED]
    survivors = [result for result in ran if result.test_outcome is TestOutcome.SURVIVED]
    print(f"{module}: {len(survivors)} of {len(ran)} mutants survived", flush=True)
    for result in survivors:
        print(result.diff, flush=True)
    return len(survivors)


if __name__ == "__main__":
    sys.exit(main())
