"""What the tests on the real SALM share: a tiny one, Hub caches, and a Hub on the loopback.

They run where peft is installed, in tox's `canary` environment; elsewhere the report's header
says that they did not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from . import caches, hub_server
from .hub_server import Repo, StandIn

DATA = Path(str(files("winasr_doctor") / "data"))
RECORDINGS = tuple(
    (DATA / each["file"], each["text"])
    for each in json.loads((DATA / "tiny-tdt.json").read_text("utf-8"))["recordings"]
)
KLATT3 = RECORDINGS[0]

SALM = "nvidia/canary-qwen-2.5b"
QWEN = "Qwen/Qwen3-1.7B"
COMMIT = "2399591399e4e6438fa7804f2f1f660d7a4b1c3e"
"""The newest commit; the first 31 characters are the revision of the report."""
OLDER = "6cfc37ec7edc35a0545c403f551ecdf0b2f3e1aa"
QWEN_COMMIT = "70d244cc86ccca08cf5af4e1e306ecf908b1ad5e"
TRUNCATED = COMMIT[:31]


@pytest.fixture(scope="session")
def nemo(quiet_nemo: None) -> None:
    """Import NeMo's SALM, once."""
    from nemo.collections.speechlm2.models import SALM  # noqa: F401


@dataclass(frozen=True)
class Checkpoint:
    """The files of a tiny SALM and of its language model, by name."""

    salm: Mapping[str, bytes]
    qwen: Mapping[str, bytes]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, nemo: None) -> Checkpoint:
    """Make and train a tiny SALM, once for all of pytest-xdist's processes."""
    from filelock import FileLock

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "tiny-salm"
    with FileLock(shared / "tiny-salm.lock"):
        if not (folder / "done").exists():
            from .tiny_salm import make

            make(folder / "salm", folder / "qwen", QWEN, RECORDINGS)
            (folder / "done").touch()
    return Checkpoint(_read(folder / "salm"), _read(folder / "qwen"))


def _read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def server() -> Iterator[StandIn]:
    """Serve the stand-in for the Hub."""
    with hub_server.serving() as hub:
        yield hub


@pytest.fixture
def hub_cache(server: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the Hub's local cache, empty; offline.

    The client reads `HF_ENDPOINT` when it is imported, which has happened here, so what it made of
    it is replaced; a process that a test starts reads the variable itself.
    """
    from huggingface_hub import constants, hf_api

    cache = tmp_path / "hf" / "hub"
    cache.mkdir(parents=True)
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(cache.parent))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setattr(hf_api.api, "endpoint", server.url)
    template = f"{server.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    return cache


@pytest.fixture
def hub(
    server: StandIn, hub_cache: Path, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> StandIn:
    """Return the Hub, online, with the tiny model under Canary-Qwen's name."""
    from huggingface_hub import constants

    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    # Ten megabytes are more than all the files here together.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 50_000)
    server.reset()
    older = {**checkpoint.salm, "README.md": b"older"}
    server.repos = {
        SALM: Repo({COMMIT: dict(checkpoint.salm), OLDER: older}, {"main": COMMIT, "v1": OLDER}),
        QWEN: Repo({QWEN_COMMIT: dict(checkpoint.qwen)}, {"main": QWEN_COMMIT}),
    }
    return server


Fill = Callable[..., Path]


@pytest.fixture(params=[True, False], ids=["symlinks", "copies"])
def filled(request: pytest.FixtureRequest, fill: Fill) -> Path:
    """Return a cache with everything in it, with and without symbolic links."""
    return fill(symlinks=request.param)


@pytest.fixture
def fill(hub_cache: Path, checkpoint: Checkpoint) -> Fill:
    """Return a function that puts the tiny model into the cache, some files changed or left out."""

    def fill(*, symlinks: bool = True, **changed: Mapping[str, bytes | None]) -> Path:
        for name, repo_id, commit in (("salm", SALM, COMMIT), ("qwen", QWEN, QWEN_COMMIT)):
            whole, other = getattr(checkpoint, name), changed.get(name, {})
            kept = {file: data for file, data in whole.items() if other.get(file, b"") is not None}
            caches.add(hub_cache, repo_id, commit, kept, damaged=other, symlinks=symlinks)
        return hub_cache

    return fill


@pytest.fixture(scope="session")
def model(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the tiny model, loaded once, from a folder of its own."""
    from nemo.collections.speechlm2.models import SALM as Salm  # noqa: N811

    folder = tmp_path_factory.mktemp("model")
    for name, held in (("salm", checkpoint.salm), ("qwen", checkpoint.qwen)):
        for file, data in held.items():
            target = folder / name / file
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
    config = json.loads(checkpoint.salm["config.json"])
    config["pretrained_llm"] = str(folder / "qwen")
    (folder / "salm" / "config.json").write_text(json.dumps(config), "utf-8")
    return Salm.from_pretrained(str(folder / "salm")).eval()
