"""The real NeMo, the real Windows Python, and a file that another process really has open.

Without the guard the result is lost, with it, it comes out. Wine answers as Windows does.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import pytest

from winasr_doctor import guard
from winasr_doctor.locks import CleanupStatus, RetryPolicy, rmtree, sweep

from .conftest import HERE, NEMO_FILE, RECORDING, TEXT

WEIGHTS, TOKENIZER, MANIFEST = "model_weights.ckpt", "*tokenizer.model", "manifest.json"
MOMENT = 2.0
"""Seconds that a file is held "for a moment"; the guard has more time than that."""

TRIES = 3
"""How often a scenario is begun anew whose file went before the holder had it."""

BUDGET = {"for a moment": RetryPolicy(total=10.0), "for ever": RetryPolicy(total=5.0)}
LENGTHS = {"for a moment": MOMENT, "for ever": "ever"}
APP = HERE / "app.py"


def transcribe(model, recording=RECORDING):
    return model.transcribe([str(recording)], verbose=False)[0].text


def left(temp):
    return sorted(path.name for path in temp.rglob("*") if path.is_file())


def describe(error):
    """Describe an exception in one line, with where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    through = [os.path.basename(frame.filename) for frame in frames]
    shown = [name for i, name in enumerate(through) if name not in through[:i]]
    code = getattr(error, "winerror", None)
    which = os.path.basename(getattr(error, "filename", None) or "")
    about = f" winerror={code} on {which}" if code else f": {' '.join(str(error).split())[:60]}..."
    return f"{type(error).__name__}{about} (through {', '.join(shown[-4:])})"


def test_random_numbers_come_from_the_dll_that_was_made():
    function = ctypes.WinDLL("bcryptprimitives").ProcessPrng
    first, second = (ctypes.create_string_buffer(16) for _ in range(2))
    assert function(first, 16)
    assert function(second, 16)
    assert len({first.raw, second.raw, bytes(16)}) == 3


class TestWithoutTheGuard:
    def test_nobody_holds_anything(self, nemo, temp, tell):
        assert transcribe(nemo.restore()) == TEXT
        assert left(temp) == []
        tell("\nwithout the guard, nobody holds anything")
        tell(f"  the text: {TEXT}; nothing is left")

    @pytest.mark.parametrize("length", LENGTHS)
    @pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER])
    def test_the_model_is_lost(self, nemo, temp, hold, while_loading, tell, name, length):
        holder = hold(name, LENGTHS[length])
        while_loading(holder)
        with pytest.raises(PermissionError) as raised:
            nemo.restore()
        assert raised.value.winerror == 32
        assert os.path.basename(raised.value.filename) == holder.path.name
        assert holder.path.name in left(temp)
        tell(f"\nwithout the guard, {name} held {length} while loading")
        tell(f"  no model: {describe(raised.value)}")
        holder.end()
        assert holder.path.exists()
        tell(f"  still there after the lock: {', '.join(left(temp))}")

    @pytest.mark.parametrize("length", LENGTHS)
    def test_the_text_is_lost(self, model, temp, hold, while_transcribing, tell, length):
        holder = hold(MANIFEST, LENGTHS[length])
        while_transcribing(holder)
        with pytest.raises(PermissionError) as raised:
            transcribe(model)
        assert raised.value.winerror == 32
        tell(f"\nwithout the guard, {MANIFEST} held {length} while transcribing")
        tell(f"  no text: {describe(raised.value)}")
        holder.end()
        assert left(temp) == [MANIFEST]
        tell(f"  still there after the lock: {MANIFEST}")

    def test_a_stereo_file_looks_like_a_lock(self, model, temp, stereo, tell):
        with pytest.raises(PermissionError) as raised:
            transcribe(model, stereo)
        assert raised.value.winerror == 32
        tell("\nwithout the guard, a stereo file; nobody holds anything")
        tell(f"  what comes out: {describe(raised.value)}")
        error = raised.value
        while error.__context__ is not None and not isinstance(error, TypeError):
            error = error.__context__
        assert isinstance(error, TypeError)
        tell(f"  hidden behind it: {describe(error)}")


@pytest.mark.parametrize("length", LENGTHS)
class TestWithTheGuard:
    @pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER])
    def test_the_model_comes_out(self, nemo, temp, hold, while_loading, tell, name, length):
        holder = hold(name, LENGTHS[length])
        while_loading(holder)
        with guard(BUDGET[length]) as session:
            loaded = nemo.restore()
        assert transcribe(loaded) == TEXT
        tell(f"\nwith the guard, {name} held {length} while loading")
        tell(f"  the model came out, and transcribes: {TEXT}")
        self.nothing_stays(session, holder, temp, tell, length)

    def test_the_text_comes_out(self, model, temp, hold, while_transcribing, tell, length):
        holder = hold(MANIFEST, LENGTHS[length])
        while_transcribing(holder)
        with guard(BUDGET[length]) as session:
            text = transcribe(model)
        assert text == TEXT
        tell(f"\nwith the guard, {MANIFEST} held {length} while transcribing")
        tell(f"  the text came out: {text}")
        self.nothing_stays(session, holder, temp, tell, length)

    @staticmethod
    def nothing_stays(session, holder, temp, tell, length):
        (report,) = session.cleanups
        failed = [failure for attempt in report.attempts for failure in attempt.failures]
        assert {failure.code for failure in failed} == {32}
        assert {os.path.basename(failure.path) for failure in failed} == {holder.path.name}
        tries = f"{len(report.attempts)} attempts in {report.seconds:.1f} s"
        if length == "for a moment":
            assert report.status is CleanupStatus.REMOVED
            tell(f"  WinError 32 on {holder.path.name} at first; removed after {tries}")
        else:
            assert report.status is CleanupStatus.LEFT_BEHIND
            assert left(temp) == [holder.path.name]
            assert report.holding is not None
            assert {one.pid for one in report.holding.holders} == {holder.process.pid}
            tell(f"  WinError 32 on {holder.path.name} to the end; left for later after {tries}")
            tell("  who has it open: the second process, by its number")
            holder.end()
            assert sweep().removed == (report.path,)
            tell(f"  the lock ends: the sweep removes {holder.path.name}")
            # Wine gives a folder's last change for its creation, so the sweep takes the folder
            # that it has just emptied for somebody else's, and leaves it.
            assert left(temp) == []
            assert list(temp.rglob("*")) == [Path(report.path)]
            assert rmtree(report.path).gone
            tell("  its empty folder, which only Wine makes the sweep leave, is removed by rmtree")
        assert list(temp.iterdir()) == []
        tell("  nothing is left")


