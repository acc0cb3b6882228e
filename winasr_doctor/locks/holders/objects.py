"""Finds the Python objects of this process that hold a path: files, generators, memory maps.

A generator that is suspended inside `with open(...)` keeps the file open for as long as anything
refers to the generator: lhotse's `LazyJsonlIterator.__iter__` (lhotse/lazy.py) does, and the
sampler of a data loader keeps it.
"""

from __future__ import annotations

import io
import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import GeneratorType
from typing import Any, Literal

from winasr_doctor.locks.holders.reachable import Reach, referents
from winasr_doctor.locks.holders.system import path_of_descriptor, path_of_mapping
from winasr_doctor.locks.holders.target import HeldPath
from winasr_doctor.locks.holders.tracked import instances_of

_FILES = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)
"""The layers of an open file (`io`); every other file object is built from these."""

_MEMORY_MAP = "memory map object (mmap.mmap)"

_NEAR = 500
"""Maximum number of objects searched from a generator's variables to the file that it holds."""

Kind = Literal["file", "generator", "mmap"]


@dataclass(frozen=True, slots=True, eq=False)
class HeldObject:
    """A Python object that holds a path open.

    Attributes:
        value: The object itself; this answer keeps it alive.
        kind: `file`, `generator` or `mmap`.
        description: A text such as `generator LazyJsonlIterator.__iter__ suspended at lazy.py:280`.
        target: The path that is held.
        holds: For a generator, the file object or memory map that it keeps open.
    """

    value: Any = field(repr=False)
    kind: Kind
    description: str
    target: str
    holds: Any = field(default=None, repr=False)


def objects_holding(
    paths: Iterable[str | os.PathLike[str]],
    roots: Sequence[Any] | None = None,
    *,
    limit: int = 50_000,
    seconds: float = 0.05,
) -> list[HeldObject]:
    """Find the Python objects of this process that hold some paths open.

    Args:
        paths: Files or folders; what is open below a folder counts.
        roots: Where to look, such as the variables of a frame; everything that the garbage
            collector tracks by default.
        limit: How many objects to look at, with roots.
        seconds: How long to look, with roots.

    Returns:
        The file objects and memory maps, each preceded by the suspended generators whose own
        variables lead to it. Incomplete if the limit or the time runs out; with roots, the walk
        also ends soon after the first find.
    """
    deadline = monotonic() + seconds
    targets = [HeldPath.of(path) for path in paths]
    candidates: list[Any] = []
    held: dict[int, HeldObject] = {}
    reach = None if roots is None else Reach(roots, limit=limit, deadline=deadline)
    everything = instances_of(set(_with_subclasses(_INTERESTING))) if reach is None else reach
    for value in everything:
        if not issubclass(type(value), _INTERESTING):
            continue
        candidates.append(value)
        if (each := _held(value, targets)) is not None:
            held[id(value)] = each
            if reach is not None:
                reach.settle()
    if not held:
        return []
    inner = {id(layer) for each in held.values() for layer in _layers_below(each.value)}
    held = {number: each for number, each in held.items() if number not in inner}
    owners = _owners(candidates, held, monotonic() + max(seconds, 0.0))
    return [*owners, *held.values()]


_INTERESTING = (*_FILES, mmap.mmap, GeneratorType)


def _with_subclasses(kinds: Iterable[type]) -> Iterator[type]:
    for kind in kinds:
        yield kind
        yield from _with_subclasses(kind.__subclasses__())


def _held(value: Any, targets: Sequence[HeldPath]) -> HeldObject | None:  # noqa: ANN401
    """Return the targets that a file object or memory map holds."""
    if type(value) is GeneratorType:
        return None
    try:
        if issubclass(type(value), mmap.mmap):
            path = _mapped_path(value, targets)
            return None if path is None else HeldObject(value, "mmap", _MEMORY_MAP, path)
        path = _file_path(value, targets)
        return None if path is None else HeldObject(value, "file", _describe_file(value), path)
    except Exception:  # noqa: BLE001 - detached, closed meanwhile, or a subclass's own
        return None


def _layers_below(file: Any) -> Iterator[Any]:  # noqa: ANN401 - any layer of a file
    for name in ("buffer", "raw"):
        try:
            layer = getattr(file, name, None)
        except ValueError:  # detached
            return
        if layer is not None:
            yield layer
            yield from _layers_below(layer)


def _file_path(file: Any, targets: Sequence[HeldPath]) -> str | None:  # noqa: ANN401
    if file.closed:
        return None
    name = getattr(file, "name", None)
    if isinstance(name, (str, bytes)) and os.path.isabs(name):  # cheap to compare
        path = os.path.normpath(os.fsdecode(name))
        if any(target.covers(path) for target in targets):
            return path
    descriptor = file.fileno()
    path_now = path_of_descriptor(descriptor)
    if path_now is None and os.name == "nt":  # a pipe: even asking for its status may hang
        return None
    status = os.fstat(descriptor)
    for target in targets:
        if (path_now is not None and target.covers(path_now)) or target.is_also(status):
            return path_now or target.asked
    return None


def _describe_file(file: Any) -> str:  # noqa: ANN401
    mode = str(getattr(file, "mode", ""))
    purpose = "reading and writing" if "+" in mode else "reading" if "r" in mode else "writing"
    return f"file object opened for {purpose}"


def _mapped_path(mapping: mmap.mmap, targets: Sequence[HeldPath]) -> str | None:
    path = path_of_mapping(_address(mapping))
    return path if path is not None and any(t.covers(path) for t in targets) else None


def _address(mapping: mmap.mmap) -> int:
    """Return the address at which a file is mapped, whatever the mapping's access mode.

    Raises:
        ValueError: It is closed.
    """
    import ctypes

    view = (ctypes.c_void_p * 16)()  # a Py_buffer, whose first field is the address
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(mapping), view, 0)
    try:
        return view[0] or 0
    finally:
        ctypes.pythonapi.PyBuffer_Release(view)


def _owners(
    candidates: Iterable[Any], held: dict[int, HeldObject], deadline: float
) -> Iterator[HeldObject]:
    """Yield the suspended generators whose own variables lead to a held object.

    What is reached through another generator belongs to that generator.
    """
    layers = {
        id(layer): each for each in held.values() for layer in _layers_below(each.value)
    } | held
    for value in candidates:
        if type(value) is not GeneratorType or value.gi_running or value.gi_frame is None:
            continue
        stop_at = (GeneratorType, *_FILES)
        for near in Reach(referents(value), limit=_NEAR, deadline=deadline, stop_at=stop_at):
            if (owned := layers.get(id(near))) is not None:
                where = _describe_generator(value)
                yield HeldObject(value, "generator", where, owned.target, owned.value)
                break


def _describe_generator(generator: GeneratorType[Any, Any, Any]) -> str:
    frame = generator.gi_frame
    file = os.path.basename(generator.gi_code.co_filename)
    line = frame.f_lineno if frame is not None else generator.gi_code.co_firstlineno
    name = generator.__qualname__.replace("<locals>.", "")
    return f"generator {name} suspended at {file}:{line}"
