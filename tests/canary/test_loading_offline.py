"""Loading from the Hub's local cache, with HF_HUB_OFFLINE: what works, and who is blamed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import load_model, transcribe
from winasr_doctor.asr import HubError, RevisionError

from .conftest import COMMIT, KLATT3, OLDER, QWEN, SALM, TRUNCATED, Fill


def load(revision: str | None = None, name: str = "canary-qwen-2.5b", **options: Any) -> Any:
    return load_model(name, revision=revision, device="cpu", scan=False, **options)


@pytest.mark.parametrize("revision", [None, "main", COMMIT])
def test_a_cached_model_is_loaded_at_a_branch_and_at_a_full_hash(filled: Path, revision: str):
    loaded = load(revision)
    assert loaded.ok, loaded.message
    assert loaded.revision == COMMIT
    assert (
        Path(loaded.source)
        == filled
        / "models--nvidia--canary-qwen-2.5b"
        / "snapshots"
        / (COMMIT)
        / "model.safetensors"
    )
    assert transcribe(loaded.model, KLATT3[0], scan=False).text == KLATT3[1]


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        (TRUNCATED, "a truncated hash (31 of 40 characters): no model can be loaded by it"),
        (COMMIT[:12], "an abbreviated hash (12 of 40 characters): it works online only, if at all"),
        (COMMIT.upper(), "a hash with upper case"),
    ],
)
def test_a_shortened_hash_is_refused_and_completed_from_the_cache(
    fill: Fill, revision: str, words: str
):
    fill()
    outcome = load(revision)
    assert isinstance(outcome.error, RevisionError)
    assert outcome.message.headline.startswith(f'"{revision}" given to load_model is {words}')
    assert f'"{COMMIT}"' in str(outcome.message)


def test_a_truncated_hash_is_refused_without_a_cache_too(hub_cache: Path):
    assert "truncated hash" in load(TRUNCATED).message.headline


def test_a_full_hash_that_is_not_cached_is_blamed_itself_and_the_others_are_named(fill: Fill):
    fill()
    outcome = load(OLDER)
    assert isinstance(outcome.error, HubError)
    assert outcome.message.headline == (
        f"{SALM} has no revision {OLDER} in the local cache, and HF_HUB_OFFLINE forbids"
        " asking the Hub."
    )
    assert outcome.message.remedies[0].steps == (f"main ({COMMIT})",)


def test_a_branch_that_is_not_cached_is_blamed_itself(fill: Fill):
    fill()
    assert "has no revision v9 in the local cache" in load("v9").message.headline


def test_a_model_that_is_not_cached_at_all_is_told_apart_from_a_wrong_revision(hub_cache: Path):
    headline = load().message.headline
    assert headline.startswith(f"{SALM} is not in the local cache, and HF_HUB_OFFLINE")


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_missing_file_is_named_and_not_another_one(fill: Fill, name: str):
    fill(salm={name: None})
    outcome = load()
    assert outcome.message.headline.startswith(
        f"{name} of {SALM} at revision main is missing in the local cache"
    )
    assert "pytorch_model.bin" not in str(outcome.message)


def test_a_link_that_leads_nowhere_is_a_missing_file(fill: Fill):
    cache = fill()
    link = next(cache.glob("*canary*/snapshots/*/model.safetensors"))
    link.resolve().unlink()
    assert "model.safetensors of" in load().message.headline


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "tokenizer.json"])
def test_what_is_missing_of_the_language_model_inside_is_named(fill: Fill, name: str):
    fill(qwen={name: None})
    outcome = load()
    assert isinstance(outcome.error, HubError)
    assert outcome.message.headline.startswith(
        f"{name} of {QWEN} at revision main is missing in the local cache"
    )
    assert f"canary-qwen-2.5b has a language model inside, {QWEN}" in str(outcome.message)


def test_a_missing_language_model_is_named(fill: Fill):
    cache = fill()
    (cache / "models--Qwen--Qwen3-1.7B" / "refs" / "main").unlink()
    headline = load().message.headline
    assert headline.startswith(f"{QWEN} has no revision main in the local cache")


def test_loading_and_transcribing_make_no_temporary_folder(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
):
    """The guard has no site there, and needs none."""
    fill()
    made: list[str] = []
    mkdtemp = tempfile.mkdtemp

    def recorded(*arguments: Any, **options: Any) -> str:
        made.append(mkdtemp(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", recorded)
    loaded = load()
    assert transcribe(loaded.model, KLATT3[0], scan=False).text == KLATT3[1]
    assert made == []
