"""A live exception and its pasted traceback get the same diagnosis."""

from __future__ import annotations

import builtins
import gzip
import io
import json
import multiprocessing.process
import os
import pickle
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from functools import cache
from multiprocessing import pool, spawn
from typing import Any

import pytest

from tests.catalogue.making import SOURCES
from tests.diagnosis.raising import live, pasted
from winasr_doctor.catalogue import KnownError
from winasr_doctor.catalogue.reading import read_entry, sources
from winasr_doctor.diagnosis import Diagnosis, diagnose
from winasr_doctor.diagnosis.nodes import Chain
from winasr_doctor.diagnosis.reading import read

LONG = "WINASR_DOCTOR_FUZZ" in os.environ
"""Whether every sample is raised, not only the first of each entry (`tox -e soak`)."""


def told(diagnosis: Diagnosis) -> tuple[Any, ...]:
    """Return what must be the same."""
    return diagnosis.id, diagnosis.kind, diagnosis.winerror, diagnosis.hidden


def nothing(fact: str) -> None:
    """Know no fact of the machine."""


def fails_with(error: BaseException) -> Callable[[], None]:
    """Return a function that raises an error."""

    def fail() -> None:
        raise error

    return fail


def raised_by(raises: Callable[[], object]) -> BaseException:
    """Return what a function raises."""
    try:
        raises()
    except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is known, too
        return error
    raise AssertionError("nothing was raised")


def both(error: BaseException) -> tuple[Any, Any]:
    """Return the diagnosis of a live exception and of its traceback."""
    return told(diagnose(error, facts=nothing)), told(diagnose(pasted(error), facts=nothing))


@cache
def families() -> dict[str, list[KnownError]]:
    """Return the entries with their samples."""
    found: dict[str, list[KnownError]] = {}
    for file in sources(SOURCES):
        found.setdefault(file.parent.name, []).append(read_entry(file))
    return found


def raisable(entry: KnownError, *, look_alikes: bool = False) -> Iterator[Chain]:
    """Yield the exceptions of an entry's samples that are not only printed."""
    for sample in entry.samples:
        if sample.instead and not look_alikes:
            continue
        for chain in read(sample.text)[:1]:
            if chain[0].kind and not chain[0].kind.endswith("Warning"):
                yield chain


def samples(family: str) -> Iterator[tuple[KnownError, Chain]]:
    """Yield the first such chain of each entry; all of them in the long run."""
    for entry in families()[family]:
        chains = list(raisable(entry, look_alikes=LONG))
        yield from ((entry, chain) for chain in (chains if LONG else chains[:1]))


FAMILIES = sorted(folder.name for folder in SOURCES.iterdir() if folder.is_dir())
each_family = pytest.mark.parametrize("family", FAMILIES)


@each_family
def test_every_entry_answers_a_live_exception_as_its_traceback(family):
    differing = {}
    for entry, chain in samples(family):
        alive, text = both(live(chain))
        if alive != text:
            differing[entry.id] = (alive, text)
    assert differing == {}


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "install"])
def test_every_entry_knows_its_error_when_it_is_raised(family):
    """But for pip's words, and for entries that look at the lines of the log before the error."""
    unknown = {}
    for entry in families()[family]:
        if any(condition.log for condition in entry.match):
            continue
        found = [diagnose(live(chain), facts=nothing).id for chain in raisable(entry)]
        if found and entry.id not in found:
            unknown[entry.id] = found
    assert unknown == {}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 has no exception groups")
@pytest.mark.parametrize("family", FAMILIES if LONG else ["nemo"])
def test_every_entry_answers_in_a_group_as_in_its_traceback(family):
    differing = {}
    for entry, chain in samples(family):
        group = builtins.BaseExceptionGroup("unhandled errors in a TaskGroup", [live(chain)])
        alive, text = both(raised_by(fails_with(group)))
        if alive[0] != text[0]:
            differing[entry.id] = (alive, text)
    assert differing == {}


# --- exceptions that Python itself raises ---------------------------------------------------------


def starts_workers_while_it_is_imported() -> None:
    """Do what a spawned worker does that imports the app again; no process is started."""
    config = vars(multiprocessing.process.current_process())
    config["_inheriting"] = True
    try:
        spawn.get_preparation_data("worker")
    finally:
        del config["_inheriting"]


def worker_raised() -> None:
    """Raise as torch's `ExceptionWrapper.reraise` does (torch/_utils.py)."""
    inner = 'Traceback (most recent call last):\n  File "C:\\a.py", line 3, in __getitem__\n'
    said = "[Errno 2] No such file or directory: 'C:\\\\rec\\\\a.wav'"
    raise FileNotFoundError(
        "Caught FileNotFoundError in DataLoader worker process 0.\nOriginal "
        f"{inner}FileNotFoundError: {said}\n"
    )


def pool_raised() -> None:
    """Raise as `multiprocessing.pool` does, with the worker's traceback as the cause."""
    text = 'Traceback (most recent call last):\n  File "C:\\a.py", line 3, in f\nMemoryError\n'
    error = MemoryError()
    error.__cause__ = pool.RemoteTraceback(f'\n"""\n{text}"""')
    raise error


class OfflineModeIsEnabled(ConnectionError):  # noqa: N818 - its name
    """As huggingface_hub's, in the app's own module."""


OfflineModeIsEnabled.__module__ = "__main__"


def raised_in_main() -> None:
    raise OfflineModeIsEnabled("Cannot reach https://huggingface.co/x: offline mode is enabled.")


def said_again() -> None:
    raise RuntimeError("could not start: [WinError 193] %1 no es una aplicación Win32 válida")


def noted() -> None:
    error = RuntimeError("step 3 failed")
    error.add_note("CUDA out of memory. Tried to allocate 2.00 GiB")
    raise error


def ffmpeg_refused() -> None:
    raise subprocess.CalledProcessError(1, ["ffmpeg", "-i", "a.m4a", "-"])


REAL = {
    "spawn": (starts_workers_while_it_is_imported, "spawn-workers"),
    "DataLoader": (worker_raised, "a-file-is-missing"),
    "pool": (pool_raised, "ram-out-of-memory"),
    "ffmpeg": (ffmpeg_refused, "ffmpeg-refused"),
    "no program": (lambda: subprocess.run(["acme-no-such"], check=True), None),
    "code page": (lambda: b"\x81".decode("cp1252"), "decode-cp1252"),
    "console": (lambda: "\u4e2d".encode("cp1252"), "encode-console"),
    "gzip": (lambda: gzip.decompress(b"version https://"), "nemo-archive-damaged"),
    "tar": (lambda: tarfile.open(fileobj=io.BytesIO(b"version")), "nemo-archive-damaged"),  # noqa: SIM115
    "JSON": (lambda: json.loads("{a}"), None),
    "pickle": (lambda: pickle.dumps(lambda: None), "pickle-lambda"),
    "backslash": (lambda: compile(r'"C:\Users"', "a.py", "exec"), "unicodeescape"),
    "in __main__": (raised_in_main, "nemo-hub-asked-offline"),
    "said again": (said_again, "dll-193"),
    "note": (noted, "gpu-out-of-memory"),
}


@pytest.mark.parametrize("name", REAL)
def test_what_python_raises_is_answered_as_its_traceback(name):
    raises, expected = REAL[name]
    if name == "note" and sys.version_info < (3, 11):
        pytest.skip("Python 3.10 has no notes")
    alive, text = both(raised_by(raises))
    assert alive == text
    if expected is not None:
        assert alive[0] == expected
