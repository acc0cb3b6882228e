"""Fixtures that tests of several folders share, and where the tests on the real NeMo can run."""

from __future__ import annotations

import gc
import importlib.util
import itertools
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from winasr_doctor._util.state_files import STATE_VARIABLE
from winasr_doctor.locks.ledger import Ledger, default_ledger

HERE = Path(__file__).parent
DATA = Path(str(files("winasr_doctor") / "data"))

REAL_NEMO = {
    "nemo": ("nemo",),
    "fault_injection/nemo": ("nemo",),
    "gpu": ("nemo",),
    "canary": ("nemo", "peft", "accelerate"),
    "wine_nemo": (),
    "hub": ("huggingface_hub",),
    "torch_hub": ("torch",),
}
"""Folders of tests on the real NeMo, or the real clients of hubs, each with the modules without
which it is not collected."""

FILTERS = {
    "fault_injection/nemo": (
        "default",
        "error::pytest.PytestUnraisableExceptionWarning",
        "error::pytest.PytestUnhandledThreadExceptionWarning",
    ),
}
"""What is done with warnings there, where it is not "default": an error of a thread counts."""

EVERYWHERE_THE_SAME = {
    "texts": (
        "catalogue",
        "diagnosis/test_answering.py",
        "diagnosis/test_forms.py",
        "diagnosis/test_large_logs.py",
        "diagnosis/test_messages_without_traceback.py",
        "diagnosis/test_public_reports.py",
        "diagnosis/test_reading.py",
        "diagnosis/test_selection.py",
        "findings",
        "fuzzing",
        "machine/redact",
        "models/test_revisions.py",
        "windows/test_defender_exclusions.py",
        "windows/test_errors.py",
    ),
    "recorded machines": (
        "checks/test_antivirus.py",
        "checks/test_environment.py",
        "checks/test_nemo.py",
        "checks/test_predicted_errors.py",
        "checks/test_revision.py",
        "checks/test_search_index.py",
        "checks/test_sync.py",
        "checks/test_temp.py",
        "checks/test_wheels.py",
        "cli/test_bug_report.py",
        "fleet/test_reading.py",
        "fleet/test_scripts.py",
        "fleet/test_sums.py",
        "report",
    ),
    "the repository": (
        "gate/test_action.py",
        "gate/test_habits.py",
        "gate/test_pre_commit.py",
        "gate/test_workflow.py",
        "test_docs.py",
        "test_no_index_has_it.py",
        "test_pythons_tools.py",
        "test_refresh_tables.py",
        "test_tox_table.py",
        "test_wine_tools.py",
        "util/test_dated.py",
    ),
    "programs that it starts": (
        "cli/test_gate.py",
        "gate/test_child.py",
        "gate/test_gate_reports.py",
        "gate/test_own_tests.py",
        "util/test_git.py",
        "util/test_programs.py",
    ),
    "the page": ("ui",),
}
"""Files and folders whose tests ask nothing of the Python or the system: about what they are.

What could make them differ there (`re`, `json`, `tomllib`) is used by other tests, too, and mypy
checks against the oldest Python. So they run on the Python that runs tox and on 3.14 only; the
page's run in tox's `ui`, too.
`WINASR_DOCTOR_LEAVE_OUT` says what is left out: names of this table between commas, or `all`.
"""

_numbers = itertools.count()


