"""Why an app stands still: each app here does so for ever, until it is told to end.

Nothing depends on how long anything takes: a test asks until the app has come to rest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks
from winasr_doctor.run.standstill.activity import Activity, ProcessTree, Stillness
from winasr_doctor.run.standstill.collecting import collect
from winasr_doctor.run.standstill.native import NOT_SHOWN
from winasr_doctor.run.standstill.reading import Reading, read
from winasr_doctor.run.standstill.showing import show
from winasr_doctor.run.standstill.stacks import ask
from winasr_doctor.run.standstill.waits import WaitKind
from winasr_doctor.run.standstill.watch import AppWatch

from .conftest import PACKAGE, Place

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's kernel")

DEADLOCK = """
    import threading
    first, second, both = threading.Lock(), threading.Lock(), threading.Barrier(2)
    def one():
        with first:
            both.wait()
            with second:
                pass
    def two():
        with second:
            both.wait()
            with first:
                pass
    threading.Thread(target=two, daemon=True).start()
    one()
"""

POOL_IN_A_POOL = """
    from concurrent.futures import ThreadPoolExecutor
    pool = ThreadPoolExecutor(1)
    def outer():
        return pool.submit(int, "1").result()
    pool.submit(outer).result()
"""

FULL_PIPE = """
    import subprocess, sys
    text = "print('x' * 1_000_000)"
    child = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)
    child.wait()
"""

CHILD_INPUT = """
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "ask.py"], stdin=subprocess.PIPE)
    child.wait()
"""

OTHER_IMPORT = """
    import threading, time
    def other():
        import never
    threading.Thread(target=other, daemon=True).start()
    from begun import event
    event.wait()
    import never
"""

NO_ANSWER = """
    import socket, urllib.request
    server = socket.create_server(("127.0.0.1", 0))
    urllib.request.urlopen("http://127.0.0.1:%d/" % server.getsockname()[1])
"""

OWN_LOOP = """
    import os, time
    while not os.path.exists("ready"):
        time.sleep(0.05)
"""

LOST_TASK = """
    import multiprocessing, os, signal
    def work(number):
        os.kill(os.getpid(), signal.SIGKILL)
    if __name__ == "__main__":
        multiprocessing.get_context("fork").Pool(1).map(work, [1])
"""

LOCKED_FILE = """
    import fcntl, subprocess, sys
    held = open("held.lock", "w")
    fcntl.flock(held, fcntl.LOCK_EX)
    subprocess.run([sys.executable, "lock.py"])
"""

SERVER = """
    import http.server
    handler = http.server.SimpleHTTPRequestHandler
    http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler).serve_forever()
"""

LOOP = """
    import asyncio
    asyncio.new_event_loop().run_forever()
"""

OTHERS = {
    "ask.py": "input()",
    "lock.py": "import fcntl; fcntl.flock(open('held.lock', 'w'), fcntl.LOCK_EX)",
    "begun.py": "import threading; event = threading.Event()",
    "never.py": "import begun, threading; begun.event.set(); threading.Event().wait()",
}
"""Modules and programs beside an app."""

LISTENING = (
    "import sys; sys.path.insert(0, {package!r}); from winasr_doctor.run.standstill import stacks;"
    " stacks.listen({folder!r}); "
)
"""What `run` does for each process, at the beginning of a program's first line."""


