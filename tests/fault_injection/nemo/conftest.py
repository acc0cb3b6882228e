"""What the fault suite on the real NeMo shares: a model, a TEMP of its own, a watch on the rest.

Every test here, whatever it is about, also fails when it leaves the process or the disk other
than it found them: see `watched`.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.cleanup.ledger import Ledger, default_ledger

DATA = Path(str(files("winasr_doctor") / "data"))
NEMO_FILE = DATA / "tiny-tdt.nemo"
RECORDING, TEXT = DATA / "klatt3.wav", "stop zero four one"

pytest.register_assert_rewrite(f"{__package__}.invariants", f"{__package__}.watching")

if importlib.util.find_spec("nemo") is None:
    collect_ignore_glob = ["*.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let warnings of NeMo and its dependencies be warnings, but not what threads and gc raise."""
    lenient = pytest.mark.filterwarnings(
        "default",
        "error::pytest.PytestUnraisableExceptionWarning",
        "error::pytest.PytestUnhandledThreadExceptionWarning",
    )
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(lenient)


@pytest.fixture(scope="session")
def asr_model() -> Iterator[type]:
    """Import NeMo, quietly, and return its `ASRModel`.

    torch computes in one thread: its pools, one for each thread that ever used it, get in each
    other's way after DataLoader workers were forked, and the tiny model becomes ten times slower.
    """
    import torch
    from nemo.collections.asr.models import ASRModel
    from nemo.utils import logging as nemo_logging

    nemo_logging.setLevel(logging.CRITICAL)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield ASRModel
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def restore(asr_model: Any) -> Callable[[], Any]:
    """Return a function that restores the bundled model as an app does."""
    return lambda: asr_model.restore_from(str(NEMO_FILE), map_location="cpu")


@pytest.fixture(scope="session")
def model(restore: Callable[[], Any]) -> Any:
    """Return the bundled model, loaded once; it has been used, so that all is imported."""
    model = restore()
    model.transcribe([str(RECORDING)], verbose=False)
    return model


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger that everything in the test uses."""
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "state"))
    return default_ledger()


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the test's TEMP; nothing else is in it."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    return folder


@pytest.fixture(autouse=True)
def watched(temp: Path, ledger: Ledger, model: Any, canary: Path) -> Iterator[None]:
    """Fail the test if anything but its TEMP and its ledger is touched, or anything stays.

    It begins after the fixtures that arrange the test's surroundings and ends before them.
    """
    del model
    from .watching import Process, Tree, destructions

    process, outside = Process.now(), Tree.of(canary)
    with destructions() as destroyed:
        yield
    assert Tree.of(canary) == outside
    strangers = [each for each in destroyed if not each.is_below(temp, ledger.folder)]
    assert strangers == []
    Process.assert_same(process)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Return a folder outside TEMP with things in it that nobody may touch."""
    folder = tmp_path / "canary"
    (folder / "below").mkdir(parents=True)
    (folder / "manifest.json").write_text("not NeMo's")
    (folder / "below" / "model_weights.ckpt").write_text("not NeMo's")
    return folder


@pytest.fixture
def no_memory(model: Any, monkeypatch: pytest.MonkeyPatch) -> BaseException:
    """Let the model's forward pass run out of CUDA memory; return the very error."""
    import torch

    error = torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    def forward(*arguments: object, **options: object) -> None:
        raise error.with_traceback(None)

    monkeypatch.setattr(model, "forward", forward)
    return error


@pytest.fixture
def linux_only() -> None:
    """Skip where `/proc` is missing, which the sharing rules are read from."""
    if sys.platform != "linux":
        pytest.skip("Windows has the real rules; the emulated ones need /proc")
