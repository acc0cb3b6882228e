"""Which Python object of this process holds a path."""

from __future__ import annotations

import contextlib
import gc
import itertools
import mmap
import os
import tempfile
import threading
import weakref
from functools import partial
from types import GeneratorType, SimpleNamespace

import pytest

from winasr_doctor.locks.holders import objects_holding


class LazyLines:
    """As lhotse's `LazyJsonlIterator`: a generator that is suspended with its file open."""

    def __init__(self, path):
        self.path = path

    def __iter__(self):
        with open(self.path, encoding="utf-8") as file:
            yield from map(str.strip, file)


class Sampler:
    """As lhotse's samplers: what it iterates over hangs on it until the next epoch."""

    def __init__(self, source):
        self.source = source
        self.cuts_iter = None

    def __iter__(self):
        self.cuts_iter = iter(self.source)
        for cut in filter(None, itertools.chain(self.cuts_iter)):
            yield [cut]


class Loader:
    """As a data loader without workers."""

    def __init__(self, sampler):
        self.sampler = sampler

    def __iter__(self):
        return (batch for batch in self.sampler)


@pytest.fixture
def loader(manifest):
    """A loader in the middle of an epoch whose iterator nobody keeps."""
    loader = Loader(Sampler(LazyLines(manifest)))
    iterator = iter(loader)
    next(iterator)
    yield loader
    loader.sampler.cuts_iter = None


def test_a_loader_leads_to_the_generator_that_owns_the_file_and_to_the_file(loader, manifest):
    generator, file = objects_holding([manifest.parent], [loader])
    assert (generator.kind, file.kind) == ("generator", "file")
    assert generator.value.__qualname__ == "LazyLines.__iter__"
    assert generator.holds is file.value
    assert os.path.samefile(generator.target, manifest)
    line = LazyLines.__iter__.__code__.co_firstlineno + 2
    assert generator.description == (
        f"generator LazyLines.__iter__ suspended at test_held_objects.py:{line}"
    )


def test_closing_the_generator_that_was_named_releases_the_file(loader, manifest):
    found = objects_holding([manifest], [loader])
    found[0].value.close()
    assert found[1].value.closed
    assert objects_holding([manifest], [loader]) == []


def test_outer_generators_are_not_blamed_for_what_an_inner_one_holds(manifest):
    inner = iter(LazyLines(manifest))
    outer = (line for line in (line for line in inner))
    next(outer)
    generators = [each for each in objects_holding([manifest], [outer]) if each.kind != "file"]
    outer.close()
    inner.close()
    assert [each.value for each in generators] == [inner]


def test_without_roots_everything_in_the_process_is_looked_at(loader, manifest):
    found = objects_holding([manifest], seconds=5)
    assert [each.kind for each in found] == ["generator", "file"]


def test_roots_that_do_not_lead_there_find_nothing(loader, manifest):
    assert objects_holding([manifest], [object(), [1, 2], {"a": "b"}]) == []


def test_another_path_is_not_held(loader, tmp_path):
    assert objects_holding([tmp_path / "other"], [loader]) == []


def test_a_running_generator_is_not_suspended(manifest):
    def running():
        with manifest.open(encoding="utf-8") as file:
            yield objects_holding([manifest], seconds=5), file

    found, _ = next(generator := running())
    generator.close()
    assert [each.kind for each in found] == ["file"]


def test_an_exhausted_generator_holds_nothing(manifest):
    lines = iter(LazyLines(manifest))
    assert list(lines) == ["{}"] * 3
    assert objects_holding([manifest], [lines]) == []


def test_a_generator_inside_a_context_manager_is_found(manifest):
    @contextlib.contextmanager
    def opened():
        with manifest.open(encoding="utf-8") as file:
            yield file

    with (manager := opened()):
        found = objects_holding([manifest], [manager])
    assert [each.kind for each in found] == ["generator", "file"]
    assert isinstance(found[0].value, GeneratorType)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda file: [file],
        lambda file: {"deep": ({"deeper": [file]},)},
        lambda file: SimpleNamespace(file=file),
        lambda file: partial(print, file),
        lambda file: file.read,
        lambda file: lambda: file,
        lambda file: lambda x=file: x,
        lambda file: (line for line in file),
        lambda file: iter([file]),
    ],
)
def test_a_file_is_found_in_whatever_refers_to_it(manifest, wrap):
    with manifest.open(encoding="utf-8") as file:
        found = objects_holding([manifest], [wrap(file)])
    assert file in [each.value for each in found]


