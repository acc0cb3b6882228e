"""Old apps with the classic mistakes, unmodified, with and without `run`.

Each starts Python, NeMo and a model of its own, so there are few, and each looks at much.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from .conftest import KLATT3, NEMO_FILE

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "examples" / "apps"
RECORDING, TEXT = KLATT3

LOCKS = ["unlink:32*inf@model_weights.ckpt", "unlink:32*inf@manifest.json"]
FOR_EVER = "; ".join(LOCKS)

STARTING = 120.0
"""Seconds that importing NeMo, Gradio and the rest may take on a machine at work."""

needs_gradio = pytest.mark.skipif(find_spec("gradio") is None, reason="Gradio is not installed")
needs_fastapi = pytest.mark.skipif(find_spec("fastapi") is None, reason="FastAPI is not installed")
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="the emulation needs Linux's /proc")

WITHOUT = """
import runpy, sys
from winasr_doctor.faults import inject
sys.argv[:] = sys.argv[2:]
with inject({plan!r}):
    runpy.run_path(sys.argv[0], run_name="__main__")
"""

SHARING = """
from contextlib import ExitStack
from winasr_doctor.faults import windows_sharing
KEPT = ExitStack()
KEPT.enter_context(windows_sharing())
"""
"""A `sitecustomize`: for the whole process, what is open cannot be deleted."""


class Bench:
    """Starts apps; each in folders of its own.

    Attributes:
        variables: The environment of what is started.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "WINASR_DOCTOR_STATE": str(folder / "state"),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "HF_HUB_OFFLINE": "1",
        }

    def with_windows_sharing(self) -> None:
        """Let what is open be undeletable, with and without `run`."""
        place = self.folder / "sharing"
        place.mkdir()
        (place / "sitecustomize.py").write_text(SHARING)
        self.variables["PYTHONPATH"] += os.pathsep + str(place)

    def rescued(self, app: str, *arguments: str, inject: str = "") -> list[str]:
        """Return the command that runs an app under `run`."""
        plan = ["--inject", inject] if inject else []
        scratch = ["--scratch", str(self.folder / "scratch")]
        script = str(APPS / app)
        doctor = [sys.executable, "-m", "winasr_doctor", "run", *scratch, *plan]
        return [*doctor, "--", script, *arguments]

    def plain(self, app: str, *arguments: str, inject: str = "") -> list[str]:
        """Return the command that runs an app as it is; with faults, if asked."""
        if not inject:
            return [sys.executable, str(APPS / app), *arguments]
        harness = self.folder / "harness.py"
        harness.write_text(WITHOUT.format(plan=inject))
        return [sys.executable, str(harness), "--", str(APPS / app), *arguments]

    def finish(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run an app to its end."""
        return subprocess.run(
            command,
            env=self.variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=2 * STARTING,
            check=False,
        )

    @contextmanager
    def serving(self, command: list[str], port: int, path: str) -> Iterator[Server]:
        """Run an app while the block lasts; it begins when the app answers."""
        log = self.folder / "log.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=self.variables,
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(process, log)
        try:
            wait_for(port, path, server)
            yield server
            server.stop()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


class Server:
    """An app that serves."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def stop(self) -> None:
        """Press Ctrl+C."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")


def wait_for(port: int, path: str, server: Server) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.said[-3000:]
        try:
            request(port, "GET", path)
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError(server.said[-3000:])


def request(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTING)
    try:
        connection.request(method, path, body)
        return connection.getresponse().read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return what starts apps."""
    return Bench(tmp_path)


class TestThePlainScript:
    APP = "plain_script.py"

    @needs_proc
    def test_with_run_the_text_and_the_cause_come_through(self, bench: Bench, stereo: Path):
        bench.with_windows_sharing()
        arguments = (str(NEMO_FILE), str(stereo), str(RECORDING))
        finished = bench.finish(bench.rescued(self.APP, *arguments, inject=FOR_EVER))
        (told,) = [line for line in finished.stdout.splitlines() if str(stereo) in line]
        assert "shape mismatch" in told
        assert f"{RECORDING}: {TEXT}\n" in finished.stdout
        assert finished.returncode == 0
        assert "rescued: 5 of 5" in finished.stderr
        assert "the real error was raised, TypeError" in finished.stderr
        assert list((bench.folder / "scratch").iterdir()) == []

    @needs_proc
    def test_without_run_it_is_hidden(self, bench: Bench, stereo: Path):
        bench.with_windows_sharing()
        finished = bench.finish(bench.plain(self.APP, str(NEMO_FILE), str(stereo)))
        (told,) = [line for line in finished.stdout.splitlines() if str(stereo) in line]
        assert "shape" not in told
        assert "[WinError" in told


Ask = Callable[[Path], str]


@needs_gradio
class TestTheGradioPage:
    APP = "gradio_page.py"

    @contextmanager
    def page(
        self, bench: Bench, *, rescued: bool, inject: str = ""
    ) -> Iterator[tuple[Ask, Server]]:
        port = free_port()
        make = bench.rescued if rescued else bench.plain
        command = make(self.APP, str(NEMO_FILE), str(port), inject=inject)

        def ask(recording: Path) -> str:
            from gradio_client import Client, handle_file

            client = Client(f"http://127.0.0.1:{port}", verbose=False)
            return str(client.predict(handle_file(str(recording)), api_name="/transcribe"))

        with bench.serving(command, port, "/") as server:
            yield ask, server

    @needs_proc
    def test_with_run_the_text_and_the_cause_come_through(self, bench: Bench, stereo: Path):
        bench.with_windows_sharing()
        with self.page(bench, rescued=True, inject=FOR_EVER) as (ask, server):
            assert ask(RECORDING) == TEXT
            assert "shape mismatch" in ask(stereo)
            assert ask(RECORDING) == TEXT
        assert "rescued: 4 of 4" in server.said
        assert "the real error was raised, TypeError" in server.said
        assert list((bench.folder / "scratch").iterdir()) == []

    @needs_proc
    def test_without_it_both_are_lost(self, bench: Bench, stereo: Path):
        bench.with_windows_sharing()
        once = "unlink:32*2@manifest.json"  # tempfile itself tries a second time
        with self.page(bench, rescued=False, inject=once) as (ask, _server):
            assert "[WinError" in ask(RECORDING)  # a lock costs the text
            assert ask(RECORDING) == TEXT
            assert "[WinError" in ask(stereo)


@needs_fastapi
class TestTheFastApiService:
    APP = "fastapi_service.py"

    @contextmanager
    def service(
        self, bench: Bench, *, rescued: bool, inject: str = ""
    ) -> Iterator[tuple[Callable[[Path], object], Server]]:
        port = free_port()
        make = bench.rescued if rescued else bench.plain
        command = make(self.APP, str(NEMO_FILE), str(port), inject=inject)

        def ask(recording: Path) -> object:
            return json.loads(request(port, "POST", "/transcribe", recording.read_bytes()))

        with bench.serving(command, port, "/health") as server:
            yield ask, server

    @needs_proc
    def test_with_run_the_text_and_the_cause_come_through(self, bench: Bench, stereo: Path):
        bench.with_windows_sharing()
        with self.service(bench, rescued=True, inject=FOR_EVER) as (ask, server):
            assert ask(RECORDING) == {"text": TEXT}
            assert "shape mismatch" in str(ask(stereo))
            assert ask(RECORDING) == {"text": TEXT}
        assert "rescued: 4 of 4" in server.said
        assert list((bench.folder / "scratch").iterdir()) == []

    @needs_proc
    def test_without_it_the_cause_is_lost(self, bench: Bench, stereo: Path):
        bench.with_windows_sharing()
        with self.service(bench, rescued=False) as (ask, _server):
            assert ask(RECORDING) == {"text": TEXT}
            assert "[WinError" in str(ask(stereo))
