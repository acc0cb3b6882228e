r"""What the tests of the real NeMo on Windows' Python share: the model, and a second process.

They run as one Windows process, in tox's `wine-nemo`; nowhere else. What they see is also told in
a transcript, `C:\results\transcript.txt`.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import platform
import queue
import subprocess
import sys
import threading
import time
import wave
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest

import winasr_doctor
from winasr_doctor.windows.win32 import wine_version

HERE = Path(__file__).resolve().parent
DATA = Path(str(files("winasr_doctor") / "data"))
NEMO_FILE = DATA / "tiny-tdt.nemo"
RECORDING, TEXT = DATA / "klatt3.wav", "stop zero four one"
TRANSCRIPT = "WINASR_DOCTOR_TRANSCRIPT"

if os.name != "nt" or wine_version() is None or importlib.util.find_spec("nemo") is None:
    collect_ignore = ["test_real_nemo_and_real_locks.py"]


@pytest.fixture(scope="session")
def tell():
    """Return a function that adds a line to the transcript."""
    with Path(os.environ[TRANSCRIPT]).open("a", encoding="utf-8") as file:

        def write(line=""):
            print(line, file=file, flush=True)
            print(line, flush=True)

        yield write


class Holder:
    """Another process, which opens a file as soon as it is there."""

    def __init__(self, folder, pattern, seconds):
        command = [sys.executable, str(HERE / "holder.py"), str(folder), pattern, str(seconds)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "ready\n"
        self.path = None
        self.said = queue.SimpleQueue()
        self.listening = threading.Thread(target=self._listen)
        self.listening.start()

    def _listen(self):
        for line in self.process.stdout:
            self.said.put(line)

    def wait(self, seconds=60.0):
        """Wait until it has the file open."""
        if self.path is None:
            self.path = Path(self.said.get(timeout=seconds).removeprefix("held ").strip())

    def caught(self):
        """Tell whether it has, or had, the file open."""
        if self.path is None and not self.said.empty():
            self.wait()
        return self.path is not None

    def end(self):
        """Let it let go, if it has not. Again does nothing."""
        if self.process.returncode is not None:
            return
        if not self.caught():
            self.process.kill()
        self.process.stdin.close()
        self.process.wait()
        self.listening.join()
        self.process.stdout.close()


@pytest.fixture
def hold(temp):
    """Return a function that starts a holder: `hold(name, seconds)`, in TEMP or in a folder."""
    with ExitStack() as stack:

        def start(pattern, seconds="ever", folder=temp):
            holder = Holder(folder, pattern, seconds)
            stack.callback(holder.end)
            return holder

        yield start


@pytest.fixture(scope="session")
def stereo(tmp_path_factory):
    """A recording with two channels, which NeMo refuses."""
    file = tmp_path_factory.mktemp("stereo") / "stereo.wav"
    with wave.open(str(RECORDING)) as mono:
        frames, rate, width = mono.readframes(mono.getnframes()), mono.getframerate(), 2
        assert mono.getsampwidth() == width
    samples = [frames[at : at + width] for at in range(0, len(frames), width)]
    with wave.open(str(file), "wb") as written:
        written.setnchannels(2)
        written.setsampwidth(width)
        written.setframerate(rate)
        written.writeframes(b"".join(sample * 2 for sample in samples))
    return file


@pytest.fixture(scope="session")
def nemo(tell):
    """Import NeMo, once; tell what runs here."""
    begun = time.monotonic()
    import nemo as package
    import torch
    from nemo.collections.asr.models import ASRModel
    from nemo.utils import logging as nemo_logging

    nemo_logging.setLevel(logging.CRITICAL)
    tell(f"Python {platform.python_version()} for {platform.system()}, {platform.machine()}")
    tell(f"winasr_doctor {winasr_doctor.__version__}")
    tell(f"nemo_toolkit {package.__version__}, torch {torch.__version__}")
    tell(f"imported in {time.monotonic() - begun:.0f} s")
    return SimpleNamespace(
        restore=lambda: ASRModel.restore_from(str(NEMO_FILE), map_location="cpu"), torch=torch
    )


@pytest.fixture(scope="session")
def model(nemo):
    """The model, loaded once, with nobody in the way."""
    return nemo.restore()


@pytest.fixture
def while_loading(nemo, monkeypatch):
    """Return a function that makes NeMo wait for a holder before it reads the weights.

    All files of the model are unpacked then, and the temporary folder is still to be removed.
    """
    load = nemo.torch.load

    def wait_for(holder):
        def waiting(*arguments, **options):
            holder.wait()
            return load(*arguments, **options)

        monkeypatch.setattr(nemo.torch, "load", waiting)

    return wait_for


@pytest.fixture
def while_transcribing(model, monkeypatch):
    """Return a function that makes NeMo wait for a holder in the model's forward pass."""
    forward = model.forward

    def wait_for(holder):
        def waiting(*arguments, **options):
            holder.wait()
            return forward(*arguments, **options)

        monkeypatch.setattr(model, "forward", waiting)

    return wait_for
