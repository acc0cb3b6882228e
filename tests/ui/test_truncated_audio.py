"""The page says that a recording is cut short, whatever else there is to say."""

from __future__ import annotations

import pytest

from winasr_doctor.asr.outcomes import (
    LoadOutcome,
    LoadStatus,
    Message,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
)
from winasr_doctor.ui import status_messages
from winasr_doctor.ui.status import StatusKind

from .fakes import left_behind


def heard(text="stop zero", missing=2.0):
    return TranscribeOutcome(
        message=Message("done"),
        status=TranscribeStatus.TRANSCRIBED,
        transcripts=(Transcript("a.wav", text, 1.0, missing=missing), Transcript("b.wav", "", 1.0)),
    )


def loaded(**options):
    return LoadOutcome(
        message=Message("loaded"), status=LoadStatus.LOADED, name="tiny", model=object(), **options
    )


@pytest.mark.parametrize("text", ["stop zero", ""])
def test_it_is_a_warning_with_the_files_name(text):
    status = status_messages.of_success(loaded(), heard(text))
    assert status.state is StatusKind.WARN
    assert [each for each in status.details if each.startswith("a.wav is cut short")]
    assert not [each for each in status.details if each.startswith("b.wav")]


def test_a_whole_recording_is_no_warning():
    assert status_messages.of_success(loaded(), heard(missing=0.0)).state is StatusKind.OK


def test_it_is_said_beside_a_folder_that_stayed():
    outcome = LoadOutcome(
        message=Message("loaded"),
        status=LoadStatus.LOADED_CLEANUP_FAILED,
        name="tiny",
        model=object(),
        cleanups=(left_behind(),),
    )
    status = status_messages.of_success(outcome, heard())
    assert [each for each in status.details if "is cut short" in each]
