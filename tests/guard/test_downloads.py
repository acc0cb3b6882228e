"""The guard around a made-up huggingface_hub; tests/hub has the same around the real one."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from winasr_doctor import RetryPolicy, guard, sweep
from winasr_doctor._guard.events import DownloadOutcome, DownloadRescued
from winasr_doctor.faults import inject

SOURCE = """
import os
import shutil

_are_symlinks_supported_in_dir = {}

def _download_to_tmp_and_move(partial, place, data):
    try:
        with open(partial, "wb") as file:
            file.write(b"all")
            if isinstance(data, BaseException):
                try:
                    raise TimeoutError("no answer")
                except TimeoutError:
                    raise data
        if os.path.lexists(place):
            os.replace(partial, place)
        else:
            shutil.move(str(partial), str(place), copy_function=shutil.copyfile)
    finally:
        partial.unlink(missing_ok=True)

def _create_symlink(blob, link):
    if _are_symlinks_supported_in_dir.get(os.path.dirname(blob), True):
        os.symlink(blob, link)
    else:
        shutil.copyfile(blob, link)

def _hf_hub_download_to_cache_dir(partial, place, data=b"", requests=None):
    if requests is not None:
        requests.append(place)
    _download_to_tmp_and_move(partial, place, data)
    return str(place)

_hf_hub_download_to_local_dir = _hf_hub_download_to_cache_dir

def hf_hub_download(*args, **options):
    return _hf_hub_download_to_cache_dir(*args, **options)
"""

SHORT = RetryPolicy(total=0.05)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ModuleType]:
    """Import a made-up client."""
    yield from _client(tmp_path / "site-packages", SOURCE)


def _client(place: Path, source: str) -> Iterator[ModuleType]:
    package = place / "huggingface_hub"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "9.9.9"\n')
    (package / "file_download.py").write_text(source)
    before = {name: each for name, each in sys.modules.items() if _is_client(name)}
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(place))
    importlib.invalidate_caches()
    yield importlib.import_module("huggingface_hub.file_download")
    sys.path.remove(str(place))
    for name in [name for name in sys.modules if _is_client(name)]:
        del sys.modules[name]
    sys.modules.update(before)


def _is_client(name: str) -> bool:
    return name.partition(".")[0] == "huggingface_hub"


class Cache:
    """A folder with the files of one download."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.partial = folder / "blob.incomplete"
        self.place = folder / "blob"

    @property
    def names(self) -> list[str]:
        return sorted(os.listdir(self.folder))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "blobs")


class Told:
    """What the guard tells."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    @property
    def outcomes(self) -> list[tuple[DownloadOutcome, str, str]]:
        events = [each for each in self.events if isinstance(each, DownloadRescued)]
        return [(each.outcome, each.label, each.error) for each in events]


OUTER = KeyError("an app's own")


def plainly(function, *args):
    return function(*args)


def while_another_is_handled(function, *args):
    """Call where everything that is raised has a context that says nothing about it."""
    try:
        raise OUTER
    except KeyError:
        return function(*args)


ANYWHERE = pytest.mark.parametrize("call", [plainly, while_another_is_handled])


def test_without_a_fault_nothing_is_told_and_nothing_differs(client, cache):
    told = Told()
    with guard(SHORT, observer=told.events.append) as session:
        path = client.hf_hub_download(cache.partial, cache.place)
    assert (path, cache.names) == (str(cache.place), ["blob"])
    assert (told.events, session.problems) == ([], ())


def test_after_the_block_the_client_is_as_before(client):
    before = dict(vars(client))
    with guard():
        assert client.os is not os
        assert client.shutil.copyfile is shutil.copyfile
        assert client._create_symlink is not before["_create_symlink"]
    assert vars(client) == before


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_new_file_that_is_held_for_a_moment_is_moved_and_not_copied(client, cache, code):
    told = Told()
    with guard(SHORT, observer=told.events.append), inject(f"rename:{code}*2@*.incomplete"):
        client.hf_hub_download(cache.partial, cache.place)
    assert cache.names == ["blob"]
    assert told.outcomes == [(DownloadOutcome.WAITED, f"WinError {code}", "")]


@ANYWHERE
def test_a_finished_file_that_stays_locked_is_used_and_its_double_is_swept(client, cache, call):
    told = Told()
    with (
        guard(SHORT, observer=told.events.append),
        inject("rename:32*inf@*.incomplete; unlink:32*inf@*.incomplete"),
    ):
        call(client.hf_hub_download, cache.partial, cache.place)
    assert cache.place.read_bytes() == b"all"
    assert cache.names == ["blob", "blob.incomplete"]
    assert told.outcomes == [(DownloadOutcome.KEPT, "WinError 32", "")]
    assert sweep().removed == (str(cache.partial),)
    assert cache.names == ["blob"]


@ANYWHERE
def test_a_lost_connection_is_told_although_the_partial_file_is_locked(client, cache, call):
    told, lost = Told(), ConnectionError("reset")
    with (
        guard(SHORT, observer=told.events.append),
        inject("unlink:32*inf@*.incomplete"),
        pytest.raises(ConnectionError) as caught,
    ):
        call(client.hf_hub_download, cache.partial, cache.place, lost)
    assert caught.value is lost
    assert isinstance(lost.__context__, TimeoutError)
    assert told.outcomes == [(DownloadOutcome.EXPOSED, "WinError 32", "ConnectionError")]
    assert cache.names == ["blob.incomplete"]
    sweep()
    assert cache.names == []  # and the folder, which is not ours, is there


def test_a_partial_file_that_is_free_again_is_deleted_at_once(client, cache):
    with (
        guard(SHORT),
        inject("unlink:32*2@*.incomplete"),
        pytest.raises(ConnectionError),
    ):
        client.hf_hub_download(cache.partial, cache.place, ConnectionError("reset"))
    assert cache.names == []


def test_the_error_of_a_file_of_somebody_else_is_raised_as_it_is(client, cache):
    with guard(SHORT), inject("replace:32*inf@*.incomplete"):
        cache.place.write_bytes(b"old")
        with pytest.raises(PermissionError) as caught:
            client.hf_hub_download(cache.partial, cache.place)
    assert caught.value.winerror == 32
    assert cache.place.read_bytes() == b"old"
    assert cache.names == ["blob"]


def test_a_copy_is_tried_again_without_another_request(client, cache, virtual_clock):
    requests: list[object] = []
    with guard(), inject("rename:32*inf@*.incomplete; copyfile:32*2@*.incomplete"):
        client.hf_hub_download(cache.partial, cache.place, requests=requests)
    assert cache.place.read_bytes() == b"all"
    assert len(requests) == 1


def test_a_drive_that_lets_nothing_be_deleted_is_told(client, cache):
    plan = "rename:32*inf@*.incomplete; unlink:19*inf@*.incomplete"
    with guard(SHORT), inject(plan), pytest.raises(OSError, match="WinError 19"):
        client.hf_hub_download(cache.partial, cache.place)


def test_a_copy_that_breaks_off_is_not_taken_for_the_file(client, cache, monkeypatch):
    def break_off(source, target):
        Path(target).write_bytes(b"al")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", break_off)
    with (
        guard(SHORT),
        inject("rename:32*inf@*.incomplete"),
        pytest.raises(OSError, match="No space left"),
    ):
        client.hf_hub_download(cache.partial, cache.place)
    assert cache.names == []


def test_a_file_that_cannot_be_opened_for_a_moment_is_asked_for_again(client, cache, virtual_clock):
    requests: list[object] = []
    with guard(), inject("write:32*2@*.incomplete"):
        client.hf_hub_download(cache.partial, cache.place, requests=requests)
    assert cache.names == ["blob"]
    assert len(requests) == 3


def test_a_lock_that_never_ends_costs_few_requests_and_is_raised(client, cache, virtual_clock):
    requests: list[object] = []
    with guard(), inject("write:32*inf@*.incomplete"), pytest.raises(PermissionError) as caught:
        client.hf_hub_download(cache.partial, cache.place, requests=requests)
    assert caught.value.errno == 13  # an `open` of the C runtime does not say which error it was
    assert 3 <= len(requests) <= 7


def test_a_network_error_is_not_tried_again(client, cache):
    requests: list[object] = []
    with guard(), pytest.raises(ConnectionError):
        client.hf_hub_download(cache.partial, cache.place, ConnectionError("reset"), requests)
    assert len(requests) == 1


# Links


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Refuse the first link for each code in this list."""
    codes: list[int] = []
    symlink = os.symlink

    def refuse(source: str, link: str, *rest: Any) -> None:
        if codes:
            error = OSError(22, "refused", source, None, link)
            error.winerror = codes.pop(0)
            raise error
        symlink(source, link, *rest)

    monkeypatch.setattr(os, "symlink", refuse)
    return codes


