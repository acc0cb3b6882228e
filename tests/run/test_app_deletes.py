"""What `run` does when the app deletes a temporary file of its own that is locked."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from winasr_doctor._util.clock import current
from winasr_doctor.faults import inject
from winasr_doctor.locks import RetryPolicy, rmtree, sweep
from winasr_doctor.run import app_deletes
from winasr_doctor.run.app_deletes import AppDeletes
from winasr_doctor.run.events import PutOff

from .conftest import Place

pytestmark = pytest.mark.usefixtures("virtual_clock")

links = pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")


class Bench:
    """Deletions that are watched, below one TEMP.

    Attributes:
        put_off: What was put off, in order.
    """

    def __init__(self, temp: Path) -> None:
        self.temp = temp
        self.put_off: list[PutOff] = []

    @contextmanager
    def locked(self, plan: str, retry_in: tuple[str, ...] = ()) -> Iterator[AppDeletes]:
        with inject(plan):
            deletes = AppDeletes(str(self.temp), self.put_off.append, retry_in)
            with deletes.installed():
                yield deletes

    def file(self, name: str = "speech.wav", content: str = "a recording") -> Path:
        path = self.temp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    temp = tmp_path / "TEMP"
    temp.mkdir()
    return Bench(temp)


FOR_EVER = "unlink:32*inf@*.wav"


DELETES = {
    "remove": lambda path: os.remove(str(path)),
    "unlink": lambda path: os.unlink(str(path)),
    "pathlib": lambda path: path.unlink(),
    "bytes": lambda path: os.remove(os.fsencode(path)),
}
"""Not the functions themselves: these look them up when they are called."""


@pytest.mark.parametrize("code", [32, 33])
@pytest.mark.parametrize("way", DELETES)
def test_a_locked_file_is_put_off(bench: Bench, code: int, way: str):
    file = bench.file()
    with bench.locked(f"unlink:{code}*inf@*.wav"):
        DELETES[way](file)
    assert [each.path for each in bench.put_off] == [str(file)]
    assert bench.put_off[0].label == f"WinError {code}"
    assert bench.put_off[0].size == len("a recording")


def test_a_short_lock_is_waited_out(bench: Bench):
    file = bench.file()
    with bench.locked("unlink:32*3@*.wav"):
        os.remove(file)
        assert not file.exists()
    assert bench.put_off == []


@pytest.mark.parametrize("plan", ["unlink:5*inf@*.wav", "unlink:2@*.wav", "unlink:1224*inf@*.wav"])
def test_other_errors_are_the_apps(bench: Bench, plan: str):
    file = bench.file()
    with bench.locked(plan), pytest.raises(OSError, match=r"WinError|Errno"):
        os.remove(file)
    assert bench.put_off == []


def test_outside_temp_the_error_is_the_apps(bench: Bench, tmp_path: Path):
    file = tmp_path / "mine.wav"
    file.write_text("x")
    with bench.locked(FOR_EVER), pytest.raises(PermissionError):
        os.remove(file)


@links
def test_a_link_out_of_temp_leads_outside(bench: Bench, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.wav").write_text("x")
    (bench.temp / "link").symlink_to(outside, target_is_directory=True)
    with bench.locked(FOR_EVER), pytest.raises(PermissionError):
        os.remove(bench.temp / "link" / "mine.wav")


@links
def test_a_link_itself_is_no_file(bench: Bench):
    (bench.temp / "link.wav").symlink_to(bench.file("target.txt"))
    with bench.locked(FOR_EVER), pytest.raises(PermissionError):
        os.remove(bench.temp / "link.wav")


def test_renaming_and_replacing_are_left_alone(bench: Bench):
    file = bench.file()
    with bench.locked("rename:32*inf; replace:32*inf"):
        with pytest.raises(PermissionError):
            os.rename(file, bench.temp / "other")
        with pytest.raises(PermissionError):
            os.replace(file, bench.temp / "other")


def test_a_second_delete_of_the_same_file_raises(bench: Bench):
    file = bench.file()
    with bench.locked(FOR_EVER):
        os.remove(file)
        with pytest.raises(PermissionError):
            os.remove(file)


def test_a_folder_goes_with_the_files_that_were_put_off(bench: Bench):
    bench.file("deep/inside/speech.wav")
    with bench.locked(FOR_EVER):
        shutil.rmtree(bench.temp / "deep")
    assert len(bench.put_off) == 1


def test_a_folder_with_something_else_in_it_stays(bench: Bench):
    file = bench.file("deep/speech.wav")
    bench.file("deep/other.txt")
    with bench.locked(FOR_EVER):
        os.remove(file)
        with pytest.raises(OSError, match="not empty"):
            os.rmdir(bench.temp / "deep")


def test_what_was_put_off_is_tried_again_later(bench: Bench):
    bench.file("deep/speech.wav")
    with bench.locked("unlink:32~5@*.wav") as deletes:
        shutil.rmtree(bench.temp / "deep")
        assert (bench.temp / "deep").exists()
        current().sleep(6)
        deletes.try_again()
        assert list(bench.temp.iterdir()) == []


def test_a_new_file_of_the_same_name_is_not_deleted(bench: Bench):
    file = bench.file()
    with bench.locked("unlink:32*40@speech.wav") as deletes:
        os.remove(file)
        new = bench.file("new", "another recording")
        os.replace(new, file)
        for _ in range(50):
            deletes.try_again()
    assert file.read_text() == "another recording"


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 30)])
def test_beyond_a_limit_the_error_is_the_apps(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
):
    monkeypatch.setattr(app_deletes, limit, value)
    with bench.locked(FOR_EVER):
        for number in range(2):
            os.remove(bench.file(f"{number}.wav"))
        with pytest.raises(PermissionError):
            os.remove(bench.file("one too many.wav"))


def test_in_an_event_loop_it_hardly_waits(bench: Bench, virtual_clock: object):
    file = bench.file()

    async def serve() -> float:
        before = virtual_clock.monotonic()
        os.remove(file)
        return virtual_clock.monotonic() - before

    with bench.locked(FOR_EVER):
        assert asyncio.run(serve()) <= app_deletes.HURRIED.total
    assert len(bench.put_off) == 1


def test_a_temporary_folder_of_the_app_never_raises(bench: Bench):
    with bench.locked(FOR_EVER):
        with tempfile.TemporaryDirectory(dir=bench.temp) as folder:
            Path(folder, "speech.wav").write_text("x")
        assert [each.path for each in bench.put_off] == [folder]
    sweep()
    assert list(bench.temp.iterdir()) == []


def test_a_derived_temporary_folder_is_left_alone(bench: Bench):
    class Mine(tempfile.TemporaryDirectory):
        pass

    with bench.locked("rmdir:32*inf"):
        mine = Mine(dir=bench.temp)
        with pytest.raises((PermissionError, RecursionError)):
            mine.cleanup()


def test_the_guards_own_deletions_are_not_put_off(bench: Bench):
    file = bench.file("folder/speech.wav")
    with bench.locked(FOR_EVER):
        report = rmtree(file.parent, RetryPolicy(total=0.1))
    assert [each.path for each in report.leftovers] == [str(file)]
    assert bench.put_off == []


def test_elsewhere_a_delete_is_tried_again_and_then_raises(bench: Bench, tmp_path: Path):
    place = tmp_path / "uploads"
    place.mkdir()
    for name in ("short.wav", "long.wav"):
        (place / name).write_text("x")
    with bench.locked("unlink:32*3@short.wav; unlink:32*inf@long.wav", (str(place),)):
        os.remove(place / "short.wav")
        with pytest.raises(PermissionError):
            os.remove(place / "long.wav")
    assert bench.put_off == []


def test_everything_is_put_back(bench: Bench):
    before = os.remove, os.unlink, os.rmdir, tempfile.TemporaryDirectory.cleanup
    with bench.locked(FOR_EVER):
        assert os.remove is not before[0]
    assert (os.remove, os.unlink, os.rmdir, tempfile.TemporaryDirectory.cleanup) == before


APP = """
import os, tempfile
handle, path = tempfile.mkstemp(suffix=".wav")
os.close(handle)
def transcribe():
    text = "the text"
    os.remove(path)
    return text
print(transcribe())
"""


def test_an_app_that_deletes_its_recording_keeps_its_text(place: Place):
    app = place.write("app.py", APP)
    plan = ("--inject", FOR_EVER)
    finished = place.run(app, options=plan)
    assert (finished.returncode, finished.stdout) == (0, "the text\n")
    assert "put off: the app deleted 1 locked path of its own" in finished.stderr
    assert "WinError 32 on tmp" in finished.stderr
    assert list(place.scratch.iterdir()) == []
    strict = place.run(app, options=(*plan, "--strict-deletes"))
    assert strict.returncode == 1
    assert "[WinError 32]" in strict.stderr
