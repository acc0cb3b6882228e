"""Carries out sequences of steps that come in over a pipe, one JSON line each.

`python worker.py HOME [--library ZIP] [--without RULE]` on Linux or on Windows. On Linux Windows'
rules are emulated. With `--other` it is the other process, which takes single steps.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.util
import json
import os
import subprocess
import sys
import zipimport
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

LIBRARY = ("shutil", "tempfile")
"""Modules of the standard library whose code makes many steps of one."""


def main() -> None:
    """Say hello, then answer until the pipe is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home")
    parser.add_argument("--other", action="store_true")
    parser.add_argument("--library")
    parser.add_argument("--without", default="")
    options = parser.parse_args()
    if options.library:
        _use_library(options.library)
    os.chdir(options.home)
    work = _as_other if options.other else _as_first
    work(options)


def _use_library(archive: str) -> None:
    """Use the modules of a Windows Python: they differ between versions of one Python 3.x."""
    for name in LIBRARY:
        specification = zipimport.zipimporter(archive).find_spec(name)
        assert specification is not None, f"{archive} has no {name}"
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module
        specification.loader.exec_module(module)


def _answer(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _as_first(options: argparse.Namespace) -> None:
    with _other(options) as other:
        _answer({"version": sys.version.split()[0]})
        for line in sys.stdin:
            folder, steps = json.loads(line)
            with _rules(options.without) as rules:
                _answer(_run(os.path.join(options.home, folder), steps, other, rules))


def _run(folder: str, steps: list[list[Any]], other: Any, rules: Any) -> list[Any]:
    from steps import Sequence, Step

    sequence = Sequence(folder, other, _view)
    outcomes = []
    for step in steps:
        before = len(rules.refusals)
        outcome = sequence.do(Step(*step))
        outcomes.append((outcome, _situation(rules.refusals[before:])))
    sequence.finish()
    return outcomes


def _situation(refusals: list[Any]) -> str | None:
    """Name what the emulation found in the way first."""
    if not refusals:
        return None
    of_a_folder = " of a folder" * os.path.isdir(refusals[0].path)
    return f"{refusals[0].situation.name}{of_a_folder}"


def _as_other(options: argparse.Namespace) -> None:
    from steps import Sequence, Step

    with _rules(options.without):
        sequence = Sequence(os.path.join(options.home, "other"), None, _view)
        for line in sys.stdin:
            _answer(sequence.do(Step(*json.loads(line))))


class _Other:
    """The other process, as the first one sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, step: Any) -> Any:
        self._process.stdin.write(json.dumps(astuple(step)) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def _other(options: argparse.Namespace) -> Iterator[_Other]:
    command = [sys.executable, os.path.abspath(__file__), options.home, "--other"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    with process:
        yield _Other(process)


def _rules(without: str) -> AbstractContextManager[Any]:
    """Emulate Windows where this is not Windows."""
    if os.name == "nt":
        from types import SimpleNamespace

        return contextlib.nullcontext(SimpleNamespace(refusals=[]))
    return _emulated(without)


@contextmanager
def _emulated(without: str) -> Iterator[Any]:
    from breaks import BREAKS

    from winasr_doctor.faults import windows_sharing
    from winasr_doctor.faults.sharing import emulator as module

    module._describe_objects = lambda path: ()  # what the report says is not compared
    with _sorted_scandir(), BREAKS[without](), windows_sharing() as rules:
        yield rules


@contextmanager
def _sorted_scandir() -> Iterator[None]:
    """List folders by name, as NTFS and Wine do: it matters for what fails first in a tree."""
    scandir = os.scandir

    class Entries:
        def __init__(self, path: Any = ".") -> None:
            self._entries = scandir(path)
            self._sorted: Iterator[Any] | None = None

        def __iter__(self) -> Any:
            return self

        def __next__(self) -> Any:
            if self._sorted is None:
                self._sorted = iter(sorted(self._entries, key=lambda entry: entry.name))
            return next(self._sorted)

        def close(self) -> None:
            self._entries.close()

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

    os.scandir = Entries  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        os.scandir = scandir


def _view(path: str) -> Callable[[], object]:
    """Map a file for reading, keep no handle to it, and return what unmaps it."""
    with open(path, "rb") as file:
        if os.name == "nt":
            return _view_of_windows(file.fileno())
        return _view_of_linux(file.fileno(), os.fstat(file.fileno()).st_size)


def _view_of_linux(descriptor: int, size: int) -> Callable[[], object]:
    library = ctypes.CDLL(None)
    address_of, size_of, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    library.mmap.restype = address_of
    library.mmap.argtypes = [address_of, size_of, number, number, number, ctypes.c_long]
    library.munmap.argtypes = [address_of, size_of]
    if not size:
        raise ValueError("cannot map an empty file")
    read, shared = 1, 1
    address = library.mmap(None, size, read, shared, descriptor, 0)
    return lambda: library.munmap(address, size)


def _view_of_windows(descriptor: int) -> Callable[[], object]:
    import msvcrt
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    handle, word, pointer = wintypes.HANDLE, wintypes.DWORD, wintypes.LPVOID
    kernel.CreateFileMappingW.restype = handle
    kernel.CreateFileMappingW.argtypes = [handle, pointer, word, word, word, wintypes.LPCWSTR]
    kernel.MapViewOfFile.restype = pointer
    kernel.MapViewOfFile.argtypes = [handle, word, word, word, ctypes.c_size_t]
    kernel.UnmapViewOfFile.argtypes = [pointer]
    kernel.CloseHandle.argtypes = [handle]
    page_readonly, file_map_read = 2, 4
    section = kernel.CreateFileMappingW(
        msvcrt.get_osfhandle(descriptor), None, page_readonly, 0, 0, None
    )
    if not section:
        raise ValueError("cannot map an empty file")
    address = kernel.MapViewOfFile(section, file_map_read, 0, 0, 0)
    kernel.CloseHandle(section)
    return lambda: kernel.UnmapViewOfFile(address)


if __name__ == "__main__":
    main()
