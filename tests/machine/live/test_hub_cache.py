import json

import pytest

from winasr_doctor._util.workers import Budget
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import LiveMachine, hub_cache, speech_language

COMMIT = "a" * 40
MODEL = "nvidia/parakeet-tdt-0.6b-v3"


def repo(cache, name="models--nvidia--parakeet-tdt-0.6b-v3"):
    folder = cache / name
    (folder / "blobs").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT)
    (folder / "snapshots" / COMMIT).mkdir(parents=True)
    return folder


def link(folder, name, blob="b10b"):
    (folder / "blobs" / blob).write_text("data")
    file = folder / "snapshots" / COMMIT / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to(folder / "blobs" / blob)


def read(cache, steps=1000, **variables):
    return hub_cache.cached({"HF_HUB_CACHE": str(cache), **variables}, Budget(60, steps))


@pytest.mark.needs_links
def test_revisions_and_their_files_are_read(tmp_path):
    folder = repo(tmp_path)
    link(folder, "model.nemo")
    link(folder, "sub/config.json", "c0de")
    held = read(tmp_path).repo(MODEL)
    assert held.repo_id == MODEL
    assert held.refs == {"main": COMMIT}
    assert sorted(held.snapshots[COMMIT]) == ["model.nemo", "sub/config.json"]


def test_a_ref_may_lie_deeper(tmp_path):
    folder = repo(tmp_path)
    (folder / "refs" / "refs" / "pr").mkdir(parents=True)
    (folder / "refs" / "refs" / "pr" / "1").write_text("b" * 40 + "\n")
    assert read(tmp_path).repo(MODEL).refs == {"main": COMMIT, "refs/pr/1": "b" * 40}


@pytest.mark.needs_links
def test_a_link_whose_blob_is_gone_holds_nothing(tmp_path):
    folder = repo(tmp_path)
    link(folder, "model.nemo")
    (folder / "blobs" / "b10b").unlink()
    assert read(tmp_path).repo(MODEL).snapshots == {COMMIT: ()}


@pytest.mark.needs_links
def test_links_are_told_from_copies(tmp_path):
    folder = repo(tmp_path)
    assert read(tmp_path).symlinks is None
    link(folder, "model.nemo")
    assert read(tmp_path).symlinks is True
    (folder / "snapshots" / COMMIT / "config.json").write_text("{}")
    assert read(tmp_path).symlinks is False


def test_data_sets_are_no_models(tmp_path):
    repo(tmp_path, "datasets--org--speech")
    assert read(tmp_path).repos == ()


def test_a_model_without_an_owner_is_read(tmp_path):
    repo(tmp_path, "models--gpt2")
    assert read(tmp_path).repos[0].repo_id == "gpt2"


def test_a_cache_that_does_not_exist_is_empty(tmp_path):
    read_ = read(tmp_path / "missing", HF_HUB_OFFLINE="1")
    assert (read_.repos, read_.offline) == ((), True)


def test_a_cache_that_may_not_be_listed_is_unreadable(tmp_path, monkeypatch):
    def refuse(_self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(hub_cache.Path, "iterdir", refuse)
    with pytest.raises(Unreadable, match="cannot be listed: Permission denied"):
        read(tmp_path)


def test_a_cache_too_large_to_walk_is_unreadable_rather_than_half_known(tmp_path):
    link(repo(tmp_path), "model.nemo")
    with pytest.raises(Unreadable, match="too large"):
        read(tmp_path, steps=2)


def test_a_half_made_repository_is_survived(tmp_path):
    (tmp_path / "models--a--b").mkdir()
    (tmp_path / "models--c--d").touch()
    assert [held.refs for held in read(tmp_path).repos] == [{}, {}]


# Canary-Qwen

SALM = "models--nvidia--canary-qwen-2.5b"
HEADER = json.dumps({"__metadata__": {}, "w": {"data_offsets": [0, 12]}}).encode()
WHOLE = len(HEADER).to_bytes(8, "little") + HEADER + bytes(12)


def weights_of(cache, data, name=SALM):
    (repo(cache, name) / "snapshots" / COMMIT / "model.safetensors").write_bytes(data)
    return read(cache).repos[0].weights


@pytest.mark.parametrize(
    ("data", "form", "whole"),
    [
        (WHOLE, "safetensors", len(WHOLE)),
        (WHOLE[:-1], "safetensors", len(WHOLE)),
        (WHOLE[:20], "safetensors", len(WHOLE) - 12),
        (WHOLE[:8], "safetensors", len(WHOLE) - 12),
        (WHOLE + b"more", "safetensors", len(WHOLE)),
        (b"", "empty", None),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "lfs-pointer", None),
        (b"<!DOCTYPE html><title>404</title>", "html", None),
        (b"PK\x03\x04 something else altogether", "other", None),
        ((4).to_bytes(8, "little") + b"{no}", "other", None),
    ],
)
def test_the_weights_of_canary_qwen_are_looked_at(tmp_path, data, form, whole):
    (found,) = weights_of(tmp_path, data)
    assert (found.commit, found.name) == (COMMIT, "model.safetensors")
    assert (found.form, found.size, found.whole) == (form, len(data), whole)


def test_no_other_models_weights_are_opened(tmp_path):
    assert weights_of(tmp_path, WHOLE, "models--org--other") == ()


def test_weights_that_may_not_be_read_are_unreadable(tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    weights_of(tmp_path, WHOLE)
    monkeypatch.setattr(speech_language, "open_regular", refuse)
    (found,) = read(tmp_path).repos[0].weights
    assert (found.form, found.error) == ("unreadable", "Permission denied")


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The app's folder, and another one as the current folder."""
    for name in ("app", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "app"


def test_a_folder_with_the_repositorys_name_is_found_beside_the_app(app):
    (app / "main.py").touch()
    folder = app / "nvidia" / "canary-qwen-2.5b"
    folder.mkdir(parents=True)
    (folder / "config.json").touch()
    for given in (app, app / "main.py"):
        (found,) = speech_language.shadows([str(given)])
        assert (found.path, found.current) == (str(folder), False)
        assert (found.config, found.weights) == (True, False)


def test_one_in_the_current_folder_is_found_without_an_app_and_once(app, monkeypatch):
    (app / "nvidia" / "canary-qwen-2.5b").mkdir(parents=True)
    monkeypatch.chdir(app)
    assert [each.current for each in speech_language.shadows([])] == [True]
    assert len(speech_language.shadows([str(app)])) == 1


def test_a_file_of_that_name_or_nothing_is_no_folder(app):
    (app / "nvidia").mkdir()
    (app / "nvidia" / "canary-qwen-2.5b").touch()
    assert speech_language.shadows([str(app)]) == ()


def test_a_scan_of_this_machine_looks_for_such_folders(app, monkeypatch):
    (app / "nvidia" / "canary-qwen-2.5b").mkdir(parents=True)
    monkeypatch.setenv("HF_HUB_CACHE", str(app / "hub"))
    assert len(LiveMachine(app_paths=[str(app)]).hub_cache.shadows) == 1
