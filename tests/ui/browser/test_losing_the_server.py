"""A server that is gone, or is there and does not answer: the page says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from winasr_doctor.ui import server

from ..fakes import Fake, until  # noqa: TID252 - a folder above

NOTE = "#status_output .winasr-client"


@pytest.fixture
def process(tmp_path):
    """Run the page in a process of its own, as people do; gives it and its address."""
    environment = {**os.environ, "WINASR_DOCTOR_STATE": str(tmp_path), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "winasr_doctor", "ui", "--no-browser"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        line = next(each for each in process.stderr if "The page is at" in each)
        yield process, line.split("The page is at ")[1].split()[0]
    finally:
        process.kill()
        process.communicate()


def hear_once(tab):
    """Wait until the page has asked its server."""
    with tab.page.expect_response("**/startup-events"):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot stop a process for a while")
def test_a_server_that_stops_answering_or_is_killed_is_read(open_tab, process):
    program, url = process
    tab = open_tab(url)
    hear_once(tab)
    program.send_signal(signal.SIGSTOP)  # the port stays open, and nothing answers
    tab.sees("does not answer", "error")
    program.send_signal(signal.SIGCONT)
    tab.page.wait_for_selector(NOTE, state="hidden")
    program.kill()
    tab.sees("the program was stopped", "error")


def test_a_serving_thread_that_dies_is_read_though_the_process_lives(open_tab, served, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", os.environ["GRADIO_TEMP_DIR"])
    running = server.start(engine=Fake().engine)
    try:
        tab = open_tab(running.url)
        hear_once(tab)
        loop = running._page.server.servers[0].get_loop()
        loop.call_soon_threadsafe(sys.exit)
        until(lambda: not running.alive)
        tab.sees("does not answer", "error")
        with pytest.raises(server.ServerStoppedError):
            running.wait()
    finally:
        running.stop()
