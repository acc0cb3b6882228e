"""`self_test`, with a fake loader in NeMo's place; tests/gpu has it with the real one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from winasr_doctor.asr import DeviceError, MissingPackageError
from winasr_doctor.faults import Plan
from winasr_doctor.locks import RetryPolicy
from winasr_doctor.selftest import SelfTestOutcome, self_test

SHORT = RetryPolicy(total=0.1)


def test_right_texts_pass(loader):
    result = self_test("cpu")
    assert result.ending is SelfTestOutcome.PASSED
    assert result.ok
    assert [heard.right for heard in result.heard] == [True] * 3
    assert result.heard[0].expected == "stop zero four one"
    assert (result.device, result.audio_seconds, result.problems) == ("cpu", 6.0, None)
    assert len(result.cleanups) == len(result.attempts) == 2


def test_one_wrong_word_fails_and_says_which_recording(loader):
    loader.texts["f3.wav"] = "nine yes seven four"
    result = self_test("cpu")
    assert result.ending is SelfTestOutcome.WRONG_TEXT
    assert not result.ok
    assert [heard.file for heard in result.heard if not heard.right] == ["f3.wav"]
    assert result.problems.headline == "1 of 3 texts are wrong."


def test_an_empty_text_is_wrong(loader):
    loader.texts["m3.wav"] = ""
    assert self_test("cpu").ending is SelfTestOutcome.WRONG_TEXT


def test_the_bundled_model_is_loaded_on_the_device_and_all_is_transcribed_at_once(loader):
    self_test("cuda:1", policy=SHORT)
    load, transcribe = loader.options["load"], loader.options["transcribe"]
    assert (load["name"], load["device"], load["policy"]) == ("tiny", "cuda:1", SHORT)
    assert (transcribe["batch_size"], transcribe["policy"]) == (3, SHORT)


def test_the_deadline_is_shared_by_both_steps(loader):
    self_test("cpu", deadline=5)
    assert 0 < loader.options["transcribe"]["timeout"] < loader.options["load"]["timeout"] <= 5


def test_a_deadline_that_is_none_is_refused(loader):
    with pytest.raises(ValueError, match="above 0"):
        self_test("cpu", deadline=0)


def test_a_failed_load_is_told_and_nothing_is_transcribed(loader):
    loader.load_error = RuntimeError("damaged weights")
    result = self_test("cpu")
    assert result.ending is SelfTestOutcome.FAILED
    assert result.problems.headline == "damaged weights"
    assert [heard.text for heard in result.heard] == [None] * 3
    assert (result.transcribe_seconds, result.real_time_factor) == (None, None)


def test_a_failed_transcription_keeps_what_was_heard(loader):
    loader.transcribe_error = RuntimeError("kernel")
    result = self_test("cpu")
    assert result.ending is SelfTestOutcome.FAILED
    assert [heard.text for heard in result.heard] == ["stop zero four one", None, None]


@pytest.mark.parametrize("error", [MissingPackageError("no torch"), DeviceError("no GPU")])
def test_what_is_not_there_is_no_failure_of_the_test(loader, error):
    loader.load_error = error
    assert self_test("cuda").ending is SelfTestOutcome.UNAVAILABLE


class TestUnderAPlan:
    def test_faults_fire_in_nemos_folders_and_the_texts_are_right(self, loader):
        result = self_test("cpu", plan=Plan.parse("unlink:32*2"))
        assert result.ending is SelfTestOutcome.PASSED
        assert result.plan == "unlink:32*2"
        assert [(each.fault, each.times) for each in result.injected] == [("unlink:32*2", 2)]
        assert result.injections == 2
        assert len(result.attempts) == 4
        assert result.leftovers == ()

    def test_a_lock_for_ever_is_reported_and_gone_when_the_plan_ends(self, loader, tmp_path):
        result = self_test("cpu", plan=Plan.parse("unlink:32*inf"), policy=SHORT)
        assert result.ending is SelfTestOutcome.PASSED
        assert {Path(left.path).name for left in result.leftovers} == {
            "model_weights.ckpt",
            "manifest.json",
        }
        assert list((tmp_path / "temp").iterdir()) == []

    def test_files_elsewhere_are_not_touched_without_a_glob(self, loader, tmp_path, monkeypatch):
        file = tmp_path / "other.txt"

        def transcribe(model, audio, **options):
            file.write_text("x", encoding="utf-8")
            file.unlink()
            return loader.transcribe(model, audio, **options)

        monkeypatch.setattr("winasr_doctor.selftest.running.transcribe", transcribe)
        assert self_test("cpu", plan=Plan.parse("unlink:32*inf"), policy=SHORT).ok
        with pytest.raises(PermissionError):
            self_test("cpu", plan=Plan.parse("unlink:32*inf@other.txt"), policy=SHORT)

    def test_a_plan_that_never_fires_proves_nothing(self, loader):
        result = self_test("cpu", plan=Plan.parse("rename:32"))
        assert result.ending is SelfTestOutcome.NOTHING_INJECTED
        assert not result.ok
        assert "rename:32" in result.problems.headline

    def test_equal_faults_are_counted_apart(self, loader):
        result = self_test("cpu", plan=Plan.parse("unlink:32; unlink:32; rename:5"))
        assert [each.times for each in result.injected] == [1, 1, 0]

    def test_a_temp_folder_with_characters_of_patterns(self, loader, tmp_path, monkeypatch):
        odd = tmp_path / "a [b];c"
        odd.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(odd))
        assert self_test("cpu", plan=Plan.parse("unlink:32")).injections == 1


def test_temporary_folders_are_private_and_everything_is_as_before(loader, tmp_path):
    before = tempfile.tempdir
    self_test("cpu")
    assert tempfile.tempdir == before
    assert {folder.parent.parent for folder in loader.folders} == {tmp_path / "temp"}
    assert list((tmp_path / "temp").iterdir()) == []


def test_an_interrupted_self_test_cleans_up(loader, tmp_path, monkeypatch):
    def interrupted(*_given, **_options):
        Path(tempfile.mkdtemp(), "file").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("winasr_doctor.selftest.running.transcribe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        self_test("cpu")
    assert list((tmp_path / "temp").iterdir()) == []
    assert tempfile.tempdir == str(tmp_path / "temp")


def test_peak_memory_is_in_bytes_and_versions_are_told(loader):
    result = self_test("cpu")
    assert 10e6 < result.peak.process < 100e9
    assert result.peak.gpu is None
    assert set(result.versions) >= {"winasr_doctor", "Python"}
