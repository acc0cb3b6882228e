"""Loading from a Hub on the loopback, through the real huggingface_hub and transformers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import diagnose, load_model, transcribe
from winasr_doctor.asr import HubError, NoSpaceError, RevisionError
from winasr_doctor.asr.jobs import JobState, JobStep
from winasr_doctor.asr.speech_language import download, network

from .conftest import COMMIT, KLATT3, OLDER, QWEN, SALM, TRUNCATED, Fill
from .hub_server import Repo, StandIn


def load(revision: str | None = None, name: str = "canary-qwen-2.5b", **options: Any) -> Any:
    return load_model(name, revision=revision, device="cpu", scan=False, **options)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that switches the network off, as HF_HUB_OFFLINE=1 does."""
    from huggingface_hub import constants

    def switch_off() -> None:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    return switch_off


@pytest.mark.parametrize(
    ("revision", "commit"),
    [(None, COMMIT), ("main", COMMIT), ("v1", OLDER), (COMMIT, COMMIT), (OLDER, OLDER)],
)
def test_a_first_load_downloads_what_was_asked_for_and_the_next_works_offline(
    hub: StandIn, offline: Any, revision: str, commit: str
):
    loaded = load(revision)
    assert loaded.ok, loaded.message
    assert loaded.revision == commit
    assert transcribe(loaded.model, KLATT3[0], scan=False).text == KLATT3[1]
    offline()
    asked = len(hub.asked)
    again = load(revision)
    assert again.ok, again.message
    assert again.revision == commit
    assert len(hub.asked) == asked


def test_an_app_that_is_not_ours_loads_offline_what_we_have_downloaded(hub: StandIn, offline: Any):
    assert load().ok
    offline()
    from nemo.collections.speechlm2.models import SALM as Salm  # noqa: N811

    assert Salm.from_pretrained(SALM).audio_locator_tag


def test_nothing_but_what_is_needed_is_downloaded(hub: StandIn, hub_cache: Path):
    assert load().ok
    names = {path.name for path in hub_cache.glob("models--*/snapshots/*/*")}
    assert names == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_a_full_hash_that_is_cached_is_loaded_without_a_question_to_the_hub(
    hub: StandIn, fill: Fill
):
    fill()
    assert load(COMMIT).ok
    assert hub.asked == []


@pytest.mark.parametrize("revision", [OLDER[::-1], "v9"])
def test_a_revision_that_the_hub_does_not_have_is_blamed(hub: StandIn, revision: str):
    outcome = load(revision)
    assert isinstance(outcome.error, HubError)
    assert outcome.message.headline == f"{SALM} has no revision {revision}."


@pytest.mark.parametrize("revision", [TRUNCATED, COMMIT[:12]])
def test_a_shortened_hash_is_refused_before_anything_is_downloaded_and_completed(
    hub: StandIn, hub_cache: Path, revision: str
):
    outcome = load(revision)
    assert isinstance(outcome.error, RevisionError)
    assert "Nothing was downloaded" in outcome.message.headline
    assert f'"{COMMIT}"' in str(outcome.message)
    assert not any("/resolve/" in line for line in hub.asked)
    assert list(hub_cache.iterdir()) == []


def test_the_library_alone_says_what_was_reported_and_the_doctor_explains_it(hub: StandIn):
    from nemo.collections.speechlm2.models import SALM as Salm  # noqa: N811

    with pytest.raises(OSError, match="is not a valid git identifier") as caught:
        Salm.from_pretrained(SALM, revision=TRUNCATED)
    assert str(caught.value).startswith(f"{TRUNCATED} is not a valid git identifier")
    diagnosis = diagnose(caught.value)
    assert diagnosis.kind == "revision"
    assert "REV" in str(diagnosis.advice)


def test_a_hub_that_resolves_abbreviations_teaches_the_cache_what_they_mean(
    hub: StandIn, offline: Any
):
    from nemo.collections.speechlm2.models import SALM as Salm  # noqa: N811

    hub.prefixes = True
    Salm.from_pretrained(SALM, revision=TRUNCATED)
    offline()
    Salm.from_pretrained(SALM, revision=TRUNCATED)


def test_a_private_or_misspelt_repository_is_explained(hub: StandIn):
    del hub.repos[SALM]
    assert load().message.headline.startswith(f"The Hub shows no repository {SALM}")


def test_a_gated_repository_is_explained(hub: StandIn):
    hub.repos[SALM].gated = True
    assert load().message.headline.startswith(f"{SALM} requires you to accept")


def test_a_repository_that_vanished_is_taken_from_the_cache_and_that_is_told(
    hub: StandIn, fill: Fill
):
    fill()
    del hub.repos[SALM]
    loaded = load()
    assert loaded.ok
    assert "The Hub does not show it" in str(loaded.message)


