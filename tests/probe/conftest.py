"""Results of rounds that were never played."""

from __future__ import annotations

import pytest

from winasr_doctor.probe import FolderResult, Round
from winasr_doctor.probe.result import MEBIBYTE, Wait


@pytest.fixture
def measured():
    """Return a function that makes a folder's result from its rounds' waits and works."""

    def make(folder, waits, works=None, **more):
        works = works or [0.1] * len(waits)
        rounds = tuple(
            Round(
                size=10 * MEBIBYTE,
                deletions=10,
                unpack_seconds=work,
                delete_seconds=wait,
                waits=(Wait(wait, "WinError 32"),) if wait else (),
            )
            for wait, work in zip(waits, works, strict=True)
        )
        return FolderResult(folder, rounds=rounds, **more)

    return make
