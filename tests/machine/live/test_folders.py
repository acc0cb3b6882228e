import errno
import os

import pytest

from winasr_doctor.machine.live import folders
from winasr_doctor.windows import win32


def refuse(winerror=5, kind=PermissionError, number=errno.EACCES):
    def call(path, *_args, **_options):
        error = kind(number, "Access is denied", path)
        if winerror:
            error.winerror = winerror
        raise error

    return call


def test_a_writable_folder_is_left_as_it_was(tmp_path):
    assert folders.write_error(str(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_cannot_be_written_to(tmp_path):
    assert folders.write_error(str(tmp_path / "missing")) == errno.ENOENT


def test_a_refusal_is_told_by_windows_own_number(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "open", refuse(winerror=5))
    assert folders.write_error(str(tmp_path)) == 5


def test_a_refusal_is_not_tried_again_and_again_as_tempfile_does(monkeypatch, tmp_path):
    calls = []

    def count(path, *_args):
        calls.append(path)
        refuse()(path)

    monkeypatch.setattr(os, "open", count)
    folders.write_error(str(tmp_path))
    assert len(calls) == 1


def test_names_that_are_taken_are_tried_twice_at_most(monkeypatch, tmp_path):
    calls = []

    def taken(path, *_args):
        calls.append(path)
        refuse(80, FileExistsError, errno.EEXIST)(path)

    monkeypatch.setattr(os, "open", taken)
    assert folders.write_error(str(tmp_path)) == 80
    assert len(set(calls)) == 2


def test_a_scanner_that_lets_go_soon_does_no_harm(monkeypatch, tmp_path, virtual_clock):
    real, held = os.unlink, iter([True, True, False])

    def unlink(path):
        if next(held):
            refuse(32)(path)
        real(path)

    monkeypatch.setattr(os, "unlink", unlink)
    assert folders.write_error(str(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_removed_again_is_an_error(monkeypatch, tmp_path, virtual_clock):
    monkeypatch.setattr(os, "unlink", refuse(32))
    assert folders.write_error(str(tmp_path)) == 32
    assert virtual_clock.monotonic() < 0.5


def test_a_file_that_somebody_else_removed_is_no_error(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "unlink", refuse(2, FileNotFoundError, errno.ENOENT))
    assert folders.write_error(str(tmp_path)) is None


def test_a_path_that_is_none_cannot_be_written_to_or_resolved():
    assert folders.write_error("a\0b") == errno.EINVAL
    assert folders.resolve("a\0b") is None


@pytest.mark.needs_links
def test_links_are_resolved(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert folders.resolve(str(tmp_path / "link")) == os.path.realpath(tmp_path / "real")


def test_a_loop_of_links_is_survived(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert folders.resolve(str(tmp_path / "loop"))


@pytest.mark.parametrize(
    ("real", "resolved"),
    [
        (r"C:\Temp", r"C:\Temp"),
        ("\\\\?\\C:\\Temp", r"C:\Temp"),
        (r"S:\tmp", r"C:\asr\tmp"),
        (r"C:\Users\ADALOV~1\Temp", r"C:\Users\ada lovelace\Temp"),
        (r"\\nas\share\tmp", r"\\nas\share\tmp"),
    ],
)
def test_substituted_drives_and_short_names_are_resolved(monkeypatch, real, resolved):
    monkeypatch.setattr(folders, "this_os", lambda: "windows")
    monkeypatch.setattr(os.path, "realpath", lambda path: path)
    monkeypatch.setattr(win32, "dos_device", lambda d: "\\??\\C:\\asr" if d == "S:" else "\\D\\1")
    monkeypatch.setattr(win32, "long_path", lambda p: p.replace("ADALOV~1", "ada lovelace"))
    assert folders.resolve(real) == resolved