@pytest.mark.parametrize("code", [1, 1314])
def test_a_missing_right_to_links_makes_copies_in_that_cache(client, cache, refused, code):
    told = Told()
    cache.place.write_bytes(b"all")
    known = client._are_symlinks_supported_in_dir
    folder, other = os.path.realpath(cache.folder), os.path.realpath(cache.folder.parent / "b")
    known.update({folder: True, other: True})
    refused.append(code)
    with guard(observer=told.events.append):
        client._create_symlink(os.path.join(folder, "blob"), os.path.join(folder, "link"))
    assert Path(folder, "link").read_bytes() == b"all"
    assert not os.path.islink(Path(folder, "link"))
    assert known == {folder: False, other: True}
    assert told.outcomes == [(DownloadOutcome.COPIED, f"WinError {code}", "")]


def test_two_threads_may_find_out_about_links_at_once(client, cache, monkeypatch):
    cache.place.write_bytes(b"all")
    folder = os.path.realpath(cache.folder)

    def refuse(source: str, link: str) -> None:
        client._are_symlinks_supported_in_dir[folder] = False  # the other thread
        error = OSError(22, "refused", source, None, link)
        error.winerror = 1314
        raise error

    monkeypatch.setattr(os, "symlink", refuse)
    with guard():
        client._create_symlink(os.path.join(folder, "blob"), os.path.join(folder, "link"))
    assert Path(folder, "link").read_bytes() == b"all"


def test_a_refused_link_elsewhere_is_raised(client, cache, refused):
    refused.append(1314)
    with guard(), pytest.raises(OSError, match="refused"):
        client._create_symlink(str(cache.place), str(cache.folder / "link"))


@pytest.mark.parametrize("code", [80, 183])
def test_a_link_that_is_there_is_not_our_business(client, cache, refused, code):
    folder = os.path.realpath(cache.folder)
    client._are_symlinks_supported_in_dir[folder] = True
    refused.append(code)
    with guard(), pytest.raises(OSError, match="refused"):
        client._create_symlink(os.path.join(folder, "blob"), os.path.join(folder, "link"))
    assert client._are_symlinks_supported_in_dir == {folder: True}


# Other shapes


@pytest.mark.parametrize("name", ["_create_symlink", "_download_to_tmp_and_move"])
def test_a_client_of_another_shape_is_reported_once(tmp_path, name):
    for client in _client(tmp_path / "other", SOURCE.replace(name, "_renamed")):
        with guard() as session:
            pass
        (sentence,) = session.problems
        assert "huggingface_hub 9.9.9 does not let us guard downloads" in sentence
        assert client.os is os
