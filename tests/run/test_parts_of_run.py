"""Reading the command, passing signals, watching, reporting: each part by itself."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from winasr_doctor._guard import guard
from winasr_doctor._guard.directory import guarded_for
from winasr_doctor._guard.events import (
    DownloadOutcome,
    DownloadRescued,
    FolderClosed,
    Phase,
)
from winasr_doctor.cli import main
from winasr_doctor.faults import Plan
from winasr_doctor.locks import CleanupReport
from winasr_doctor.locks.cleanup_report import Attempt, CleanupStatus, RemovalFailure
from winasr_doctor.locks.holders import Holding
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks
from winasr_doctor.run.events import (
    Cleaned,
    EventLog,
    FaultInjected,
    Opened,
    Started,
    Unguarded,
    Whisper,
    read_events,
)
from winasr_doctor.run.recorder import Recorder
from winasr_doctor.run.settings import STARTUP, RunSettings, point
from winasr_doctor.run.signals import Relay, exit_code
from winasr_doctor.run.standstill.work import GuardedWork, OpenWork
from winasr_doctor.run.target import RunTarget, TargetError
from winasr_doctor.run.verdict import RunVerdict, show
from winasr_doctor.windows.errors import DeleteClass

HELD = DownloadRescued("c/blob", "WinError 32", DownloadOutcome.KEPT)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test a ledger and a current folder of its own."""
    monkeypatch.chdir(tmp_path)


class TestWhatToRun:
    """Bad input is one sentence and exit code 2."""

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ((), "name a script"),
            (("missing.py",), "there is no script missing.py"),
            (("folder",), "folder is a folder without a __main__.py"),
            (("run.bat",), "run.bat is not a Python script"),
            (("-m",), "-m needs the name of a module"),
            (("-m", "no_such_module_here.x"), "there is no module no_such_module_here.x"),
            (("-c", "pass"), "-c is neither a script nor -m"),
        ],
    )
    def test_what_cannot_be_run_is_refused(
        self, tmp_path: Path, arguments: tuple[str, ...], sentence: str
    ):
        (tmp_path / "folder").mkdir()
        (tmp_path / "run.bat").touch()
        with pytest.raises(TargetError) as raised:
            RunTarget.parse(arguments)
        assert str(raised.value).startswith(sentence)
        assert "\n" not in str(raised.value)

    def test_a_module_of_the_current_folder_is_found(self, tmp_path: Path):
        (tmp_path / "mine.py").touch()
        assert RunTarget.parse(("-m", "mine", "-x")).arguments == ("-m", "mine", "-x")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--", "missing.py"), "there is no script missing.py"),
            (("--inject", "unlink:32;rmdr:5", "--", "app.py"), "expected an operation"),
            (("--inject", "", "--", "app.py"), "expected an operation"),
            (("--scratch", "app.py", "--", "app.py"), "the scratch folder app.py cannot be used"),
            (("--silence", "-1", "--", "app.py"), "--silence"),
        ],
    )
    def test_the_command_ends_with_2(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        arguments: tuple[str, ...],
        words: str,
    ):
        (tmp_path / "app.py").touch()
        with pytest.raises(SystemExit) as ended:
            main(("run", *arguments))
        assert ended.value.code == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert words in err
        assert "Traceback" not in err


class TestSignals:
    def test_codes_are_passed_on(self):
        assert exit_code(7) == 7
        assert exit_code(0xC000013A) == 0xC000013A - (1 << 32)

    @pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
    def test_a_signal_becomes_128_and_its_number(self):
        assert exit_code(-15) == 143

    @pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
    @pytest.mark.parametrize(("in_front", "sent"), [(True, [15]), (False, [2, 15])])
    def test_what_the_terminal_sends_is_not_sent_again(
        self, monkeypatch: pytest.MonkeyPatch, in_front: bool, sent: list[int]
    ):
        monkeypatch.setattr("winasr_doctor.run.signals._in_the_foreground", lambda: in_front)
        got: list[int] = []
        app = type("App", (), {"send_signal": staticmethod(got.append)})()
        relay = Relay()
        relay.attach(app)
        relay.handle(2, None)
        relay.handle(15, None)
        assert got == sent

    def test_a_signal_that_comes_before_the_app_is_kept(self):
        got: list[int] = []
        relay = Relay()
        relay.handle(15, None)
        relay.attach(type("App", (), {"send_signal": staticmethod(got.append)})())
        assert got == [15]


