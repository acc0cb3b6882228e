"""A child may crash, hang or chatter; its parent gets answers or one sentence."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from winasr_doctor.gate.child import Child, ChildError

SOURCE = """
import os, subprocess, sys, time

def echoes(task, send):
    print("chatter")
    os.write(1, b"louder chatter\\n")
    for each in task:
        send({"said": each})
    send({"end": True})

def crashes(task, send):
    send({"said": "one"})
    print("the last words", file=sys.stderr, flush=True)
    os._exit(7)

def raises(task, send):
    raise ValueError("no good")

def hangs(task, send):
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    send({"pid": other.pid})
    time.sleep(600)

def leaves_something_to_do(task, send):
    import atexit
    atexit.register(lambda: open(task, "w").close())
    send({"end": True})
    time.sleep(0.2)
"""


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the functions above into a module that children find, as they find all of ours."""
    (tmp_path / "work_of_children.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)


def test_answers_come_in_order_and_what_is_printed_is_none():
    with Child("work_of_children:echoes", ["a", "ü", None]) as child:
        assert [each["said"] for each in child.rest(60)] == ["a", "ü", None]


def test_a_crash_is_told_with_its_exit_code_and_last_words():
    with Child("work_of_children:crashes", None) as child:
        assert child.next(60) == {"said": "one"}
        with pytest.raises(ChildError, match=r"exit code 7 \(it last said: the last words\)"):
            child.next(60)
        with pytest.raises(ChildError, match="exit code 7"):
            child.next(60)


def test_an_exception_is_told():
    with (
        Child("work_of_children:raises", None) as child,
        pytest.raises(ChildError, match=r"exit code 1 .*ValueError: no good"),
    ):
        child.next(60)


def test_a_child_that_hangs_is_ended_with_all_it_has_started():
    with Child("work_of_children:hangs", None) as child:
        grandchild = psutil.Process(child.next(60)["pid"])
        with pytest.raises(ChildError, match=r"did not end within 0\.1 s"):
            next(child.rest(0.1))
    ends = time.monotonic() + 60
    with suppress(psutil.NoSuchProcess):  # it may end between two questions
        while grandchild.is_running() and grandchild.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < ends
            time.sleep(0.01)


def test_a_child_that_has_answered_may_do_what_is_to_be_done_at_its_exit(tmp_path: Path):
    with Child("work_of_children:leaves_something_to_do", str(tmp_path / "done")) as child:
        assert list(child.rest(60)) == []
    assert (tmp_path / "done").exists()


def test_a_child_has_the_modules_of_its_parent_wherever_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "elsewhere" / "winasr_doctor").mkdir(parents=True)
    (tmp_path / "elsewhere" / "winasr_doctor" / "__init__.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert os.fspath(tmp_path / "elsewhere") not in sys.path
    with Child("work_of_children:echoes", []) as child:
        assert list(child.rest(60)) == []
