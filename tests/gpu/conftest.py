"""Real NeMo on the device there is: CUDA where torch can use a GPU, else the CPU.

The same tests run on both; the report's first lines, or its last ones when these tests are a
part of a larger run, say which device it was.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.asr import LoadOutcome, load_model
from winasr_doctor.faults import Injector, inject

DATA = Path(str(files("winasr_doctor") / "data"))
RECORDINGS = {
    "klatt3.wav": "stop zero four one",
    "f3.wav": "nine yes seven five",
    "m3.wav": "close four seven up",
}
PATHS = [DATA / name for name in RECORDINGS]
TEXTS = list(RECORDINGS.values())

HERE = importlib.util.find_spec("nemo") is not None


def pytest_report_header() -> str:
    """Say what the tests run on."""
    return f"tests/gpu: {_device_in_words()}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests ran on, and the figures they measured; and do so if they did not run."""
    terminalreporter.write_line(f"tests/gpu: {_device_in_words()}")
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(f"    {value}")


def _device_in_words() -> str:
    if not HERE:
        return "not collected, NeMo is not installed"
    import torch

    if not torch.cuda.is_available():
        return f"on the CPU, torch {torch.__version__} finds no GPU: nothing ran on CUDA"
    name, gpu = torch.cuda.get_device_name(0), torch.cuda.get_device_properties(0)
    return f"on CUDA, {name}, {gpu.total_memory / 1e9:.0f} GB, torch {torch.__version__}"


@pytest.fixture(autouse=True)
def scratch(temp: Path, quiet_nemo: None) -> Path:
    """Return the folder that temporary folders are made in; nothing else is in it."""
    return temp


@dataclass(frozen=True)
class Device:
    """What the tests run on.

    Attributes:
        name: As torch calls it, `cuda:0` or `cpu`.
    """

    name: str

    @property
    def is_gpu(self) -> bool:
        return self.name != "cpu"

    def allocated(self) -> int:
        """Return the bytes of device memory in use; 0 on the CPU."""
        import gc

        import torch

        gc.collect()
        if not self.is_gpu:
            return 0
        torch.cuda.synchronize()
        return int(torch.cuda.memory_allocated(self.name))


@pytest.fixture(scope="session")
def device() -> Device:
    """Return the GPU where there is one, else the CPU."""
    import torch

    return Device("cuda:0" if torch.cuda.is_available() else "cpu")


@pytest.fixture(scope="session")
def model(device: Device, quiet_nemo: None) -> Any:
    """Return the bundled model on the device, loaded once."""
    return loaded(device).model


@pytest.fixture(scope="session")
def cpu_texts(quiet_nemo: None) -> list[str]:
    """Return what the model says on the CPU."""
    from winasr_doctor.asr import transcribe

    outcome = transcribe(loaded(Device("cpu")).model, PATHS)
    return [transcript.text for transcript in outcome.transcripts]


def loaded(device: Device) -> LoadOutcome:
    """Load the bundled model on a device."""
    outcome = load_model("tiny", device=device.name, scan=False)
    assert outcome.ok, outcome.message
    return outcome


PLANS = {"clean": (), "twice_locked": ("32*2",), "always_locked": ("32*inf",)}
"""Arrays leave an empty folder to delete, so that folders must fail, too."""


@pytest.fixture(params=PLANS.values(), ids=PLANS.keys())
def injector(request: pytest.FixtureRequest, scratch: Path) -> Iterator[Injector | None]:
    """Let deletions in temporary folders fail, as the plan says, or not at all."""
    if not request.param:
        yield None
        return
    (fault,) = request.param
    with inject(f"unlink:{fault}@{scratch}/*; rmdir:{fault}@{scratch}/*") as injector:
        yield injector
        assert injector.injections, "nothing was injected"
