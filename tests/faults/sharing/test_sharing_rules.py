"""Windows' rules: emulated on Linux, and the real ones where these tests run on Windows.

So the emulation is held to what a Windows system (or Wine) really answers.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import types

import pytest

from winasr_doctor.windows.errors import classify

from .conftest import code_of, on_linux_only, reading

pytestmark = pytest.mark.usefixtures("rules")


@contextlib.contextmanager
def child(code, *arguments, **options):
    """Run Python code in a child until the block ends; it prints a line when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code + "\nprint('ready', flush=True)\ninput()", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        **options,
    )
    assert process.stdout.readline().strip() == b"ready"
    try:
        yield process
    finally:
        process.communicate(b"\n")


def test_an_open_file_cannot_be_removed(folder):
    with open(folder / "file"):
        assert code_of(os.unlink, folder / "file") == 32
        assert code_of(os.remove, folder / "file") == 32
    assert code_of(os.unlink, folder / "file") == 0


def test_an_open_file_cannot_be_renamed_or_moved(folder):
    with open(folder / "file"):
        assert code_of(os.rename, folder / "file", folder / "new") == 32
        assert code_of(os.replace, folder / "file", folder / "new") == 32
    assert code_of(os.rename, folder / "file", folder / "new") == 0


def test_an_open_file_can_be_opened_again_and_read(folder):
    with open(folder / "file", "a"), open(folder / "file") as again:
        assert again.read() == "text"


def test_a_tree_with_an_open_file_cannot_be_removed(folder):
    with open(folder / "full" / "inside"):
        assert code_of(shutil.rmtree, folder / "full") == 32
    assert code_of(shutil.rmtree, folder / "full") == 0


def test_a_temporary_directory_with_an_open_file_cannot_be_cleaned_up():
    temporary = tempfile.TemporaryDirectory()
    with open(os.path.join(temporary.name, "manifest.json"), "w"):
        with pytest.raises(OSError, match=r"manifest\.json") as caught:
            temporary.cleanup()
        assert classify(caught.value).code == 32
    temporary.cleanup()
    assert not os.path.exists(temporary.name)


def test_the_current_directory_cannot_be_removed(folder, monkeypatch):
    monkeypatch.chdir(folder / "empty")
    assert code_of(os.rmdir, folder / "empty") == 32
    assert code_of(shutil.rmtree, folder / "empty") == 32
    monkeypatch.chdir(folder)
    assert code_of(os.rmdir, folder / "empty") == 0


def test_the_current_directory_of_a_child_cannot_be_removed(folder):
    with child("", cwd=folder / "empty"):
        assert code_of(os.rmdir, folder / "empty") == 32


def test_a_file_that_a_child_has_open_cannot_be_removed(folder):
    with child("import sys; f = open(sys.argv[1])", str(folder / "file")):
        assert code_of(os.unlink, folder / "file") == 32
    assert code_of(os.unlink, folder / "file") == 0


