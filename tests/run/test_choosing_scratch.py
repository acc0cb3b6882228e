"""Where the app's TEMP is put."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from winasr_doctor.checks.advice import SCRATCH_NAME
from winasr_doctor.findings import Result, Severity, Status
from winasr_doctor.locks import pending, sweep
from winasr_doctor.machine.model import SyncRoot, SyncRoots, Volume, Volumes
from winasr_doctor.run import folder_advice
from winasr_doctor.run.folder_advice import Judgement, judge
from winasr_doctor.run.scratch import ScratchError, choose, open_scratch, usual_places


def finding(severity: Severity) -> Result:
    return Result("TMP004", "TMP", "title", Status.FAIL, severity, "summary", {}, (), "url")


def opinions(**severities: tuple[Severity, ...]) -> Callable[[str], Judgement]:
    """Return an opinion by a folder's name; an unnamed one cannot be written to."""

    def opinion(folder: str) -> Judgement:
        name = Path(folder).name
        found = tuple(map(finding, severities.get(name, ())))
        return Judgement(folder, found, "a drive", writable=name in severities)

    return opinion


E, W = Severity.ERROR, Severity.WARNING


@pytest.mark.parametrize(
    ("severities", "chosen"),
    [
        ({"a": (), "b": ()}, "a"),
        ({"a": (W,), "b": ()}, "b"),
        ({"a": (E,), "b": (W, W)}, "b"),
        ({"a": (W,), "b": (W,)}, "a"),
        ({"b": (E,)}, "b"),
    ],
)
def test_the_folder_with_the_least_against_it_is_chosen(
    tmp_path: Path, severities: dict[str, tuple[Severity, ...]], chosen: str
):
    folders = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert choose(folders, opinions(**severities)).path == str(tmp_path / chosen)


def test_nothing_more_is_asked_when_a_folder_is_good(tmp_path: Path):
    choose([str(tmp_path / "a"), str(tmp_path / "b")], opinions(a=(), b=()))
    assert not (tmp_path / "b").exists()


def test_a_folder_that_was_made_in_vain_goes_again(tmp_path: Path):
    folder = tmp_path / "x" / SCRATCH_NAME
    choose([str(folder), str(tmp_path / "b")], opinions(**{SCRATCH_NAME: (W,)}, b=()))
    assert not folder.exists()


def test_it_is_an_error_when_none_can_be_written_to(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ScratchError, match="none of these folders"):
        choose([str(tmp_path / "file" / "below"), str(tmp_path / "x")], opinions())


def test_the_wish_counts_whatever_the_doctor_thinks(tmp_path: Path):
    scratch = open_scratch(str(tmp_path / "a"), opinion=opinions(a=(E,)))
    assert Path(scratch.temp).parent == tmp_path / "a"
    assert scratch.asked_for


def test_a_wish_that_cannot_be_written_to_is_refused_in_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ScratchError, match="cannot be used") as raised:
        open_scratch(str(tmp_path / "file"))
    assert "\n" not in str(raised.value)
    with pytest.raises(ScratchError, match="cannot be written to"):
        open_scratch(str(tmp_path / "x"), opinion=opinions())


def test_both_folders_are_in_the_ledger_until_they_are_removed(tmp_path: Path):
    scratch = open_scratch(str(tmp_path / "a"), opinion=opinions(a=()))
    assert {kept.path for kept in pending()} == {scratch.temp, scratch.notes}
    assert sweep().removed == ()  # this process is using them
    (Path(scratch.temp) / "left").touch()
    assert all(report.gone for report in scratch.remove())
    assert pending() == ()


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_others_cannot_look_into_it(tmp_path: Path):
    scratch = open_scratch(str(tmp_path / "a"), opinion=opinions(a=()))
    assert {Path(folder).stat().st_mode & 0o777 for folder in (scratch.temp, scratch.notes)} == {
        0o700
    }


def test_the_usual_places_are_absolute_and_end_with_todays_temp():
    import tempfile

    places = usual_places()
    assert all(map(os.path.isabs, places))
    assert places[-1] == tempfile.gettempdir()
    assert {Path(place).name for place in places[:-1]} == {SCRATCH_NAME}


class TestTheDoctorsOpinion:
    """`judge` runs the real checks; here on made-up drives and sync clients."""

    @pytest.fixture
    def readers(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
        replaced = dict(folder_advice.READERS)
        replaced["sync_roots"] = lambda _host: SyncRoots()
        replaced["volumes"] = lambda host: Volumes(
            items=(Volume(root=host.places.items[0].volume, free=10**12),)
        )
        monkeypatch.setattr(folder_advice, "READERS", replaced)
        return replaced

    def test_a_plain_local_folder_is_good(self, readers: dict[str, object], tmp_path: Path):
        judgement = judge(str(tmp_path))
        assert (judgement.findings, judgement.writable) == ((), True)
        assert "fixed drive, 1000.0 GB free" in judgement.drive

    def test_a_synchronised_folder_is_an_error(self, readers: dict[str, object], tmp_path: Path):
        readers["sync_roots"] = lambda _host: SyncRoots(
            items=(SyncRoot(provider="Dropbox", path=str(tmp_path), source="made up"),)
        )
        (result,) = judge(str(tmp_path)).findings
        assert (result.code, result.severity) == ("SYN001", Severity.ERROR)

    def test_a_network_drive_and_a_full_one_are_errors(
        self, readers: dict[str, object], tmp_path: Path
    ):
        readers["volumes"] = lambda host: Volumes(
            items=(Volume(root=host.places.items[0].volume, drive_type="network", free=1),)
        )
        judgement = judge(str(tmp_path))
        assert {result.code for result in judgement.findings} == {"TMP004", "TMP005"}
        assert judgement.rank[0] == 2
