"""Messages of several lines that were pasted without their traceback."""

from __future__ import annotations

import pytest

from winasr_doctor.diagnosis import diagnose
from winasr_doctor.diagnosis.reading import read

SHAPE = (
    "TypeError: Input shape mismatch occured for audio_signal in module Preprocessor :\n"
    "Input shape expected = (batch, time) |\n"
    "Input shape found : torch.Size([1, 480000, 2])"
)
LOG = "".join(f"2026-03-04 05:06:{n:02} INFO request {n} done\n" for n in range(20))


def test_all_its_lines_belong_to_it():
    (chain,) = read(SHAPE)
    assert chain[0].message.endswith("torch.Size([1, 480000, 2])")
    assert diagnose(SHAPE).id == "stereo"


@pytest.mark.parametrize("shape", ["[16000]", "[80, 412]"])
def test_its_last_line_decides(shape):
    text = SHAPE.replace("[1, 480000, 2]", shape)
    assert diagnose(text).id == "nemo-tensor-axes"
    assert diagnose(f"{LOG}2026-03-04 05:07:00 ERROR job 3: {text}\n{LOG}").id == "nemo-tensor-axes"


def test_the_next_line_of_the_log_does_not():
    (chain,) = read(f"{LOG}ValueError: bad request\n{LOG}")
    assert chain[0].message == "ValueError: bad request".removeprefix("ValueError: ")


@pytest.mark.parametrize(
    "follower", ["Failed to load the page", "RuntimeError: again", "C:\\asr> ", "[ERROR] stopped"]
)
def test_another_error_or_a_prompt_does_not(follower):
    chain, *_ = read(f"ValueError: bad request\n{follower}\n")
    assert chain[0].message == "bad request"


def test_only_a_few_lines_do():
    text = "ValueError: bad request\n" + "".join(f"step {n} of the app\n" for n in range(40))
    chain, *_ = read(text)
    assert chain[0].message.count("\n") < 10


def test_an_unknown_error_in_a_known_wrapper_gets_the_wrappers_answer():
    text = (
        "hydra.errors.InstantiationException: Error in call to target 'acme.Loader':\n"
        "TypeError(\"Loader.__init__() got an unexpected keyword argument 'speed'\")\n"
        "full_key: model.loader\n"
    )
    diagnosis = diagnose(text)
    assert diagnosis.id == "hydra-wrap"
    assert diagnosis.primary.kind == "TypeError"


def test_words_before_an_exception_that_alone_make_it_known_count():
    path = "C:\\\\" + "folder\\\\" * 30 + "a.h"
    error = f"[Errno 2] No such file or directory: '{path}'"
    text = f"ERROR: Could not install packages due to an OSError: {error}"
    assert diagnose(text).id == "pip-long-path"
    assert diagnose(f"OSError: {error}").id != "pip-long-path"
