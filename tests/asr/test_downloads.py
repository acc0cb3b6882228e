"""How far a download is, and what else can be seen of a job from outside."""

from __future__ import annotations

import os
import threading
import time

import pytest

from winasr_doctor.asr import DeadlineError, jobs, load_model
from winasr_doctor.asr.downloads import Watch
from winasr_doctor.asr.jobs import Downloaded, JobState, JobStep
from winasr_doctor.asr.models import find_model
from winasr_doctor.asr.named_lock import NamedLock

from .stand_in_hub import StandInHub, serving, use

REPO = "owner/stand-in"


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_file_that_grows_is_a_download(tmp_path):
    watch = Watch(REPO, 5000, tmp_path)
    assert watch() is None
    (tmp_path / "abc.incomplete").write_bytes(bytes(1200))
    assert watch() == Downloaded(1200, 5000)


def test_what_a_killed_download_left_behind_is_none(tmp_path):
    (tmp_path / "old.incomplete").write_bytes(bytes(4000))
    assert Watch(REPO, 5000, tmp_path)() is None


def test_a_resumed_download_counts_as_a_whole(tmp_path):
    (tmp_path / "old.incomplete").write_bytes(bytes(4000))
    watch = Watch(REPO, None, tmp_path)
    with (tmp_path / "old.incomplete").open("ab") as resumed:
        resumed.write(bytes(500))
    assert watch() == Downloaded(4500, None)


def test_a_folder_that_is_not_there_yet_is_no_download(tmp_path):
    assert Watch(REPO, 5000, tmp_path / "blobs")() is None


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell a file's blocks")
def test_holes_are_not_counted(tmp_path):
    watch = Watch(REPO, None, tmp_path)
    with (tmp_path / "abc.incomplete").open("wb") as sparse:
        sparse.seek(50_000_000)
        sparse.write(b"end")
    assert watch().done < 50_000_000


def test_the_size_of_a_known_model_is_known():
    assert find_model("parakeet-tdt-0.6b-v3").download_bytes == 2_509_000_000
    assert find_model("owner/other").download_bytes is None


def test_a_load_says_how_far_its_download_is(monkeypatch, tmp_path):
    pytest.importorskip("huggingface_hub")
    looks, seen = [], []
    cancel = threading.Event()
    hub = StandInHub(bytes(500_000), 200_000)
    with serving(hub) as address:
        use(monkeypatch, address, tmp_path)
        caller = threading.Thread(
            target=lambda: seen.append(
                load_model(REPO, on_start=looks.append, cancel=cancel, scan=False)
            )
        )
        caller.start()
        until(lambda: looks and looks[0]().downloaded == Downloaded(200_000, None))
        state = looks[0]()
        assert state.step is JobStep.DOWNLOADING
        assert state.stage == "downloading stand-in.nemo of owner/stand-in"
        assert state.where
        cancel.set()
        caller.join(60)
    assert seen[0].status == "load_failed"
    assert any("/owner/stand-in/resolve/main/stand-in.nemo" in path for path in hub.asked)


def test_a_job_that_waits_for_another_one_says_so():
    turn, go_on, looks = NamedLock("the model"), threading.Event(), []

    def first(job):
        with turn.taken(job):
            go_on.wait(60)

    def second(job):
        with turn.taken(job):
            pass

    holder = threading.Thread(target=lambda: jobs.run(first))
    holder.start()
    until(lambda: turn.busy() != "waiting for the model")
    waiting = threading.Thread(target=lambda: jobs.run(second, on_start=looks.append))
    waiting.start()
    until(lambda: looks and looks[0]().step is JobStep.WAITING)
    assert "is busy with another call" in looks[0]().stage
    go_on.set()
    holder.join(60)
    waiting.join(60)
    assert looks[0]().where == ""


def test_it_is_said_before_the_work_begins():
    states = []
    jobs.run(lambda _job: None, on_start=lambda look: states.append(look()))
    assert states == [JobState(JobStep.WORKING, "starting", "", None)]


def test_what_a_job_does_is_read_where_it_stands():
    looks, go_on = [], threading.Event()

    def stands_here(job):
        job.at("looking at a.nemo")
        go_on.wait(60)

    caller = threading.Thread(target=lambda: jobs.run(stands_here, on_start=looks.append))
    caller.start()
    until(lambda: looks and looks[0]().stage == "looking at a.nemo")
    assert "stands_here" in looks[0]().where
    go_on.set()
    caller.join(60)


def test_on_start_must_be_callable():
    with pytest.raises(TypeError, match="on_start must be callable"):
        load_model("tiny", on_start=3)


def test_the_size_is_passed_to_the_watch(monkeypatch):
    found = []

    def no_download(_source, _revision):
        found.append(looks[0]().step)
        raise DeadlineError("late")

    looks = []
    monkeypatch.setattr("winasr_doctor.asr.hub_download.download", no_download)
    load_model("parakeet-tdt-0.6b-v3", on_start=looks.append, scan=False)
    assert found == [JobStep.DOWNLOADING]
