"""What a thread waits for, told from its functions alone: no process is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from winasr_doctor.catalogue import by_id
from winasr_doctor.run.standstill.reading import KNOWN, Standing, read
from winasr_doctor.run.standstill.stacks import StackFrame, ThreadStack, parse
from winasr_doctor.run.standstill.waits import WaitKind, wait_of


class TestOneThread:
    LIB = "C:\\Python311\\Lib\\"

    def wait(self, *frames: str) -> WaitKind:
        places = (frame.rpartition(":") for frame in frames)
        stack = tuple(StackFrame(self.LIB + file, 1, function) for file, _, function in places)
        return wait_of(ThreadStack(1, (*stack, StackFrame("C:\\app\\main.py", 3, "<module>"))))

    @pytest.mark.parametrize(
        ("frames", "wait"),
        [
            (("threading.py:wait", "threading.py:wait"), WaitKind.SIGNAL),
            (("threading.py:wait", "queue.py:get"), WaitKind.QUEUE),
            (("threading.py:wait", "concurrent\\futures\\_base.py:result"), WaitKind.FUTURE),
            (("threading.py:join", "threading.py:_shutdown"), WaitKind.THREAD),
            (("queue.py:get", "concurrent\\futures\\thread.py:_worker"), WaitKind.IDLE),
            (("selectors.py:select", "subprocess.py:communicate"), WaitKind.CHILD),
            (("asyncio\\windows_events.py:_poll",), WaitKind.EVENTS),
            (("tempfile.py:mkdtemp",), WaitKind.NAME),
            (("ssl.py:read", "http\\client.py:_read_status"), WaitKind.SOCKET),
        ],
    )
    def test_the_outermost_function_of_a_library_tells(self, frames, wait):
        assert self.wait(*frames) is wait

    def test_a_function_of_the_app_hides_what_is_further_out(self):
        own = StackFrame("C:\\app\\main.py", 3, "get")
        outer = StackFrame(f"{self.LIB}queue.py", 3, "get")
        assert wait_of(ThreadStack(1, (own, outer))) is WaitKind.UNKNOWN

    @pytest.mark.parametrize(
        ("line", "wait"),
        [(1, "UNKNOWN"), (2, "SLEEP"), (3, "SLEEP"), (4, "SLEEP"), (5, "UNKNOWN"), (6, "UNKNOWN")],
    )
    def test_each_line_of_a_loop_that_sleeps_waits(self, tmp_path, line, wait):
        source = tmp_path / "main.py"
        source.write_text(
            "import os, time\n"
            "while not os.path.exists('ready'):\n"
            "    done = False\n"
            "    time.sleep(0.05)\n"
            "for number in range(9):\n"
            "    done = True\n"
        )
        inner = StackFrame(f"{self.LIB}genericpath.py", 1, "exists")
        own = StackFrame(str(source), line, "<module>")
        assert wait_of(ThreadStack(1, (own,))) is WaitKind[wait]
        assert wait_of(ThreadStack(1, (inner, own))) is WaitKind[wait]


def test_a_server_is_at_rest_although_its_main_thread_only_waits_for_another():
    library = "C:\\Python311\\Lib\\threading.py"
    main = ThreadStack(1, (StackFrame(library, 1, "join"), StackFrame("C:\\a.py", 1, "<module>")))
    server = Standing(1, 0, "python app.py", (main,), ports=("127.0.0.1:7860",))
    assert read((server,)).sentence == "the app waits for a connection on 127.0.0.1:7860"
    assert not read((Standing(1, 0, "python app.py", (main,)),)).at_rest


def test_a_program_waits_in_a_line_that_prints_while_its_parent_waits_for_its_end(tmp_path: Path):
    """Where no kernel tells that the pipe is full, as on Windows."""
    script = tmp_path / "child.py"
    script.write_text("print('x' * 1_000_000)\n")
    library = StackFrame("C:\\Python311\\Lib\\subprocess.py", 1, "wait")
    parent = Standing(1, 0, "python app.py", (ThreadStack(1, (library,)),))
    main = ThreadStack(2, (StackFrame(str(script), 1, "<module>"),))
    reading = read((parent, Standing(2, 1, "python child.py", (main,))))
    assert (reading.wait, reading.known_as) == (WaitKind.OUTPUT, "hang-child")


def test_every_kind_of_wait_has_its_known_error():
    assert all(by_id(name) is not None for name in KNOWN.values())


def test_a_deleted_threads_file_and_letters_beyond_ascii_are_read():
    text = (
        "Thread 0x00007f01 (most recent call first):\n"
        '  File "/app/\\xe9t\\xe9.py", line 3 in f\n'
        '  File "/lib/python3.11/threading.py", line 1002 in _bootstrap\n'
        "\nCurrent thread 0x00007f02 [python] (most recent call first):\n"
        '  File "/app/main.py", line 9 in <module>\n'
    )
    worker, main = parse(text)
    assert (worker.frames[0].file, worker.is_main) == ("/app/été.py", False)
    assert (main.ident, main.is_main, str(main.frames[0])) == (
        0x7F02,
        True,
        "app/main.py:9 in <module>",
    )


def test_a_thread_of_which_only_a_part_is_seen_is_not_the_main_thread():
    main = ThreadStack(1, (StackFrame("app.py", 3, "work"), StackFrame("app.py", 9, "<module>")))
    running = ThreadStack(2, (StackFrame("app.py", 5, "<genexpr>"),))
    assert Standing(1, 0, "python app.py", (running, main)).main is main
    assert Standing(1, 0, "python app.py", (main, running)).main is main
