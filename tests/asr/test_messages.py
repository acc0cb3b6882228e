"""The messages for people, made from findings, holders and diagnoses."""

from __future__ import annotations

import errno
import weakref

import pytest

from winasr_doctor.asr import failure as failing
from winasr_doctor.asr import machine_advice, messages
from winasr_doctor.asr.errors import AudioError, DeadlineError
from winasr_doctor.catalogue import by_id
from winasr_doctor.diagnosis import diagnose
from winasr_doctor.findings import Remedy, Result, Severity, Status
from winasr_doctor.locks import Attempt, CleanupReport, CleanupStatus, RemovalFailure
from winasr_doctor.locks.holders.model import Holder, Holding, Who
from winasr_doctor.windows.errors import DeleteClass

PATH = r"C:\Users\ada\OneDrive\Temp\tmpab12cd\model_weights.ckpt"

GPU_MEMORY = [remedy.title for remedy in by_id("gpu-out-of-memory").remedies]


class Activations:
    """What a forward pass has in its hands."""


def finding(code, title):
    remedy = Remedy(title, ("step",))
    family = code[:3]
    return Result(
        code, family, "t", Status.FAIL, Severity.ERROR, f"{title}?", {}, (remedy,), "docs"
    )


@pytest.fixture
def found(monkeypatch):
    """Let the doctor find trouble with antivirus, OneDrive and the index, and count the scans."""
    scans = []
    results = (
        finding("AVX001", "Exclude the scratch folder"),
        finding("IDX001", "Keep the indexer out"),
        finding("SYN001", "Move TEMP out of OneDrive"),
    )

    def findings(families, seconds=0.0):
        scans.append(tuple(families))
        return results

    monkeypatch.setattr(machine_advice, "findings", findings)
    return scans


def locked(path=PATH):
    error = PermissionError(errno.EACCES, "in use", path)
    error.winerror = 32
    return error


def report(*holders, deferred=True, gone=False):
    holding = Holding(PATH, holders) if holders else None
    failure = RemovalFailure(PATH, "os.unlink", locked(), DeleteClass.TRANSIENT, 32, holding)
    attempts = (
        Attempt(1, "tmpab12cd", 0.0, (failure,), 0.01),
        Attempt(2, "tmpab12cd", 3.0, () if gone else (failure,), None, "3 s are over"),
    )
    status = CleanupStatus.REMOVED if gone else CleanupStatus.LEFT_BEHIND
    left = () if gone else (failure,)
    return CleanupReport("tmpab12cd", status, attempts, left, deferred=deferred, seconds=3.0)


def other(process):
    return Holder(Who.OTHER, 4, process, PATH, "open file", "test")


OURSELVES = Holder(Who.OURSELVES, 1, "python.exe", PATH, "handle", "test", "a generator")


def titles(message):
    return [remedy.title for remedy in message.remedies]


def test_leftovers_are_told_with_the_machines_remedies_first(found):
    message = failing.of_leftovers("Loaded.", [report()], (), scan=True)
    assert message.headline == "Loaded."
    assert (
        "model_weights.ckpt could not be removed: WinError 32 after 2 attempts in 3.0 s"
        in (message.details[0])
    )
    assert "winasr_doctor sweep" in message.details[0]
    assert titles(message)[:3] == [
        "Exclude the scratch folder",
        "Keep the indexer out",
        "Move TEMP out of OneDrive",
    ]
    assert found == [machine_advice.LOCK_FAMILIES]


@pytest.mark.parametrize(
    ("process", "first"),
    [
        ("OneDrive.exe", "Move TEMP out of OneDrive"),
        ("SearchIndexer.exe", "Keep the indexer out"),
        ("MsMpEng.exe", "Exclude the scratch folder"),
    ],
)
def test_the_remedy_for_the_known_holder_comes_first(found, process, first):
    message = failing.of_leftovers("Loaded.", [report(other(process))], (), scan=True)
    assert titles(message)[0] == first
    assert process in message.details[0]


def test_a_file_we_hold_ourselves_is_not_blamed_on_the_machine(found):
    message = failing.of_leftovers("Done.", [report(OURSELVES)], (), scan=True)
    assert titles(message) == ["Do not wait or retry: this program itself has the file open"]
    assert "This program itself has it open" in message.details[0]


def test_what_nobody_will_remove_is_said_to_be_safe_to_delete(found):
    message = failing.of_leftovers("Loaded.", [report(deferred=False)], (), scan=True)
    assert "safe to delete by hand" in message.details[0]


def test_a_folder_that_went_after_a_while_is_mentioned():
    message = messages.of_success("Loaded.", [report(gone=True)], ())
    assert "was locked for a while; it is gone after 2 attempts in 3.0 s" in message.details[0]
    assert message.remedies == ()


