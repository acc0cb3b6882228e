"""The guard around the real huggingface_hub: locks once, for longer than the budget, for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import RetryPolicy, guard, load_model, sweep
from winasr_doctor._guard.events import DownloadOutcome, DownloadRescued
from winasr_doctor.asr.errors import ModelFileError
from winasr_doctor.faults import FaultSweep, inject
from winasr_doctor.faults.sweep import SweepRun

from ..canary.hub_server import LARGE  # noqa: TID252 - a folder beside
from .conftest import COMMIT, FILES, REPO, Client

pytestmark = pytest.mark.usefixtures("virtual_clock")

LOCKS = [
    "rename:32@*.incomplete",
    "rename:5*2@*.incomplete",
    "rename:32*inf@*.incomplete",
    "rename:33*inf@*.incomplete; unlink:32*3@*.incomplete",
    "rename:32*inf@*.incomplete; unlink:32*inf@*.incomplete",
    "rename:5*inf@*.incomplete; unlink:5*inf@*.incomplete",
]


def test_every_function_that_is_wrapped_exists():
    with guard() as session:
        import huggingface_hub.file_download  # noqa: F401
    assert session.problems == ()


@pytest.mark.parametrize("plan", LOCKS)
@pytest.mark.parametrize("local", [False, True], ids=["cache", "local_dir"])
def test_a_finished_file_is_used_whatever_holds_it(client: Client, tmp_path, plan, local):
    options = {"local_dir": str(tmp_path / "local")} if local else {}
    with guard(RetryPolicy(total=1.0)), inject(plan) as injector:
        path = client.file(**options)
    assert injector.injections
    assert path.read_bytes() == FILES["model.bin"]
    assert client.transfers == 1
    sweep()
    assert not list(tmp_path.rglob("*.incomplete"))
    assert client.file(**options) == path  # without the guard, too
    assert client.transfers == 1


@pytest.mark.parametrize(
    "plan",
    [
        "replace:32*2@*.tmp",  # the name of the branch
        "write:32@*/refs/*",
        "write:32@*.incomplete",
        "copyfile:32@*",
    ],
)
def test_other_files_of_the_cache_are_waited_for(client: Client, plan):
    with guard(), inject(plan):
        assert client.file().read_bytes() == FILES["model.bin"]
    assert client.transfers == 1


@pytest.mark.parametrize("plan", ["unlink:32*2@*/model.bin", "write:32@*.metadata"])
def test_other_files_of_a_local_folder_are_waited_for(client: Client, tmp_path, plan):
    local = tmp_path / "local"
    local.mkdir()
    (local / "model.bin").write_bytes(b"outdated")
    with guard(), inject(plan) as injector:
        path = client.file(local_dir=str(local))
    assert injector.injections
    assert path.read_bytes() == FILES["model.bin"]


def test_a_lost_connection_is_told_as_what_it_is(client: Client, monkeypatch):
    from huggingface_hub import file_download

    def lose(*_given: Any, **_options: Any) -> None:
        raise ConnectionError("reset")

    monkeypatch.setattr(file_download, "http_get", lose)
    told: list[DownloadRescued] = []
    with (
        guard(observer=told.append),
        inject("unlink:32*inf@*.incomplete"),
        pytest.raises(ConnectionError, match="reset"),
    ):
        client.file()
    # Older clients keep the partial file, to go on with it.
    assert [each.outcome for each in told] in ([], [DownloadOutcome.EXPOSED])


def test_errors_of_the_hub_are_raised_as_they_are(client: Client):
    from huggingface_hub.utils import EntryNotFoundError, RevisionNotFoundError

    with guard(), pytest.raises(EntryNotFoundError):
        client.file("missing.bin")
    with guard(), pytest.raises(RevisionNotFoundError):
        client.file(revision="v9")


class NoRight:
    """`os.symlink` without the right; its first caller, the probe, waits for a second one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.second = threading.Event()
        self.calls = 0

    def __call__(self, source: Any, link: Any, *_rest: Any, **_options: Any) -> None:
        with self.lock:
            self.calls += 1
            first = self.calls == 1
        if first:
            self.second.wait(0.5)  # from 1.33.0 on there is none
        else:
            self.second.set()
        error = OSError(22, "A required privilege is not held", source, None, link)
        error.winerror = 1314
        raise error


def test_threads_without_the_right_to_links_get_copies(client: Client, monkeypatch):
    monkeypatch.setattr(os, "symlink", NoRight())
    with guard():
        folder = client.snapshot()
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == FILES
    assert not [each for each in folder.iterdir() if each.is_symlink()]
    assert client.snapshot() == folder


def test_a_download_survives_every_operation_that_fails_once(
    fault_sweep: FaultSweep, client: Client
):
    import shutil

    def setup() -> bool:
        shutil.rmtree(client.cache, ignore_errors=True)
        return True

    def is_complete(run: SweepRun) -> None:
        assert run.error is None
        snapshot = client.cache / f"models--{REPO.replace('/', '--')}" / "snapshots" / COMMIT
        assert (snapshot / "model.bin").read_bytes() == FILES["model.bin"]
        sweep()
        assert not list(client.cache.rglob("*.incomplete"))

    def download(_state: object) -> None:
        with guard():
            client.file()

    report = fault_sweep(
        download,
        setup=setup,
        operations=("rename", "replace", "unlink", "write"),
        codes=(32, 5),
        times=(1,),
        glob=f"{client.cache}/*",
        invariants=[is_complete],
    )
    assert sum(report.points.values()) >= 5


@pytest.mark.parametrize("plan", [LOCKS[0], LOCKS[4]])
def test_the_loader_gets_its_file(client: Client, monkeypatch, plan):
    from huggingface_hub import constants

    url = client.hub.url
    client.hub.repos[REPO].commits[COMMIT] = {"model.nemo": b"no archive" * LARGE}
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(client.cache))
    with inject(plan) as injector:
        outcome = load_model(REPO, scan=False)
    assert injector.injections
    assert isinstance(outcome.error, ModelFileError), outcome.error  # it has come, and is no model
    assert "model.nemo" in outcome.message.headline
    assert client.transfers == 1


def test_an_unmodified_app_under_run_gets_its_file(client: Client, tmp_path: Path):
    (tmp_path / "app.py").write_text(
        "from huggingface_hub import hf_hub_download\n"
        f"path = hf_hub_download({REPO!r}, 'model.bin')\n"
        "print(len(open(path, 'rb').read()))\n"
    )
    plan = "rename:32*inf@*.incomplete; unlink:32*inf@*.incomplete"
    ran = subprocess.run(
        [sys.executable, "-m", "winasr_doctor", "run", "--inject", plan, "--", "app.py"],
        cwd=tmp_path,
        env={
            **os.environ,
            "HF_ENDPOINT": client.hub.url,
            "HF_HUB_CACHE": str(client.cache),
            "HF_HUB_OFFLINE": "0",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [str(len(FILES["model.bin"]))]
    assert "downloads: a file error got in the way of a download once" in ran.stderr
    assert "the finished file was used" in ran.stderr