def test_a_mapped_file_cannot_be_removed(folder):
    with open(folder / "file", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert code_of(os.unlink, folder / "file") == 32  # the map keeps a handle of its own
    mapped.close()
    assert code_of(os.unlink, folder / "file") == 0


def test_a_read_only_file_cannot_be_removed(folder):
    os.chmod(folder / "file", stat.S_IREAD)
    assert code_of(os.unlink, folder / "file") == 5
    os.chmod(folder / "file", stat.S_IWRITE)
    assert code_of(os.unlink, folder / "file") == 0


def test_a_read_only_file_can_be_renamed(folder):
    os.chmod(folder / "file", stat.S_IREAD)
    assert code_of(os.rename, folder / "file", folder / "new") == 0
    os.chmod(folder / "new", stat.S_IWRITE)


def test_an_open_file_counts_before_its_read_only_attribute(folder):
    os.chmod(folder / "file", stat.S_IREAD)
    with open(folder / "file"):
        assert code_of(os.unlink, folder / "file") == 32


def test_a_folder_with_entries_cannot_be_removed(folder):
    assert code_of(os.rmdir, folder / "full") == 145


def test_folders_and_files_are_not_removed_in_each_others_way(folder):
    assert code_of(os.unlink, folder / "empty") == 5
    assert code_of(os.rmdir, folder / "file") == 267


def test_what_is_missing_is_told_from_a_missing_folder(folder):
    assert code_of(os.unlink, folder / "missing") == 2
    assert code_of(os.unlink, folder / "missing" / "file") == 3
    assert code_of(os.rename, folder / "missing", folder / "new") == 2


def test_rename_does_not_replace(folder):
    assert code_of(os.rename, folder / "file", folder / "other") == 183
    assert (folder / "other").read_text() == "other"


def test_replace_does(folder):
    assert code_of(os.replace, folder / "file", folder / "other") == 0
    assert (folder / "other").read_text() == "text"


def test_an_open_file_cannot_be_replaced(folder):
    with open(folder / "other"):
        assert code_of(os.replace, folder / "file", folder / "other") == 5


def test_a_folder_cannot_be_replaced(folder):
    assert code_of(os.replace, folder / "file", folder / "empty") == 5


@on_linux_only
def test_a_read_only_file_cannot_be_replaced(folder):
    os.chmod(folder / "other", stat.S_IREAD)
    assert code_of(os.replace, folder / "file", folder / "other") == 5


def test_a_file_can_be_renamed_to_itself(folder):
    assert code_of(os.rename, folder / "file", folder / "file") == 0
    assert code_of(os.replace, folder / "file", folder / "file") == 0


def test_a_folder_replaces_a_file(folder):
    assert code_of(os.replace, folder / "full", folder / "file") == 0
    assert (folder / "file" / "inside").read_text() == "inside"


def test_a_folder_cannot_be_moved_into_itself(folder):
    assert code_of(os.rename, folder / "full", folder / "full" / "new") == 87
    assert code_of(os.replace, folder / "full", folder / "full" / "new") == 87


@on_linux_only
def test_a_folder_cannot_be_moved_into_a_folder_inside_it(folder):
    (folder / "full" / "sub").mkdir()
    assert code_of(os.rename, folder / "full", folder / "full" / "sub" / "new") == 5


@pytest.mark.parametrize("name", ["rename", "replace"])
def test_moving_into_a_missing_folder_names_the_folder(folder, name):
    move = getattr(os, name)
    assert code_of(move, folder / "file", folder / "missing" / "new") == 3
    assert code_of(move, folder / "file", folder / "other" / "new") == 3
    assert code_of(move, folder / "none", folder / "other" / "new") == 2


def test_a_missing_target_folder_is_found_before_what_is_open_inside(folder):
    with open(folder / "full" / "inside"):
        assert code_of(os.rename, folder / "full", folder / "missing" / "new") == 3


def test_making_and_entering_folders_fails_in_windows_words(folder):
    assert code_of(os.mkdir, folder / "file") == 183
    assert code_of(os.mkdir, folder / "missing" / "new") == 3
    assert code_of(os.mkdir, folder / "file" / "new") == 3
    assert code_of(os.chdir, folder / "missing") == 2
    assert code_of(os.chdir, folder / "file") == 267
    assert code_of(os.chmod, folder / "missing", stat.S_IREAD) == 2


@pytest.mark.parametrize(
    ("name", "mode", "number"),
    [
        ("full", "r", errno.EACCES),
        ("full", "w", errno.EACCES),
        ("file/new", "w", errno.ENOENT),
        ("missing/new", "w", errno.ENOENT),
        ("file", "x", errno.EEXIST),
    ],
)
def test_a_failed_opening_has_an_errno_and_no_winerror(folder, name, mode, number):
    with pytest.raises(OSError, match=r"\[Errno") as caught:
        open(folder / name, mode)  # noqa: SIM115 - it fails
    assert caught.value.errno == number
    assert caught.value.winerror is None


def test_a_map_is_noticed_that_takes_the_place_of_another(folder):
    """The process's memory has the same size all the time."""
    (folder / "first").write_text("text")
    with open(folder / "first", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with pytest.raises(OSError, match=r"\[Errno"):
        open(folder / "first", "w")  # noqa: SIM115 - it fails
    mapped.close()
    with open(folder / "file", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with mapped, pytest.raises(OSError, match=r"\[Errno"):
        open(folder / "file", "w")  # noqa: SIM115 - it fails


def test_a_mapped_file_cannot_be_truncated_but_written_to(folder):
    with open(folder / "file", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with mapped:
        with pytest.raises(OSError, match=r"\[Errno") as caught:
            open(folder / "file", "w")  # noqa: SIM115 - it fails
        assert (caught.value.errno, caught.value.winerror) == (errno.EINVAL, None)
        with open(folder / "file", "r+"), open(folder / "file", "a"):
            pass
    assert (folder / "file").read_text() == "text"


@on_linux_only
@pytest.mark.parametrize("mode", ["w", "a", "r+", "wb"])
def test_a_read_only_file_cannot_be_opened_for_writing(folder, mode):
    os.chmod(folder / "file", stat.S_IREAD)
    with pytest.raises(PermissionError) as caught:
        open(folder / "file", mode)  # noqa: SIM115 - it fails
    assert (caught.value.errno, caught.value.winerror) == (errno.EACCES, None)
    assert (folder / "file").read_text() == "text"


@on_linux_only
def test_a_read_only_file_that_exists_is_reported_as_existing(folder):
    os.chmod(folder / "file", stat.S_IREAD)
    with pytest.raises(FileExistsError):
        open(folder / "file", "x")  # noqa: SIM115 - it fails


@on_linux_only
def test_a_folder_that_is_being_listed_can_be_removed(folder):
    with os.scandir(folder / "full") as entries:
        next(entries)
        os.unlink(folder / "full" / "inside")
        assert code_of(os.rmdir, folder / "full") == 0


def test_a_closed_file_is_nobodys(folder, rules):
    shutil.rmtree(folder / "full")
    assert rules.refusals == []


@on_linux_only
def test_a_folder_with_something_open_inside_cannot_be_renamed(folder):
    with open(folder / "full" / "inside"):
        assert code_of(os.rename, folder / "full", folder / "new") == 5
        assert code_of(os.replace, folder / "full", folder / "new") == 5
    assert code_of(os.rename, folder / "full", folder / "new") == 0


@on_linux_only
def test_a_folder_with_somebodys_current_directory_inside_cannot_be_renamed(folder, monkeypatch):
    (folder / "full" / "sub").mkdir()
    monkeypatch.chdir(folder / "full" / "sub")
    assert code_of(os.rename, folder / "full", folder / "new") == 5


@on_linux_only
def test_the_current_directory_cannot_be_renamed(folder, monkeypatch):
    monkeypatch.chdir(folder / "empty")
    assert code_of(os.rename, folder / "empty", folder / "new") == 32


@on_linux_only
def test_an_open_folder_cannot_be_removed(folder):
    descriptor = os.open(folder / "empty", os.O_RDONLY)
    try:
        assert code_of(os.rmdir, folder / "empty") == 32
    finally:
        os.close(descriptor)


@on_linux_only
def test_a_read_only_folder_cannot_be_removed(folder):
    os.chmod(folder / "empty", stat.S_IREAD | stat.S_IEXEC)
    assert code_of(os.rmdir, folder / "empty") == 5
    os.chmod(folder / "empty", stat.S_IRWXU)


@on_linux_only
def test_an_open_file_cannot_be_removed_by_another_name_either(folder):
    os.link(folder / "file", folder / "second")
    with open(folder / "file"):
        assert code_of(os.unlink, folder / "second") == 32


@on_linux_only
def test_a_link_to_an_open_file_can_be_removed(folder):
    (folder / "link").symlink_to(folder / "file")
    with open(folder / "file"):
        assert code_of(os.unlink, folder / "link") == 0


@on_linux_only
def test_a_handle_that_shares_deletion_is_not_in_the_way(folder, rules):
    with open(folder / "file") as file:
        rules.share_delete(file)
        assert code_of(os.unlink, folder / "file") == 0


@on_linux_only
def test_sharing_deletion_ends_with_the_handle(folder, rules):
    with open(folder / "file") as file:
        rules.share_delete(file.fileno())
    with open(folder / "other"):
        assert code_of(os.unlink, folder / "other") == 32


@on_linux_only
def test_a_deleted_file_says_nothing_about_a_new_one_of_its_name(folder, rules):
    with open(folder / "file") as file:
        rules.share_delete(file)
        os.unlink(folder / "file")
        (folder / "file").write_text("new")
        assert code_of(os.unlink, folder / "file") == 0


@on_linux_only
def test_a_deleted_file_does_not_keep_its_folder_in_place(folder, rules):
    with open(folder / "full" / "inside") as file:
        rules.share_delete(file)
        os.unlink(folder / "full" / "inside")
        assert code_of(os.rename, folder / "full", folder / "new") == 0


@on_linux_only
def test_a_named_temporary_file_removes_itself():
    with tempfile.NamedTemporaryFile() as file:
        pass
    assert not os.path.exists(file.name)


@on_linux_only
def test_a_file_that_is_only_mapped_cannot_be_removed(folder, mapped_without_a_descriptor):
    with mapped_without_a_descriptor(folder / "file"):
        assert code_of(os.unlink, folder / "file") == 1224
    assert code_of(os.unlink, folder / "file") == 0


@on_linux_only
def test_the_read_only_attribute_counts_before_a_map(folder, mapped_without_a_descriptor):
    os.chmod(folder / "file", stat.S_IREAD)
    with mapped_without_a_descriptor(folder / "file"):
        assert code_of(os.unlink, folder / "file") == 5


@on_linux_only
def test_a_loaded_library_cannot_be_removed(folder, mapped_without_a_descriptor):
    with mapped_without_a_descriptor(folder / "file", mmap.PROT_READ | mmap.PROT_EXEC):
        assert code_of(os.unlink, folder / "file") == 5


@on_linux_only
def test_a_loaded_library_can_be_renamed(folder, mapped_without_a_descriptor):
    with mapped_without_a_descriptor(folder / "file", mmap.PROT_READ | mmap.PROT_EXEC):
        assert code_of(os.rename, folder / "file", folder / "new") == 0


@on_linux_only
def test_a_folder_with_a_loaded_library_can_be_renamed(folder, mapped_without_a_descriptor):
    with mapped_without_a_descriptor(folder / "full" / "inside", mmap.PROT_READ | mmap.PROT_EXEC):
        assert code_of(os.rename, folder / "full", folder / "new") == 0


@on_linux_only
def test_a_file_opened_by_number_is_held_to_the_rules_for_writing(folder):
    os.chmod(folder / "file", stat.S_IREAD)
    for flags in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
        with pytest.raises(PermissionError):
            os.close(os.open(folder / "file", flags))
    reading(folder / "file")


@pytest.mark.parametrize(
    ("name", "flags", "number"),
    [
        ("file/inside", os.O_RDONLY, errno.ENOENT),
        ("file/inside", os.O_WRONLY | os.O_CREAT | os.O_EXCL, errno.ENOENT),
        ("missing", os.O_RDWR, errno.ENOENT),
        ("file", os.O_WRONLY | os.O_CREAT | os.O_EXCL, errno.EEXIST),
    ],
)
def test_what_cannot_be_opened_by_number_fails_as_in_the_c_runtime(folder, name, flags, number):
    with pytest.raises((FileNotFoundError, FileExistsError)) as caught:
        os.open(folder / name, flags)
    assert (caught.value.errno, caught.value.winerror) == (number, None)


@on_linux_only
def test_to_look_who_holds_a_file_does_not_end_its_record_locks(folder):
    import fcntl

    with open(folder / "file", "r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert code_of(os.unlink, folder / "file") == 32
        taking = f"import fcntl; fcntl.lockf(open({str(folder / 'file')!r}, 'r+'), 6)"
        other = subprocess.run([sys.executable, "-c", taking], check=False, capture_output=True)
        assert other.returncode != 0


@on_linux_only
def test_code_that_watches_a_folder_does_not_see_the_rules_look(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "inotify_simple", types.ModuleType("inotify_simple"))
    libc = ctypes.CDLL(None)
    watcher = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        assert libc.inotify_add_watch(watcher, os.fsencode(folder), 0xFFF) > 0
        os.rename(folder / "file", folder / "new")
        os.unlink(folder / "new")
        events = os.read(watcher, 4096)
    finally:
        os.close(watcher)
    assert _kinds(events) == [0x40, 0x80, 0x200]  # moved from, moved to, deleted


def _kinds(events):
    kinds = []
    while events:
        _, kind, _, length = struct.unpack_from("iIII", events)
        kinds.append(kind)
        events = events[16 + length :]
    return kinds


@pytest.mark.skipif(os.name == "nt", reason="is about what is replaced on Linux")
def test_with_an_opener_counts_what_that_opens(tmp_path, rules):
    """`NamedTemporaryFile` passes its folder to `open`, with an opener that makes the file."""
    (tmp_path / "read-only").touch()
    (tmp_path / "read-only").chmod(0o400)
    another = tmp_path / "another"
    open(tmp_path / "read-only", "w", opener=lambda _, flags: os.open(another, flags)).close()
    assert not rules.refusals
    with pytest.raises(PermissionError):
        open(tmp_path / "read-only", "w", opener=os.open).close()