class Apps:
    """Starts apps that answer, as under `run`, but without its other work.

    Attributes:
        folder: Where they are and where they answer.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        self._source = ""

    def start(self, source: str) -> int:
        """Start an app; return the number of its process."""
        self._source = source
        listening = LISTENING.format(package=str(PACKAGE), folder=str(self.folder))
        for name, text in (("app.py", textwrap.dedent(source)), *OTHERS.items()):
            is_program = name in {"app.py", "ask.py", "lock.py"}
            (self.folder / name).write_text((listening if is_program else "") + text)
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
        )
        self.started.append(process)
        return process.pid

    def reading(self, pid: int, done: Callable[[Reading, str], bool]) -> tuple[Reading, str]:
        """Ask an app until it waits for something certain; return that, and the report."""
        tree, report = ProcessTree(pid), "the app was never seen"
        self._let_it_rest(tree)
        for _ in range(2):  # for a reason we do not know, an app once was dead before it was asked
            if self.started[-1].poll() is not None:
                sys.stderr.write(f"the app died with {self.started[-1].returncode}: once more\n")
                tree = ProcessTree(self.start(self._source))
                self._let_it_rest(tree)
        for _ in range(2_000):  # far more than it takes
            app = collect(tree.processes(), str(self.folder))
            if app:  # the system may not show it in its first moment
                reading = read(app)
                report = render_blocks(show(app, reading, 60), RenderOptions(width=1000))
                if done(reading, report):
                    return reading, report
            time.sleep(0.05)
        raise AssertionError(report)

    def _let_it_rest(self, tree: ProcessTree) -> None:
        """Wait until it has stopped working, as `run` does: a process that starts is not asked."""
        before = None
        for _ in range(50):
            now = tree.activity()
            if now == before:
                return
            before = now
            time.sleep(0.2)

    def stop(self) -> None:
        for process in self.started:
            with suppress(psutil.NoSuchProcess):  # it has ended
                for each in psutil.Process(process.pid).children(recursive=True):
                    each.kill()
            process.kill()
            process.communicate()


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[Apps]:
    """Return what starts apps, and ends them."""
    apps = Apps(tmp_path)
    yield apps
    apps.stop()


@pytest.mark.parametrize(
    ("source", "known_as", "words"),
    [
        pytest.param(
            DEADLOCK,
            "hang-threads",
            ("a deadlock in process", "which another thread holds", "app.py:12 in two"),
            id="locks",
        ),
        pytest.param(
            POOL_IN_A_POOL,
            "hang-threads",
            ("waits for the result of another thread", "app.py:5 in outer"),
            id="a pool in itself",
        ),
        pytest.param(
            OTHER_IMPORT,
            "hang-import",
            ("for another thread to finish an import", "app.py:8 in <module>", "never.py:1"),
            id="import",
        ),
        pytest.param(
            NO_ANSWER,
            "hang-network",
            ("waits for an answer from the network", "app.py:4 in <module> (127.0.0.1:"),
            id="network",
        ),
        pytest.param(
            CHILD_INPUT,
            "hang-child",
            ("ask.py) waits for input, which process", "for a child program to end"),
            id="a child's input",
        ),
        pytest.param(
            FULL_PIPE,
            "hang-child",
            ("waits for somebody to read its output, which fills the pipe; process",),
            marks=linux,
            id="a full pipe",
        ),
        pytest.param(
            LOST_TASK,
            "hang-pool",
            ("waits for the result of a worker process; 1 of 1 worker processes wait for work",),
            marks=linux,
            id="a lost task",
        ),
        pytest.param(
            LOCKED_FILE,
            "hang-file-lock",
            ("lock.py) waits for the lock of ", "held.lock, which process "),
            marks=linux,
            id="a locked file",
        ),
    ],
)
def test_a_hang_is_explained(apps: Apps, source: str, known_as: str, words: tuple[str, ...]):
    reading, report = apps.reading(
        apps.start(source), lambda _, report: all(word in report for word in words)
    )
    assert reading.known_as == known_as
    assert f"Known as: {known_as}\n" in report
    assert not reading.at_rest


def test_a_loop_that_sleeps_is_shown_with_its_place(apps: Apps):
    reading, report = apps.reading(
        apps.start(OWN_LOOP), lambda each, _: each.wait is WaitKind.SLEEP
    )
    assert f"{apps.folder.name}/app.py:" in reading.sentence
    assert "main thread, waits in a loop of the app that sleeps" in report


def test_a_large_file_is_named_with_everybody_who_has_it_open(apps: Apps):
    source = """
    import time
    held = open("weights.bin", "wb")
    held.truncate(60_000_000)
    while True:
        time.sleep(0.05)
    """
    pid = apps.start(source)
    _, report = apps.reading(pid, lambda _, text: "large file: " in text)
    (line,) = [each for each in report.splitlines() if "large file: " in each]
    assert f"{apps.folder / 'weights.bin'}: " in line
    assert f"pid {pid}" in line


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("input()", "app.py) waits for input\n", id="input"),
        pytest.param(
            SERVER,
            "the app waits for a connection on 127.0.0.1:",
            marks=pytest.mark.wine_differs("it lists no listening sockets", run=False),
            id="server",
        ),
        pytest.param(LOOP, "the app waits for events", id="events"),
    ],
)
def test_an_app_that_waits_for_its_user_gets_one_line(apps: Apps, source: str, words: str):
    _, report = apps.reading(apps.start(source), lambda _, text: words in text)
    assert report.count("\n") == 1


PY_SPY = """#!/bin/sh
echo "Process $4: python app.py"
echo "Python v3.11.9 (/usr/bin/python3.11)"
echo
echo 'Thread 1 (idle): "MainThread"'
echo "    lock_wait ($*)"
"""


class TestTheWatchOverRealProcesses:
    """With a sampler that says that nothing moves: under Wine, waiting itself takes CPU time."""

    def report(self, apps: Apps) -> str:
        pid = apps.start(DEADLOCK)
        apps.reading(pid, lambda reading, _: reading.sentence.startswith("a deadlock"))
        said: list[str] = []
        watch = AppWatch(
            pid,
            str(apps.folder),
            60,
            lambda blocks: said.append(render_blocks(blocks, RenderOptions(width=1000))),
        )
        watch._tree.activity = lambda: TestWhetherAnythingMoves.START  # type: ignore[method-assign]
        watch.look(0)
        watch.look(59)
        assert said == []
        watch.look(60)
        watch.look(120)
        (report,) = said
        return report

    def test_threads_and_locks_are_told_everywhere(self, apps: Apps, monkeypatch):
        monkeypatch.setenv("PATH", "")
        report = self.report(apps)
        assert "why: a deadlock in process" in report
        assert report.count(", waits for a lock: ") == 2
        assert "/app.py:7 in one" in report
        assert "/app.py:12 in two" in report
        assert report.index("main thread, waits") < report.index("thread 2, waits")
        assert (NOT_SHOWN in report) is (sys.platform != "linux")

    @pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
    def test_py_spy_tells_the_native_functions(self, apps: Apps, tmp_path: Path, monkeypatch):
        (tmp_path / "py-spy").write_text(PY_SPY)
        (tmp_path / "py-spy").chmod(0o700)
        monkeypatch.setenv("PATH", str(tmp_path))
        report = self.report(apps)
        assert (
            '      Thread 1 (idle): "MainThread"\n          lock_wait (dump --native --pid'
            in report
        )
        assert NOT_SHOWN not in report


@pytest.mark.wine_differs("waiting itself takes more CPU there than a rest may", run=False)
def test_run_reports_it_once_and_in_the_verdict(place: Place):
    place.write("app.py", DEADLOCK)
    process = place.popen("app.py", options=("-q", "--silence", "0.5", "--report", "run.json"))
    assert process.stderr is not None
    said = ""
    while "Known as: hang-threads" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    process.terminate()
    said += process.communicate()[1]
    assert said.count("  why: a deadlock in process") == 1
    assert "  hung: a deadlock in process" in said
    (stood,) = json.loads((place.folder / "run.json").read_bytes())["stood"]
    assert (stood["wait"], stood["known_as"], stood["at_rest"]) == ("lock", "hang-threads", False)


class TestWhetherAnythingMoves:
    START = Activity(frozenset({(1, 0.0)}), cpu=1.0, read=100, written=100)

    def seconds(self, later: Activity) -> float:
        still = Stillness()
        still.seconds(self.START, 0)
        return still.seconds(later, 60)

    @pytest.mark.parametrize(
        "change",
        [
            {"cpu": 1.4},
            {"read": 1 << 20},
            {"written": 101},
            {"processes": frozenset({(1, 0.0), (2, 5.0)})},
        ],
    )
    def test_progress_of_any_kind_ends_a_silent_period(self, change: dict[str, object]):
        assert self.seconds(self.START._replace(**change)) == 0

    def test_a_server_at_rest_wakes_up_now_and_then(self):
        assert self.seconds(self.START._replace(cpu=1.2, read=5000)) == 60

    def test_output_alone_can_be_watched(self):
        still = Stillness(cpu=False)
        still.seconds(self.START, 0)
        assert still.seconds(self.START._replace(cpu=50.0), 60) == 60
        assert still.seconds(self.START._replace(cpu=50.0, written=200), 61) == 0

    def test_our_own_questions_are_no_progress(self):
        still = Stillness()
        still.seconds(self.START, 0)
        answered = self.START._replace(written=5000)
        still.forgive(answered)
        assert still.seconds(answered, 60) == 60


def test_a_process_that_has_started_another_program_in_its_place_gets_no_signal(tmp_path: Path):
    """The default action of the signal would be to end it."""
    (tmp_path / "stacks-1.txt").touch()
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert ask(other.pid, str(tmp_path)) is None
        assert other.poll() is None
        other.communicate(b"\n")
    assert other.returncode == 0


SLOW_ANSWER = """
import os, signal, sys, time
from winasr_doctor.run.standstill import stacks
descriptor = stacks._open_high(sys.argv[1])
def answer(*_):
    signal.pthread_sigmask(signal.SIG_BLOCK, {stacks.SIGNAL})  # as the kernel does for faulthandler
    os.write(descriptor, b'Thread 0x1 (most recent call first):\\n  File "a.py", line 1 in f\\n')
    time.sleep(0.3)
    os.write(descriptor, b'\\nCurrent thread 0x2 (most recent call first):\\n')
    os.write(descriptor, b'  File "a.py", line 2 in g\\n')
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {stacks.SIGNAL})
signal.signal(stacks.SIGNAL, answer)
print("ready", flush=True)
sys.stdin.read()
"""


@linux
def test_an_answer_that_pauses_is_read_to_its_end(tmp_path: Path):
    """A machine at work may interrupt a process between two lines."""
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_ANSWER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        threads = ask(process.pid, str(tmp_path), patience=60)
        process.communicate()
    assert threads is not None
    assert [each.ident for each in threads] == [1, 2]
