"""What a program gets wrong is raised at once; everything else is an outcome."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from winasr_doctor.asr import CancelledError, DeadlineError, load_model, transcribe
from winasr_doctor.asr import loading as module
from winasr_doctor.asr.audio import as_sources


class Model:
    """A model that says what it was given."""

    def transcribe(self, audio, **options):
        raise AssertionError("nothing should be transcribed here")


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"name_or_path": None}, TypeError, "name_or_path must be a text or a path, not NoneType"),
        ({"name_or_path": b"tiny"}, TypeError, "name_or_path must be"),
        ({"name_or_path": " "}, ValueError, "name_or_path is empty"),
        ({"revision": 7}, TypeError, "revision must be a text, not int"),
        ({"device": 0}, TypeError, "device must be a text, not int"),
        ({"device": "gpu"}, ValueError, "device must be auto"),
        ({"device": "cuda:x"}, ValueError, "device must be auto"),
        ({"policy": 3}, TypeError, "policy must be a RetryPolicy"),
        ({"on_attempt": "x"}, TypeError, "on_attempt must be callable"),
        ({"timeout": "5"}, TypeError, "timeout must be a number"),
        ({"timeout": True}, TypeError, "timeout must be a number"),
        ({"timeout": 0}, ValueError, "timeout must be above 0"),
        ({"timeout": float("nan")}, ValueError, "timeout must be above 0"),
        ({"cancel": 1}, TypeError, "cancel must be a threading.Event"),
        ({"scan": "no"}, TypeError, "scan must be True or False"),
    ],
)
def test_a_wrong_argument_of_load_model(arguments, kind, words):
    with pytest.raises(kind, match=words):
        load_model(**{"name_or_path": "tiny", **arguments})


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"model": None}, TypeError, "model must be a NeMo model, not NoneType"),
        ({"audio": []}, ValueError, "audio is an empty list"),
        ({"audio": 3.0}, TypeError, "audio must be a path, an array"),
        ({"audio": ""}, TypeError, "audio must be .* not an empty text"),
        ({"audio": ["a.wav", None]}, TypeError, "audio must be .* not NoneType"),
        ({"timestamps": 1}, TypeError, "timestamps must be True or False"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be a whole number"),
        ({"on_progress": 1}, TypeError, "on_progress must be callable"),
        ({"override_config": object()}, ValueError, "override_config cannot be used"),
    ],
)
def test_a_wrong_argument_of_transcribe(arguments, kind, words):
    with pytest.raises(kind, match=words):
        transcribe(**{"model": Model(), "audio": "a.wav", **arguments})


def test_an_outcome_given_as_the_model_is_noticed():
    outcome = load_model("xyzzy")
    with pytest.raises(TypeError, match=r"pass outcome\.model"):
        transcribe(outcome, "a.wav")


def test_relative_paths_become_absolute_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert as_sources(Path("a.wav")) == as_sources("a.wav") == [str(tmp_path / "a.wav")]


def test_a_name_like_no_model_is_an_outcome():
    outcome = load_model("parakeet-tdt-0.6b-v9")
    assert outcome.status == "load_failed"
    assert "did you mean" in outcome.message.headline
    assert outcome.model is None


def test_a_cancelled_load_is_an_outcome_and_begins_nothing(monkeypatch):
    cancel = threading.Event()
    cancel.set()
    monkeypatch.setattr(module, "find_model", lambda _name: pytest.fail("begun"))
    outcome = load_model("tiny", cancel=cancel)
    assert isinstance(outcome.error, CancelledError)
    assert outcome.message.headline == "Loading tiny was cancelled after 0.0 s."


def test_a_deadline_tells_where_the_load_is_stuck(monkeypatch, no_deadline_before):
    gate, looks = threading.Event(), []
    no_deadline_before(lambda: looks and "hanging_on_a_dead" in looks[0]().where)

    def hanging_on_a_dead_network_drive(name):
        gate.wait()

    monkeypatch.setattr(module, "check_model_file", hanging_on_a_dead_network_drive)
    outcome = load_model("tiny", timeout=0.3, on_start=looks.append)
    gate.set()
    assert isinstance(outcome.error, DeadlineError)
    assert isinstance(outcome.error, TimeoutError)
    assert "took longer than 0.3 s" in outcome.message.headline
    assert "looking at" in outcome.message.details[1]
    assert "hanging_on_a_dead_network_drive" in outcome.message.details[2]
    assert outcome.seconds >= 0.3


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_propagates(monkeypatch, kind):
    def end(name):
        raise kind

    monkeypatch.setattr(module, "find_model", end)
    with pytest.raises(kind):
        load_model("tiny")
