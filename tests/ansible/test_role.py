"""The role collects from machines over SSH, and leaves them as they were."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .conftest import ROOT


@pytest.fixture
def play(hosts, portable, collection, variables, tmp_path):
    """Return a function that runs the playbook: its output and the changes of each machine."""

    def played(*options: str) -> tuple[str, dict[str, int]]:
        command = [sys.executable, "-m", "ansible.cli.playbook", "-i", str(hosts), "-f", "20"]
        given = {
            "snapshot_zip": str(portable),
            "snapshot_collected": str(tmp_path / "collected"),
            "snapshot_python": sys.executable,
        }
        extra = ["-e", json.dumps(given), "-e", f"@{variables}", *options]
        done = subprocess.run(
            [*command, *extra, "winasr.doctor.collect"],
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                "ANSIBLE_COLLECTIONS_PATH": str(collection),
                "ANSIBLE_HOST_KEY_CHECKING": "False",
                "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible"),
                "ANSIBLE_NOCOLOR": "1",
            },
        )
        assert done.returncode == 0, done.stdout + done.stderr
        changed = re.findall(r"^(winasr-\d\d)\s.*changed=(\d+)", done.stdout, re.MULTILINE)
        return done.stdout, {name: int(number) for name, number in changed}

    return played


def left_behind() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("winasr_doctor*"))


def test_every_machine_is_collected_and_left_as_it_was(play, hosts, tmp_path):
    names = [line.split()[0] for line in hosts.read_text().splitlines()]
    before = left_behind()
    out, changed = play()
    files = sorted((tmp_path / "collected").iterdir())
    assert [file.name for file in files] == [f"{name}.json" for name in names]
    assert json.loads(files[0].read_bytes())["schema"] == "winasr-doctor/snapshot/1"
    assert f"{len(names)} machines:" in out
    assert changed == {file.stem: 0 for file in files}
    assert left_behind() == before


def test_a_dry_run_touches_nothing(play, tmp_path):
    (tmp_path / "collected").mkdir()
    before = left_behind()
    _, changed = play("--check")
    assert set(changed.values()) == {0}
    assert not list((tmp_path / "collected").iterdir())
    assert left_behind() == before


def test_ansible_lint_has_no_complaint(collection):
    """Lint the installed collection, in which roles are found by their full names."""
    command = [sys.executable, "-m", "ansiblelint", "--offline", "--strict", "--nocolor", "-q"]
    done = subprocess.run(
        [*command, "-c", str(ROOT / "ansible" / ".ansible-lint"), "."],
        cwd=collection / "ansible_collections" / "winasr" / "doctor",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collection)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_machine_that_cannot_run_it_is_left_as_it_was(play, tmp_path):
    before = left_behind()
    with pytest.raises(AssertionError, match="Record the snapshot"):
        play("-e", "snapshot_record=false", "--limit", "winasr-00,localhost")
    assert not (tmp_path / "collected").exists()
    assert left_behind() == before
