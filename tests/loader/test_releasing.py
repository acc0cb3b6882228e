"""What an exception keeps alive is let go of."""

from __future__ import annotations

import weakref

import pytest

from winasr_doctor.diagnosis import diagnose
from winasr_doctor.loader.releasing import chain, primary_error, release_frames


class Local:
    """Something that can be referred to weakly."""


def failing(kept):
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
        failing(kept)
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
        failing([])
    release_frames(caught.value)
    assert "in failing" in "".join(traceback.format_exception(caught.value))


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
    assert list(chain(first)) == [first, second]


def locked(path):
    error = PermissionError(13, "in use", path)
    error.winerror = 32
    return error


def test_the_error_that_a_cleanup_hides_is_the_real_one():
    real = RuntimeError("CUDA out of memory")
    raised = locked(r"C:\Temp\tmpab12cd\manifest.json")
    raised.__context__ = real
    assert primary_error(raised, diagnose(raised)) is real


def test_an_error_that_hides_nothing_is_itself():
    error = ValueError("plain")
    error.__context__ = KeyError("before")
    assert primary_error(error, diagnose(error)) is error
