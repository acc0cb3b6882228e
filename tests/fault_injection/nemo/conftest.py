"""What the fault suite on the real NeMo shares: a model, a TEMP of its own, a watch on the rest.

Every test here, whatever it is about, also fails when it leaves the process or the disk other
than it found them: see `watched`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.locks.ledger import Ledger

RECORDING, TEXT = Path(str(files("winasr_doctor") / "data" / "klatt3.wav")), "stop zero four one"

pytest.register_assert_rewrite(f"{__package__}.invariants", f"{__package__}.watching")


@pytest.fixture(scope="session")
def asr_model(asr_model: type) -> Iterator[type]:
    """Return NeMo's `ASRModel`.

    torch computes in one thread: its pools, one for each thread that ever used it, get in each
    other's way after DataLoader workers were forked, and the tiny model becomes ten times slower.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield asr_model
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def model(restore: Callable[[], Any]) -> Any:
    """Return the bundled model, loaded once; it has been used, so that all is imported."""
    model = restore()
    model.transcribe([str(RECORDING)], verbose=False)
    return model


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
