import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import pytest

from winasr_doctor.machine.live.sync_roots import box, mac, nextcloud, syncthing, synology


@pytest.mark.parametrize(
    "place", ["Box/Box/data/shell/sync_root_folder.txt", "Box Sync/sync_root_folder.txt"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_box_writes_its_folder_to_a_text_file(settings, write, found, place, encoding):
    write(f"AppData/Local/{place}", "C:\\Users\\zoë\\Box\\\r\n".encode(encoding))
    assert found(box.find(settings())) == [("Box", None, r"C:\Users\zoë\Box")]


def test_an_empty_box_file_is_nothing(settings, write):
    write("AppData/Local/Box Sync/sync_root_folder.txt", "\r\n")
    assert not list(box.find(settings()))


@pytest.mark.parametrize(
    ("os", "place"),
    [
        ("windows", "AppData/Local/SynologyDrive/data/db/sys.sqlite"),
        ("linux", ".SynologyDrive/data/db/sys.sqlite"),
    ],
)
def test_synology_syncs_some_folders_and_only_backs_up_others(settings, tmp_path, found, os, place):
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE connection_table (id INTEGER, conn_type INTEGER)")
        connection.execute("CREATE TABLE session_table (conn_id INTEGER, sync_folder TEXT)")
        connection.execute("INSERT INTO connection_table VALUES (1, 1), (2, 2)")
        connection.execute("INSERT INTO session_table VALUES (1, '/sync'), (2, '/backup')")
    separator = "\\" if os == "windows" else "/"
    assert found(synology.find(settings(os=os))) == [("Synology Drive", None, f"{separator}sync")]


NEXTCLOUD = r"""
[General]
clientVersion=3.14.1

[Accounts]
0\Folders\1\localPath=C:/Users/ada/Nextcloud/
0\Folders\1\virtualFilesMode=off
0\FoldersWithPlaceholders\2\localPath="C:/Users/zo\xeb/More, and more"
0\url=https://cloud.example.com
version=2
"""


@pytest.mark.parametrize(
    ("client", "file"), [("Nextcloud", "nextcloud.cfg"), ("ownCloud", "owncloud.cfg")]
)
def test_nextcloud_and_owncloud_list_their_folders(settings, write, found, client, file):
    write(f"AppData/Roaming/{client}/{file}", NEXTCLOUD)
    assert found(nextcloud.find(settings())) == [
        (client, None, r"C:\Users\ada\Nextcloud"),
        (client, None, r"C:\Users\zoë\More, and more"),
    ]


@pytest.mark.parametrize(
    ("os", "place"),
    [
        ("linux", ".config/Nextcloud/nextcloud.cfg"),
        ("darwin", "Library/Preferences/Nextcloud/nextcloud.cfg"),
    ],
)
def test_nextcloud_is_found_on_other_systems(settings, write, found, os, place):
    write(place, "[Accounts]\n0\\Folders\\1\\localPath=/home/ada/Nextcloud/\n")
    assert found(nextcloud.find(settings(os=os))) == [("Nextcloud", None, "/home/ada/Nextcloud")]


SYNCTHING = """<configuration version="37">
  <folder id="a" label="Work" path="~/Work" paused="true"/>
  <folder id="b" path="/data/shared/"/>
  <defaults><folder id="" path="~"/></defaults>
</configuration>"""


@pytest.mark.parametrize(
    "place",
    [".local/state/syncthing/config.xml", ".config/syncthing/config.xml"],
)
def test_syncthing_lists_its_folders_but_not_its_template(settings, write, found, tmp_path, place):
    write(place, SYNCTHING)
    assert found(syncthing.find(settings(os="linux"))) == [
        ("Syncthing", None, f"{tmp_path}/Work"),
        ("Syncthing", None, "/data/shared"),
    ]


def test_syncthing_on_windows_keeps_its_settings_in_the_local_folder(settings, write, found):
    write(
        "AppData/Local/Syncthing/config.xml",
        r'<configuration><folder path="\\?\D:\Sync"/></configuration>',
    )
    assert found(syncthing.find(settings())) == [("Syncthing", None, r"D:\Sync")]


def test_syncthings_settings_may_have_been_moved(settings, write, found, tmp_path):
    write("moved/config.xml", '<configuration><folder path="/data"/></configuration>')
    moved = settings(os="linux", environment={"STHOMEDIR": str(tmp_path / "moved")})
    assert found(syncthing.find(moved)) == [("Syncthing", None, "/data")]


def test_a_broken_syncthing_file_is_an_error(settings, write):
    write(".config/syncthing/config.xml", "<configuration>")
    with pytest.raises(ET.ParseError):
        list(syncthing.find(settings(os="linux")))


def test_macos_lists_the_providers_of_cloud_storage(settings, tmp_path, found):
    folder = tmp_path / "Library" / "CloudStorage"
    for name in ("OneDrive-Personal", "GoogleDrive-ada@example.com", "Dropbox", ".Trash"):
        (folder / name).mkdir(parents=True)
    assert found(mac.find_cloud_storage(settings(os="darwin"))) == [
        ("Dropbox", None, f"{folder}/Dropbox"),
        ("Google Drive", "stream", f"{folder}/GoogleDrive-ada@example.com"),
        ("OneDrive", None, f"{folder}/OneDrive-Personal"),
    ]
    assert not list(mac.find_cloud_storage(settings(os="linux")))


def test_macos_keeps_icloud_drive_in_mobile_documents(settings, tmp_path, found):
    assert not list(mac.find_icloud(settings(os="darwin")))
    folder = tmp_path / "Library" / "Mobile Documents"
    folder.mkdir(parents=True)
    assert found(mac.find_icloud(settings(os="darwin"))) == [("iCloud Drive", None, str(folder))]