def test_a_new_commit_of_the_branch_is_noticed(hub: StandIn, fill: Fill, checkpoint: Any):
    fill()
    newer = "1" * 40
    repo = hub.repos[SALM]
    hub.repos[SALM] = Repo({newer: dict(checkpoint.salm), **repo.commits}, {"main": newer})
    assert load().revision == newer


# Size, progress, room


def test_progress_tells_the_file_how_much_there_is_and_how_much_came(hub: StandIn, checkpoint: Any):
    size = sum(len(checkpoint.salm[name]) for name in ("config.json", "model.safetensors"))
    hub.hold.clear()
    looks: list[Callable[[], JobState]] = []
    states: list[JobState] = []

    def watch() -> None:
        for _ in range(6_000):
            state = looks[0]() if looks else None
            if state and state.downloaded and state.downloaded.done > size / 4:
                states.append(state)
                break
            threading.Event().wait(0.05)
        hub.hold.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert load(on_start=looks.append).ok
    watcher.join()
    (state,) = states
    assert state.step is JobStep.DOWNLOADING
    assert state.downloaded.total == size
    assert state.stage.startswith(f"downloading model.safetensors of {SALM}: 0.")
    assert state.stage.endswith(f" of {size / 1e6:.1f} MB")


def test_a_download_that_nobody_waits_for_any_more_stops(
    hub: StandIn, hub_cache: Path, no_deadline_before: Callable[..., None]
):
    hub.hold.clear()
    looks: list[Callable[[], JobState]] = []
    no_deadline_before(lambda: "downloading model.safetensors" in looks[0]().stage)
    outcome = load(timeout=0.1, on_start=looks.append)
    assert "took longer than 0.1 s" in outcome.message.headline
    assert f"downloading model.safetensors of {SALM}" in str(outcome.message)
    hub.hold.set()
    for _ in range(200):
        if not list(hub_cache.glob("*/blobs/*.incomplete")):
            break
        threading.Event().wait(0.05)
    assert not list(hub_cache.glob("models--nvidia*/snapshots/*/model.safetensors"))


@pytest.mark.parametrize(("linked", "times"), [(True, 1), (False, 2)])
def test_room_is_asked_for_and_twice_where_no_links_can_be_made(
    hub: StandIn,
    checkpoint: Any,
    monkeypatch: pytest.MonkeyPatch,
    linked: bool,
    times: int,
):
    size = sum(map(len, (checkpoint.salm[n] for n in ("config.json", "model.safetensors"))))
    monkeypatch.setattr("huggingface_hub.file_download.are_symlinks_supported", lambda _: linked)
    free = [times * size - 1]
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: type("U", (), {"free": free[0]}))
    outcome = load()
    assert isinstance(outcome.error, NoSpaceError)
    assert f"needs {times * size / 1e6:.1f} MB" in outcome.message.headline
    assert ("twice its size" in outcome.message.headline) == (not linked)
    assert not any("/resolve/" in line for line in hub.asked)
    free[0] += 1
    assert load().ok


# A network that breaks


def test_a_transfer_that_breaks_off_is_resumed_where_it_stopped(hub: StandIn):
    hub.cut = [200_000]
    loaded = load()
    assert loaded.ok, loaded.message
    assert any(line.endswith("bytes=200000-") for line in hub.asked)


def test_a_file_that_came_with_other_bytes_is_not_kept(hub: StandIn, checkpoint: Any):
    hub.repos[SALM].commits[COMMIT]["model.safetensors"] = checkpoint.salm["model.safetensors"][:-9]
    headline = load().message.headline
    assert "model.safetensors is cut off: it has" in headline


def test_a_hub_that_cannot_be_reached_is_told_at_once(hub: StandIn, virtual_clock: Any):
    hub.down = True
    outcome = load()
    assert isinstance(outcome.error, HubError)
    assert outcome.message.headline == (
        f"{SALM} at revision main is not in the local cache, and the Hub cannot be reached."
    )
    assert len(hub.asked) == 1  # no silent retries
    assert outcome.seconds < 10


def test_without_a_network_the_cached_model_is_loaded_at_once_and_that_is_told(
    hub: StandIn, fill: Fill
):
    fill()
    hub.down = True
    loaded = load()
    assert loaded.ok, loaded.message
    assert loaded.revision == COMMIT
    assert f"The Hub cannot be reached; {SALM} was taken from the local cache" in str(
        loaded.message
    )
    assert len(hub.asked) == 1


def test_only_our_own_context_is_off_the_network_while_a_model_is_restored(hub: StandIn):
    seen = []
    with network.network_off():
        seen.append(network.is_off())
        other = threading.Thread(target=lambda: seen.append(network.is_off()))
        other.start()
        other.join()
    assert seen == [True, False]
    assert network.is_off() is False


def test_the_language_model_that_the_hub_does_not_give_is_named(hub: StandIn):
    del hub.repos[QWEN]
    message = load().message
    assert message.headline.startswith(f"The Hub shows no repository {QWEN}")
    assert f"has a language model inside, {QWEN}" in str(message)
