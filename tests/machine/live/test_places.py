import errno
import os
import tempfile
import threading
from pathlib import Path

import pytest

from winasr_doctor.machine.live import LiveMachine, places


@pytest.fixture
def clean(monkeypatch):
    for name in ("TEMP", "TMP", "TMPDIR", "HF_HOME", "HF_HUB_CACHE", "NEMO_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)


def read(**options):
    return places.read(LiveMachine(**options))


def test_each_temp_variable_is_a_place(clean, monkeypatch, tmp_path):
    for name in ("TEMP", "TMP", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    seen = read().of("TEMP", "TMP", "TMPDIR")
    assert [place.role for place in seen] == ["TEMP", "TMP", "TMPDIR"]
    assert all(place.writable and place.exists and place.directory for place in seen)


def test_an_unset_variable_is_no_place(clean):
    assert read().of("TEMP", "TMP", "TMPDIR") == ()


def test_a_missing_temp_folder_is_not_tried(clean, monkeypatch, tmp_path):
    monkeypatch.setenv("TEMP", str(tmp_path / "missing"))
    place = read().first("TEMP")
    assert (place.exists, place.writable, place.write_error) == (False, None, None)


def test_a_file_in_temps_place_is_no_folder(clean, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TEMP", str(tmp_path / "file"))
    place = read().first("TEMP")
    assert (place.exists, place.directory) == (True, False)


def test_a_folder_that_refuses_says_with_which_error(clean, monkeypatch, tmp_path):
    monkeypatch.setenv("TEMP", str(tmp_path))
    monkeypatch.setattr(places, "write_error", lambda _path: 5)
    place = read().first("TEMP")
    assert (place.writable, place.write_error) == (False, 5)


def test_the_apps_own_folder_is_not_written_to(clean, tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    before = app.stat().st_mtime_ns
    place = read(app_paths=[str(app)]).first("app")
    assert place.writable is None
    assert app.stat().st_mtime_ns == before


def test_scratch_and_models_are_places(clean, tmp_path):
    seen = read(scratch=str(tmp_path), models=[str(tmp_path / "x.nemo")])
    assert seen.first("scratch").writable is True
    assert seen.first("model").exists is False


def test_caches_are_places(clean, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("NEMO_CACHE_DIR", str(tmp_path))
    seen = read()
    assert seen.first("hub_cache").path == str(tmp_path / "hub")
    assert seen.first("nemo_cache").exists


def test_a_virtual_environment_is_a_place(clean, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert read().first("venv").path == str(tmp_path)


def test_outside_of_one_there_is_no_virtual_environment(clean, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr("sys.base_prefix", str(tmp_path))
    assert read().first("venv") is None


def test_a_conda_environment_counts_as_one(clean, monkeypatch, tmp_path):
    (tmp_path / "conda-meta").mkdir()
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr("sys.base_prefix", str(tmp_path))
    assert read().first("venv").path == str(tmp_path)


@pytest.mark.needs_links
def test_links_are_resolved_and_the_path_is_kept(clean, monkeypatch, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("TEMP", str(tmp_path / "link"))
    place = read().first("TEMP")
    assert place.path == str(tmp_path / "link")
    assert place.resolved == os.path.realpath(tmp_path / "real")


def test_one_place_that_hangs_does_not_hide_the_others(clean, monkeypatch, tmp_path):
    never = threading.Event()
    monkeypatch.setenv("TEMP", "/dead/drive")
    monkeypatch.setenv("TMP", str(tmp_path))
    look = places.look
    monkeypatch.setattr(
        places, "look", lambda path, probe: never.wait() if "dead" in path else look(path, probe)
    )
    seen = read(timeout=2)
    assert seen.first("TMP").writable is True
    dead = seen.first("TEMP")
    assert (dead.exists, dead.writable, dead.resolved) == (True, None, None)
    never.set()


def test_one_folder_named_thrice_is_tried_once(clean, monkeypatch, tmp_path):
    tries = []
    for name in ("TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(places, "tempfile_answer", lambda *_: None)
    monkeypatch.setattr(places, "write_error", tries.append)
    read(scratch=str(tmp_path))
    assert tries.count(str(tmp_path)) == 1


@pytest.mark.parametrize("first", ["TMPDIR", "TEMP", "TMP"])
def test_tempfiles_answer_is_the_one_tempfile_gives(clean, monkeypatch, tmp_path, first):
    order = ["TMPDIR", "TEMP", "TMP"]
    for name in order[order.index(first) :]:
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert read().first("tempfile").path == tempfile.gettempdir() == str(tmp_path / first)


def test_tempfile_passes_over_a_folder_that_is_missing(clean, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert read().first("tempfile").path == tempfile.gettempdir() == str(tmp_path)


def test_tempfile_makes_a_relative_folder_absolute(clean, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    monkeypatch.setenv("TMPDIR", "sub")
    seen = read()
    assert seen.first("tempfile").path == str(tmp_path / "sub")
    assert seen.first("TMPDIR").path == "sub"


def test_where_every_folder_refuses_there_is_no_answer(monkeypatch):
    monkeypatch.setattr(places, "write_error", lambda _path: errno.EACCES)
    assert places.tempfile_answer(["/a", "/b"], 10) is None


def test_tempfile_waits_for_a_folder_that_does_not_answer(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(places, "write_error", lambda path: never.wait() if path == "/a" else None)
    assert places.tempfile_answer(["/a", "/b"], 0.1) == "/a"
    never.set()


def test_on_windows_tempfile_has_other_folders_to_fall_back_on(clean, monkeypatch):
    monkeypatch.setattr(places, "this_os", lambda: "windows")
    candidates = places.temp_candidates({"TMP": "x"})
    assert candidates[0] == str(Path("x").absolute())
    assert any(path.endswith(r"c:\temp") for path in candidates)


def test_a_folder_that_may_not_be_looked_at_exists(monkeypatch):
    def refuse(_self, **_options):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(places.Path, "stat", refuse)
    assert places._kind("/secret") == (True, True)
