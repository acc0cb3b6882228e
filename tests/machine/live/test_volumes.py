import psutil
import pytest

from winasr_doctor.machine.live import LiveMachine, folders, volumes
from winasr_doctor.machine.model import Place, Places
from winasr_doctor.windows import win32


@pytest.fixture
def on_windows(monkeypatch):
    def dos_device(drive):
        return {"S:": "\\??\\C:\\asr", "N:": "\\??\\UNC\\nas\\share"}.get(drive, "\\Device\\Hd1")

    types = {"Z:\\": "network", "E:\\": "removable"}
    for module in (volumes, folders):
        monkeypatch.setattr(module, "this_os", lambda: "windows")
    monkeypatch.setattr(win32, "dos_device", dos_device)
    monkeypatch.setattr(win32, "drive_type", lambda root: types.get(root, "fixed"))
    monkeypatch.setattr(win32, "file_system", lambda root: "ReFS" if root == "D:\\" else "NTFS")
    monkeypatch.setattr(win32, "dev_drive", lambda _root: (True, False))
    monkeypatch.setattr(win32, "volume_root", lambda path: path[:3])


def test_a_substituted_drive_says_what_it_stands_for(on_windows):
    assert volumes.windows("S:\\").substituted_for == "C:\\asr"


def test_a_drive_substituted_for_a_share_says_so(on_windows):
    assert volumes.windows("N:\\").substituted_for == "\\\\nas\\share"


def test_an_ordinary_drive_stands_for_itself(on_windows):
    assert volumes.windows("C:\\").substituted_for is None


def test_the_drives_kind_and_file_system_are_told(on_windows):
    volume = volumes.windows("E:\\")
    assert (volume.drive_type, volume.filesystem) == ("removable", "NTFS")


def test_only_refs_can_be_a_dev_drive(on_windows):
    assert volumes.windows("C:\\").dev_drive is False
    volume = volumes.windows("D:\\")
    assert (volume.dev_drive, volume.dev_drive_trusted) == (True, False)


def test_a_file_system_that_does_not_say_may_be_a_dev_drive(on_windows, monkeypatch):
    monkeypatch.setattr(win32, "dev_drive", lambda _root: None)
    assert volumes.windows("D:\\").dev_drive is None


def test_a_share_is_on_the_network_even_if_it_does_not_answer(on_windows):
    volume = volumes.windows("\\\\nas\\share\\")
    assert (volume.drive_type, volume.free) == ("network", None)


@pytest.mark.parametrize(
    ("path", "resolved", "root"),
    [
        ("C:\\Temp", "C:\\Temp", "C:\\"),
        ("C:\\junction", "D:\\real", "D:\\"),
        ("s:\\tmp", "C:\\asr\\tmp", "S:\\"),
        ("Z:\\tmp", "\\\\nas\\share\\tmp", "Z:\\"),
        ("\\\\nas\\share\\tmp", None, "\\\\nas\\share\\"),
    ],
)
def test_a_place_lies_on_the_drive_its_owner_knows(on_windows, path, resolved, root):
    assert volumes.root_of(path, resolved) == root


def test_a_mounted_file_system_is_measured(tmp_path):
    volume = volumes.posix(str(tmp_path), "ext4")
    assert volume.drive_type == "fixed"
    assert volume.total >= volume.free > 0


@pytest.mark.parametrize(
    ("file_system", "kind"),
    [("nfs4", "network"), ("tmpfs", "ram"), ("xfs", "fixed"), (None, "unknown")],
)
def test_the_file_system_tells_what_a_drive_is(file_system, kind, tmp_path):
    assert volumes.posix(str(tmp_path), file_system).drive_type == kind


def test_a_drive_that_is_gone_has_no_size(tmp_path):
    volume = volumes.posix(str(tmp_path / "gone"), "ext4")
    assert (volume.total, volume.free) == (None, None)


def host_with(*roots):
    class Told(LiveMachine):
        readers = {
            "places": lambda _: Places(
                items=tuple(Place(role="app", path=root, volume=root) for root in roots)
            )
        }

    return Told()


def test_each_drive_is_described_once():
    read = volumes.read(host_with("/", "/", None))
    assert [volume.root for volume in read.items] == ["/"]


def test_a_bare_oserror_of_psutil_is_survived(monkeypatch):
    def fail(**_):
        raise OSError(5, "bad")

    monkeypatch.setattr(volumes, "this_os", lambda: "linux")
    monkeypatch.setattr(psutil, "disk_partitions", fail)
    (volume,) = volumes.read(host_with("/")).items
    assert (volume.drive_type, volume.filesystem) == ("unknown", None)
    assert volume.free