def test_the_environment_of_a_run_inside_a_run_names_the_startup_folder_once():
    variables = {"PYTHONPATH": os.pathsep.join((STARTUP, "other"))}
    point(variables, scratch="s", settings="f")
    assert variables["PYTHONPATH"] == os.pathsep.join((STARTUP, "other"))
    assert {variables[name] for name in ("TEMP", "TMP", "TMPDIR")} == {"s"}


def test_settings_survive_their_file(tmp_path: Path):
    settings = RunSettings("events", plan="unlink:32", silence=1.5)
    settings.write(tmp_path / "s.json")
    assert RunSettings.read(str(tmp_path / "s.json")) == settings


def test_events_survive_their_file_and_a_line_that_was_cut_off(tmp_path: Path):
    events = [
        Started(1),
        Cleaned("p", Phase.LOADING, 2, 0.1, gone=True, file="f", label="WinError 32"),
        FaultInjected(1, {"unlink:32": 2}),
        Unguarded("ä"),
        Opened("p", Phase.LOADING, 1, 2),
        HELD,
    ]
    log = EventLog(str(tmp_path))
    for event in events:
        log.write(event)
    (file,) = tmp_path.glob("*.jsonl")
    with file.open("ab") as stream:
        stream.write(b'{"event": "Started", "pi')
    assert list(read_events(str(tmp_path))) == events


def test_an_event_that_cannot_be_written_is_lost_quietly(tmp_path: Path):
    EventLog(str(tmp_path / "missing")).write(Started(1))


class TestOpenWork:
    def test_what_was_opened_is_worked_at_until_it_was_cleaned_up(self, tmp_path: Path):
        log, work = EventLog(str(tmp_path)), OpenWork(str(tmp_path))
        observe = Recorder(log).observe
        with guard(observer=observe):
            with guarded_for(Phase.TRANSCRIBING)(dir=tmp_path) as path:
                (open_now,) = work.now()
            assert work.now() == ()
        here = threading.get_ident(), threading.get_native_id()
        assert open_now == (os.getpid(), path, Phase.TRANSCRIBING, *here)

    def test_a_line_that_is_not_complete_yet_is_read_later(self, tmp_path: Path):
        event = b'{"event": "Opened", "path": "p", "phase": "loading", "thread": 1, "native": 2}'
        (tmp_path / "7.jsonl").write_bytes(event)
        work = OpenWork(str(tmp_path))
        assert work.now() == ()
        with (tmp_path / "7.jsonl").open("ab") as stream:
            stream.write(b"\n")
        assert work.now() == (GuardedWork(7, "p", Phase.LOADING, 1, 2),)


class TestTheRecorder:
    def record(self, tmp_path: Path, report: CleanupReport | None, error: Exception | None = None):
        Recorder(EventLog(str(tmp_path))).observe(
            FolderClosed("p", Phase.SAVING, report, error),
        )
        return list(read_events(str(tmp_path)))

    def report(self, *holdings: Holding | None) -> CleanupReport:
        attempts = [
            Attempt(number, "p", number / 10, (self.failure(number, holding),), 0.1)
            for number, holding in enumerate(holdings, 1)
        ]
        last = Attempt(len(holdings) + 1, "p", 1.0)
        return CleanupReport("p", CleanupStatus.REMOVED, (*attempts, last))

    def failure(self, number: int, holding: Holding | None) -> RemovalFailure:
        error = OSError()
        return RemovalFailure(f"f{number}", "os.unlink", error, DeleteClass.TRANSIENT, 32, holding)

    def test_what_went_at_once_has_no_failure(self, tmp_path: Path):
        assert self.record(tmp_path, self.report()) == [
            Cleaned("p", Phase.SAVING, 1, 1.0, gone=True)
        ]

    def test_the_failure_whose_holder_is_known_is_told(self, tmp_path: Path):
        report = self.report(None, Holding("p", ()), None)
        (cleaned,) = self.record(tmp_path, report)
        assert (cleaned.file, cleaned.attempts) == ("f2", 4)

    def test_without_a_holder_the_first_failure_is_told(self, tmp_path: Path):
        (cleaned,) = self.record(tmp_path, self.report(None, None), ValueError("bad"))
        assert (cleaned.file, cleaned.error) == ("f1", "ValueError")

    def test_a_cleanup_that_was_interrupted_is_not_recorded(self, tmp_path: Path):
        assert self.record(tmp_path, None) == []


