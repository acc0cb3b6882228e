from winasr_doctor.machine.live.sync_roots import one_drive

ENGINES, ACCOUNTS = one_drive.ENGINES, one_drive.ACCOUNTS
OWN = r"C:\Users\ada\OneDrive - Contoso"
LIBRARY = r"C:\Users\ada\Contoso\Team - Documents"


def test_an_engine_tells_whose_library_it_is(settings, found):
    keys = {
        rf"{ENGINES}\1": {"MountPoint": r"C:\Users\ada\OneDrive", "LibraryType": "personal"},
        rf"{ENGINES}\2": {"MountPoint": OWN, "LibraryType": "mysite"},
        rf"{ENGINES}\3": {"MountPoint": LIBRARY, "LibraryType": "teamsite"},
    }
    assert found(one_drive.find(settings(keys))) == [
        ("OneDrive", "personal", r"C:\Users\ada\OneDrive"),
        ("OneDrive", "business", OWN),
        ("OneDrive", "sharepoint", LIBRARY),
    ]


def test_an_account_names_its_folder_and_its_sharepoint_libraries(settings, found):
    keys = {
        rf"{ACCOUNTS}\Business1": {"UserFolder": OWN, "DisplayName": "Contoso"},
        rf"{ACCOUNTS}\Business1\ScopeIdToMountPointPathCache": {"a1": OWN.upper(), "b2": LIBRARY},
    }
    assert found(one_drive.find(settings(keys))) == [
        ("OneDrive", "business", OWN),
        ("OneDrive", "sharepoint", LIBRARY),
    ]


def test_an_account_that_was_never_set_up_has_no_folder(settings):
    assert not list(one_drive.find(settings({rf"{ACCOUNTS}\Personal": {"Business": 0}})))


def test_the_environment_variables_count_whatever_their_case(settings, found):
    variables = {"ONEDRIVE": r"C:\OneDrive", "ONEDRIVECOMMERCIAL": OWN, "OneDriveConsumer": ""}
    assert found(one_drive.find(settings(environment=variables))) == [
        ("OneDrive", "business", OWN),
        ("OneDrive", None, r"C:\OneDrive"),
    ]


def test_the_source_is_named(settings):
    (root,) = one_drive.find(settings(environment={"OneDrive": r"C:\OneDrive"}))
    assert root.source == "%OneDrive%"


def test_no_onedrive_is_nothing(settings):
    assert not list(one_drive.find(settings()))
