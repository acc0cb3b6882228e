"""Creates and removes the private folder that an app gets as TEMP."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from winasr_doctor.locks import CleanupReport, rmtree
from winasr_doctor.locks.ledger import LedgerEntry, default_ledger
from winasr_doctor.machine.model import FileAttribute
from winasr_doctor.run.folder_advice import Judgement, judge

log = logging.getLogger("winasr_doctor.rescue")


class ScratchError(Exception):
    """There is no usable folder; the text is one readable sentence."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The folders of a run.

    Attributes:
        temp: The app's TEMP; made for this run.
        notes: A folder beside it, for settings and events.
        judgement: The doctor's assessment of their parent folder.
        asked_for: Whether the user chose that folder.
        claims: The ledger's entries for both.
    """

    temp: str
    notes: str
    judgement: Judgement
    asked_for: bool
    claims: tuple[LedgerEntry | None, LedgerEntry | None]

    @property
    def claim_files(self) -> tuple[str, ...]:
        """The files of the claims that could be written."""
        return tuple(str(claim.file) for claim in self.claims if claim and claim.file)

    def remove(self) -> tuple[CleanupReport, ...]:
        """Remove both folders; the ledger keeps a folder that cannot be removed."""
        pairs = zip((self.temp, self.notes), self.claims, strict=True)
        return tuple(rmtree(path, claim=claim) for path, claim in pairs)


def open_scratch(
    wanted: str | None = None, *, opinion: Callable[[str], Judgement] = judge
) -> Scratch:
    """Make a private folder in the best available place.

    Args:
        wanted: The parent folder to use, whatever the doctor says.
        opinion: Returns the doctor's assessment of a folder.

    Returns:
        The folders, recorded in the ledger: if this process dies, a sweep removes them.

    Raises:
        ScratchError: No folder is writable.
    """
    if wanted is not None:
        folder = os.path.abspath(wanted)  # noqa: PTH100 - resolve() would follow links
        problem = _make(folder)
        if problem:
            raise ScratchError(f"the scratch folder {wanted} cannot be used: {problem}")
        judgement = opinion(folder)
        if not judgement.writable:
            raise ScratchError(f"the scratch folder {wanted} cannot be written to")
    else:
        judgement = choose(usual_places(), opinion)
    try:
        temp = tempfile.mkdtemp(prefix="", dir=judgement.path)
        notes = temp + ".run"
        Path(notes).mkdir(mode=0o700)
    except OSError as error:
        raise ScratchError(f"no folder can be made in {judgement.path}: {error}") from error
    _keep_out_of_the_index(temp)
    ledger = default_ledger()
    claims = (ledger.claim(temp), ledger.claim(notes))
    return Scratch(temp, notes, judgement, wanted is not None, claims)


def choose(candidates: Sequence[str], opinion: Callable[[str], Judgement] = judge) -> Judgement:
    """Return the first folder without objections, or else the best one.

    Args:
        candidates: Folders, the preferred ones first; missing ones are created.
        opinion: Returns the doctor's assessment of a folder.

    Raises:
        ScratchError: None of them is writable.
    """
    judged: list[Judgement] = []
    for folder in dict.fromkeys(candidates):
        made_here = not Path(folder).exists()
        if _make(folder):
            continue
        judgement = opinion(folder)
        if judgement.writable:
            judged.append(judgement)
        elif made_here:
            _unmake(folder)
        if judgement.rank == (0, 0, 0):
            break
    if not judged:
        raise ScratchError(f"none of these folders can be written to: {', '.join(candidates)}")
    best = min(judged, key=lambda each: each.rank)  # the earlier one on a tie
    for other in judged:
        if other is not best:
            _unmake(other.path)
    return best


def usual_places() -> tuple[str, ...]:
    r"""Return possible places for a scratch folder, the preferred one first.

    The folder that the scan recommends, usually in `AppData\Local` on Windows (the account's own,
    neither mirrored nor indexed by default) and in the cache folder elsewhere; then the one in
    `AppData\Local` in any case; then the current TEMP.
    """
    from winasr_doctor.checks.advice import SCRATCH_NAME, scratch_folder

    if os.name == "nt":
        from winasr_doctor.machine.live import LiveMachine

        recommended = scratch_folder(LiveMachine(timeout=2.0))
        local = os.environ.get("LOCALAPPDATA")
        own = [str(Path(local, SCRATCH_NAME))] if local else []
        return (recommended, *own, tempfile.gettempdir())
    from platformdirs import user_cache_path

    return (str(user_cache_path(SCRATCH_NAME, appauthor=False)), tempfile.gettempdir())


def _make(folder: str) -> str | None:
    """Make a folder; return why it cannot be used, if it cannot."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return None


def _unmake(folder: str) -> None:
    """Remove a folder that is ours by its name, if it is empty."""
    from winasr_doctor.checks.advice import SCRATCH_NAME

    if Path(folder).name == SCRATCH_NAME:
        with suppress(OSError):
            Path(folder).rmdir()


def _keep_out_of_the_index(folder: str) -> None:
    """Mark a folder so that Windows Search does not index new files in it.

    Source: learn.microsoft.com, "File Attribute Constants".
    """
    if sys.platform == "win32":
        import ctypes

        attribute = FileAttribute.NOT_CONTENT_INDEXED
        if not ctypes.WinDLL("kernel32").SetFileAttributesW(folder, attribute):
            log.debug("%s could not be marked as not indexed", folder)
