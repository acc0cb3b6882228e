from __future__ import annotations

import builtins
import errno
import io
import os
import pathlib
import shutil
import tarfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from winasr_doctor.faults import inject
from winasr_doctor.faults.operations import replaced
from winasr_doctor.faults.plan import OPERATIONS
from winasr_doctor.faults.removal import by_path

PLACES = (
    (os, "unlink"),
    (os, "remove"),
    (os, "rmdir"),
    (os, "rename"),
    (os, "replace"),
    (os, "scandir"),
    (os, "listdir"),
    (os, "stat"),
    (os, "lstat"),
    (os, "chmod"),
    (shutil, "rmtree"),
    (builtins, "open"),
    (io, "open"),
    (tarfile, "bltn_open"),
)

on_posix = pytest.mark.skipif(os.name == "nt", reason="about what only POSIX systems have")

not_under_wine = pytest.mark.skipif(os.name == "nt", reason="Wine answers with another code")


def state():
    return [vars(module)[name] for module, name in PLACES]


@pytest.fixture
def folder(tmp_path):
    """Hold a file, an empty folder, and a folder with a file."""
    (tmp_path / "file").write_text("text")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "inside").touch()
    return tmp_path


def test_everything_is_replaced_and_put_back():
    before = state()
    with replaced(OPERATIONS):
        assert not any(now is was for now, was in zip(state(), before, strict=True))
    assert state() == before


@on_posix
def test_rmtree_does_without_folder_descriptors(folder, monkeypatch):
    def opens(work):
        opened, plain = [], os.open
        with monkeypatch.context() as patch:
            patch.setattr(
                "os.open", lambda path, *a, **k: opened.append(path) or plain(path, *a, **k)
            )
            work()
        return opened

    assert opens(lambda: shutil.rmtree(folder / "empty"))
    with inject("unlink:32"), by_path():
        assert not opens(lambda: shutil.rmtree(folder / "full", ignore_errors=True))
        (folder / "full" / "inside").unlink()
        assert not opens(lambda: shutil.rmtree(folder / "full"))
    (folder / "full").mkdir()
    assert opens(lambda: shutil.rmtree(folder / "full"))


def test_it_is_put_back_when_the_block_dies():
    before = state()
    with pytest.raises(KeyboardInterrupt), inject("unlink:32; open:5; rmtree:5; stat:5"):
        raise KeyboardInterrupt
    assert state() == before


def test_only_the_last_of_several_puts_it_back():
    before = os.unlink
    outer, inner = inject("unlink:32"), inject("unlink:32")
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    assert os.unlink is not before
    inner.__exit__(None, None, None)
    assert os.unlink is before


def test_threads_may_come_and_go_at_any_time():
    before = state()

    def fail_again_and_again(name):
        for _ in range(100):
            with inject(f"stat:32@{name}; open:5@{name}") as faults:
                with pytest.raises(PermissionError):
                    os.stat(name)
                with pytest.raises(PermissionError):
                    open(name)  # noqa: SIM115
                assert len(faults.injections) == 2

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail_again_and_again, [f"name{number}" for number in range(8)]))
    assert state() == before


def test_what_somebody_else_replaced_meanwhile_stays(monkeypatch):
    def other(path):
        return None

    monkeypatch.setattr(os, "unlink", os.unlink)  # so that the real one comes back
    with inject("unlink:32"):
        os.unlink = other
    assert os.unlink is other


def test_a_replacement_left_behind_does_nothing_any_more(folder, monkeypatch):
    real = os.unlink
    with inject("unlink:32*inf"):
        left_behind = os.unlink
    monkeypatch.setattr(os, "unlink", left_behind)
    os.unlink(folder / "file")
    assert not (folder / "file").exists()
    with inject("unlink:32") as faults, pytest.raises(PermissionError):
        os.unlink(folder / "full" / "inside")
    assert len(faults.injections) == 1
    assert os.unlink is real


def test_a_mock_that_was_there_before_is_still_called(folder, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "unlink", calls.append)
    with inject("rmdir:32"):
        os.unlink("x")
    assert calls == ["x"]


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("rmtree", lambda f: shutil.rmtree(f / "full")),
        ("unlink", lambda f: os.unlink(f / "file")),
        ("unlink", lambda f: os.remove(f / "file")),
        ("unlink", lambda f: os.remove(path=f / "file")),
        ("unlink", lambda f: os.unlink(os.fsencode(f / "file"))),
        ("unlink", lambda f: (f / "file").unlink()),
        ("rmdir", lambda f: os.rmdir(f / "empty")),
        ("rmdir", lambda f: (f / "empty").rmdir()),
        ("rename", lambda f: os.rename(f / "file", f / "new")),
        ("rename", lambda f: os.rename(src=f / "file", dst=f / "new")),
        ("rename", lambda f: (f / "file").rename(f / "new")),
        ("replace", lambda f: os.replace(f / "file", f / "new")),
        ("replace", lambda f: (f / "file").replace(f / "new")),
        ("scandir", lambda f: os.scandir(f)),  # noqa: PLW0108 - looked up when called
        ("scandir", lambda f: next(os.walk(f, onerror=_raise))),
        ("listdir", lambda f: os.listdir(f)),  # noqa: PLW0108
        ("stat", lambda f: os.stat(f / "file")),
        ("stat", lambda f: (f / "file").stat()),
        ("lstat", lambda f: os.lstat(f / "file")),
        ("chmod", lambda f: os.chmod(f / "file", 0o600)),
        ("chmod", lambda f: (f / "file").chmod(0o600)),
        ("open", lambda f: open(f / "file")),  # noqa: SIM115
        ("open", lambda f: open(f / "file", "r+b")),  # noqa: SIM115
        ("open", lambda f: (f / "file").read_bytes()),
        ("open", lambda f: tarfile.open(f / "file")),  # noqa: SIM115
    ],
)
def test_every_way_to_an_operation_can_fail(folder, operation, call):
    with inject(f"{operation}:5@{folder}*") as faults, pytest.raises(PermissionError):
        call(folder)
    assert len(faults.injections) == 1


