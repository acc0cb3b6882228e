"""How soon the page is there beyond Gradio's own import, and what a status update costs.

    python benchmarks/page.py        (needs the [ui] extra)

prints, in one run and by turns: the time to import Gradio, and the time from the start of
`python -m winasr_doctor ui` to its first answer; and the time of making one status.
"""

from __future__ import annotations

import platform
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROUNDS = 5
UPDATES = 2_000


def import_seconds() -> float:
    """Return how long a process takes that imports Gradio and does nothing else."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], check=True)
    return time.perf_counter() - start


def served_seconds() -> float:
    """Return how long it takes from starting the command to its first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.perf_counter()
    command = [sys.executable, "-m", "winasr_doctor", "ui", "--no-browser", "--port", str(port)]
    page = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                    return time.perf_counter() - start
            except (urllib.error.URLError, OSError):
                if page.poll() is not None:
                    raise
                time.sleep(0.01)
    finally:
        page.terminate()
        page.wait()


def update_milliseconds() -> float:
    """Return how long making the status of a failure takes."""
    from winasr_doctor.ui import telling
    from winasr_doctor.ui.status import render

    error = MemoryError("CUDA out of memory " + "<b>x</b>" * 100)
    start = time.perf_counter()
    for _ in range(UPDATES):
        render(telling.of_error("Failed", error))
    return (time.perf_counter() - start) / UPDATES * 1000


def main() -> None:
    """Measure and print both sides."""
    print(f"Python {platform.python_version()} on {sys.platform}")
    pairs = [(import_seconds(), served_seconds()) for _ in range(ROUNDS)]
    bare, served = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"import gradio   {bare:6.2f} s")
    print(f"page served     {served:6.2f} s   {served - bare:+.2f} s (at most +1.5)")
    print(f"status update   {update_milliseconds():6.2f} ms   (at most 5)")


if __name__ == "__main__":
    main()
