"""Hypothesis looks for a history of locks, deletions, sweeps and strangers that loses something."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from winasr_doctor._util import clock
from winasr_doctor.faults import VirtualClock, windows_error
from winasr_doctor.faults.operations import FileName, asking
from winasr_doctor.locks import RetryPolicy, rmtree, sweep
from winasr_doctor.locks.ledger import Ledger

from .schedules import FILES, FINAL, PASSING, PLACES, make_tree

MEMORY = "/dev/shm"  # noqa: S108 - folders of our own are made in it
SCRATCH = MEMORY if os.name == "posix" and os.access(MEMORY, os.W_OK) else None
TREES = ("one", "two")


class Cleanups(RuleBasedStateMachine):
    """Two trees, somebody who locks paths, and somebody who puts files of their own there."""

    operations = frozenset({"unlink", "rmdir"})

    @initialize()
    def begin(self) -> None:
        self.base = Path(tempfile.mkdtemp(dir=SCRATCH))
        self.ledger = Ledger(self.base / "ledger")
        self.time = VirtualClock()
        self.locks: dict[str, tuple[float, int]] = {}
        self.precious: dict[Path, str] = {}
        self.left: set[Path] = set()
        self.strangers = 0
        self.level = logging.getLogger("winasr_doctor").level
        logging.getLogger("winasr_doctor").setLevel(logging.CRITICAL)
        self.in_force = asking(self)
        self.in_force.__enter__()
        self.clock = clock.using(self.time)
        self.clock.__enter__()

    def refuse(self, operation: str, path: FileName, path2: FileName | None) -> OSError | None:
        end, code = self.locks.get(os.fsdecode(path), (0.0, 0))
        if self.time.monotonic() >= end or (operation == "rmdir" and os.listdir(path)):
            return None
        return windows_error(code, path)

    @rule(
        tree=st.sampled_from(TREES),
        place=st.sampled_from(PLACES),
        seconds=st.floats(0.001, 20),
        code=st.sampled_from(PASSING + FINAL),
    )
    def lock(self, tree: str, place: str, seconds: float, code: int) -> None:
        path = os.path.join(self.base, tree, place) if place else str(self.base / tree)
        self.locks[path] = (self.time.monotonic() + seconds, code)

    @rule(tree=st.sampled_from(TREES), budget=st.floats(0, 3), claimed=st.booleans())
    def make_and_remove(self, tree: str, budget: float, claimed: bool) -> None:
        root = self.base / tree
        if root.exists():
            return
        make_tree(str(root))
        claim = self.ledger.claim(str(root)) if claimed else None
        before = self.time.monotonic()
        report = rmtree(root, RetryPolicy(total=budget), ledger=self.ledger, claim=claim)
        assert self.time.monotonic() - before <= budget + 1e-6
        assert report.gone is not root.exists()
        if not report.gone:
            self.left.add(root)

    @rule(tree=st.sampled_from(TREES), name=st.sampled_from(FILES))
    @precondition(lambda self: self.left)
    def a_stranger_replaces_a_leftover(self, tree: str, name: str) -> None:
        root = self.base / tree
        if root not in self.left:
            return
        moved = self.base / f"moved{self.strangers}"
        shutil.move(root, moved)
        self.precious = {
            moved / path.relative_to(root) if path.is_relative_to(root) else path: text
            for path, text in self.precious.items()
        }
        (root / name).parent.mkdir(parents=True)
        self.keep(root / name)
        self.left.discard(root)

    @rule(name=st.sampled_from(("new.txt", "inner/new.txt", *FILES)))
    @precondition(lambda self: self.left)
    def a_stranger_writes_into_a_folder_that_was_not_ours(self, name: str) -> None:
        for root in sorted(self.left):
            ours_as_a_whole = [entry.path for entry in self.ledger.entries() if entry.whole]
            if str(root) not in ours_as_a_whole and (root / name).parent.is_dir():
                self.keep(root / name)

    def keep(self, path: Path) -> None:
        self.strangers += 1
        text = f"precious {self.strangers}"
        path.write_text(text)
        self.precious[path] = text

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds: float) -> None:
        self.time.advance(seconds)

    @rule()
    def sweep(self) -> None:
        sweep(self.ledger)

    @invariant()
    def nothing_of_a_stranger_is_touched(self) -> None:
        for path, text in getattr(self, "precious", {}).items():
            assert path.read_text() == text

    def teardown(self) -> None:
        if not hasattr(self, "base"):
            return
        try:
            self.locks.clear()
            sweep(self.ledger)
            assert self.ledger.entries() == []
            for root in self.left:
                strangers = [path for path in self.precious if path.is_relative_to(root)]
                left = [path for path in root.rglob("*") if path.is_file()]
                assert sorted(left) == sorted(strangers), "ours is left, or a stranger's is gone"
                assert strangers or not root.exists()
            self.nothing_of_a_stranger_is_touched()
        finally:
            self.clock.__exit__(None, None, None)
            self.in_force.__exit__(None, None, None)
            logging.getLogger("winasr_doctor").setLevel(self.level)
            shutil.rmtree(self.base)


TestCleanups = Cleanups.TestCase
TestCleanups.pytestmark = [
    pytest.mark.wine_differs("a folder without a creation time that changed is left", run=False)
]
TestCleanups.settings = settings(
    max_examples=150,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
