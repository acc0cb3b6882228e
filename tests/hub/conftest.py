"""A Hub on the loopback for the real huggingface_hub.

tox runs these tests in `canary` with the newest client, and in `hub132` and `hub133` with older
ones. They are not collected where no client is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..canary import hub_server  # noqa: TID252 - a folder beside
from ..canary.hub_server import LARGE, Repo, StandIn  # noqa: TID252 - a folder beside

REPO = "someone/model"
COMMIT = "2399591399e4e6438fa7804f2f1f660d7a4b1c3e"
FILES = {
    "model.bin": b"weights" * (LARGE // 7 + 1),
    "config.json": b'{"a": 1}',
    "vocab.txt": b"a\nb\n",
}


@pytest.fixture(scope="session")
def server() -> Iterator[StandIn]:
    """Serve the stand-in for the Hub."""
    with hub_server.serving() as hub:
        yield hub


@pytest.fixture
def hub(server: StandIn) -> StandIn:
    """Return the Hub with one repository."""
    server.reset()
    server.repos = {REPO: Repo({COMMIT: FILES}, {"main": COMMIT})}
    return server


@dataclass(frozen=True)
class Client:
    """The real client, with the stand-in and a cache of its own.

    Attributes:
        hub: The stand-in.
        cache: The cache's folder.
    """

    hub: StandIn
    cache: Path

    def file(self, name: str = "model.bin", **options: object) -> Path:
        """Download a file; return its path."""
        from huggingface_hub import hf_hub_download

        return Path(
            hf_hub_download(REPO, name, endpoint=self.hub.url, cache_dir=str(self.cache), **options)
        )

    def snapshot(self, **options: object) -> Path:
        """Download all files; return their folder."""
        from huggingface_hub import snapshot_download

        return Path(
            snapshot_download(REPO, endpoint=self.hub.url, cache_dir=str(self.cache), **options)
        )

    @property
    def transfers(self) -> int:
        """How often the large file was asked for."""
        return sum(line.startswith("GET /large/") for line in self.hub.asked)


@pytest.fixture
def client(hub: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return the real client; it knows nothing yet about links."""
    from huggingface_hub import constants, file_download

    monkeypatch.setattr(file_download, "_are_symlinks_supported_in_dir", {})
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_SYMLINKS_WARNING", True)
    return Client(hub, tmp_path / "cache")
