"""What processes leave that were killed before their entry was in the ledger."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from winasr_doctor.locks import sweep
from winasr_doctor.locks.debris import make_folder
from winasr_doctor.locks.ledger import Ledger

_KILLED = """
import os, sys
from winasr_doctor.locks.debris import make_folder
from winasr_doctor.locks.ledger import default_ledger
def killed(*_):
    os._exit(9)
folder = make_folder("test")
print(folder, flush=True)
{how}
default_ledger().claim(folder)
"""


pytestmark = pytest.mark.usefixtures("temp")


def killed(how: str) -> Path:
    """Run a process that is killed while it claims a folder; return the folder."""
    command = [sys.executable, "-c", _KILLED.format(how=how)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    return Path(done.stdout.strip())


@pytest.mark.wine_differs("it gives the time of the last change for that of creation")
def test_a_claim_that_was_written_and_not_yet_named_counts(ledger: Ledger):
    folder = killed("os.replace = killed")
    (folder / "written later").touch()
    assert [file.suffix for file in ledger.folder.iterdir()] == [".tmp"]
    assert sweep().removed == (str(folder),)
    assert list(ledger.folder.iterdir()) == []
    assert not folder.exists()


def test_half_a_claim_is_removed(ledger: Ledger):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ledger.folder.mkdir(parents=True)
    half = ledger.folder / f"{'0' * 32}.{ended.pid}.tmp"
    half.write_bytes(b'{"schema":')
    sweep()
    assert not half.exists()


def test_what_a_living_process_writes_stays_until_it_is_old(ledger: Ledger):
    ledger.folder.mkdir(parents=True)
    others = ledger.folder / "mine.tmp"
    others.touch()
    waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as living:
        unfinished = ledger.folder / f"{'0' * 32}.{living.pid}.tmp"
        unfinished.write_bytes(b'{"schema":')
        sweep()
        assert unfinished.exists()
        os.utime(unfinished, (1e9, 1e9))
        sweep()
        assert not unfinished.exists()
    assert others.exists()


def test_an_empty_folder_of_a_dead_process_is_removed_though_nobody_claimed_it(ledger: Ledger):
    folder = killed("os._exit(9)")
    assert folder.exists()
    sweep()
    assert not folder.exists()
    assert ledger.entries() == []


def test_a_folder_that_is_not_provably_ours_stays(temp: Path):
    dead = killed("os._exit(9)")
    filled, living = dead, Path(make_folder("test"))
    (filled / "precious").write_text("keep")
    others = [temp / dead.name.replace("winasr", name) for name in ("other", "xwinasr")]
    for other in others:
        other.mkdir()
    nobodys = Path(tempfile.mkdtemp(prefix="winasr-"))
    sweep()
    for each in (filled, living, nobodys, *others):
        assert each.exists()
