import json
import sqlite3
from contextlib import closing

import pytest

from winasr_doctor.machine.live.sync_roots import google_drive

PLACE = "AppData/Local/Google/DriveFS/root_preference_sqlite.db"
TABLES = (
    "CREATE TABLE roots (title TEXT, sync_type INTEGER, last_seen_absolute_path TEXT)",
    "CREATE TABLE media (name TEXT, fs_type INTEGER, last_mount_point TEXT)",
)


def fill(file, *statements):
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def preferences(*mounts):
    accounts = [{"key": "1", "value": {"mount_point_path": mount}} for mount in mounts]
    text = json.dumps({"per_account_preferences": accounts})
    return {google_drive.KEY: {"PerAccountPreferences": text}}


def test_mirrored_and_streamed_folders_are_told_apart(settings, tmp_path, found):
    fill(
        tmp_path / PLACE,
        *TABLES,
        r"INSERT INTO roots VALUES ('My Drive', 1, '\\?\C:\Users\ada\My Drive')",
        r"INSERT INTO roots VALUES ('Other', 2, 'E:\Stream'), ('Gone', 1, '')",
        r"INSERT INTO media VALUES ('Google Drive', 10, 'G:\'), ('USB', 3, 'F:\')",
    )
    assert found(google_drive.find(settings())) == [
        ("Google Drive", "mirror", r"C:\Users\ada\My Drive"),
        ("Google Drive", "stream", r"E:\Stream"),
        ("Google Drive", "stream", "G:\\"),
    ]


def test_changes_that_are_still_in_the_log_count(settings, tmp_path, found):
    file = tmp_path / PLACE
    fill(file, "PRAGMA journal_mode=WAL", *TABLES)
    with closing(sqlite3.connect(file)) as owner:
        owner.execute(r"INSERT INTO roots VALUES ('My Drive', 1, 'C:\Mirror')")
        owner.commit()
        assert file.with_name(file.name + "-wal").stat().st_size
        assert found(google_drive.find(settings())) == [("Google Drive", "mirror", r"C:\Mirror")]


def test_nothing_is_left_behind(settings, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(scratch))
    fill(tmp_path / PLACE, *TABLES)
    before = sorted((tmp_path / PLACE).parent.iterdir())
    assert not list(google_drive.find(settings()))
    assert not list(scratch.iterdir())
    assert sorted((tmp_path / PLACE).parent.iterdir()) == before


def test_the_database_is_read_even_without_a_temp_folder(settings, tmp_path, monkeypatch, found):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "missing"))
    fill(tmp_path / PLACE, *TABLES, r"INSERT INTO media VALUES ('Google Drive', 10, 'G:\')")
    assert found(google_drive.find(settings())) == [("Google Drive", "stream", "G:\\")]


@pytest.mark.parametrize(("mount", "path"), [("g", "G:\\"), (r"C:\GDrive", r"C:\GDrive")])
def test_the_registry_names_a_letter_or_a_folder(settings, found, mount, path):
    assert found(google_drive.find(settings(preferences(mount)))) == [
        ("Google Drive", "stream", path)
    ]


def test_a_broken_database_does_not_hide_the_registry(settings, write):
    write(PLACE, "not a database, but long enough to be looked at as if it were one" * 20)
    roots = []
    with pytest.raises(sqlite3.DatabaseError):
        roots.extend(google_drive.find(settings(preferences("G"))))
    assert len(roots) == 1


def test_a_database_of_another_version_is_not_silently_empty(settings, tmp_path):
    fill(tmp_path / PLACE, "CREATE TABLE other (a)")
    with pytest.raises(sqlite3.OperationalError):
        list(google_drive.find(settings()))


def test_macos_keeps_it_elsewhere(settings, tmp_path, found):
    place = "Library/Application Support/Google/DriveFS/root_preference_sqlite.db"
    fill(tmp_path / place, *TABLES, "INSERT INTO roots VALUES ('d', 1, '/Users/ada/Documents')")
    assert found(google_drive.find(settings(os="darwin"))) == [
        ("Google Drive", "mirror", "/Users/ada/Documents")
    ]


def test_no_google_drive_is_nothing(settings):
    assert not list(google_drive.find(settings()))
