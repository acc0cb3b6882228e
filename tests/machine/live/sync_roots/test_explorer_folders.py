from winasr_doctor.machine.live.sync_roots import explorer_folders

CLSID = "{E31EA727-12ED-4702-820C-4B6445F28E1A}"
PINNED = "System.IsPinnedToNameSpaceTree"


def pinned(name="MEGA", path=r"%USERPROFILE%\MEGA", pin=1, base="HKCR"):
    key = rf"{base}\CLSID\{CLSID}"
    return {
        rf"{explorer_folders.KEY}\{CLSID}": {"": name},
        key: {"": name, PINNED: pin},
        rf"{key}\Instance\InitPropertyBag": {"TargetFolderPath": path},
    }


def find(settings, keys):
    return explorer_folders.find(settings(keys, environment={"USERPROFILE": r"C:\Users\ada"}))


def test_a_pinned_folder_is_found_where_it_really_lies(settings, found):
    assert found(find(settings, pinned())) == [("MEGA", None, r"C:\Users\ada\MEGA")]
    assert found(find(settings, pinned(base=r"HKCU\Software\Classes"))) == [
        ("MEGA", None, r"C:\Users\ada\MEGA")
    ]


def test_a_known_provider_has_its_usual_name(settings, found):
    roots = find(settings, pinned("iCloud Drive", r"C:\Users\ada\iCloudDrive"))
    assert found(roots) == [("iCloud Drive", None, r"C:\Users\ada\iCloudDrive")]


def test_a_folder_that_is_not_pinned_is_nothing(settings):
    assert not list(find(settings, pinned(pin=0)))


def test_a_pinned_folder_without_a_place_on_disk_is_nothing(settings):
    assert not list(find(settings, {rf"{explorer_folders.KEY}\{CLSID}": {}}))
    assert not list(find(settings, pinned(path="%NO_SUCH%\\x")))
