"""Selects the folders to measure, and collects the doctor's objections to them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._util.paths import innermost, is_inside
from winasr_doctor._util.workers import DeadlineTask, TooLateError
from winasr_doctor.checks.advice import known, scratch_folder

if TYPE_CHECKING:
    from winasr_doctor.machine import Machine

ANSWER_SECONDS = 5.0
"""Seconds that a drive may take to resolve a folder; a disconnected one takes minutes."""

_DRIVES = {
    "network": "it is on a network drive, where locks last as long as the server likes",
    "removable": "it is on a removable drive",
    "optical": "it is on an optical drive",
    "ram": "it is on a RAM disk, which a large model may not fit",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A folder to measure.

    Attributes:
        path: Absolute.
        is_temp: Whether temporary files go there now.
        create: Whether to create it during the measurement if it is missing.
        against: Reasons not to use it, however fast it is.
        problem: Why it cannot be measured; empty if it can.
    """

    path: str
    is_temp: bool = False
    create: bool = False
    against: tuple[str, ...] = ()
    problem: str = ""


def candidates(given: Sequence[str], temp: str, host: Machine) -> tuple[Candidate, ...]:
    """Return the folders to measure: TEMP, and those given or else a promising one.

    Args:
        given: Folders named by the user.
        temp: Where temporary files go now.
        host: The machine, for objections to a folder. A section that cannot be read raises none.
    """
    chosen = [Candidate(_absolute(temp), is_temp=True)]
    chosen += [Candidate(_absolute(path)) for path in given]
    if not given:
        chosen.append(Candidate(_absolute(_likely(host)), create=True))
    distinct: dict[str, Candidate] = {}
    for real, candidate in _located(chosen):
        distinct.setdefault(os.path.normcase(real), candidate)
    return tuple(
        replace(candidate, against=tuple(_objections(real, host)))
        for real, candidate in distinct.items()
    )


@contextmanager
def made_if_missing(candidate: Candidate) -> Iterator[str]:
    """Create a folder for the duration of the block, if requested, and remove it afterwards.

    Args:
        candidate: The folder.

    Yields:
        What is wrong with it; empty if nothing is.

    Raises:
        OSError: It could not be created.
    """
    path = Path(candidate.path)
    if path.is_dir():
        yield ""
    elif path.exists():
        yield "it is not a folder"
    elif not candidate.create:
        yield "it does not exist"
    else:
        missing = [each for each in (path, *path.parents) if not each.exists()]
        path.mkdir(parents=True, mode=0o700)
        try:
            yield ""
        finally:
            with suppress(OSError):  # somebody else may be using it by now
                for each in missing:
                    each.rmdir()


def _located(candidates: Sequence[Candidate]) -> Iterator[tuple[str, Candidate]]:
    """Yield each candidate with its real path, or with a problem if its drive does not answer."""

    def question(path: str) -> DeadlineTask[str]:
        return DeadlineTask(lambda: os.path.realpath(path), ANSWER_SECONDS, "winasr-probe")

    for candidate, task in [(each, question(each.path)) for each in candidates]:
        try:
            yield task.result(), candidate
        except TooLateError:
            problem = f"its drive did not answer within {ANSWER_SECONDS:g} seconds"
            yield candidate.path, replace(candidate, problem=problem)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _likely(host: Machine) -> str:
    if sys.platform == "win32":
        return scratch_folder(host)
    from platformdirs import user_cache_dir

    return user_cache_dir("winasr-scratch")


def _objections(path: str, host: Machine) -> Iterator[str]:
    system = host.system.os
    synced = known(host, "sync_roots")
    for root in synced.items if synced else ():
        if is_inside(path, root.path, system) or is_inside(path, root.real, system):
            yield f"{root.provider} mirrors it"
            break
    volumes = known(host, "volumes")
    roots = [(volume.root, volume.drive_type) for volume in volumes.items] if volumes else []
    drive = innermost(path, roots, system)
    if drive in _DRIVES:
        yield _DRIVES[drive]
