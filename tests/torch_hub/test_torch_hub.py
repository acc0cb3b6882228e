"""The guard around the real torch.hub."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch.hub

from winasr_doctor import RetryPolicy, guard, sweep
from winasr_doctor.faults import inject

SHORT = RetryPolicy(total=0.05)


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


class Answer(io.BytesIO):
    """What `urlopen` returns; it breaks off after its content if that is to happen."""

    def __init__(self, content: bytes, lost: Exception | None = None) -> None:
        super().__init__(content)
        self._lost = lost

    def info(self) -> Any:
        return self

    def get_all(self, _name: str) -> None:
        return None

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data and self._lost is not None:
            raise self._lost
        return data


def serve(monkeypatch: pytest.MonkeyPatch, content: bytes, lost: Exception | None = None) -> None:
    monkeypatch.setattr(torch.hub, "urlopen", lambda _request: Answer(content, lost))


def download(folder: Path) -> Path:
    file = folder / "model.pt"
    torch.hub.download_url_to_file("http://x/model.pt", str(file), progress=False)
    return file


@pytest.mark.parametrize(
    "plan",
    [
        "rename:32*2@*.partial",
        "rename:5*inf@*.partial",
        "rename:32*inf@*.partial; unlink:32*inf@*.partial",
    ],
)
def test_a_finished_file_is_used_whatever_holds_it(tmp_path, monkeypatch, plan):
    serve(monkeypatch, b"weights")
    with guard(SHORT) as session, inject(plan) as injector:
        assert download(tmp_path).read_bytes() == b"weights"
    assert injector.injections
    assert session.problems == ()
    sweep()
    assert names_in(tmp_path) == ["model.pt"]


def test_a_lost_connection_is_told_although_the_partial_file_is_locked(tmp_path, monkeypatch):
    serve(monkeypatch, b"wei", ConnectionResetError("reset by peer"))
    with (
        guard(SHORT),
        inject("unlink:32*inf@*.partial"),
        pytest.raises(ConnectionResetError, match="reset by peer"),
    ):
        download(tmp_path)
    sweep()
    assert names_in(tmp_path) == []


def test_a_drive_that_lets_nothing_be_deleted_is_told(tmp_path, monkeypatch):
    serve(monkeypatch, b"weights")
    plan = "rename:32*inf@*.partial; unlink:19*inf@*.partial"
    with guard(SHORT), inject(plan), pytest.raises(OSError, match="WinError 19"):
        download(tmp_path)


def repository() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("model-main/", "")
        file.writestr("model-main/hubconf.py", "dependencies = []\ndef answer(): return 42\n")
        file.writestr("model-main/weights.bin", "weights")
    return packed.getvalue()


def load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    serve(monkeypatch, repository())
    monkeypatch.setenv("TORCH_HOME", str(folder))
    return torch.hub.load(
        "someone/model:main", "answer", trust_repo=True, skip_validation=True, verbose=False
    )


@pytest.mark.parametrize(
    "plan",
    [
        "unlink:32*inf@*/main.zip",
        "rename:32*2@*/model-main",
        "rename:5*inf@*/model-main",
        "rename:32*inf@*/model-main; unlink:32*inf@*/model-main/weights.bin",
    ],
)
def test_a_repository_is_whole_whatever_holds_it(tmp_path, monkeypatch, plan):
    with guard(SHORT), inject(plan) as injector:
        assert load(tmp_path, monkeypatch) == 42
    assert injector.injections
    sweep()
    assert names_in(tmp_path / "hub") == ["someone_model_main", "trusted_list"]


def test_half_a_repository_is_not_left_for_the_next_load(tmp_path, monkeypatch):
    plan = "rename:32*inf@*/model-main; copyfile:112@*/model-main/weights.bin"
    with (
        guard(SHORT),
        inject(plan),
        pytest.raises(OSError, match="No space left"),
    ):
        load(tmp_path, monkeypatch)
    assert "someone_model_main" not in names_in(tmp_path / "hub")
    assert load(tmp_path, monkeypatch) == 42
