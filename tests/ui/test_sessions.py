"""What belongs to a tab goes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.ui.sessions import Sessions


def upload(sessions, name, content="x"):
    folder = sessions.uploads / name
    folder.mkdir(exist_ok=True)
    (folder / "speech.wav").write_text(content)
    return str(folder / "speech.wav")


def test_a_tab_has_a_folder_of_its_own(sessions):
    assert sessions.of("first").folder != sessions.of("second").folder
    assert sessions.of("first") is sessions.of("first")


def test_the_files_of_a_tab_go_with_it(sessions):
    folder = sessions.of("tab").folder
    path = upload(sessions, "a")
    sessions.uploaded("tab", [path])
    sessions.end("tab")
    assert not folder.exists()
    assert not Path(path).exists()


def test_a_recording_that_another_tab_uploaded_too_stays(sessions):
    path = upload(sessions, "a")
    for tab in ("first", "second"):
        sessions.uploaded(tab, [path])
    sessions.end("first")
    assert Path(path).exists()
    sessions.end("second")
    assert not Path(path).exists()


def test_a_file_that_was_not_uploaded_stays(sessions, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    sessions.uploaded("tab", [str(mine / "speech.wav")])
    sessions.end("tab")
    assert mine.exists()


@pytest.mark.parametrize("times", [1, 2])
def test_closing_removes_everything(sessions, times):
    sessions.of("tab")
    upload(sessions, "a")
    for _ in range(times):
        sessions.close()
    assert not sessions.root.exists()


def test_a_killed_page_leaves_its_folder_to_the_next_sweep(monkeypatch, tmp_path):
    sessions = Sessions()
    (entry,) = default_ledger().entries()
    assert entry.path == str(sessions.root)
    sessions.close()
    assert list(default_ledger().entries()) == []
