"""The list of models, and what keeps one from being loaded."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Report, Result, Severity, Status, Tool
from winasr_doctor.machine.model import CachedRepo, HubCache
from winasr_doctor.models.known import KNOWN_MODELS
from winasr_doctor.ui.models import Choice, ModelState, choices, read_cache
from winasr_doctor.ui.preflight import blocked_by, blockers, concerning

PARAKEET = "parakeet-tdt-0.6b-v3"
CACHE = HubCache(
    path="/cache",
    repos=(
        CachedRepo(
            repo_id=f"nvidia/{PARAKEET}", snapshots={"a" * 40: (f"{PARAKEET}.nemo", "README.md")}
        ),
    ),
)
BIG = Choice(
    PARAKEET,
    ModelState.READY,
    "",
    path="/cache/p.nemo",
    repo_id=f"nvidia/{PARAKEET}",
    unpacked_bytes=2_500_000_000,
)
SMALL = Choice("tiny", ModelState.READY, "", path="/tiny.nemo", unpacked_bytes=1_000_000)


def everything(_package):
    return True


def by_name(**options):
    return {each.name: each for each in choices(**{"installed": everything, **options})}


def found(code, severity=Severity.ERROR, **evidence):
    return Result(code, code[:3], "", Status.FAIL, severity, "found", evidence, (), "")


def report(*results):
    return Report(Tool("winasr_doctor", "0"), {}, results)


def test_the_bundled_model_comes_first():
    assert choices(installed=everything)[0].name == "tiny"


def test_every_known_model_is_listed():
    assert {model.name for model in KNOWN_MODELS} <= set(by_name())


def test_the_bundled_model_is_ready():
    assert by_name()["tiny"].state is ModelState.READY


def test_a_model_in_the_cache_is_ready():
    choice = by_name(cache=CACHE)[PARAKEET]
    assert (choice.state, choice.download_bytes) == (ModelState.READY, 0)
    assert choice.path.endswith(f"{PARAKEET}.nemo")


def test_a_model_that_is_not_there_says_how_much_it_downloads():
    choice = by_name()[PARAKEET]
    assert choice.state is ModelState.DOWNLOAD
    assert "2.5 GB" in choice.label


def test_canary_qwen_says_what_it_needs():
    choice = by_name(installed=lambda name: name != "peft")["canary-qwen-2.5b"]
    assert choice.state is ModelState.EXTRA
    assert "peft" in choice.label


def test_without_nemo_every_model_says_so():
    states = {each.state for each in choices(installed=lambda name: name != "nemo")}
    assert states == {ModelState.EXTRA}


def test_a_blocked_model_names_the_finding():
    choice = by_name(blocked={PARAKEET: "TMP005"})[PARAKEET]
    assert (choice.state, "TMP005" in choice.label) == (ModelState.BLOCKED, True)


def test_a_given_file_is_offered_first(tmp_path):
    path = tmp_path / "mine.nemo"
    path.write_bytes(b"x" * 10)
    first = choices((str(path),), installed=everything)[0]
    assert (first.name, first.state, first.unpacked_bytes) == (str(path), ModelState.READY, 10)
    assert first.label.startswith("mine.nemo: ")


def test_a_given_file_that_is_missing_says_so(tmp_path):
    first = choices((str(tmp_path / "no.nemo"),), installed=everything)[0]
    assert first.state is ModelState.MISSING


def test_a_given_known_model_is_not_listed_twice():
    names = [each.name for each in choices((PARAKEET,), installed=everything)]
    assert names[0] == PARAKEET
    assert names.count(PARAKEET) == 1


def test_a_missing_cache_is_empty(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    assert read_cache().repos == ()


def test_too_little_room_counts_for_the_model_that_is_too_large():
    full = report(found("TMP005", free=1_000_000_000))
    assert [each.code for each in concerning(full, BIG)] == ["TMP005"]
    assert concerning(full, SMALL) == ()


def test_a_damaged_file_counts_for_its_own_model():
    damaged = report(found("NEM006", path="/cache/p.nemo"))
    assert concerning(damaged, BIG)
    assert concerning(damaged, SMALL) == ()


def test_a_broken_pin_counts_for_its_own_repository():
    broken = report(found("REV001", repo_id=f"nvidia/{PARAKEET}"))
    assert concerning(broken, BIG)
    assert concerning(broken, SMALL) == ()


def test_a_missing_nemo_counts_for_every_model():
    missing = report(found("NEM001", Severity.WARNING))
    assert concerning(missing, BIG)
    assert concerning(missing, SMALL)


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_what_is_no_error_does_not_keep_a_model_from_being_loaded(severity):
    assert concerning(report(found("TMP005", severity, free=0)), BIG) == ()


def test_blocked_models_are_named_with_the_code():
    full = report(found("TMP005", free=1_000_000_000))
    assert blocked_by(full, (SMALL, BIG)) == {PARAKEET: "TMP005"}


def test_too_little_room_for_the_download_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    empty = report()
    monkeypatch.setattr("winasr_doctor.ui.preflight.scan", lambda *_args, **_options: empty)
    huge = Choice("huge", ModelState.DOWNLOAD, "", download_bytes=10**18, repo_id="a/huge")
    (blocker,) = blockers(huge)
    assert "downloading huge needs" in blocker.summary
