"""The tiny real model that ships with the package: what can be said of it without NeMo."""

from __future__ import annotations

import json
import re
import tarfile
import wave
from importlib.resources import as_file, files

import pytest

DATA = files("winasr_doctor").joinpath("data")
FACTS = json.loads(DATA.joinpath("tiny-tdt.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def members():
    with as_file(DATA.joinpath("tiny-tdt.nemo")) as path, tarfile.open(path) as archive:
        return {
            member.name: archive.extractfile(member).read()
            for member in archive.getmembers()
            if member.isfile()
        }


def test_it_is_an_archive_that_nemo_can_restore(members):
    names = {name.removeprefix("./") for name in members}
    assert {"model_config.yaml", "model_weights.ckpt"} <= names
    assert any(name.endswith("tokenizer.model") for name in names)


def test_it_is_of_parakeets_class_and_tdt(members):
    (config,) = [data for name, data in members.items() if name.endswith("model_config.yaml")]
    assert b"EncDecRNNTBPEModel" in config
    assert b"durations" in config


def test_no_path_of_the_training_machine_is_left(members):
    for name, data in members.items():
        if not name.endswith(".ckpt"):
            assert not re.search(rb"/(?:home|root|tmp|work|Users)/|[A-Z]:\\", data), name


def test_it_stays_small():
    with as_file(DATA.joinpath("tiny-tdt.nemo")) as path:
        assert path.stat().st_size < 2_000_000


def test_its_word_error_rate_is_stated():
    assert 0 < FACTS["held_out_word_error_rate"] < 0.1
    assert FACTS["held_out_clips"] >= 100


@pytest.mark.parametrize("recording", FACTS["recordings"], ids=lambda r: r["file"])
def test_a_recording_is_16_khz_mono_and_has_its_text(recording):
    with DATA.joinpath(recording["file"]).open("rb") as file, wave.open(file) as sound:
        shape = (sound.getnchannels(), sound.getframerate(), sound.getsampwidth())
        assert shape == (1, 16_000, 2)
        assert 0.5 < sound.getnframes() / sound.getframerate() < 10
    assert recording["text"].split()