def pytest_configure() -> None:
    """Let coverage, if it measures, see into our audit hook: Python turns tracing off in others."""
    if "coverage" in sys.modules:
        from winasr_doctor.faults.sharing import openings

        openings._hook.__cantrace__ = True


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out tests on what is not installed; the report's header says so."""
    if not collection_path.match("test_*.py"):
        return None
    needed = REAL_NEMO.get(_folder_of(collection_path), ())
    return True if any(importlib.util.find_spec(name) is None for name in needed) else None


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Leave out what another environment tests; each file says so in the table that tox prints."""
    left_out = os.environ.get("WINASR_DOCTOR_LEAVE_OUT", "")
    chosen = EVERYWHERE_THE_SAME if left_out == "all" else filter(None, left_out.split(","))
    for about in chosen:
        places = EVERYWHERE_THE_SAME[about]
        if any(module_path.is_relative_to(HERE / place) for place in places):
            return LeftOut.from_parent(parent, path=module_path, about=about)
    return None


class LeftOut(pytest.File):
    """A file whose tests are left out, as one test that is skipped."""

    def __init__(self, *, about: str, **options: Any) -> None:
        super().__init__(**options)
        self.about = about

    def collect(self) -> Iterator[pytest.Item]:
        yield Skipped.from_parent(self, name="all tests")


class Skipped(pytest.Item):
    """Says why."""

    def runtest(self) -> None:
        pytest.skip(f"the same on every Python, about {self.parent.about} (tests/conftest.py)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let warnings of NeMo and its dependencies be warnings."""
    for item in items:
        folder = _folder_of(item.path)
        if folder in REAL_NEMO:
            item.add_marker(pytest.mark.filterwarnings(*FILTERS.get(folder, ("default",))))


def _folder_of(file: Path) -> str:
    return file.parent.relative_to(HERE).as_posix() if file.is_relative_to(HERE) else ""


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("states")


@pytest.fixture(autouse=True)
def state_folder(_states: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the test's ledger and journal are, not in this account; it is not made yet."""
    folder = _states / str(next(_numbers))
    monkeypatch.setenv(STATE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def ledger(state_folder: Path) -> Ledger:
    """Return the ledger that everything in the test uses."""
    return default_ledger()


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the test's TEMP; nothing else is in it."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    return folder


class Outcome(NamedTuple):
    """What a command did: its exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Return a function that runs the command line in this process, in the test's folder."""
    from winasr_doctor.cli import main

    monkeypatch.chdir(tmp_path)

    def run_command(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(stopped.value.code or 0), captured.out, captured.err)

    return run_command


@pytest.fixture
def no_deadline_before(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return a function that lets no deadline of a worker pass before something has happened.

    A short deadline is then enough on a machine of any speed.
    """
    from winasr_doctor.asr import jobs

    wait = jobs._wait

    def keep_until(happened: Callable[[], object]) -> None:
        def wait_later(settled: threading.Event, *limits: Any) -> Any:
            end = time.monotonic() + 300
            while not (happened() or settled.is_set()):
                assert time.monotonic() < end, "waited in vain"
                time.sleep(0.005)
            return wait(settled, *limits)

        monkeypatch.setattr(jobs, "_wait", wait_later)

    return keep_until


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    """Return a stereo recording, which NeMo refuses."""
    import numpy as np
    import soundfile

    samples, rate = soundfile.read(str(DATA / "klatt3.wav"))
    file = tmp_path / "stereo.wav"
    soundfile.write(file, np.stack([samples, samples], axis=1), rate)
    return file


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder, in memory where there is one: thousands of trees come and go."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    if os.name != "posix" or not os.access(memory, os.W_OK):
        yield tmp_path
        return
    folder = tempfile.mkdtemp(dir=memory)
    yield Path(folder)
    subprocess.run(["rm", "-rf", folder], check=True)  # up to Python 3.12 shutil recurses


@pytest.fixture(scope="session")
def quiet_nemo() -> None:
    """Import NeMo without its log; it takes seconds, so once.

    No garbage collection walks through its millions of objects: the code under test collects.
    """
    importlib.import_module("nemo.collections.asr.models")
    importlib.import_module("nemo.utils").logging.setLevel(logging.CRITICAL)
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def asr_model(quiet_nemo: None) -> type:
    """Return NeMo's `ASRModel`."""
    from nemo.collections.asr.models import ASRModel

    return ASRModel


@pytest.fixture(scope="session")
def restore(asr_model: Any) -> Callable[[], Any]:
    """Return a function that restores the bundled model as an app does."""
    return lambda: asr_model.restore_from(str(DATA / "tiny-tdt.nemo"), map_location="cpu")
