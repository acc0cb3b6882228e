"""Writes recordings as files, for models that cannot take arrays."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from winasr_doctor.asr.arguments import Cleanups
from winasr_doctor.asr.audio import SAMPLE_RATE
from winasr_doctor.asr.jobs import Job
from winasr_doctor.locks import RetryPolicy, rmtree
from winasr_doctor.locks.debris import make_folder
from winasr_doctor.locks.ledger import LedgerEntry, default_ledger

log = logging.getLogger("winasr_doctor.loader")


@contextmanager
def as_files(recordings: Sequence[Any], job: Job, cleanups: Cleanups) -> Iterator[list[str]]:
    """Write recordings into a temporary folder that is removed after the block.

    Args:
        recordings: Mono float32 arrays of shape (samples,) at 16 kHz.
        job: The job that works on them.
        cleanups: Records the outcome of the folder.

    Yields:
        The paths of 16 kHz mono wav files, in order.
    """
    import soundfile

    folder = make_folder("audio")
    claim = _claim(folder)
    try:
        paths = []
        for number, samples in enumerate(recordings):
            path = os.path.join(folder, f"{number}.wav")  # noqa: PTH118
            soundfile.write(path, samples, SAMPLE_RATE, subtype="FLOAT")
            paths.append(path)
        yield paths
    finally:
        policy = cleanups.policy or RetryPolicy()
        cleanups.own.append(
            rmtree(folder, policy, on_attempt=cleanups.listener_of(job), claim=claim)
        )


def _claim(folder: str) -> LedgerEntry | None:
    try:
        return default_ledger().claim(folder)
    except Exception:
        log.exception("recording %s failed", folder)
        return None