@pytest.mark.parametrize(
    ("mode", "description"),
    [
        ("r", "file object opened for reading"),
        ("rb", "file object opened for reading"),
        ("a", "file object opened for writing"),
        ("r+b", "file object opened for reading and writing"),
    ],
)
@pytest.mark.parametrize("buffering", [-1, 0])
def test_of_a_files_layers_the_outermost_is_named(manifest, mode, description, buffering):
    if buffering == 0 and "b" not in mode:
        mode += "b"
    with open(manifest, mode, buffering=buffering) as file:
        (found,) = objects_holding([manifest], seconds=5)
        assert found.value is file
    assert found.description == description


def test_a_named_temporary_file_is_found(tmp_path):
    with tempfile.NamedTemporaryFile(dir=tmp_path) as file:
        (found,) = objects_holding([tmp_path], [file])
    assert found.value is file.file


def test_a_file_opened_by_descriptor_is_known_by_its_place(manifest):
    with os.fdopen(os.open(manifest, os.O_RDONLY)) as file:
        (found,) = objects_holding([manifest], [file])
    assert found.value is file


def test_a_pipe_that_somebody_reads_from_is_passed_over(manifest):
    out, into = os.pipe()
    with os.fdopen(out, "rb") as pipe, os.fdopen(into, "wb", buffering=0) as other_end:
        reader = threading.Thread(target=pipe.read, args=(1,))
        reader.start()
        try:
            with manifest.open(encoding="utf-8") as file:
                found = objects_holding([manifest], [pipe, file])
        finally:
            other_end.write(b"x")
            reader.join()
    assert [each.value for each in found] == [file]


def test_a_relative_name_is_read_where_it_was_opened(manifest, monkeypatch):
    monkeypatch.chdir(manifest.parent)
    with open(manifest.name, encoding="utf-8") as file:
        monkeypatch.chdir(manifest.parent.parent)
        (found,) = objects_holding([manifest], [file])
        assert objects_holding([manifest.parent.parent / manifest.name], [file]) == []
    assert found.value is file


@pytest.mark.parametrize("access", [mmap.ACCESS_READ, mmap.ACCESS_COPY, mmap.ACCESS_WRITE])
def test_a_memory_map_is_found(manifest, access):
    with manifest.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=access)
    (found,) = objects_holding([manifest], [[mapped]])
    mapped.close()
    assert (found.kind, found.value) == ("mmap", mapped)
    assert objects_holding([manifest], [[mapped]]) == []


def test_anonymous_memory_and_detached_layers_are_passed_over(manifest):
    file = manifest.open(encoding="utf-8")
    with mmap.mmap(-1, 100) as anonymous, file.detach() as rest:
        found = objects_holding([manifest], [anonymous, file, rest])
    assert [each.value for each in found] == [rest]


def test_the_limit_bounds_the_search(loader, manifest):
    assert objects_holding([manifest], [loader], limit=2) == []


def test_no_time_finds_nothing_and_does_not_fail(loader, manifest):
    haystack = [[object()] for _ in range(10_000)]
    assert objects_holding([manifest], [haystack, [loader]], seconds=0.0) == []


def test_the_first_find_ends_the_search_soon(manifest, monkeypatch):
    from winasr_doctor.locks.holders import reachable

    looked_at = []
    real = reachable.referents
    monkeypatch.setattr(reachable, "referents", lambda v: looked_at.append(1) or real(v))
    with manifest.open(encoding="utf-8") as file:
        objects_holding([manifest], [file, [[object()] for _ in range(40_000)]], seconds=5)
    assert len(looked_at) < 3_000


def test_the_search_leaves_nothing_behind(manifest):
    class Node:
        pass

    def lines(node):
        with manifest.open(encoding="utf-8") as file:
            for line in file:
                yield line, node

    node = Node()
    gone = weakref.ref(node)
    suspended = lines(node)
    next(suspended)
    gc.collect()
    gc.disable()  # only reference counts may free it
    try:
        found = objects_holding([manifest], [[suspended]])
        found += objects_holding([manifest], seconds=5)
        assert len(found) == 4
        suspended.close()
        del found, suspended, node
        assert gone() is None
    finally:
        gc.enable()
