"""What the tests in a real browser share: one served page, and a tab of its own for each test.

They run where Gradio, Playwright's Python package and Chromium are installed; elsewhere the end
of the report says that they did not. `WINASR_DOCTOR_SCREENSHOTS` names a folder for pictures.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.locks.cleanup_report import Attempt
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.job import TranscriptionJob

from ..fakes import Fake, until  # noqa: TID252 - a folder above

DATA = Path(str(files("winasr_doctor") / "data"))
KLATT3 = DATA / "klatt3.wav"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    f"--use-file-for-fake-audio-capture={KLATT3}",
)
"""The last two: a microphone that hears the bundled recording, again and again."""
PATIENCE = float(os.environ.get("WINASR_DOCTOR_PATIENCE", "300000"))
"""Milliseconds to wait for a sentence: far more than it takes on the slowest machine.

The page promises every failure within two seconds; `WINASR_DOCTOR_PATIENCE=2000` holds it to that.
"""
LONG = max(PATIENCE, 60_000)
"""Milliseconds to wait for anything that is not promised within two seconds."""

_NEEDS = ("gradio", "playwright", "gradio_client")
with suppress(ImportError):
    from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own
MISSING = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
if CHROMIUM is None:
    MISSING.append("chromium")
if MISSING:
    collect_ignore_glob = ["test_*.py"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which tests did not run here."""
    if MISSING:
        terminalreporter.write_line(f"tests/ui/browser: not collected, missing: {MISSING}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let warnings of Gradio and NeMo be warnings."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("default"))


@pytest.fixture(scope="session", autouse=True)
def loops_of_gradio() -> Iterator[None]:
    """Collect, quietly, the event loops that Gradio makes with its locks and never closes."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Serve the page for all tests; `served.handler.engine` is what works behind it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINASR_DOCTOR_STATE", str(tmp_path_factory.mktemp("state")))
        from winasr_doctor.ui import server

        for name in (*server.SETTINGS, "GRADIO_TEMP_DIR"):
            patch.setenv(name, "")
        running = server.start(engine=Fake().engine)
        yield running
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cached(browser: Any) -> Any:
    """Return what most tabs are opened in, so that Gradio's scripts are fetched once."""
    return browser.new_context()


@pytest.fixture(scope="session", autouse=True)
def asked() -> set[str]:
    """Return the hosts, beyond this computer, that this process asks for anything."""
    hosts: set[str] = set()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            hosts.add(str(arguments[1][0]))
        elif event == "socket.getaddrinfo":
            hosts.add(str(arguments[0]))
        hosts.difference_update(_THIS_COMPUTER)

    sys.addaudithook(watch)
    return hosts


_THIS_COMPUTER = {"127.0.0.1", "localhost", "::1", "None", "0.0.0.0", socket.gethostname()}  # noqa: S104


@pytest.fixture
def engine(served: Any, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Return a fresh fake engine that the page works with during this test."""
    fake = Fake()
    monkeypatch.setattr(served.handler, "engine", fake.engine)
    served.handler._models.forget()
    return fake


@pytest.fixture
def real(engine: Fake, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the real NeMo behind the page."""
    pytest.importorskip("nemo", reason="NeMo is not installed")
    monkeypatch.setattr(served.handler, "engine", Engine())


@pytest.fixture
def go_on() -> Iterator[threading.Event]:
    """Return what a step of an engine waits for; it ends with the test at the latest."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch, go_on: threading.Event) -> None:
    """Let the first failed attempt at removing a folder last until `go_on` is set."""
    tell = TranscriptionJob._on_attempt

    def held(job: TranscriptionJob, attempt: Attempt) -> None:
        tell(job, attempt)
        if attempt.failures:
            go_on.wait()

    monkeypatch.setattr(TranscriptionJob, "_on_attempt", held)


@pytest.fixture
def pieces(real: None, served: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pieces]:
    """Let the real model go on piece by piece, as the test allows."""
    allowed = Pieces()

    def transcribe(*given: Any, on_progress: Any, **options: Any) -> Any:
        def held(progress: TranscribeProgress) -> None:
            on_progress(progress)
            allowed.wait()

        return Engine().transcribe(*given, on_progress=held, **options)

    monkeypatch.setattr(served.handler, "engine", replace(Engine(), transcribe=transcribe))
    yield allowed
    allowed.all()


class Pieces:
    """Holds the work after each piece until the next is allowed."""

    def __init__(self) -> None:
        self._more = threading.Semaphore(0)

    def wait(self) -> None:
        """Wait for the next piece's turn."""
        self._more.acquire()

    def one(self) -> None:
        """Allow one more piece."""
        self._more.release()

    def all(self) -> None:
        """Allow all that are left."""
        self._more.release(100_000)


class Tab:
    """The page as somebody sees it who has it open."""

    def __init__(self, page: Any, url: str, viewport: Any = None, script: str = "") -> None:
        self.page = page
        if viewport:
            page.set_viewport_size(viewport)
        if script:
            page.add_init_script(script)
        self.hosts: set[str] = set()
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.set_default_timeout(LONG)
        page.goto(url)
        page.wait_for_selector("#transcribe:visible")

    def give(self, *paths: Path) -> None:
        """Upload recordings."""
        self.page.set_input_files("#audio input[type=file]", [str(path) for path in paths])
        self.page.wait_for_selector("#audio .file-preview, #audio table")

    def transcribe(self, path: Path = KLATT3) -> None:
        """Upload a recording and click Transcribe."""
        self.give(path)
        self.page.click("#transcribe")

    def sees(self, words: str, state: str | None = None, within: float = PATIENCE) -> str:
        """Wait until the status says something, and return all it says."""
        css = f'[data-state="{state}"]' if state else ""
        said = self.page.locator(f"#status_output .winasr-status{css}", has_text=words)
        try:
            said.first.wait_for(timeout=within)
        except TimeoutError as error:
            raise AssertionError(f"not {words!r} within {within} ms but:\n{self.status}") from error
        return self.status

    @property
    def status(self) -> str:
        """What the status says now."""
        text: str = self.page.locator("#status_output").inner_text()
        return text

    @property
    def text(self) -> str:
        """The transcript."""
        text: str = self.page.locator("#transcript textarea").input_value()
        return text

    def badges(self) -> list[str]:
        """Return the error badges on the status."""
        found: list[str] = self.page.locator("#status_output .error").all_inner_texts()
        return found


@pytest.fixture
def open_tab(
    served: Any, browser: Any, cached: Any, engine: Fake, go_on: threading.Event
) -> Iterator[Callable[..., Tab]]:
    """Return a function that opens the page in a tab of its own."""
    contexts, tabs = [], []

    def open_one(
        url: str | None = None, viewport: Any = None, script: str = "", **options: Any
    ) -> Tab:
        context = cached
        if options:
            context = browser.new_context(**options)
            contexts.append(context)
        tabs.append(Tab(context.new_page(), url or served.url, viewport, script))
        return tabs[-1]

    yield open_one
    go_on.set()
    for each in tabs:
        each.page.close()
    for context in contexts:
        context.close()
    until(lambda: not any(s.job and s.job.active for s in served.handler.sessions.all()))


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    """Open the page."""
    return open_tab()


@pytest.fixture
def picture() -> Callable[[Tab, str], None]:
    """Return a function that keeps a picture of the page where pictures are wanted."""

    def take(tab: Tab, name: str) -> None:
        folder = os.environ.get("WINASR_DOCTOR_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            tab.page.screenshot(path=str(Path(folder, f"{name}.png")), full_page=True)

    return take