class TestTheVerdict:
    def say(self, *events: object, plan: str = "", removals: tuple[CleanupReport, ...] = ()):
        parsed = Plan.parse(plan) if plan else None
        verdict = RunVerdict(0, 1.0, tuple(events), parsed, removals)  # type: ignore[arg-type]
        return render_blocks(show(verdict), RenderOptions(width=1000)).splitlines()

    def test_an_app_that_never_told_is_said_to_be_unguarded(self):
        assert "  NOT GUARDED: no process of the app has reported that the guard is on" in (
            self.say()
        )

    def test_what_went_well_is_said_to_have(self):
        well = Cleaned("p", Phase.LOADING, 1, 0.0, gone=True)
        assert self.say(Started(1), well)[1:] == [
            "  nothing had to be rescued: NeMo removed its 1 temporary folder at once",
            "  left: nothing",
        ]

    def test_equal_rescues_are_counted(self):
        saved = Cleaned("p", Phase.LOADING, 3, 0.1, gone=True, file="p/w.ckpt", label="WinError 32")
        text = "\n".join(self.say(Started(1), saved, saved))
        assert "rescued: 2 of 2 temporary folders" in text
        assert "removed after 3 attempts (2 times)" in text

    def test_what_downloads_met_is_told_and_counted(self):
        lost = replace(HELD, outcome=DownloadOutcome.EXPOSED, error="ReadError")
        text = "\n".join(self.say(Started(1), HELD, HELD, lost))
        assert "downloads: a file error got in the way of a download 3 times" in text
        assert "  WinError 32 on blob; the finished file was used (2 times)" in text
        assert "  WinError 32 on blob; the real error was raised, ReadError" in text

    def test_the_holder_is_named(self):
        saved = Cleaned(
            "p", Phase.LOADING, 3, 0.1, gone=True, file="p/w", label="L", holder="Ms.exe"
        )
        assert "held by Ms.exe" in "\n".join(self.say(Started(1), saved))

    def test_the_last_counts_of_each_process_are_added(self):
        said = self.say(
            FaultInjected(1, {"unlink:32": 1}),
            FaultInjected(1, {"unlink:32": 3}),
            FaultInjected(2, {"unlink:32": 1}),
            plan="unlink:32; rmdir:5",
        )
        assert "  injected: unlink:32 fired 4 times; rmdir:5 never fired" in said

    def test_a_phase_that_no_fault_reached_is_not_called_safe(self):
        tried = Cleaned("p", Phase.LOADING, 2, 0.1, gone=True, file="p/w", label="WinError 32")
        missed = Cleaned("q", Phase.DIARIZING, 1, 0.0, gone=True)
        note = (
            "  not tested: no fault of the plan reached the cleanup of NeMo's folders for diarizing"
        )
        assert note in self.say(Started(1), tried, missed, plan="unlink:32@w")
        assert note not in self.say(Started(1), tried, missed)

    def test_a_plan_that_reached_no_cleanup_gets_no_all_clear(self):
        folders = [Cleaned(phase, phase, 1, 0.0, gone=True) for phase in Phase]
        said = self.say(Started(1), *folders, plan="open:5@*.json; rename:5")
        assert said[1:] == [
            "  injected: open:5@*.json never fired; rename:5 never fired",
            "  NOT TESTED: no fault of the plan reached the cleanup of NeMo's folders for"
            " comparing speakers, diarizing, enhancing, loading, saving, transcribing",
            "  left: nothing",
        ]

    def test_what_stays_is_named(self):
        stays = RemovalFailure("/s/x", "os.unlink", OSError(), DeleteClass.TRANSIENT, 32)
        report = CleanupReport("/s", CleanupStatus.LEFT_BEHIND, (), (stays,))
        assert self.say(removals=(report,))[-2:] == [
            "  left: `python -m winasr_doctor sweep` removes this later:",
            "    /s/x",
        ]

    def test_what_nemo_does_not_let_us_guard_is_said_once(self):
        said = self.say(Started(1), Unguarded("NeMo 9."), Unguarded("NeMo 9."))
        assert said.count("  not guarded: NeMo 9.") == 1


def test_a_settings_file_of_a_run_that_is_over_is_passed_over(tmp_path: Path):
    from winasr_doctor.run.child import begin

    begin(str(tmp_path / "missing.json"))


def test_another_python_is_left_alone(tmp_path: Path):
    from winasr_doctor.run.child import begin

    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"events": str(tmp_path), "prefix": "/another"}))
    begin(str(file))
    assert list(tmp_path.glob("*.jsonl")) == []


def test_the_verdict_names_the_packages_that_run_whisper():
    verdict = RunVerdict(0, 1.0, (Started(1), Whisper(("faster-whisper",))), None, ())
    said = render_blocks(show(verdict), RenderOptions(width=1000))
    assert "  faster-whisper makes no temporary folders: there was nothing to rescue\n" in said
