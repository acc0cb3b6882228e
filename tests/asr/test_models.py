"""What a model may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from winasr_doctor.asr.errors import UnknownModelError
from winasr_doctor.asr.models import TINY_FILE, find_model
from winasr_doctor.models.known import ALIASES, KNOWN_MODELS


def test_the_bundled_model_is_there():
    assert find_model("tiny").path == str(TINY_FILE)
    assert TINY_FILE.is_file()


@pytest.mark.parametrize("known", KNOWN_MODELS, ids=lambda known: known.name)
def test_a_known_model_is_found_by_its_name_and_by_its_repository(known):
    for name in (known.name, known.repo_id, known.name.upper(), f" {known.name} "):
        found = find_model(name)
        assert (found.repo_id, found.filename) == (known.repo_id, known.filename)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_leads_to_a_known_model(alias):
    assert find_model(alias).repo_id == f"nvidia/{ALIASES[alias]}"


def test_only_canary_qwen_is_a_speech_language_model():
    assert find_model("canary-qwen").is_speech_language
    assert not find_model("canary-1b-v2").is_speech_language


def test_another_repository_of_the_hub_has_a_file_of_its_own_name():
    found = find_model("scb10x/typhoon-asr-realtime")
    assert found.repo_id == "scb10x/typhoon-asr-realtime"
    assert found.filename == "typhoon-asr-realtime.nemo"


@pytest.mark.parametrize(
    "path", ["model.nemo", "./model", "sub/model.NEMO", r"C:\models\m.nemo", r"C:\models", "C:m"]
)
def test_what_looks_like_a_path_is_a_path(path):
    found = find_model(path)
    assert found.repo_id is None
    assert Path(found.path).is_absolute()


def test_a_path_object_is_a_path_whatever_it_is_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_model(Path("tiny")).path == str(tmp_path / "tiny")


def test_a_folder_of_that_name_does_not_shadow_a_known_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nvidia").mkdir()
    (tmp_path / "nvidia" / "canary-qwen-2.5b").mkdir()
    assert find_model("nvidia/canary-qwen-2.5b").repo_id == "nvidia/canary-qwen-2.5b"


def test_a_misspelt_name_gets_a_suggestion():
    with pytest.raises(UnknownModelError, match=r"did you mean parakeet-tdt-0\.6b-v3") as caught:
        find_model("parakeet-tdt-0.6b-v3x")
    (remedy,) = caught.value.remedies
    assert "canary-1b-v2" in remedy.steps[0]


def test_a_name_like_no_other_gets_no_suggestion():
    with pytest.raises(UnknownModelError, match=r"no model 'xyzzy'\.$"):
        find_model("xyzzy")
