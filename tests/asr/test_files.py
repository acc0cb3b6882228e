"""Local model files are looked at before NeMo sees them."""

from __future__ import annotations

import os
import re
import shutil
import tarfile
import threading

import pytest

from winasr_doctor.asr import files, load_model
from winasr_doctor.asr.errors import ModelFileError
from winasr_doctor.asr.files import check_model_file
from winasr_doctor.asr.models import TINY_FILE
from winasr_doctor.locks import holders
from winasr_doctor.locks.holders.model import Holder, Holding, Who

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"


def refused(path):
    with pytest.raises(ModelFileError) as caught:
        check_model_file(str(path))
    assert str(path) in str(caught.value)
    return caught.value


def test_a_complete_model_is_accepted():
    check_model_file(str(TINY_FILE))


def test_a_missing_file_is_told_with_those_that_are_there(tmp_path):
    shutil.copy(TINY_FILE, tmp_path / "parakeet-v3.nemo")
    error = refused(tmp_path / "parakeet-v2.nemo")
    assert str(error).endswith("does not exist.")
    assert error.remedies[0].steps == (str(tmp_path / "parakeet-v3.nemo"),)


def test_a_folder_is_told_with_the_models_in_it(tmp_path):
    shutil.copy(TINY_FILE, tmp_path / "a.nemo")
    error = refused(tmp_path)
    assert "is a folder" in str(error)
    assert error.remedies[0].steps == (str(tmp_path / "a.nemo"),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (POINTER, "a Git LFS pointer"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"", "is empty"),
        (b"RIFF" + b"\0" * 600, "neither a tar nor a tar.gz archive"),
    ],
)
def test_what_is_no_archive_is_told_for_what_it_is(tmp_path, content, words):
    path = tmp_path / "m.nemo"
    path.write_bytes(content)
    error = refused(path)
    assert words in str(error)
    assert error.remedies


def test_a_truncated_model_is_told(tmp_path):
    path = tmp_path / "m.nemo"
    whole = TINY_FILE.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut off" in str(refused(path))


def test_an_archive_without_weights_is_told(tmp_path):
    config = tmp_path / "model_config.yaml"
    config.write_text("target: x\n")
    path = tmp_path / "m.nemo"
    with tarfile.open(path, "w") as archive:
        archive.add(config, "model_config.yaml")
    assert "without model_weights.ckpt" in str(refused(path))


def in_use(*args, **options):
    raise PermissionError(13, "Permission denied", args[0])


def test_a_locked_file_is_told_with_its_holder(tmp_path, monkeypatch):
    path = tmp_path / "m.nemo"
    shutil.copy(TINY_FILE, path)
    holder = Holder(Who.OTHER, 77, "OneDrive.exe", str(path), "open file", "test")
    monkeypatch.setattr(files, "holders_of", lambda where: Holding(where, (holder,)))
    monkeypatch.setattr("winasr_doctor.machine.live.archive.open_regular", in_use)
    monkeypatch.setattr(files, "open", in_use, raising=False)
    error = refused(path)
    assert "OneDrive.exe, pid 77" in str(error)
    assert isinstance(error.__cause__, PermissionError)


def test_a_holder_is_named_though_others_could_not_be_asked_in_time(tmp_path, monkeypatch):
    path, never = tmp_path / "m.nemo", threading.Event()
    shutil.copy(TINY_FILE, path)
    monkeypatch.setitem(holders.holders_of.__kwdefaults__, "timeout", 2.0)
    monkeypatch.setattr(holders, "sources", lambda: (lambda *_: never.wait(),))
    monkeypatch.setattr("winasr_doctor.machine.live.archive.open_regular", in_use)
    monkeypatch.setattr(files, "open", in_use, raising=False)
    with path.open("rb"):
        assert re.search(rf"open in this process \(.*pid {os.getpid()}\)", str(refused(path)))
    never.set()


def test_a_locked_file_whose_holder_nobody_knows_is_told(tmp_path, monkeypatch):
    path = tmp_path / "m.nemo"
    shutil.copy(TINY_FILE, path)
    monkeypatch.setattr(files, "holders_of", Holding)
    monkeypatch.setattr("winasr_doctor.machine.live.archive.open_regular", in_use)
    monkeypatch.setattr(files, "open", in_use, raising=False)
    assert "another program has it open, or this account may not" in str(refused(path))


def test_the_outcome_of_a_damaged_file_says_what_it_is(tmp_path):
    path = tmp_path / "m.nemo"
    path.write_bytes(POINTER)
    outcome = load_model(path)
    assert outcome.status == "load_failed"
    assert "a Git LFS pointer" in outcome.message.headline
    assert outcome.message.details[0] == f"{path} was not loaded."
    assert outcome.attempts == outcome.leftovers == ()
