from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from winasr_doctor.locks import CleanupReport, CleanupStatus, rmtree, sweep
from winasr_doctor.locks.ledger import Ledger, default_ledger, this_process
from winasr_doctor.locks.retry_policy import ONCE


def left(path: Path) -> CleanupReport:
    return CleanupReport(str(path), CleanupStatus.LEFT_BEHIND, ())


def test_a_claim_is_read_back_as_it_was_written(ledger: Ledger, tree: Path):
    entry = ledger.claim(str(tree))
    assert ledger.entries() == [entry]
    assert entry is not None
    assert entry.whole
    assert entry.in_use
    assert entry.owner == this_process()


def test_a_settled_entry_is_gone_from_the_disk(ledger: Ledger, tree: Path):
    ledger.settle(ledger.claim(str(tree)))
    assert ledger.entries() == []
    assert not list(ledger.folder.iterdir())


def test_what_is_left_of_a_folder_lists_what_is_in_it_contents_first(ledger: Ledger, tree: Path):
    assert ledger.leave(left(tree))
    (entry,) = ledger.entries()
    assert not entry.whole
    names = [name for name, _ in entry.items]
    assert set(names) == {"a.txt", "inner", os.path.join("inner", "b.txt")}
    assert names.index(os.path.join("inner", "b.txt")) < names.index("inner")


def test_leaving_a_claimed_folder_replaces_its_claim(ledger: Ledger, tree: Path):
    claim = ledger.claim(str(tree))
    ledger.leave(left(tree), claim)
    (entry,) = ledger.entries()
    assert entry.whole
    assert not entry.in_use


def test_a_claimed_folder_that_was_replaced_is_not_ours_as_a_whole(ledger: Ledger, tree: Path):
    claim = ledger.claim(str(tree))
    tree.rename(tree.with_name("moved"))
    tree.mkdir()
    ledger.leave(left(tree), claim)
    (entry,) = ledger.entries()
    assert not entry.whole


def test_nothing_is_recorded_of_what_is_not_there(ledger: Ledger, tmp_path: Path):
    assert ledger.claim(str(tmp_path / "nothing")) is None
    assert not ledger.leave(left(tmp_path / "nothing"))
    assert ledger.entries() == []


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"schema": "other/9"}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_damaged_entry_is_left_alone_and_hides_no_other(
    ledger: Ledger, tree: Path, damage: bytes
):
    entry = ledger.claim(str(tree))
    (ledger.folder / "damaged.json").write_bytes(damage)
    assert ledger.entries() == [entry]
    assert (ledger.folder / "damaged.json").exists()


@pytest.mark.parametrize("field", ["path", "identity", "owner", "whole", "items", "reason"])
def test_an_entry_without_a_field_is_damaged(ledger: Ledger, tree: Path, field: str):
    entry = ledger.claim(str(tree))
    assert entry is not None
    assert entry.file is not None
    document = json.loads(entry.file.read_bytes())
    del document[field]
    entry.file.write_text(json.dumps(document))
    assert ledger.entries() == []


def test_an_unfinished_file_is_no_entry(ledger: Ledger, tree: Path):
    ledger.claim(str(tree))
    (ledger.folder / "0123.99.tmp").write_bytes(b'{"schema":')
    assert len(ledger.entries()) == 1


def test_a_name_that_is_no_unicode_survives(ledger: Ledger, tmp_path: Path):
    folder = str(tmp_path / "\udcff\udcfe")  # bytes FF FE on Linux, half characters on Windows
    try:
        os.mkdir(folder)
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system takes only Unicode names")
    ledger.claim(folder)
    (entry,) = ledger.entries()
    assert entry.path == folder


def test_a_ledger_that_cannot_be_written_still_knows_its_entries(
    tmp_path: Path, tree: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "file").write_text("")
    ledger = Ledger(tmp_path / "file" / "leftovers")
    with caplog.at_level(logging.WARNING):
        entry = ledger.claim(str(tree))
    assert ledger.entries() == [entry]
    assert "cannot be written" in caplog.text
    ledger.settle(entry)
    assert ledger.entries() == []


def test_many_threads_write_at_once(ledger: Ledger, tmp_path: Path):
    folders = [tmp_path / f"f{number}" for number in range(40)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda folder: ledger.claim(str(folder)), folders))
    assert {entry.path for entry in ledger.entries()} == {str(folder) for folder in folders}


def test_many_processes_write_and_sweep_at_once(ledger: Ledger, tmp_path: Path):
    code = (
        "import sys, tempfile\n"
        "from winasr_doctor.locks import rmtree, sweep\n"
        "from winasr_doctor.locks.ledger import default_ledger\n"
        "for _ in range(15):\n"
        "    folder = tempfile.mkdtemp(dir=sys.argv[1])\n"
        "    claim = default_ledger().claim(folder)\n"
        "    sweep()\n"
        "    assert rmtree(folder, claim=claim).status.value == 'removed'\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert ledger.entries() == []


def test_the_state_variable_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "elsewhere"))
    assert default_ledger().folder == tmp_path / "elsewhere" / "leftovers"


def test_a_claimed_folder_that_cannot_be_looked_at_is_left_to_the_sweep(
    ledger, tmp_path, monkeypatch
):
    tree = tmp_path / "tree"
    tree.mkdir()
    claim = ledger.claim(str(tree))

    def refused(path, **_options):
        raise PermissionError(13, "no", path)

    with monkeypatch.context() as patch:
        patch.setattr("os.lstat", refused)
        report = rmtree(tree, ONCE, ledger=ledger, claim=claim)
    assert report.deferred
    assert sweep(ledger).removed == (str(tree),)
    assert not tree.exists()


@pytest.mark.parametrize("born", [True, False])
def test_a_single_file_is_swept_from_a_folder_that_others_use(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, born: bool
):
    if not born:  # as on file systems without times of creation, and under Wine
        monkeypatch.setattr("winasr_doctor.locks.identity._born", lambda *_: 0)
    folder = tmp_path / "blobs"
    folder.mkdir()
    (folder / "a.incomplete").touch()
    os.utime(folder, (1, 1))
    assert ledger.leave_file(str(folder / "a.incomplete"), "WinError 32")
    (folder / "b").touch()
    report = sweep(ledger)
    assert (report.removed, report.kept) == ((str(folder / "a.incomplete"),), ())
    assert [each.name for each in folder.iterdir()] == ["b"]
    assert ledger.entries() == []


def test_another_file_with_the_name_of_a_left_one_stays(ledger: Ledger, tmp_path: Path):
    file = tmp_path / "m.zip"
    file.write_bytes(b"old")
    assert ledger.leave_file(str(file), "WinError 32")
    file.write_bytes(b"newer")
    sweep(ledger)
    assert file.read_bytes() == b"newer"
    assert ledger.entries() == []


def test_a_file_that_is_gone_already_is_not_recorded(ledger: Ledger, tmp_path: Path):
    assert ledger.leave_file(str(tmp_path / "gone"), "WinError 32") is None
    assert ledger.entries() == []
