"""What work on a list of recordings comes to."""

from __future__ import annotations

from time import perf_counter
from types import SimpleNamespace

import pytest

from winasr_doctor.asr import jobs, recordings
from winasr_doctor.asr.arguments import Cleanups
from winasr_doctor.asr.errors import AudioError, DeadlineError
from winasr_doctor.locks import Attempt, CleanupReport, CleanupStatus

WORK = recordings.RecordingWork("heard", ("well", "left", "failed"))
GONE = CleanupReport("t", CleanupStatus.REMOVED, (Attempt(1, "t", 0.1, (), None, ""),))


def fields(raised=None, finished=1, count=1, reports=(GONE,), notes=()):
    cleanups = SimpleNamespace(reports=reports, problems=())
    began = perf_counter()
    return recordings.outcome_fields(
        WORK, raised, finished, count, cleanups, notes, began, scan=False
    )


def what(result, unreadable=None):
    return recordings.what_went_wrong("Hearing", result, unreadable or {})


def test_a_success_says_how_many():
    found = fields(finished=2, count=2, notes=("One is short.",))
    assert (found["status"], found["cleanups"]) == ("well", (GONE,))
    assert found["message"].headline == "2 recordings heard."
    assert "One is short." in found["message"].details


def test_what_stays_on_the_disk_has_a_status_of_its_own():
    attempt = Attempt(1, "t", 0.1, (), None, "it was replaced")
    refused = CleanupReport("t", CleanupStatus.REFUSED, (attempt,))
    found = fields(reports=(refused,))
    assert found["status"] == "left"
    assert (
        found["message"].headline == "1 recording heard; a temporary folder could not be removed."
    )


@pytest.mark.parametrize(
    ("count", "words"), [(1, "Nothing heard."), (3, "1 of 3 recordings heard.")]
)
def test_a_failure_says_what_was_finished(count, words):
    found = fields(ValueError("no"), finished=1, count=count)
    assert (found["status"], str(found["error"])) == ("failed", "no")
    assert words in found["message"].details


def test_nothing_went_wrong():
    assert what(jobs.Done(None)) is None


def test_the_work_failed_or_did_not_end():
    error = ValueError("no")
    assert what(jobs.Failed(error)) is error
    stuck = jobs.Stuck(jobs.Why.DEADLINE, "reading a.wav", "", 2.0)
    assert isinstance(what(stuck), DeadlineError)
    with pytest.raises(KeyboardInterrupt):
        what(jobs.Failed(KeyboardInterrupt()))


def test_unreadable_recordings_are_told_together():
    errors = {1: AudioError("b.wav is no audio.", "b.wav"), 0: AudioError("a.wav is.", "a.wav")}
    found = what(jobs.Done(None), errors)
    assert str(found) == "a.wav is."
    assert found.details == ("b.wav is no audio.",)
    message = fields(found, finished=1, count=3)["message"]
    assert message.details == ("1 of 3 recordings heard.", "b.wav is no audio.")
    assert [each.title for each in message.remedies] == ["Check the recording"]


def test_an_array_is_called_by_its_number():
    assert recordings.called("a.wav", 0) == ("a.wav", "a.wav")
    assert recordings.called([0.0], 2) == ("Array 2", None)


def test_attempts_are_told_while_somebody_waits():
    told = []
    cleanups, job = Cleanups(None, told.append), jobs.Job()
    with cleanups.guarded(job):
        tell = cleanups.listener_of(job)
        tell(GONE.attempts[0])
        job.abandon()
        tell(GONE.attempts[0])
    assert told == [GONE.attempts[0]]
    assert (cleanups.reports, cleanups.problems) == ((), ())
    assert Cleanups(None, None).listener_of(job) is None
