"""The tests bite: each deliberate fault in the resilient layer makes at least one of them fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from .mutations import MUTATIONS, Mutation
from .plugin import SOUND

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SUITES = sorted({test for mutation in MUTATIONS for test in mutation.tests})
SECONDS = 600


class Run(NamedTuple):
    """How the tests ended: pytest's exit code, each failed test with the file it failed in."""

    code: int
    failed: list[tuple[str, str]]
    output: str


def run_tests(fault: str, tests: Sequence[str], folder: Path) -> Run:
    """Run some tests with a fault in the package that is in use here, until the first failure."""
    temp, record = folder / "temp", folder / "record.json"
    temp.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "WINASR_DOCTOR_STATE": str(folder / "state"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # these tests need none, and start faster without
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temp)),
    }
    environment.pop("PYTEST_ADDOPTS", None)
    ended = subprocess.run(
        [
            *(sys.executable, str(HERE / "plugin.py"), str(record), fault),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)),
            *("-x", "-q", "-p", "no:cacheprovider"),
            *(str(ROOT / "tests" / test) for test in tests),
        ],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    output = ended.stdout.decode(errors="replace")
    failed = json.loads(record.read_bytes()) if record.exists() else []
    return Run(ended.returncode, [(test, where) for test, where in failed], output)


def test_without_a_fault_all_tests_pass(tmp_path: Path):
    run = run_tests(SOUND, SUITES, tmp_path)
    assert (run.code, run.failed) == (pytest.ExitCode.OK, []), run.output


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_fault_is_caught(mutation: Mutation, tmp_path: Path, record_property):
    if mutation.why_not_here:
        pytest.skip(mutation.why_not_here)
    run = run_tests(mutation.name, mutation.tests, tmp_path)
    assert run.code == pytest.ExitCode.TESTS_FAILED, f"it survived: {mutation.what}\n{run.output}"
    assert run.failed, f"no test failed in itself\n{run.output}"
    test, where = run.failed[0]
    assert Path(where).parent != HERE, f"the fault itself is broken\n{run.output}"
    record_property("caught", [mutation.name, test])


def test_there_are_at_least_fifteen_faults_with_names_of_their_own():
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 15
    assert all(mutation.what.endswith(".") for mutation in MUTATIONS)


def test_a_test_that_catches_nothing_is_noticed(tmp_path: Path):
    run = run_tests("never retry", ["locks/test_identity.py"], tmp_path)
    assert (run.code, run.failed) == (pytest.ExitCode.OK, [])
