"""A model's file at one revision; the Hub's client is replaced."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from winasr_doctor.asr import load_model
from winasr_doctor.asr.errors import HubError, MissingPackageError, RevisionError
from winasr_doctor.asr.hub_download import check_revision, download
from winasr_doctor.asr.models import find_model

COMMIT = "2399591399e4e6438fa7804f2f1f660d7a4b1c3e"
CANARY = find_model("canary-1b-v2")


@pytest.fixture
def hub(monkeypatch):
    """Stand in for huggingface_hub; set `answer` to a path or an exception."""
    module = ModuleType("huggingface_hub")
    module.calls = []
    module.answer = AssertionError("the Hub was asked")

    def hf_hub_download(repo_id, filename, revision=None):
        module.calls.append((repo_id, filename, revision))
        if isinstance(module.answer, BaseException):
            raise module.answer
        return module.answer

    module.hf_hub_download = hf_hub_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    return module


def error_called(name, *bases, text="404 Client Error.\nInvalid rev id: abc"):
    return type(name, bases or (Exception,), {})(text)


@pytest.mark.parametrize("revision", [COMMIT, "main", "v2.0", "refs/pr/7", "release/2025"])
def test_a_full_hash_a_branch_and_a_tag_are_accepted(revision):
    check_revision(revision, CANARY)


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        (COMMIT[:31], "is a truncated hash (31 of 40 characters): no model can be loaded by it"),
        (COMMIT[:7] + "a", "is an abbreviated hash"),
        (COMMIT.upper(), "is a hash with upper case"),
        (COMMIT + "0" * 24, "is an LFS sha256"),
        (COMMIT + "0", "is a hash that is too long"),
        (f" {COMMIT}", "is not a legal git name: it contains a space"),
        ("", "is not a legal git name: it is empty"),
    ],
)
def test_any_other_revision_is_refused_in_the_words_of_the_checks(revision, words):
    with pytest.raises(RevisionError) as caught:
        check_revision(revision, CANARY)
    assert words in str(caught.value)
    assert f'"{revision}" given to load_model' in str(caught.value)
    assert caught.value.remedies


def test_a_local_file_has_no_revision():
    with pytest.raises(RevisionError, match="is a local file"):
        check_revision("main", find_model("tiny"))


def test_a_bad_revision_fails_before_anything_is_downloaded(hub):
    outcome = load_model("canary-1b-v2", revision=COMMIT[:31])
    assert outcome.status == "load_failed"
    assert isinstance(outcome.error, RevisionError)
    assert "truncated hash" in outcome.message.headline
    assert hub.calls == []


def test_the_pinned_file_is_asked_for_and_the_commit_is_told(hub):
    hub.answer = f"/cache/models--nvidia--canary-1b-v2/snapshots/{COMMIT}/canary-1b-v2.nemo"
    got = download(CANARY, COMMIT)
    assert hub.calls == [("nvidia/canary-1b-v2", "canary-1b-v2.nemo", COMMIT)]
    assert got == (hub.answer, COMMIT)


def test_a_path_without_a_commit_tells_none(hub):
    hub.answer = "/models/canary-1b-v2.nemo"
    assert download(CANARY, None).commit is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("GatedRepoError", "accept its terms"),
        ("RepositoryNotFoundError", "shows no repository nvidia/canary-1b-v2"),
        ("RevisionNotFoundError", "nvidia/canary-1b-v2 has no revision v9"),
        ("OfflineModeIsEnabled", "HF_HUB_OFFLINE"),
        ("LocalEntryNotFoundError", "the Hub cannot be reached"),
        ("RemoteEntryNotFoundError", "has no file canary-1b-v2.nemo"),
    ],
)
def test_each_error_of_the_hub_becomes_a_sentence(hub, kind, words):
    base = error_called("EntryNotFoundError") if "Entry" in kind else None
    hub.answer = error_called(kind, *([type(base)] if base else []))
    with pytest.raises(HubError) as caught:
        download(CANARY, "v9")
    assert words in str(caught.value)
    assert caught.value.remedies
    assert caught.value.__cause__ is hub.answer
    assert f"{kind}: 404 Client Error." in caught.value.details[0]


def test_offline_is_told_apart_from_a_hub_that_cannot_be_reached(hub):
    hub.answer = error_called("LocalEntryNotFoundError")
    hub.answer.__cause__ = error_called("OfflineModeIsEnabled")
    with pytest.raises(HubError, match="HF_HUB_OFFLINE"):
        download(CANARY, None)


def test_a_gated_repository_is_not_called_missing(hub):
    hub.answer = error_called("GatedRepoError", type(error_called("RepositoryNotFoundError")))
    with pytest.raises(HubError, match="accept its terms"):
        download(CANARY, None)


def test_an_error_that_is_not_about_the_hub_comes_through(hub):
    hub.answer = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space"):
        download(CANARY, None)


def test_an_outcome_tells_of_the_hubs_error(hub):
    hub.answer = error_called("RepositoryNotFoundError")
    outcome = load_model("someone/some-model")
    assert outcome.status == "load_failed"
    assert outcome.message.headline.startswith("The Hub shows no repository someone/some-model")
    assert not outcome.ok


def test_a_missing_client_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingPackageError, match="huggingface_hub") as caught:
        download(CANARY, None)
    assert "pip install" in caught.value.remedies[0].steps[0]