def test_what_cannot_be_guarded_is_mentioned():
    assert messages.of_success("Loaded.", [], ("NeMo 9 has changed.",)).details == (
        "NeMo 9 has changed.",
    )


def test_an_error_about_memory_is_not_blamed_on_files(found):
    error = RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
    failure = failing.judge("Nothing transcribed", error, [], (), scan=True)
    assert failure.error is error
    assert failure.message.headline.startswith("The GPU ran out of memory")
    assert failure.message.details == (
        "Nothing transcribed.",
        "RuntimeError: CUDA out of memory. Tried to allocate 2 GiB",
    )
    assert titles(failure.message) == GPU_MEMORY
    assert found == []


def test_a_locked_file_that_stopped_a_load_is_blamed_on_the_machine(found):
    failure = failing.judge("tiny was not loaded", locked(), [], (), scan=True)
    assert titles(failure.message)[0] == "Exclude the scratch folder"
    assert "Unpack models where no other program looks" in titles(failure.message)


def test_an_error_of_another_kind_with_leftovers_has_its_own_advice_first(found, monkeypatch):
    monkeypatch.setattr(failing, "remove", lambda *_given, **_options: report())
    error = RuntimeError("CUDA out of memory")
    failure = failing.judge("Nothing transcribed", error, [report()], (), scan=True)
    wanted = [*GPU_MEMORY, "Exclude the scratch folder"]
    assert titles(failure.message)[: len(wanted)] == wanted


def test_a_folder_that_the_exception_kept_open_is_removed_once_it_is_emptied(tmp_path):
    folder = tmp_path / "tmpab12cd"
    folder.mkdir()
    left = CleanupReport(
        str(folder), CleanupStatus.LEFT_BEHIND, report().attempts, report().leftovers
    )
    failure = failing.judge("Nothing", ValueError("x"), [left], (), scan=False)
    (after,) = failure.cleanups
    assert after.gone
    assert [attempt.number for attempt in after.attempts] == [1, 2, 3]
    assert not folder.exists()


def test_a_full_disk_asks_only_about_temp(found):
    failing.judge("tiny was not loaded", OSError(errno.ENOSPC, "full"), [], (), scan=True)
    assert found == [("TMP",)]


def test_without_a_scan_nothing_is_asked(found):
    failing.of_leftovers("Loaded.", [report()], (), scan=False)
    assert found == []


def test_a_doctor_that_does_not_answer_is_mentioned(monkeypatch):
    monkeypatch.setattr(machine_advice, "findings", lambda _families: None)
    message = failing.of_leftovers("Loaded.", [report()], (), scan=True)
    assert "could not be examined in time" in message.details[-1]


def test_remedies_of_one_title_are_given_once(monkeypatch):
    twice = (finding("SYN001", "Move TEMP"), finding("SYN002", "Move TEMP"))
    monkeypatch.setattr(machine_advice, "findings", lambda _families: twice)
    message = failing.of_leftovers("Loaded.", [report()], (), scan=True)
    assert titles(message).count("Move TEMP") == 1


def test_an_explained_error_speaks_for_itself():
    error = AudioError("a.wav does not exist.", "a.wav", (), ("More.",))
    failure = failing.judge("Nothing transcribed", error, [], (), scan=True)
    assert failure.message.headline == "a.wav does not exist."
    assert failure.message.details == ("Nothing transcribed.", "More.")


def test_an_error_whose_text_fails_is_survived():
    class MuteError(Exception):
        def __str__(self):
            raise TypeError("an integer is required")

    failure = failing.judge("Nothing transcribed", MuteError(), [], (), scan=False)
    assert "MuteError" in failure.message.headline


def test_nothing_of_the_failed_call_lives_on_in_its_error():
    kept = []

    def forward():
        activations = Activations()
        kept.append(weakref.ref(activations))
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError) as caught:
        forward()
    failure = failing.judge("Nothing transcribed", caught.value, [], (), scan=False)
    assert failure.error is caught.value
    assert kept[0]() is None


def test_a_very_long_error_is_cut():
    failure = failing.judge("x", RuntimeError("y" * 100_000), [], (), scan=False)
    assert len(str(failure.message)) < 2_000


def test_a_deadline_is_no_matter_of_diagnosis(found):
    failure = failing.judge("x", DeadlineError("Loading took longer."), [], (), scan=True)
    assert failure.message.remedies == ()
    assert found == []


def test_a_real_scan_answers_with_failures_only():
    results = machine_advice.findings(("TMP",), seconds=10.0)
    assert results is not None
    assert all(result.status is Status.FAIL for result in results)


def test_the_diagnosis_is_of_what_was_raised():
    error = ValueError("x")
    assert failing.judge("h", error, [], (), scan=False).diagnosis == diagnose(error)
