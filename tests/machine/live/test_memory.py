import pytest

from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import memory
from winasr_doctor.windows import win32


def test_windows_tells_the_commit_limit(monkeypatch):
    monkeypatch.setattr(win32, "memory_status", lambda: win32.MemoryStatus(16, 8, 32, 20))
    read = memory.windows()
    assert (read.total, read.available, read.commit_limit, read.commit_available) == (16, 8, 32, 20)


def test_a_windows_that_does_not_answer_is_unreadable(monkeypatch):
    monkeypatch.setattr(win32, "memory_status", lambda: None)
    with pytest.raises(Unreadable):
        memory.windows()


def test_elsewhere_there_is_memory_and_no_commit_limit():
    read = memory.posix()
    assert read.total >= read.available > 0
    assert read.commit_limit is None
