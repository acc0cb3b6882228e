"""The private folder that an app gets as TEMP: where it is put, and how it goes away again."""

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
    """There is no folder to work in; the text is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A run's folders.

    Attributes:
        temp: The app's TEMP; made for this run.
        notes: Its sibling, for settings and events.
        judgement: What the doctor thinks of the folder that both lie in.
        asked_for: Whether the user named that folder.
        claims: The ledger's entries for both.
    """

    temp: str
    notes: str
    judgement: Judgement
    asked_for: bool
    claims: tuple[LedgerEntry | None, LedgerEntry | None]

    @property
    def claim_files(self) -> tuple[str, ...]:
        """The claims' files, of those that could be written."""
        return tuple(str(claim.file) for claim in self.claims if claim and claim.file)

    def remove(self) -> tuple[CleanupReport, ...]:
        """Remove both folders; what will not go is left to the ledger."""
        pairs = zip((self.temp, self.notes), self.claims, strict=True)
        return tuple(rmtree(path, claim=claim) for path, claim in pairs)


def open_scratch(
    wanted: str | None = None,
    *,
    candidates: Sequence[str] | None = None,
    opinion: Callable[[str], Judgement] = judge,
) -> Scratch:
    """Make a private folder in the best place there is.

    Args:
        wanted: The folder to make it in, whatever the doctor thinks of it.
        candidates: Folders to choose from, the preferred ones first; by default `usual_places`.
        opinion: What the doctor thinks of a folder.

    Returns:
        The folders, recorded in the ledger: should this process die, a sweep removes them.

    Raises:
        ScratchError: No folder can be written to.
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
        judgement = choose(usual_places() if candidates is None else candidates, opinion)
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
    """Return the first folder that nothing speaks against, or else the one with the least.

    Args:
        candidates: Folders, the preferred ones first; they are made where they are missing.
        opinion: What the doctor thinks of a folder.

    Raises:
        ScratchError: None of them can be written to.
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
    r"""Return where a scratch folder may go, the preferred place first.

    `AppData\Local` on Windows (the account's own, neither mirrored nor indexed by default), the
    cache folder elsewhere; then what the doctor recommends by the drives; then today's TEMP.
    """
    from platformdirs import user_cache_path

    if os.name == "nt":
        from winasr_doctor.checks.advice import scratch_folder
        from winasr_doctor.machine.live import LiveMachine

        recommended = scratch_folder(LiveMachine(timeout=2.0))
        local = os.environ.get("LOCALAPPDATA")
        first = [str(Path(local, "winasr_doctor", "scratch"))] if local else []
        return (*first, recommended, tempfile.gettempdir())
    private = user_cache_path("winasr_doctor", appauthor=False) / "scratch"
    return (str(private), tempfile.gettempdir())


def _make(folder: str) -> str | None:
    """Make a folder; return why it cannot be used, if so."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return None


def _unmake(folder: str) -> None:
    """Remove a folder that is ours by name, if nothing is in it."""
    if Path(folder).name in {"scratch", "winasr-scratch"}:
        with suppress(OSError):
            Path(folder).rmdir()


def _keep_out_of_the_index(folder: str) -> None:
    """Mark a folder so that Windows Search does not read what is made in it from now on.

    Source: learn.microsoft.com, "File Attribute Constants".
    """
    if sys.platform == "win32":
        import ctypes

        attribute = int(FileAttribute.NOT_CONTENT_INDEXED)
        if not ctypes.WinDLL("kernel32").SetFileAttributesW(folder, attribute):
            log.debug("%s could not be marked as not indexed", folder)
