"""What an exception keeps alive is let go of."""

from __future__ import annotations

import gc
import weakref

import pytest

from winasr_doctor._util.foreign_exceptions import walk
from winasr_doctor.asr import failure as failing
from winasr_doctor.asr.traceback_release import primary_error, release_frames
from winasr_doctor.diagnosis import diagnose


class Local:
    """Something that can be referred to weakly."""


def fail(kept):
    local = Local()
    local.itself = local  # emptying the frame alone does not let go of it
    kept.append(weakref.ref(local))
    try:
        int("the real one")
    except ValueError:
        another = Local()
        kept.append(weakref.ref(another))
        raise RuntimeError("over it") from None


def test_the_locals_of_every_frame_in_the_chain_are_gone():
    kept = []
    with pytest.raises(RuntimeError) as caught:
        fail(kept)
    assert all(reference() is not None for reference in kept)
    release_frames(caught.value)
    assert [reference() for reference in kept] == [None, None]


def test_a_suspended_iterator_with_an_open_file_is_closed(tmp_path):
    file = tmp_path / "manifest.json"
    file.write_text("1\n2\n")
    opened = []

    def lines():
        with file.open() as stream:
            opened.append(stream)
            yield from stream

    def transcribe():
        iterator = lines()
        next(iterator)
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError) as caught:
        transcribe()
    assert not opened[0].closed
    release_frames(caught.value)
    assert opened[0].closed


def test_the_traceback_still_prints():
    import traceback

    with pytest.raises(RuntimeError) as caught:
        fail([])
    release_frames(caught.value)
    assert "in fail" in "".join(traceback.format_exception(caught.value))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_generator_that_fails_when_it_is_closed_does_no_harm():
    def stubborn():
        try:
            yield 1
        finally:
            raise OSError("not closed")

    def work():
        iterator = stubborn()
        next(iterator)
        raise ValueError("first")

    with pytest.raises(ValueError, match="first") as caught:
        work()
    release_frames(caught.value)


def test_a_chain_with_a_cycle_ends():
    first, second = ValueError(1), ValueError(2)
    first.__context__, second.__context__ = second, first
    assert list(walk(first)) == [first, second]


def locked(path):
    error = PermissionError(13, "in use", path)
    error.winerror = 32
    return error


def hiding(real):
    """Return the error of a cleanup that hides another."""
    raised = locked(r"C:\Temp\tmpab12cd\manifest.json")
    raised.__context__ = real
    return raised


class SilentError(Exception):
    """Its text cannot be shown, like that of soundfile's LibsndfileError after pickling."""

    def __str__(self) -> str:
        raise TypeError("can only concatenate str")


class RestlessError(Exception):
    """Its text is another one each time."""

    asked = 0

    def __str__(self) -> str:
        self.asked += 1
        return f"asked {self.asked} times"


class HostileError(Exception):
    """Its properties fail."""

    @property
    def filename(self) -> str:
        raise RuntimeError("filename")

    exceptions = winerror = errno = filename


@pytest.mark.parametrize(
    "real",
    [RuntimeError("CUDA out of memory"), SilentError(), RestlessError(), HostileError()],
    ids=lambda real: type(real).__name__,
)
def test_the_error_that_a_cleanup_hides_is_the_real_one(real):
    raised = hiding(real)
    diagnosis = diagnose(raised)
    assert diagnosis.hidden
    assert diagnosis.error is real
    assert primary_error(raised, diagnosis) is real
    assert failing.judge("h", raised, [], (), scan=False).error is real


def test_of_two_errors_with_the_same_text_the_hidden_one_is_meant():
    text = r"in use: 'C:\Temp\tmpab12cd\manifest.json'"
    real, raised = PermissionError(text), PermissionError(text)
    raised.winerror, raised.__context__ = 32, real
    assert primary_error(raised, diagnose(raised)) is real


def test_a_restless_text_is_asked_for_once():
    failure = failing.judge("h", hiding(RestlessError()), [], (), scan=False)
    assert "asked 1 times" in str(failure.message)
    assert "asked 2 times" not in str(failure.message)


def test_what_hid_the_real_error_is_let_go_of():
    kept = []

    def clean_up():
        local = Local()
        kept.append(weakref.ref(local))
        raise locked(r"C:\Temp\tmpab12cd\manifest.json")

    def work():
        try:
            raise RuntimeError("CUDA out of memory")
        finally:
            clean_up()

    diagnosis = None
    try:
        work()
    except PermissionError as raised:
        diagnosis = diagnose(raised)
    gc.collect()
    assert diagnosis.hidden
    assert kept[0]() is None


def test_an_error_that_hides_nothing_is_itself():
    error = ValueError("plain")
    error.__context__ = KeyError("before")
    assert primary_error(error, diagnose(error)) is error
