"""Runs one round: unpacks a model-like archive, reads it as a load does, and deletes it.

This is what NeMo does when it loads (3.0.0, `save_restore_connector.py`): it unpacks the whole
archive into a temporary folder, reads the weights and the configuration, and deletes the folder at
once.
"""

from __future__ import annotations

import errno
import io
import math
import os
import random
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winasr_doctor._util import clock
from winasr_doctor.locks import Attempt, CleanupReport, RetryPolicy, rmtree
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.probe.result import Round, Wait

PREFIX = "winasr-probe-"
SMALL_FILES = 100
_SMALL = 2048
"""Bytes of a small file: a vocabulary, a configuration."""
_LARGE = (("model_weights.ckpt", 0.75), ("tokenizer.model", 0.15), ("decoder.onnx", 0.10))
"""The large files, each with its part of the size."""

PATIENCE = RetryPolicy(total=10.0, first=0.002, growth=0.05, longest=0.1)
"""Retries more often than usual, to measure more precisely when a lock ends."""

HURRIED = RetryPolicy(total=1.0)
"""For cleaning up after Ctrl+C or an error."""

_BLOCK = 1024 * 1024


def archive(size: int) -> bytes:
    """Make a tar archive like a model's, with content that no scanner has seen before.

    Args:
        size: Total bytes of the large files; the small ones come on top.
    """
    # Not zeros: file systems and scanners handle those too quickly.
    block = random.randbytes(_BLOCK)  # noqa: S311 - no secret
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name, part in _LARGE:
            _add(tar, name, _content(block, int(size * part)))
        for number in range(SMALL_FILES):
            _add(tar, f"{number:03}_vocab.txt", _content(block[number:], _SMALL))
    return written.getvalue()


def play(folder: str, packed: bytes, until: float = math.inf) -> Round:
    """Unpack, read and delete once.

    Args:
        folder: The folder in which to work; a folder of our own is made in it.
        packed: A tar archive.
        until: When to abandon unpacking, on the clock of `winasr_doctor._util.clock`.

    Returns:
        The measurements. The ledger keeps what could not be deleted in ten seconds.

    Raises:
        OSError: It could not be unpacked or read in time; nothing of it stays.
    """
    now = clock.current().monotonic
    with _folder_in(folder) as made:
        started = now()
        size, deletions = _unpack(packed, made.path, until)
        unpacked = now()
        report = made.remove(PATIENCE)
        delete_seconds = report.seconds
    return Round(
        size=size,
        deletions=deletions + 1,
        unpack_seconds=unpacked - started,
        delete_seconds=delete_seconds,
        waits=waits_of(report.attempts),
        holders=_holders(report),
        left=len(report.leftovers),
    )


def waits_of(attempts: tuple[Attempt, ...]) -> tuple[Wait, ...]:
    """Return how long each path stayed undeletable, in the order of the first failures.

    Args:
        attempts: The attempts of one deletion.
    """
    began: dict[str, tuple[float, str]] = {}
    ended: dict[str, float] = {}
    for attempt in attempts:
        failing = {failure.path: failure.label for failure in attempt.failures}
        for path, label in failing.items():
            began.setdefault(path, (attempt.elapsed, label))
        for path in began:
            if path in failing:
                ended.pop(path, None)
            else:
                ended.setdefault(path, attempt.elapsed)
    last = attempts[-1].elapsed if attempts else 0.0
    return tuple(
        Wait(ended.get(path, last) - since, label) for path, (since, label) in began.items()
    )


def _holders(report: CleanupReport) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            f"{holder.process or 'unknown program'} (pid {holder.pid})" for holder in report.holders
        )
    )


class _FilledFolder:
    """A folder of our own, known to the ledger until it is gone."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._claim = default_ledger().claim(path)
        self._done = False

    def remove(self, policy: RetryPolicy) -> CleanupReport:
        report = rmtree(self.path, policy, claim=self._claim)
        self._done = True
        return report

    def remove_unless_done(self) -> None:
        if not self._done:
            self.remove(HURRIED)


@contextmanager
def _folder_in(folder: str) -> Iterator[_FilledFolder]:
    # Not by tempfile, which on Windows takes a refusal for a name in use (gh-66305).
    path = os.path.join(folder, f"{PREFIX}{uuid.uuid4().hex}")  # noqa: PTH118
    Path(path).mkdir(mode=0o700)
    made = _FilledFolder(path)
    try:
        yield made
    finally:
        made.remove_unless_done()


def _unpack(packed: bytes, folder: str, until: float) -> tuple[int, int]:
    """Unpack and read everything; return the number of bytes and files."""
    size = count = 0
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for member in tar:
            source = tar.extractfile(member)
            if source is None:
                continue
            target = Path(folder, member.name)
            with source, target.open("xb") as file:
                while block := source.read(_BLOCK):
                    file.write(block)
                    if clock.current().monotonic() > until:
                        raise TimeoutError(errno.ETIMEDOUT, "it is too slow for the time given")
            with target.open("rb") as file:
                while file.read(_BLOCK):
                    pass
            size, count = size + member.size, count + 1
    return size, count


def _content(block: bytes, size: int) -> bytes:
    whole = (block * (size // len(block) + 1))[:size]
    return uuid.uuid4().bytes[:size] + whole[16:]


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
