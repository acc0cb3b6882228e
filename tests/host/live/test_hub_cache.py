import pytest

from winasr_doctor.host.base import Unreadable
from winasr_doctor.host.live import hub_cache
from winasr_doctor.host.live.waiting import Budget

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


def test_a_link_whose_blob_is_gone_holds_nothing(tmp_path):
    folder = repo(tmp_path)
    link(folder, "model.nemo")
    (folder / "blobs" / "b10b").unlink()
    assert read(tmp_path).repo(MODEL).snapshots == {COMMIT: ()}


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
