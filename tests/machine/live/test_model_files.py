import threading

import pytest

from winasr_doctor._util.workers import Budget
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live import LiveMachine, model_files
from winasr_doctor.machine.model import CachedRepo, HubCache, ModelFile

COMMIT = "a" * 40


@pytest.fixture(autouse=True)
def no_nemo_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("NEMO_CACHE_DIR", str(tmp_path / "no-nemo-cache"))


def read(hub=None, **options):
    class Told(LiveMachine):
        readers = {"hub_cache": lambda _: hub or HubCache(path="/none")}

    return model_files.read(Told(**options)).items


def make(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return str(path)


def test_a_file_asked_about_is_looked_at(tmp_path):
    (item,) = read(models=[make(tmp_path / "m.nemo")])
    assert (item.path, item.form) == (str(tmp_path / "m.nemo"), "other")


def test_a_file_asked_about_that_is_missing_says_so(tmp_path):
    (item,) = read(models=[str(tmp_path / "missing.nemo")])
    assert item.form == "unreadable"
    assert item.error


def test_folders_asked_about_are_searched_some_levels_deep(tmp_path):
    near = make(tmp_path / "a.nemo")
    deep = make(tmp_path / "1/2/3/4/b.nemo")
    make(tmp_path / "1/2/3/4/5/c.nemo")
    make(tmp_path / "a.txt")
    assert {item.path for item in read(models=[str(tmp_path)])} == {near, deep}


def test_the_apps_folders_and_nemos_cache_are_searched(tmp_path, monkeypatch):
    app = make(tmp_path / "app" / "models" / "a.NEMO")
    cached = make(tmp_path / "cache" / "NeMo_3.0.0" / "m" / "0a1b" / "m.nemo")
    monkeypatch.setenv("NEMO_CACHE_DIR", str(tmp_path / "cache"))
    assert {i.path for i in read(app_paths=[str(tmp_path / "app")])} == {app, cached}


@pytest.mark.parametrize("folder", [".git", ".venv", "node_modules", "venv", "site-packages"])
def test_folders_that_hold_no_models_are_skipped(tmp_path, folder):
    make(tmp_path / folder / "m.nemo")
    assert read(app_paths=[str(tmp_path)]) == ()


def test_links_to_folders_are_not_followed(tmp_path):
    make(tmp_path / "elsewhere" / "m.nemo")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "loop").symlink_to(tmp_path / "elsewhere")
    assert read(app_paths=[str(tmp_path / "app")]) == ()


@pytest.mark.needs_links
def test_the_hubs_cache_is_searched_through_its_links(tmp_path):
    blob = make(tmp_path / "models--nvidia--p" / "blobs" / "b10b")
    file = tmp_path / "models--nvidia--p" / "snapshots" / COMMIT / "p.nemo"
    file.parent.mkdir(parents=True)
    file.symlink_to(blob)
    repo = CachedRepo(repo_id="nvidia/p", snapshots={COMMIT: ("p.nemo", "config.json")})
    (item,) = read(HubCache(path=str(tmp_path), repos=(repo,)))
    assert (item.path, item.resolved, item.size) == (str(file), blob, 1)


def test_a_hub_cache_that_cannot_be_read_does_not_hide_the_rest(tmp_path):
    def refuse(_host):
        raise Unreadable("no")

    class Told(LiveMachine):
        readers = {"hub_cache": refuse}

    found = model_files.read(Told(models=[make(tmp_path / "m.nemo")])).items
    assert len(found) == 1


def test_one_file_found_in_two_ways_is_looked_at_once(tmp_path):
    path = make(tmp_path / "m.nemo")
    (item,) = read(models=[path, str(tmp_path)], app_paths=[str(tmp_path)])
    assert item.path == path


def test_a_file_that_does_not_answer_is_unreadable(tmp_path, monkeypatch):
    never = threading.Event()
    slow, quick = make(tmp_path / "slow.nemo"), make(tmp_path / "quick.nemo")

    def inspect(path, resolved):
        if path == slow:
            never.wait()
        return ModelFile(path=path, resolved=resolved, size=1, form="other")

    monkeypatch.setattr(model_files, "inspect", inspect)
    first, second = read(models=[slow, quick], timeout=2)
    assert (first.form, first.error) == ("unreadable", "did not answer in time")
    assert second.form == "other"
    never.set()


def test_a_search_ends_with_its_budget(tmp_path):
    for number in range(10):
        make(tmp_path / f"{number}.nemo")
    assert len(list(model_files.below(str(tmp_path), Budget(60, 4)))) == 4
