import sys

import pytest

from winasr_doctor._util.bounded_child import ChildOutput
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import LiveMachine, gpus
from winasr_doctor.machine.model import Gpu, Gpus

# Printed by `nvidia-smi`, as its documentation shows it.
BANNER = """Mon Jan  5 10:00:00 2026
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 572.83                 Driver Version: 572.83         CUDA Version: 12.8     |
|-----------------------------------------+------------------------+----------------------+
"""


def ask(listing, status=0, banner=BANNER):
    def run(arguments):
        return (status, listing) if len(arguments) > 1 else (0, banner)

    return gpus.ask("nvidia-smi", run)


def test_devices_driver_and_cuda_are_read():
    read = ask("572.83, 24564, NVIDIA GeForce RTX 4090\n572.83, 8192, NVIDIA GeForce RTX 3070\n")
    assert read == Gpus(
        items=(
            Gpu(name="NVIDIA GeForce RTX 4090", memory=24564 * 1024**2),
            Gpu(name="NVIDIA GeForce RTX 3070", memory=8192 * 1024**2),
        ),
        driver="572.83",
        cuda="12.8",
    )


@pytest.mark.parametrize("size", ["[N/A]", "[Not Supported]", ""])
def test_unknown_memory_is_not_guessed(size):
    assert ask(f"572.83, {size}, NVIDIA X\n").items == (Gpu(name="NVIDIA X"),)


def test_a_banner_without_cuda_leaves_it_open():
    assert ask("572.83, 1, NVIDIA X\n", banner="").cuda is None


def test_a_machine_with_the_program_but_no_device_has_none():
    assert ask("No devices were found\n", status=6) == Gpus()


def test_a_driver_that_does_not_answer_is_unreadable_in_its_own_words():
    complaint = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"
    with pytest.raises(Unreadable, match="couldn't communicate with the NVIDIA driver"):
        ask(complaint, status=9)


def test_a_program_that_fails_without_a_word_is_unreadable():
    with pytest.raises(Unreadable, match="exit status 255"):
        ask("", status=255)


def test_without_the_program_there_are_no_devices(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SYSTEMROOT", raising=False)
    assert gpus.read(LiveMachine()) == Gpus()


def test_a_program_that_hangs_is_unreadable(monkeypatch):
    late = ChildOutput("late", None, b"", b"", 5.0)
    monkeypatch.setattr(gpus.programs, "find", lambda _name: "nvidia-smi")
    monkeypatch.setattr(gpus.bounded_child, "run", lambda *_, **__: late)
    with pytest.raises(Unreadable, match="did not answer within 5 s"):
        gpus.read(LiveMachine(timeout=10))


def test_a_program_that_cannot_be_started_is_unreadable(monkeypatch, tmp_path):
    monkeypatch.setattr(gpus.programs, "find", lambda _name: str(tmp_path / "missing"))
    with pytest.raises(Unreadable, match="could not be started"):
        gpus.read(LiveMachine())


def test_what_it_prints_is_read_whatever_its_encoding():
    status, text = gpus._run(
        (sys.executable, "-c", r"import os; os.write(1, b'\xff ok'); os._exit(3)"), 60
    )
    assert (status, text[-2:]) == (3, "ok")
