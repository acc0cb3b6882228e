import os
import time

import pytest

from winasr_doctor.machine.live import LiveMachine, leftovers
from winasr_doctor.machine.model import Place, Places

LINE = '{"audio_filepath": "a.wav", "duration": 100000, "text": ""}\n'
HOUR = 3600


@pytest.fixture
def later(monkeypatch):
    """Let an hour pass: what was made just now is old."""
    monkeypatch.setattr(leftovers, "time", lambda: time.time() + HOUR)


def make(folder, **files):
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_bytes(text.encode())
    return folder


def found(folder, **options):
    return leftovers.scan_folder(str(folder), 60, **options).items


def test_a_manifest_is_left_by_a_transcription(tmp_path, later):
    make(tmp_path / "tmpab12", manifest__json=LINE)
    (item,) = found(tmp_path)
    assert (item.path, item.phase) == (str(tmp_path / "tmpab12"), "transcribe")
    assert (item.files, item.size) == (1, len(LINE))
    assert item.age == pytest.approx(HOUR, abs=60)


@pytest.mark.parametrize(
    "name", ["model_config__yaml", "model_weights__ckpt", "0a1b_tokenizer__model"]
)
def test_unpacked_files_are_left_by_a_load(tmp_path, later, name):
    make(tmp_path / "tmpab12", **{name: "x"})
    (item,) = found(tmp_path)
    assert item.phase == "load"


def test_the_manifest_of_a_browser_extension_is_not_nemos(tmp_path, later):
    make(tmp_path / "scoped_dir", manifest__json='{"manifest_version": 3}')
    make(tmp_path / "tmpext", manifest__json='{"manifest_version": 3}')
    assert found(tmp_path) == ()


def test_an_empty_manifest_counts_only_in_a_folder_that_tempfile_named(tmp_path, later):
    make(tmp_path / "tmpab12", manifest__json="")
    make(tmp_path / "other", manifest__json="")
    assert [item.path for item in found(tmp_path)] == [str(tmp_path / "tmpab12")]


def test_a_tokenizer_alone_counts_only_in_a_folder_that_tempfile_named(tmp_path, later):
    make(tmp_path / "my_tokenizers", a_tokenizer__model="x")
    assert found(tmp_path) == ()


def test_what_was_just_written_may_still_be_in_use(tmp_path):
    make(tmp_path / "tmpab12", manifest__json=LINE)
    assert found(tmp_path) == ()


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_a_file_just_unpacked_is_in_use_however_old_the_archive_says_it_is(tmp_path):
    folder = make(tmp_path / "tmpab12", model_weights__ckpt="x")
    os.utime(folder / "model_weights.ckpt", (0, 0))
    os.utime(folder, (0, 0))
    assert found(tmp_path) == ()


def test_other_folders_and_files_are_left_alone(tmp_path, later):
    make(tmp_path / "tmpempty")
    make(tmp_path / "tmpother", data__bin="x")
    (tmp_path / "manifest.json").write_text(LINE)
    assert found(tmp_path) == ()


def test_links_are_neither_entered_nor_weighed(tmp_path, later):
    outside = make(tmp_path / "outside", manifest__json=LINE, big__bin="x" * 1000)
    temp = tmp_path / "temp"
    temp.mkdir()
    (temp / "tmplink").symlink_to(outside)
    real = make(temp / "tmpreal", manifest__json=LINE)
    (real / "link").symlink_to(outside)
    (item,) = found(temp)
    assert (item.path, item.files, item.size) == (str(real), 1, len(LINE))


def test_folders_below_are_weighed_too(tmp_path, later):
    folder = make(tmp_path / "tmpab12", model_weights__ckpt="12345")
    make(folder / "sub", part="123")
    (item,) = found(tmp_path)
    assert (item.files, item.size) == (2, 8)


def test_a_search_that_was_cut_short_says_so(tmp_path, later):
    for number in range(5):
        make(tmp_path / f"tmp{number}", manifest__json=LINE)
    cut = leftovers.scan_folder(str(tmp_path), 60, entries=3)
    assert not cut.complete
    assert leftovers.scan_folder(str(tmp_path), 60).complete


def test_a_missing_temp_folder_holds_nothing(tmp_path):
    assert found(tmp_path / "missing") == ()


def test_each_temp_folder_is_looked_through_once(tmp_path, later):
    make(tmp_path / "tmpab12", manifest__json=LINE)

    class Told(LiveMachine):
        readers = {
            "places": lambda _: Places(
                items=tuple(Place(role=role, path=str(tmp_path)) for role in ("TEMP", "TMP"))
            )
        }

    read = leftovers.read(Told())
    assert (len(read.items), read.complete) == (1, True)