def _raise(error):
    raise error


@on_posix
def test_a_path_relative_to_a_descriptor_is_matched_as_a_whole(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with inject(f"unlink:32@{folder}/file"), pytest.raises(PermissionError):
            os.unlink("file", dir_fd=descriptor)
    finally:
        os.close(descriptor)


@on_posix
def test_descriptors_and_the_kernels_files_never_fail(folder):
    descriptor = os.open(folder / "file", os.O_RDONLY)
    with inject("stat:5*inf; open:5*inf; listdir:5*inf; scandir:5*inf") as faults:
        os.stat(descriptor)
        with open(descriptor, closefd=False):
            pass
        os.listdir("/proc/self/fd")
        with open("/proc/self/stat"):
            pass
    os.close(descriptor)
    assert faults.injections == []


def test_opening_to_write_does_not_fail(folder):
    with inject("open:5*inf") as faults:
        for mode in ("w", "a", "wb+"):
            with open(folder / "file", mode):
                pass
        with open(folder / "new", "x"):
            pass
    assert faults.injections == []


def test_wrong_arguments_are_still_the_functions_own_errors():
    with inject("unlink:32*inf; open:5*inf"):
        with pytest.raises(TypeError):
            os.unlink(3.5)
        with pytest.raises(TypeError):
            os.unlink(None)
        with pytest.raises(TypeError):
            os.unlink()
        with pytest.raises(TypeError):
            os.rename("a")
        with pytest.raises(TypeError):
            open()  # noqa: SIM115


def test_listing_the_current_folder_by_default_can_fail():
    for name, arguments in (("listdir", ()), ("scandir", ()), ("listdir", (None,))):
        with inject("listdir:5; scandir:5"), pytest.raises(PermissionError):
            getattr(os, name)(*arguments)


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        (lambda f: os.unlink(f / "missing"), FileNotFoundError, 2),
        (lambda f: os.unlink(f / "missing" / "x"), FileNotFoundError, 3),
        (lambda f: os.unlink(f / "empty"), PermissionError, 5),
        (lambda f: os.rmdir(f / "file"), NotADirectoryError, 267),
        (lambda f: os.rmdir(f / "full"), OSError, 145),
        pytest.param(
            lambda f: os.scandir(f / "file"), NotADirectoryError, 267, marks=not_under_wine
        ),
        (lambda f: os.scandir(f / "missing"), FileNotFoundError, 3),
        pytest.param(
            lambda f: os.listdir(f / "file"), NotADirectoryError, 267, marks=not_under_wine
        ),
        pytest.param(
            lambda f: os.unlink(f / "file" / "x"), FileNotFoundError, 3, marks=not_under_wine
        ),
        pytest.param(
            lambda f: os.rmdir(f / "file" / "x"), FileNotFoundError, 3, marks=not_under_wine
        ),
        (lambda f: os.rename(f / "empty", f / "full"), FileExistsError, 183),
        (lambda f: os.replace(f / "empty", f / "full"), PermissionError, 5),
    ],
)
def test_real_errors_are_reported_as_on_windows(folder, call, kind, code):
    with inject("chmod:5"), pytest.raises(kind) as caught:
        call(folder)
    assert caught.value.winerror == code
    assert caught.value.__context__ is None


@on_posix
def test_an_error_that_windows_does_not_know_stays_as_it_is(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with inject("stat:5@other"), pytest.raises(OSError, match="symbolic links") as caught:
        os.stat(loop)
    assert caught.value.errno == errno.ELOOP


def test_looking_for_the_words_of_windows_is_not_a_call(folder):
    with inject("stat:5@missing"):
        with pytest.raises(FileNotFoundError):
            os.unlink(folder / "missing" / "x")
        with pytest.raises(PermissionError):
            os.stat(folder / "missing")


def test_rmtree_fails_before_anything_is_touched(folder):
    with inject("rmtree:32"), pytest.raises(PermissionError):
        shutil.rmtree(folder / "full")
    assert (folder / "full" / "inside").exists()


def test_rmtree_that_ignores_errors_raises_none(folder):
    with inject("rmtree:32") as faults:
        shutil.rmtree(folder / "full", ignore_errors=True)
    assert len(faults.injections) == 1
    assert (folder / "full" / "inside").exists()


def test_rmtree_hands_its_error_to_onerror(folder):
    seen = []
    with inject("rmtree:32"):
        shutil.rmtree(folder / "full", False, lambda *arguments: seen.append(arguments))
    ((function, path, information),) = seen
    assert (function.__name__, path) == ("scandir", str(folder / "full"))
    assert information[0].__name__ == "PermissionError"
    assert information[1].winerror == 32


def test_rmtree_does_not_claim_to_avoid_symlink_attacks():
    with inject("rmtree:32"):
        assert shutil.rmtree.avoids_symlink_attacks is False


def test_the_replacement_is_hidden_from_tracebacks_of_pytest(folder):
    with inject("unlink:32"), pytest.raises(PermissionError) as caught:
        os.unlink(folder / "file")
    assert caught.traceback.filter(caught)[-1].path.name == "test_operations.py"


def test_a_subclass_of_path_is_a_path_too(folder):
    class Folder(type(pathlib.Path())):
        pass

    with inject("rmdir:32"), pytest.raises(PermissionError):
        Folder(folder / "empty").rmdir()
