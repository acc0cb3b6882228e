import io
import os
import tarfile
from hashlib import sha512
from pathlib import Path

import pytest

from winasr_doctor.machine.live import archive

FILES = {
    "model_config.yaml": b"target: x\n",
    "model_weights.ckpt": b"".join(sha512(bytes([n])).digest() for n in range(150)),
}


def nemo(path, files=None, mode="w", prefix="./"):
    with tarfile.open(path, mode) as tar:
        for name, data in (FILES if files is None else files).items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return str(path)


def cut(path, size):
    with Path(path).open("r+b") as file:
        file.truncate(size)


@pytest.mark.parametrize(("mode", "form"), [("w", "tar"), ("w:gz", "tar.gz")])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_a_whole_model_is_told_by_what_it_holds(tmp_path, mode, form, prefix):
    read = archive.inspect(nemo(tmp_path / "m.nemo", mode=mode, prefix=prefix))
    assert (read.form, read.config, read.weights) == (form, True, True)
    assert (read.truncated, read.error) == (False, None)
    assert read.unpacked == sum(map(len, FILES.values()))
    assert read.longest_member == len("model_weights.ckpt")
    assert read.size == (tmp_path / "m.nemo").stat().st_size


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_model_without_weights_lacks_them(tmp_path, mode):
    read = archive.inspect(nemo(tmp_path / "m.nemo", {"model_config.yaml": b"x"}, mode))
    assert (read.config, read.weights, read.truncated) == (True, False, False)


@pytest.mark.parametrize("size", [512, 600, 1024, 1200, 1536, 2000, 6000, 10700])
def test_a_plain_archive_cut_off_is_truncated(tmp_path, size):
    path = nemo(tmp_path / "m.nemo")
    cut(path, size)
    assert archive.inspect(path).truncated


def test_an_archive_without_its_end_mark_lacks_nothing(tmp_path):
    path = nemo(tmp_path / "m.nemo")
    cut(path, 512 + 512 + 512 + 9728)  # two headers and the data, padded to whole blocks
    assert not archive.inspect(path).truncated


@pytest.mark.parametrize("missing", [1, 4, 100, 5000])
def test_a_compressed_archive_cut_off_is_truncated(tmp_path, missing):
    path = nemo(tmp_path / "m.nemo", mode="w:gz")
    cut(path, Path(path).stat().st_size - missing)
    assert archive.inspect(path).truncated


@pytest.fixture
def no_time(monkeypatch):
    monkeypatch.setattr(archive, "SECONDS", -1)


def test_a_compressed_archive_too_long_to_read_is_judged_by_its_end(tmp_path, no_time):
    path = nemo(tmp_path / "m.nemo", mode="w:gz")
    assert not archive.inspect(path).truncated
    cut(path, Path(path).stat().st_size - 3)
    assert archive.inspect(path).truncated


def test_damage_inside_a_compressed_archive_is_told(tmp_path):
    path = nemo(tmp_path / "m.nemo", mode="w:gz")
    with Path(path).open("r+b") as file:
        file.seek(-8, os.SEEK_END)
        file.write(b"\0\0\0\0")  # the checksum
    read = archive.inspect(path)
    assert "damaged" in read.error
    assert not read.truncated


def test_damage_between_members_is_told(tmp_path):
    path = nemo(tmp_path / "m.nemo")
    with Path(path).open("r+b") as file:
        file.seek(1024)
        file.write(b"x" * 512)  # the second header
    read = archive.inspect(path)
    assert "damaged after ./model_config.yaml" in read.error
    assert (read.config, read.weights) == (True, False)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n", "lfs-pointer"),
        (b"\n<!DOCTYPE html><html><title>Sign in</title>", "html"),
        (b"\xef\xbb\xbf<html lang=en>", "html"),
        (b"PK\x03\x04zip", "other"),
        (b"x" * 2000, "other"),
        (b"\0" * 2000, "other"),
    ],
)
def test_what_is_no_model_is_told_by_its_first_bytes(tmp_path, content, form):
    (tmp_path / "m.nemo").write_bytes(content)
    read = archive.inspect(str(tmp_path / "m.nemo"))
    assert (read.form, read.config, read.size) == (form, False, len(content))


def test_gzip_around_something_else_is_no_model(tmp_path):
    import gzip

    (tmp_path / "m.nemo").write_bytes(gzip.compress(b"not a tar archive" * 100))
    read = archive.inspect(str(tmp_path / "m.nemo"))
    assert (read.config, read.weights) == (False, False)


def test_a_missing_file_is_unreadable(tmp_path):
    read = archive.inspect(str(tmp_path / "m.nemo"))
    assert (read.form, read.size) == ("unreadable", 0)
    assert read.error


def test_a_locked_file_is_unreadable(tmp_path, monkeypatch):
    path = nemo(tmp_path / "m.nemo")

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archive, "open_regular", refuse)
    read = archive.inspect(path)
    assert (read.form, read.error) == ("unreadable", "Permission denied")
    assert read.size


@pytest.mark.parametrize("attribute", [0x1000, 0x40000, 0x400000])
def test_a_file_that_is_only_in_the_cloud_is_not_downloaded(tmp_path, monkeypatch, attribute):
    path = nemo(tmp_path / "m.nemo")

    class Status:
        st_size = 10
        st_file_attributes = attribute

    monkeypatch.setattr(archive.Path, "lstat", lambda _self: Status)
    monkeypatch.setattr(archive.Path, "open", lambda *_: pytest.fail("it was read"))
    read = archive.inspect(path)
    assert (read.form, read.attributes) == ("unreadable", attribute)
    assert "cloud" in read.error
