import pytest

from winasr_doctor.machine.live.sync_roots import cloud_files

SID = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"


def provider(identifier, path=r"C:\Cloud", sid=SID, **values):
    key = rf"{cloud_files.KEY}\{identifier}"
    return {key: values, rf"{key}\UserSyncRoots": {sid: path}}


@pytest.mark.parametrize(
    ("identifier", "name", "kind"),
    [
        (f"OneDrive!{SID}!Personal|ae8e", "OneDrive", "personal"),
        (f"OneDrive!{SID}!Business1|8fd2", "OneDrive", "business"),
        (f"Dropbox!{SID}!personal", "Dropbox", None),
        (f"iCloudDrive!{SID}!ada", "iCloud Drive", None),
        (f"Box!{SID}!ada", "Box", None),
        (f"Boxcryptor!{SID}!ada", "Boxcryptor", None),
        (f"Nextcloud!{SID}!https://cloud.example.com", "Nextcloud", None),
        ("Unheard-of", "Unheard-of", None),
    ],
)
def test_a_provider_is_known_by_its_identifier(settings, found, identifier, name, kind):
    roots = cloud_files.find(settings(provider(identifier, DisplayNameResource="@a.dll,-1")))
    assert found(roots) == [(name, kind, r"C:\Cloud")]


def test_the_accounts_name_stays_out_of_the_source(settings):
    (root,) = cloud_files.find(settings(provider(f"Box!{SID}!ada@example.com")))
    assert root.source == rf"{cloud_files.KEY}\Box"


def test_an_unknown_provider_has_the_name_it_registered(settings, found):
    keys = provider("x!y!z", DisplayNameResource="Strato HiDrive")
    assert found(cloud_files.find(settings(keys))) == [("Strato HiDrive", None, r"C:\Cloud")]


def test_another_users_root_is_not_ours(settings):
    assert not list(cloud_files.find(settings(provider("Box!a!b", sid=OTHER))))


def test_every_root_counts_when_the_user_is_not_known(settings):
    keys = provider("Box!a!b", sid=OTHER)
    assert len(list(cloud_files.find(settings(keys, sid=None)))) == 1


def test_a_provider_without_roots_is_nothing(settings):
    keys = {rf"{cloud_files.KEY}\Box!a!b": {}}
    assert not list(cloud_files.find(settings(keys)))


def test_a_refused_provider_does_not_hide_another(settings):
    keys = {**provider("Box!a!b"), **provider("Dropbox!a!b")}
    refused = settings(keys, denied=[rf"{cloud_files.KEY}\Box!a!b"])
    roots = []
    with pytest.raises(PermissionError):
        roots.extend(cloud_files.find(refused))
    assert [root.provider for root in roots] == ["Dropbox"]


def test_there_are_none_elsewhere(settings):
    assert not list(cloud_files.find(settings(provider("Box!a!b"), os="linux")))
