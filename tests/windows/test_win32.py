import ctypes
import sys
from types import SimpleNamespace

import pytest

from winasr_doctor.windows import win32


class Function:
    """A DLL's function: callable, and it takes a `restype`."""

    def __init__(self, call):
        self._call = call

    def __call__(self, *arguments):
        return self._call(*arguments)


@pytest.fixture
def library(monkeypatch):
    def install(**functions):
        fake = SimpleNamespace(**{name: Function(call) for name, call in functions.items()})
        monkeypatch.setattr(win32, "_library", lambda _name: fake)

    return install


def fills(text):
    def call(*arguments):
        buffer = next(a for a in arguments if isinstance(a, ctypes.Array))
        buffer.value = text
        return len(text)

    return call


def test_off_windows_nothing_applies(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for ask in (win32.wine_version, win32.code_pages, win32.version, win32.memory_status):
        with pytest.raises(NotImplementedError):
            ask()


def test_wine_is_known_by_a_function_only_it_has(library):
    library(wine_get_version=lambda: b"8.0")
    assert win32.wine_version() == "8.0"
    library()
    assert win32.wine_version() is None


@pytest.mark.parametrize(("number", "kind"), [(2, "removable"), (4, "network"), (0, "unknown")])
def test_drive_types_have_names(library, number, kind):
    library(GetDriveTypeW=lambda _root: number)
    assert win32.drive_type("C:\\") == kind


def test_a_buffer_that_was_filled_is_read(library):
    library(
        GetVolumePathNameW=fills("C:\\mnt\\"),
        QueryDosDeviceW=fills("\\??\\C:\\asr"),
        GetLongPathNameW=fills("C:\\Program Files"),
        GetVolumeInformationW=fills("NTFS"),
        SetThreadErrorMode=lambda *_: 1,
    )
    assert win32.volume_root("C:\\mnt\\x") == "C:\\mnt\\"
    assert win32.dos_device("S:") == "\\??\\C:\\asr"
    assert win32.long_path("C:\\PROGRA~1") == "C:\\Program Files"
    assert win32.file_system("C:\\") == "NTFS"


def test_a_call_that_fails_leaves_it_open(library):
    def fail(*_):
        return 0

    library(
        GetVolumePathNameW=fail,
        QueryDosDeviceW=fail,
        GetLongPathNameW=fail,
        GetVolumeInformationW=fail,
        SetThreadErrorMode=fail,
        GlobalMemoryStatusEx=fail,
        GetCurrentProcess=fail,
        OpenProcessToken=fail,
    )
    assert win32.volume_root("Q:\\") is None
    assert win32.dos_device("Q:") is None
    assert win32.long_path("Q:\\A~1") == "Q:\\A~1"
    assert win32.file_system("Q:\\") is None
    assert win32.memory_status() is None
    assert (win32.elevated(), win32.session(), win32.user_sid()) == (None, None, None)
    assert win32.holds_privilege("SeCreateSymbolicLinkPrivilege") is None


def test_a_volume_that_cannot_be_opened_may_be_a_dev_drive(library):
    library(CreateFileW=lambda *_: ctypes.c_void_p(-1).value)
    assert win32.dev_drive("D:\\") is None


@pytest.mark.parametrize(
    ("flags", "answer"), [(0, (False, False)), (0x2000, (True, False)), (0x6000, (True, True))]
)
def test_a_dev_drive_is_told_by_its_volumes_flags(library, flags, answer):
    closed = []

    def control(_handle, code, _in, _in_size, out, out_size, returned, _overlapped):
        assert code.value == 0x9023C
        out._obj.flags = flags
        returned._obj.value = out_size
        return 1

    library(CreateFileW=lambda *_: 7, DeviceIoControl=control, CloseHandle=closed.append)
    assert win32.dev_drive("D:\\") == answer
    assert [handle.value for handle in closed] == [7]


def test_a_privilege_is_looked_for_among_those_held(library):
    held = (2).to_bytes(4, "little") + b"".join(
        number.to_bytes(4, "little") + bytes(4) + (0).to_bytes(4, "little") for number in (19, 35)
    )

    def information(_token, _kind, buffer, size, needed):
        needed._obj.value = len(held)
        if buffer is None:
            return 0
        buffer.raw = held
        return 1

    numbers = {"SeCreateSymbolicLinkPrivilege": 35, "SeDebugPrivilege": 20}

    def look_up(_system, name, luid):
        luid._obj.low = numbers[name]
        return 1

    library(
        GetCurrentProcess=lambda: 1,
        OpenProcessToken=lambda *_: 1,
        GetTokenInformation=information,
        LookupPrivilegeValueW=look_up,
        CloseHandle=lambda _handle: 1,
    )
    assert win32.holds_privilege("SeCreateSymbolicLinkPrivilege") is True
    assert win32.holds_privilege("SeDebugPrivilege") is False