def test_with_the_guard_a_stereo_file_is_shown_as_one(model, temp, stereo, tell):
    with guard() as session, pytest.raises(TypeError) as raised:
        transcribe(model, stereo)
    assert "shape" in str(raised.value)
    assert [report.status for report in session.cleanups] == [CleanupStatus.REMOVED]
    assert list(temp.iterdir()) == []
    tell("\nwith the guard, a stereo file")
    tell(f"  the true error: {describe(raised.value)}")
    tell("  nothing is left")


def start(stereo, *arguments, on_line=lambda line: None):
    """Run the script, or something around it, until it ends; tell each line of its output."""
    command = [sys.executable, *arguments, str(NEMO_FILE), str(RECORDING), str(stereo)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    said, errors = [], []
    with subprocess.Popen(command, encoding="utf-8", errors="replace", **pipes) as process:
        reading = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reading.start()
        for line in process.stdout:
            said.append(line)
            on_line(line)
        reading.join()
    return subprocess.CompletedProcess(command, process.returncode, "".join(said), errors[0])


def until_caught(attempt, *names):
    """Begin a scenario anew until the files of its holders were opened, and held, in time.

    Args:
        attempt: Gets a number, returns how the script ended and the holders.
        names: Of the files that must have been in the way.

    Returns:
        Both, and how many attempts it took.
    """
    for number in range(1, TRIES + 1):
        ended, holders = attempt(number)
        caught = all(holder.caught() for holder in holders)
        if caught and all(name in ended.stderr for name in names):
            return ended, holders, number
        for holder in holders:
            holder.end()
    pytest.fail(f"no file was caught in {TRIES} attempts; the last: {ended.stderr[-2000:]}")


class TestAnUnmodifiedScript:
    def test_alone_it_fails(self, temp, hold, stereo, tell):
        def attempt(_number):
            holders = [hold(WEIGHTS)]
            return start(stereo, str(APP)), holders

        ended, _, number = until_caught(attempt, WEIGHTS)
        assert ended.returncode == 1, ended.stderr[-2000:]
        last = ended.stderr.strip().splitlines()[-1]
        assert last.startswith("PermissionError: [WinError 32]")
        assert "TEXT:" not in ended.stdout
        tell(f"\nan unmodified script alone, {WEIGHTS} held (caught at attempt {number})")
        tell(f"  exit code 1, no text: {without(temp, last)}")

    @pytest.mark.parametrize("length", LENGTHS)
    def test_run_saves_the_result(self, temp, hold, stereo, tmp_path, tell, length):
        names = (WEIGHTS, TOKENIZER, MANIFEST)

        def attempt(number):
            scratch = tmp_path / f"scratch{number}"
            scratch.mkdir()
            holders = [hold(name, LENGTHS[length], scratch) for name in names]
            run = ("-m", "winasr_doctor", "run", "--scratch", str(scratch), "--", str(APP))

            def let_go_at_the_end(line):
                if line.startswith("STEREO"):  # its last
                    for holder in holders:
                        holder.end()

            return start(stereo, *run, on_line=let_go_at_the_end), holders

        ended, _, number = until_caught(attempt, WEIGHTS, MANIFEST)
        scratch = tmp_path / f"scratch{number}"
        assert ended.returncode == 0, ended.stderr[-2000:]
        assert f"TEXT: {TEXT}" in ended.stdout
        assert "STEREO: TypeError, WinError None" in ended.stdout
        shown = f"{', '.join(names)} held {length} (caught at attempt {number})"
        tell(f"\n`run` around the same script, {shown}")
        said = [line for line in ended.stdout.splitlines() if line.startswith(("TEXT", "STEREO"))]
        verdict = ended.stderr[ended.stderr.rindex("winasr_doctor: the app ended") :]
        for line in (*said, *verdict.strip().splitlines()):
            tell("  " + without(scratch, line))
        gone = {"for a moment": "removed after", "for ever": "left for later after"}[length]
        for name in (WEIGHTS, MANIFEST):
            assert re.search(
                rf"WinError 32 on {name}\b.*; {gone} \d+ attempts$", verdict, re.MULTILINE
            )
        assert "  left: nothing" in verdict
        assert list(scratch.iterdir()) == []
        if length == "for ever":
            tell("  the locks ended with the last line of the script, before its process did")
        tell("  nothing is left")


def without(folder, line):
    """Leave out where a folder is from a line, written plainly or as Python shows a string."""
    return line.replace(str(folder).replace("\\", "\\\\"), "...").replace(str(folder), "...")
