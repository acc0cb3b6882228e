import json
import os

import pytest

from winasr_doctor.machine.live.sync_roots import dropbox

INFO = json.dumps({"personal": {"path": r"C:\Dropbox"}, "business": {"path": r"D:\Contoso"}})


@pytest.mark.parametrize(
    "place",
    [
        "AppData/Local/Dropbox/info.json",
        "AppData/Roaming/Dropbox/info.json",
        "AppData/Local/Packages/DropboxInc.Dropbox_x1/LocalCache/Local/Dropbox/info.json",
    ],
)
def test_both_folders_are_found_in_every_place(settings, write, found, place):
    write(place, INFO)
    assert found(dropbox.find(settings())) == [
        ("Dropbox", "personal", r"C:\Dropbox"),
        ("Dropbox", "business", r"D:\Contoso"),
    ]


def test_the_newest_store_build_comes_first(settings, write):
    for name, written in (("old", 1), ("new", 2)):
        place = f"AppData/Local/Packages/DropboxInc.Dropbox_{name}/LocalCache/Local/Dropbox"
        os.utime(write(f"{place}/info.json", INFO), (written, written))
    first, second = dropbox.files(settings())[-2:]
    assert "Dropbox_new" in str(first)
    assert "Dropbox_old" in str(second)


def test_linux_and_macos_keep_it_in_the_home_folder(settings, write, found):
    write(".dropbox/info.json", json.dumps({"personal": {"path": "/home/ada/Dropbox"}}))
    expected = [("Dropbox", "personal", "/home/ada/Dropbox")]
    assert found(dropbox.find(settings(os="linux"))) == expected
    assert found(dropbox.find(settings(os="darwin"))) == expected


def test_a_broken_file_does_not_hide_another(settings, write):
    write("AppData/Roaming/Dropbox/info.json", "{")
    write("AppData/Local/Dropbox/info.json", INFO)
    roots = []
    with pytest.raises(ValueError, match="property name"):
        roots.extend(dropbox.find(settings()))
    assert len(roots) == 2


def test_no_dropbox_is_nothing(settings):
    assert not list(dropbox.find(settings()))
