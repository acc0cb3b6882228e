"""What sync clients write to a registry and to a disk is found there by the scan."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from winasr_doctor.machine.live import LiveMachine
from winasr_doctor.windows import win32

MANAGER = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def one_drive(home, put, root):
    put(r"HKCU\Software\Microsoft\OneDrive\Accounts\Personal", {"UserFolder": str(root)})


def one_drive_for_business(home, put, root):
    account = r"HKCU\Software\Microsoft\OneDrive\Accounts\Business1"
    put(account, {"UserFolder": str(root), "DisplayName": "Contoso"})


def one_drive_engine(home, put, root):
    engine = r"HKCU\Software\SyncEngines\Providers\OneDrive\1"
    put(engine, {"MountPoint": str(root), "LibraryType": "personal"})


def sync_root_manager(home, put, root):
    sid = win32.user_sid()
    key = rf"{MANAGER}\Nextcloud!{sid}!ada"
    put(key, {"DisplayNameResource": "Nextcloud"})
    put(rf"{key}\UserSyncRoots", {sid: str(root), "S-1-5-21-9-9-9-1": r"C:\of another"})


def dropbox(home, put, root):
    write(home.local / "Dropbox" / "info.json", json.dumps({"personal": {"path": str(root)}}))


def dropbox_in_roaming(home, put, root):
    write(home.roaming / "Dropbox" / "info.json", json.dumps({"business": {"path": str(root)}}))


def google_drive(home, put, root):
    file = home.local / "Google" / "DriveFS" / "root_preference_sqlite.db"
    file.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE roots (title, sync_type, last_seen_absolute_path)")
        database.execute("CREATE TABLE media (name, fs_type, last_mount_point)")
        database.execute("INSERT INTO roots VALUES ('x', 1, ?)", (rf"\\?\{root}",))
        database.commit()


CLIENTS = {
    one_drive: "OneDrive",
    one_drive_for_business: "OneDrive",
    one_drive_engine: "OneDrive",
    sync_root_manager: "Nextcloud",
    dropbox: "Dropbox",
    dropbox_in_roaming: "Dropbox",
    google_drive: "Google Drive",
}


@pytest.mark.parametrize(
    ("client", "provider"), CLIENTS.items(), ids=lambda value: getattr(value, "__name__", value)
)
def test_a_root_is_found_once_and_is_there(client, provider, home, put):
    root = home.profile / "Wolke 雲"
    root.mkdir()
    client(home, put, root)
    roots = LiveMachine().sync_roots
    (found,) = [item for item in roots.items if item.path == str(root)]
    assert (found.provider, found.exists) == (provider, True)
    assert not roots.unread


@pytest.mark.parametrize("client", [one_drive, sync_root_manager, dropbox, google_drive])
def test_temp_inside_a_root_is_an_error_of_the_scan(client, home, put, scan):
    root = home.profile / "Meine Wolke"
    temp = root / "Temp"
    temp.mkdir(parents=True)
    client(home, put, root)
    results = scan("--select", "SYN", TEMP=str(temp), TMP=str(temp))
    assert (results["SYN001"].status, results["SYN001"].severity) == ("fail", "error")
    assert CLIENTS[client] in json.dumps(results["SYN001"].evidence, ensure_ascii=False)


def test_a_folder_beside_a_root_whose_name_begins_alike_is_no_error(home, put, scan):
    root, temp = home.profile / "OneDrive", home.profile / "OneDriveBackup"
    root.mkdir()
    temp.mkdir()
    one_drive(home, put, root)
    assert scan("--select", "SYN001", TEMP=str(temp), TMP=str(temp))["SYN001"].status == "pass"


def test_a_root_on_a_substituted_drive_is_recognised_under_its_other_name(home, put, scan, drive):
    root = drive.folder / "OneDrive"
    (root / "Temp").mkdir(parents=True)
    one_drive(home, put, root)
    temp = str(drive.letter / "OneDrive" / "Temp")
    assert scan("--select", "SYN001", TEMP=temp, TMP=temp)["SYN001"].status == "fail"


def test_a_database_that_google_drive_has_open_is_read_and_nothing_stays(home, put):
    root = home.profile / "My Drive"
    root.mkdir()
    google_drive(home, put, root)
    file = home.local / "Google" / "DriveFS" / "root_preference_sqlite.db"
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("INSERT INTO roots VALUES ('y', 1, ?)", (rf"\\?\{root} 2",))
        database.commit()
        paths = [item.path for item in LiveMachine().sync_roots.items]
    assert {str(root), f"{root} 2"} <= set(paths)
    assert list(home.temp.iterdir()) == []
    file.unlink()  # nobody of us has it open
