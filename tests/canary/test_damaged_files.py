"""What is wrong with a model's files is said before NeMo is asked, and how to get them again."""

from __future__ import annotations

import json
import shutil
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import diagnose, load_model
from winasr_doctor._util.installation import is_installed
from winasr_doctor.asr import MissingPackageError, ModelFileError, RevisionError
from winasr_doctor.asr.speech_language import packages

from .conftest import COMMIT, QWEN, SALM, Checkpoint, Fill
from .hub_server import StandIn

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5118000000\n"
PAGE = b"<!DOCTYPE html><html>Log in</html>"


def load(name: str = "canary-qwen-2.5b", **options: Any) -> Any:
    return load_model(name, device="cpu", scan=False, **options)


def safetensors(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


ANOTHER = safetensors(
    json.dumps({"other": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode(),
    b"1234",
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (POINTER, f"({len(POINTER)} bytes) is a Git LFS pointer"),
        (PAGE, "(34 bytes) is a web page"),
        (b"1234567890" * 9, "(90 bytes) is no safetensors file"),
        (safetensors(b"{not json"), "its header makes no sense"),
        (safetensors(b'{"a": 5}'), "its header makes no sense"),
        (struct.pack("<Q", 900) + b"{", "is cut off: it has 9 bytes instead of 908"),
        (ANOTHER[:-1], f"is cut off: it has {len(ANOTHER) - 1} bytes instead of {len(ANOTHER)}"),
        (ANOTHER + b"5", f"is damaged: it has {len(ANOTHER) + 1} bytes instead of {len(ANOTHER)}"),
        (ANOTHER, "belongs to another model: it lacks"),
    ],
)
def test_damaged_weights_are_named_with_what_is_wrong(fill: Fill, data: bytes, words: str):
    fill(salm={"model.safetensors": data})
    outcome = load()
    assert isinstance(outcome.error, ModelFileError)
    assert "model.safetensors" in outcome.message.headline
    assert words in outcome.message.headline
    assert outcome.message.remedies[0].title == "Download model.safetensors again"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "is no valid JSON"),
        (b"[]", "holds no JSON object"),
        (b"{}", "is not the configuration of a speech-language model: it has no perception"),
        (POINTER, "is a Git LFS pointer"),
    ],
)
def test_a_damaged_configuration_is_named(fill: Fill, data: bytes, words: str):
    fill(salm={"config.json": data})
    headline = load().message.headline
    assert "config.json" in headline
    assert words in headline


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
def test_damage_in_the_language_model_inside_is_named(fill: Fill, name: str):
    fill(qwen={name: b"{"})
    message = load().message
    assert "models--Qwen--Qwen3-1.7B" in message.headline
    assert f"{name} (1 bytes) is no valid JSON" in message.headline
    assert message.remedies[0].title == f"Download {name} again"


@pytest.mark.parametrize("symlinks", [True, False])
def test_the_steps_that_get_a_file_again_work(hub: StandIn, fill: Fill, symlinks: bool):
    fill(salm={"model.safetensors": PAGE}, symlinks=symlinks)
    steps = load().message.remedies[0].steps
    assert len(steps) == 2 + symlinks
    for step in steps[:-1]:
        Path(step.removeprefix("Delete ")).unlink()
    assert load().ok


# A folder of one's own, and folders that hide a repository


@pytest.fixture
def folder(tmp_path: Path, checkpoint: Checkpoint, fill: Fill) -> Path:
    """Return a folder with the model; its language model is in the cache."""
    fill()
    folder = tmp_path / "own" / "model"
    folder.mkdir(parents=True)
    for name, data in checkpoint.salm.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_folder_of_ones_own_is_loaded(folder: Path):
    loaded = load(str(folder))
    assert loaded.ok, loaded.message
    assert loaded.source == str(folder / "model.safetensors")
    assert loaded.revision is None


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_that_a_folder_lacks_is_named(folder: Path, name: str):
    (folder / name).unlink()
    assert load(str(folder)).message.headline == f"{folder} lacks {name}."


def test_a_folder_has_no_revision(folder: Path):
    assert isinstance(load(str(folder), revision="main").error, RevisionError)


def test_a_folder_with_the_repositorys_name_is_passed_over_and_that_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    here = folder.parent.parent
    (here / "nvidia").mkdir()
    shutil.copytree(folder, here / SALM)
    (here / SALM / "model.safetensors").write_bytes(ANOTHER)
    monkeypatch.chdir(here)
    loaded = load(revision=COMMIT)
    assert loaded.ok, loaded.message
    assert loaded.revision == COMMIT
    assert f"The folder {here / SALM} has the name of the Hub's repository" in str(loaded.message)


def test_a_folder_that_hides_the_language_model_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / QWEN).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    headline = load().message.headline
    assert headline.startswith(f"The folder {tmp_path / QWEN} hides {QWEN}, the language model")


# Packages


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (("peft",), "needs peft, which is not installed here"),
        (("peft", "accelerate"), "needs peft and accelerate, which are not installed here"),
    ],
)
def test_what_is_not_installed_is_said_before_anything_is_downloaded(
    hub: StandIn, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...], words: str
):
    monkeypatch.setattr(
        packages, "is_installed", lambda name: name not in missing and is_installed(name)
    )
    outcome = load()
    assert isinstance(outcome.error, MissingPackageError)
    assert words in outcome.message.headline
    steps = outcome.message.remedies[0].steps
    assert steps[0] == 'python -m pip install "peft<=0.18.0" accelerate'
    assert hub.asked == []


def test_a_class_that_cannot_be_imported_is_told(fill: Fill, monkeypatch: pytest.MonkeyPatch):
    fill()
    monkeypatch.setitem(sys.modules, "nemo.collections.speechlm2.models", None)
    outcome = load()
    assert isinstance(outcome.error, MissingPackageError)
    assert "NeMo's class for it cannot be imported" in outcome.message.headline


# What the libraries say by themselves, explained


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"salm": {"model.safetensors": None}}, "not-cached"),
        ({"salm": {"model.safetensors": PAGE}}, "broken-weights"),
        ({"qwen": {"config.json": None, "tokenizer.json": None}}, "language-model-missing"),
    ],
)
def test_the_librarys_own_error_is_diagnosed(
    fill: Fill, changed: dict[str, dict[str, bytes | None]], kind: str
):
    from nemo.collections.speechlm2.models import SALM as Salm  # noqa: N811

    fill(**changed)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever the libraries raise
        Salm.from_pretrained(SALM)
    diagnosis = diagnose(caught.value)
    assert diagnosis.kind == kind
    if kind == "not-cached":  # the last error is about pytorch_model.bin
        assert "model.safetensors is missing" in str(diagnosis.advice)
