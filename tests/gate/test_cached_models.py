"""A model that the gate tries lies in the Hub's cache, or has failed: nothing is downloaded."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from winasr_doctor.gate import selftest_child
from winasr_doctor.gate.cached_models import NotCachedError, commit_in_cache, model_source

COMMIT = "0123456789" * 4
CANARY, QWEN = "nvidia/canary-qwen-2.5b", "Qwen/Qwen3-1.7B"
PARAKEET = "nvidia/parakeet-tdt-0.6b-v2"
ALL = {
    (PARAKEET, "parakeet-tdt-0.6b-v2.nemo"),
    (CANARY, "config.json"),
    (CANARY, "model.safetensors"),
    (QWEN, "config.json"),
}


@pytest.fixture
def cached(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Return what a stand-in for huggingface_hub finds in its cache: repositories and files."""
    held = set(ALL)
    hub: Any = ModuleType("huggingface_hub")

    def look(repo_id: str, name: str) -> str | None:
        there = (repo_id, name) in held
        return str(Path("hub", "snapshots", COMMIT, name)) if there else None

    hub.try_to_load_from_cache = look
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    return held


@pytest.mark.parametrize("name", ["canary-qwen-2.5b", "canary-qwen", CANARY, PARAKEET])
def test_a_cached_model_has_a_commit(cached: set[tuple[str, str]], name: str):
    assert commit_in_cache(name) == COMMIT


@pytest.mark.parametrize("lost", sorted(ALL))
def test_every_file_counts(cached: set[tuple[str, str]], lost: tuple[str, str]):
    cached.remove(lost)
    name = "parakeet-tdt-0.6b-v2" if lost[0] == PARAKEET else "canary-qwen-2.5b"
    with pytest.raises(NotCachedError) as raised:
        commit_in_cache(name)
    sentence = str(raised.value)
    assert sentence.startswith(f"{lost[1]} of {lost[0]} is not in the local cache")
    assert f"selftest --model {name}" in sentence


def test_a_model_that_is_not_cached_is_answered_without_loading_anything(
    cached: set[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
):
    cached.clear()
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    answers: list[Any] = []
    task = {"device": "cpu", "plans": ["", "unlink:32*2"], "deadline": 1, "model": CANARY}
    selftest_child.run(task, answers.append)
    assert [each.get("ending") for each in answers] == ["not_cached", None]
    assert answers[-1] == {"end": True}


@pytest.mark.parametrize("name", ["tiny", "own.nemo", "./own", "nonsense", " "])
def test_what_the_hub_does_not_have_is_refused_in_a_sentence(name: str):
    with pytest.raises(ValueError, match="no model|not a model") as raised:
        model_source(name)
    assert raised.value.args
