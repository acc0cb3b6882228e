"""A long run can be divided, killed and resumed: the merged table is that of a run in one go."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from winasr_doctor.faults.operations import replaced
from winasr_doctor.locks.ledger import Ledger

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "shards"
SCHEDULES = 200
TEST = "tests/fault_injection/test_schedules.py"
KILLED = """
import os, pytest, signal, sys
from pathlib import Path

sys.path.append(sys.argv.pop(1))
finish, written = Path.replace, []

def replace(unfinished, target):
    if ".part" in unfinished.name:
        written.append(target)
        if len(written) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    return finish(unfinished, target)

Path.replace = replace
pytest.main(sys.argv[1:])
"""
"""Runs pytest, and kills it when its second result is written and does not have its name yet."""

sys.path += [str(TOOL), str(ROOT / "tests")]
from fault_injection.schedules import drawn, run  # noqa: E402
from merging import table  # noqa: E402
from sharding import Results, share  # noqa: E402

del sys.path[-2:]  # or `tests/nemo` would pass for NeMo


def start(results: Path, shard: str, *python: str) -> subprocess.Popen[bytes]:
    """Start a shard; without plugins, which take longer to start than the test does."""
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "WINASR_DOCTOR_SCHEDULES": str(SCHEDULES)}
    shared = {"WINASR_DOCTOR_RESULTS": str(results), "WINASR_DOCTOR_SHARD": shard}
    options = ["-q", "-p", "no:cacheprovider", "-p", "winasr_doctor.pytest_plugin", TEST]
    return subprocess.Popen(
        [sys.executable, *(python or ("-m", "pytest")), *options],
        cwd=ROOT,
        env={**os.environ, **alone, **shared},
        stdout=subprocess.DEVNULL,
    )


def merged(results: Path) -> tuple[int, str]:
    """Return the exit code and the output of the merge."""
    command = [sys.executable, str(TOOL), str(results)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def in_one_go(folder: Path) -> list[str]:
    """Run all schedules here and return the table."""
    statuses: Counter[str] = Counter()
    attempts: Counter[str] = Counter()
    with replaced(("unlink", "rmdir")):
        for seed in range(SCHEDULES):
            schedule = drawn(random.Random(seed))  # noqa: S311 - reproducible, not secret
            report, _ = run(schedule, str(folder / "tree"), Ledger(folder / "ledger"))
            statuses[report.status.value] += 1
            attempts[report.status.value] += len(report.attempts)
    assert statuses.total() == SCHEDULES
    return list(table([{"schedules": statuses, "attempts": attempts}]))


def test_four_shards_of_which_one_is_killed_and_resumed_make_the_table_of_one(tmp_path):
    parts = tmp_path / "parts"
    running = [start(parts, f"{number}/4") for number in (1, 3, 4)]
    running.append(start(parts, "2/4", "-c", KILLED))
    assert [each.wait() for each in running] == [0, 0, 0, -signal.SIGKILL]
    code, out = merged(parts)
    assert code == 1
    assert "2 pieces are missing: 5, 9" in out
    before = {file.name: file.stat().st_mtime_ns for file in parts.glob("*.json")}
    assert start(parts, "2/4").wait() == 0
    after = {file.name: file.stat().st_mtime_ns for file in parts.glob("*.json")}
    assert len(before) == 8
    assert before.items() <= after.items()  # nothing was done twice
    code, out = merged(parts)
    assert code == 0
    assert out.splitlines() == in_one_go(tmp_path)


def test_shares_are_all_pieces_once():
    pieces = range(10)
    assert sorted(piece for n in (1, 2, 3) for piece in share(pieces, f"{n}/3")) == list(pieces)
    assert share(pieces, "1/1") == pieces


@pytest.mark.parametrize("shard", ["", "3", "0/3", "4/3", "1/0", "a/b", "-1/3", "1/3/5"])
def test_there_is_no_such_shard(shard):
    with pytest.raises(ValueError, match="no shard"):
        share(range(10), shard)


def test_results_of_other_code_do_not_count(tmp_path):
    results = Results(tmp_path)
    results.keep("piece", {"n": 1})
    assert results.all() == {"piece": {"n": 1}}
    (file,) = tmp_path.iterdir()
    file.write_text(json.dumps({"code": "another", "result": {"n": 2}}))
    assert results.all() == {}
    assert results.get("piece") is None
