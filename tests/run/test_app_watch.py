"""When a watched app is asked why it stands still, and what is said."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from winasr_doctor._guard.events import Phase
from winasr_doctor._util.blocks import Paragraph
from winasr_doctor.locks.holders import Holding
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks
from winasr_doctor.run.events import EventLog, Opened
from winasr_doctor.run.final_diagnosis import FinalDiagnosis
from winasr_doctor.run.standstill import reading, showing
from winasr_doctor.run.standstill import watch as watch_module
from winasr_doctor.run.standstill.activity import Activity
from winasr_doctor.run.standstill.reading import Standing
from winasr_doctor.run.standstill.stacks import StackFrame, ThreadStack
from winasr_doctor.run.standstill.watch import AppWatch
from winasr_doctor.run.standstill.work import GuardedWork


class _Asked:
    """A process tree in which every question is answered, which counts as writing."""

    def __init__(self) -> None:
        self.written = self.questions = 0
        self.cpu = 0.0

    def activity(self) -> Activity:
        return Activity(frozenset({(1, 0.0)}), self.cpu, 0, self.written)

    def processes(self) -> list[object]:
        self.questions += 1
        self.written += 1000
        return []


@pytest.mark.skipif(sys.platform == "darwin", reason="nothing is watched there")
def test_a_computer_that_sleeps_or_is_too_busy_to_measure_is_no_silence(monkeypatch):
    looks: list[float] = []
    often = threading.Event()

    class Watch:
        def __init__(self, *_arguments: object) -> None:
            pass

        def look(self, now: float) -> None:
            looks.append(now)
            if len(looks) > 3:
                often.set()

    hours = itertools.count(0, 3600)
    monkeypatch.setattr(watch_module, "AppWatch", Watch)
    monkeypatch.setattr(watch_module, "time", SimpleNamespace(monotonic=lambda: next(hours)))
    with watch_module.watching(os.getpid(), "", 0.12, print):  # a look every 0.01 s
        assert often.wait(60)
    assert [round(each, 2) for each in looks[:4]] == [0.02, 0.04, 0.06, 0.08]


class TestWatching:
    caller = "C:\\nemo\\asr.py"

    @pytest.fixture
    def watch(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppWatch:
        """Return a watch over one process that waits in NeMo."""

        def collect(
            _processes: object, _folder: str, work: Iterable[GuardedWork]
        ) -> tuple[Standing, ...]:
            frame = StackFrame("C:\\Python311\\Lib\\threading.py", 1, "wait")
            thread = ThreadStack(1, (frame, StackFrame(self.caller, 3, "transcribe")))
            return (Standing(1, 0, "python app.py", (thread,), work=tuple(work)),)

        monkeypatch.setattr("winasr_doctor.run.standstill.collecting.collect", collect)
        self.said: list[object] = []
        watch = AppWatch(os.getpid(), str(tmp_path), 60, self.said.append)
        self.tree = _Asked()
        watch._tree = self.tree  # type: ignore[assignment]
        return watch

    def test_it_asks_once_per_silent_period_and_says_the_same_once(self, watch: AppWatch):
        for second in range(0, 300, 5):
            watch.look(second)
        assert (self.tree.questions, len(self.said)) == (1, 1)
        self.tree.written += 1
        for second in range(300, 600, 5):
            watch.look(second)
        assert (self.tree.questions, len(self.said)) == (2, 1)

    def test_one_that_computes_is_asked_nothing(self, watch: AppWatch, monkeypatch):
        monkeypatch.setattr("winasr_doctor.run.standstill.watch._ASKING_IS_HARMLESS", False)
        self.compute(watch)
        assert self.tree.questions == 0

    def test_where_asking_is_harmless_the_answer_does_not_hide_a_later_standstill(
        self, watch: AppWatch, monkeypatch
    ):
        monkeypatch.setattr("winasr_doctor.run.standstill.watch._ASKING_IS_HARMLESS", True)
        self.compute(watch)
        assert (self.tree.questions, self.said) == (4, [])
        for second in range(300, 400, 5):
            watch.look(second)
        assert len(self.said) == 1

    def test_a_thread_that_stands_still_in_nemo_is_reported_while_others_move(
        self, watch: AppWatch, tmp_path: Path, monkeypatch
    ):
        monkeypatch.setattr("winasr_doctor.run.standstill.watch._ASKING_IS_HARMLESS", False)
        opened = Opened(str(tmp_path), Phase.LOADING, 1, 2**30)  # no thread has this number
        EventLog(str(tmp_path)).write(opened)
        self.compute(watch)
        (blocks,) = self.said
        first, why, *_ = blocks
        assert (
            first.text == "nothing has moved in NeMo's loading for 60 s, though other threads work"
        )
        assert why.text.startswith("NeMo's loading in process 1 (python app.py) waits for a lock")
        assert self.tree.questions == 1

    def test_a_folder_at_which_nobody_works_is_no_hang(
        self, watch: AppWatch, tmp_path: Path, monkeypatch
    ):
        """Such as that of a generator that the app has suspended."""
        monkeypatch.setattr("winasr_doctor.run.standstill.watch._ASKING_IS_HARMLESS", False)
        self.caller = "C:\\app\\main.py"
        EventLog(str(tmp_path)).write(Opened(str(tmp_path), Phase.LOADING, 1, 2**30))
        self.compute(watch)
        assert (self.tree.questions, self.said) == (1, [])

    def test_workers_that_die_one_after_another_are_explained_once(
        self, watch: AppWatch, tmp_path: Path
    ):
        diagnosis = FinalDiagnosis(1.0, (Paragraph("the cause"),), {"id": "spawn-workers"})
        for number in range(4):
            (tmp_path / f"died-{number}.json").write_bytes(msgspec.json.encode(diagnosis))
        watch.look(0)
        assert self.said == []
        (tmp_path / "died-4.json").write_bytes(msgspec.json.encode(diagnosis))
        watch.look(1)
        watch.look(2)
        assert self.said == [(Paragraph("the cause"),)]

    def compute(self, watch: AppWatch) -> None:
        for second in range(0, 300, 5):
            self.tree.cpu += 5
            watch.look(second)


def test_a_slow_machine_may_take_its_time_to_say_who_has_files_open(tmp_path: Path, monkeypatch):
    def holders_of(path: str, *, timeout: float = 0.0) -> Holding:
        return Holding(path, (), () if timeout >= 10 else ("time ran out",))

    monkeypatch.setattr(showing, "holders_of", holders_of)
    work = GuardedWork(1, str(tmp_path), Phase.LOADING, 1, 1)
    app = (Standing(1, 0, "python app.py", files=("weights.bin",), work=(work,)),)
    report = render_blocks(showing.show(app, reading.read(app), 60), RenderOptions(width=1000))
    assert report.count("nobody has it open") == 2
    assert "time ran out" not in report
