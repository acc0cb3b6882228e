"""How soon the page is there beyond Gradio's own import, and what a status costs."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable

from speed.case import Call, Case, Cost, Own, Promise, cpu_seconds

GROUP = "Page"
UPDATES = 2_000


def _timed(work: Callable[[], Callable[[], None]]) -> Callable[[object], Cost]:
    """Measure some work, with the processes it starts, but not what it returns to end it."""

    def measure(_: object) -> Cost:
        before, start = cpu_seconds(), time.perf_counter()
        end = work()
        seconds = time.perf_counter() - start
        end()  # the CPU time of a process is known when it has ended
        return Cost(seconds, cpu_seconds() - before)

    return measure


def _import_gradio() -> Callable[[], None]:
    subprocess.run([sys.executable, "-c", "import gradio"], check=True)
    return lambda: None


def _serve() -> Callable[[], None]:
    """Start the page and wait for its first answer; what is returned ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "winasr_doctor", "ui", "--no-browser", "--port", str(port)]
    page = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def end() -> None:
        page.terminate()
        page.wait()

    try:
        _wait_for_answer(page, port)
    except BaseException:
        end()
        raise
    return end


def _wait_for_answer(page: subprocess.Popen[bytes], port: int) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except OSError:
            if page.poll() is not None:
                raise
            time.sleep(0.01)
        else:
            return


def escape(_: object) -> None:
    """Make the message safe for a page, no more."""
    from markupsafe import escape as escaped

    for _ in range(UPDATES):
        escaped("CUDA out of memory " + "<b>x</b>" * 100)


def make_status(_: object) -> None:
    """Make the status of a failure."""
    from winasr_doctor.ui import status_messages
    from winasr_doctor.ui.status import render

    error = MemoryError("CUDA out of memory " + "<b>x</b>" * 100)
    for _ in range(UPDATES):
        render(status_messages.of_error("Failed", error))


CASES = (
    Case(
        name="page-start",
        group=GROUP,
        title="from the command to the first answer",
        theirs=Own("import gradio", _timed(_import_gradio)),
        ours=Own("winasr_doctor ui", _timed(_serve)),
        pairs=3,
        processes=1,
        promises=(Promise("extra", 1.5, "wall"),),
        needs="gradio",
    ),
    Case(
        name="page-status",
        group=GROUP,
        title=f"{UPDATES:,} status updates",
        theirs=Call("escape the message", escape),
        ours=Call("make the status", make_status),
        size=UPDATES,
        promises=(Promise("rate", 200),),
        needs="gradio",
    ),
)
