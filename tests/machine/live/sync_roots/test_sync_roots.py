import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.live import sync_roots
from winasr_doctor.machine.live.sync_roots import cloud_files, google_drive, one_drive, settings
from winasr_doctor.machine.model import SyncRoot, SyncRoots

SID = "S-1-5-21-1-2-3-1001"


def root(path, provider="OneDrive", kind=None, source="here"):
    return SyncRoot(provider=provider, kind=kind, path=path, source=source)


def looked(path):
    return True, path.upper()


def read(tmp_path, *, clients, os="windows", look=looked):
    return sync_roots.read(
        os=os,
        registry=RegistryDict({}),
        environment={},
        home=tmp_path,
        sid=SID,
        clients=clients,
        look=look,
    )


def test_two_clients_naming_one_folder_are_one_root(tmp_path):
    clients = (
        ("a", lambda _: [root(r"C:\OneDrive", kind="personal", source="first")]),
        ("b", lambda _: [root("c:/onedrive/", kind="personal", source="second")]),
    )
    (only,) = read(tmp_path, clients=clients).items
    assert only.source == "first"


def test_whoever_knows_the_kind_is_believed(tmp_path):
    clients = (
        ("a", lambda _: [root(r"C:\OneDrive")]),
        ("b", lambda _: [root(r"C:\OneDrive", kind="business")]),
    )
    (only,) = read(tmp_path, clients=clients).items
    assert only.kind == "business"


def test_names_that_differ_in_case_are_two_roots_on_linux(tmp_path):
    clients = (("a", lambda _: [root("/Sync"), root("/sync")]),)
    assert len(read(tmp_path, clients=clients, os="linux").items) == 2


def test_a_failing_client_is_named_and_keeps_what_it_found(tmp_path):
    def failing(_):
        yield root(r"C:\one")
        raise PermissionError(13, "Access is denied")

    facts = read(tmp_path, clients=(("a", failing), ("b", lambda _: [root(r"C:\two")])))
    assert [found.path for found in facts.items] == [r"C:\one", r"C:\two"]
    assert "Access is denied" in facts.unread["a"]
    assert list(facts.unread) == ["a"]


def test_a_root_is_looked_at(tmp_path):
    (only,) = read(tmp_path, clients=(("a", lambda _: [root(r"C:\one")]),)).items
    assert only.exists is True
    assert only.resolved == r"C:\ONE"


def test_a_streamed_drive_is_never_touched_nor_what_lies_on_it(tmp_path):
    def touch(path):
        assert not path.startswith("G:")
        return False, None

    streamed = root("G:\\", "Google Drive", google_drive.STREAM)
    clients = (("a", lambda _: [streamed, root(r"G:\My Drive"), root(r"C:\one")]),)
    facts = read(tmp_path, clients=clients, look=touch)
    assert [found.exists for found in facts.items] == [None, None, False]


def test_a_root_that_cannot_be_looked_at_stays_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(
        sync_roots, "side_by_side", lambda _look, paths, _limit: [None for _ in paths]
    )
    (only,) = read(tmp_path, clients=(("a", lambda _: [root(r"\\dead\share")]),)).items
    assert only.exists is None


def test_a_look_that_fails_does_not_spoil_the_others(tmp_path):
    def look(path):
        if path == r"C:\bad":
            raise OSError(87, "bare")
        return True, None

    clients = (("a", lambda _: [root(r"C:\bad"), root(r"C:\good")]),)
    assert [found.exists for found in read(tmp_path, clients=clients, look=look).items] == [
        None,
        True,
    ]


def test_every_client_is_content_with_an_empty_machine(tmp_path):
    for os in ("windows", "linux", "darwin"):
        facts = read(tmp_path, clients=sync_roots.CLIENTS, os=os)
        assert facts.items == ()
        assert facts.unread == {}


def test_what_onedrive_says_comes_before_what_windows_says(tmp_path):
    path = r"C:\Users\ada\Contoso\Team"
    key = rf"{cloud_files.KEY}\OneDrive!{SID}!Business1|x"
    registry = RegistryDict(
        {
            key: {},
            rf"{key}\UserSyncRoots": {SID: path},
            rf"{one_drive.ENGINES}\1": {"MountPoint": path, "LibraryType": "teamsite"},
        }
    )
    facts = sync_roots.read(
        os="windows", registry=registry, environment={}, home=tmp_path, sid=SID, look=looked
    )
    (only,) = facts.items
    assert only.kind == "sharepoint"


def test_the_clients_of_this_system_are_asked_unless_told_otherwise(tmp_path):
    registry = RegistryDict({})
    facts = sync_roots.read(registry=registry, environment={}, home=tmp_path)
    assert facts == SyncRoots()


def test_a_real_folder_exists_and_is_resolved(tmp_path):
    exists, resolved = sync_roots._look(str(tmp_path))
    assert exists
    assert resolved
    assert sync_roots._look(str(tmp_path / "missing")) == (False, None)


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("\\\\?\\C:\\One\\", "C:\\One"),
        ("C:/Users/ada/Nextcloud/", r"C:\Users\ada\Nextcloud"),
        ("G:", "G:\\"),
        ("G:\\", "G:\\"),
        ("\\\\?\\UNC\\nas\\share", r"\\nas\share"),
    ],
)
def test_a_windows_path_gets_its_usual_spelling(tmp_path, path, plain):
    given = settings.SyncSettings("windows", RegistryDict({}), {}, tmp_path)
    assert given.plain(path) == plain


def test_a_file_far_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_LARGEST", 3)
    file = tmp_path / "info.json"
    file.write_bytes(b"{   }")
    with pytest.raises(OSError, match="larger than 3 bytes"):
        settings.text(file)


def test_a_file_in_an_old_encoding_is_read(tmp_path):
    file = tmp_path / "old.cfg"
    file.write_bytes("zoë".encode("latin-1"))
    assert settings.text(file) == "zoë"
