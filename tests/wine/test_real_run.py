"""`run` with real processes of Windows: a job object, a named pipe, a lock of another process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from winasr_doctor._util.blocks import Block
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks
from winasr_doctor.run.parent import Order, run
from winasr_doctor.run.standstill.native import NOT_SHOWN
from winasr_doctor.run.target import RunTarget

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE{flags})
print(child.pid, flush=True)
child.wait()
"""

LASTING = PARENT.replace("input()", "import time; time.sleep(60)")
"""An app whose child, unlike one that reads from it, does not end with it."""

DELETING = """
import os, subprocess, sys, tempfile
file = os.path.join(tempfile.gettempdir(), "speech.wav")
open(file, "w").close()
code = "import sys; held = open(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
with subprocess.Popen([sys.executable, "-c", code, file], **pipes) as holder:
    holder.stdout.readline()
    os.remove(file)
    print("the text", os.path.exists(file))
    try:
        os.remove(file)
    except PermissionError as error:
        print("WinError", error.winerror)
"""


def command(home, source: str, *options: str) -> list[str]:
    """Return the command line that runs an app under `run`."""
    app = home.profile / "app.py"
    app.write_text(source, encoding="utf-8")
    scratch = ("--scratch", str(home.local / "scratch"))
    return [sys.executable, "-m", "winasr_doctor", "run", "-q", *scratch, *options, "--", str(app)]


@contextmanager
def running(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """Start `run`; yield it and the process that its app has started."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        child = psutil.Process(int(process.stdout.readline()))
        try:
            yield process, child
        finally:
            if child.is_running():
                child.kill()
            process.kill()


def has_ended(process: psutil.Process) -> bool:
    """Wait until a process has ended; return whether it has."""
    deadline = time.monotonic() + 30
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not process.is_running()


def test_killing_run_ends_all_processes_of_the_app(home):
    with running(command(home, LASTING.format(flags=""))) as (parent, child):
        parent.kill()
        assert has_ended(child)


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        ("", ("--detach",)),
        (", creationflags=subprocess.CREATE_BREAKAWAY_FROM_JOB", ()),
    ],
)
def test_a_process_lives_on_if_that_was_wanted(home, flags: str, options: tuple[str, ...]):
    with running(command(home, LASTING.format(flags=flags), *options)) as (parent, child):
        parent.kill()
        parent.wait()
        time.sleep(1)
        assert child.is_running()


def test_what_the_app_leaves_running_lives_on_when_the_app_ends(home):
    source = (
        LASTING.format(flags="")
        .replace("child.wait()", "os._exit(0)")
        .replace("import subprocess", "import os, subprocess")
    )
    with running(command(home, source)) as (parent, child):
        parent.wait()
        assert child.is_running()


def test_a_hang_is_explained(home, monkeypatch):
    """All is real but the CPU time: under Wine, waiting itself takes more than a rest may."""
    ready = home.profile / "ready"
    cpu = "winasr_doctor.run.standstill.activity._cpu"
    monkeypatch.setattr(cpu, lambda _: 0.0 if ready.exists() else time.monotonic())
    app = home.profile / "app.py"
    waiting = f"open({str(ready)!r}, 'w').close(); child.wait()"
    source = PARENT.format(flags="").replace("child.wait()", waiting)
    app.write_text(source, encoding="utf-8")
    said: list[str] = []

    def say(blocks: Iterable[Block]) -> None:
        said.append(render_blocks(blocks, RenderOptions(width=1000)))
        for each in psutil.Process().children(recursive=True):
            each.kill()

    target = RunTarget.parse((str(app),))
    order = Order(target, str(home.local / "scratch"), silence=2, quiet=True)
    verdict = run(order, say)
    (report,) = said
    assert " (python.exe -c input()) " in report  # says where it is only if it is of this Python
    assert "main thread, waits for a child program to end" in report
    assert "app.py:5 in <module>" in report
    assert NOT_SHOWN in report
    assert "Known as: hang-child" in report
    assert [each.reading.known_as for each in verdict.stood] == ["hang-child"]


def test_the_apps_own_deletion_survives_a_real_second_holder(home):
    finished = subprocess.run(
        command(home, DELETING), capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.stdout.splitlines() == ["the text True", "WinError 32"], finished.stderr
    assert "put off: the app deleted 1 locked path of its own" in finished.stderr
    assert "WinError 32 on speech.wav, held by " in finished.stderr
    assert "left: nothing" in finished.stderr
    scratch = Path(home.local, "scratch")
    assert os.listdir(scratch) == []  # noqa: PTH208
