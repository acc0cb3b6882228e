"""Turns a chain of exceptions into a diagnosis of what really happened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor import findings
from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor._util.private_names import CLEANUP_FUNCTIONS
from winasr_doctor.catalogue import RemedyTemplate, Source, StepTemplate
from winasr_doctor.catalogue.schema import Confidence
from winasr_doctor.catalogue.templates import Lookup
from winasr_doctor.diagnosis import kinds
from winasr_doctor.diagnosis.answering import Answer, answer
from winasr_doctor.diagnosis.facts import of_this_interpreter
from winasr_doctor.diagnosis.live import chain_of
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading import opened, read
from winasr_doctor.diagnosis.recognising import events_in, id_of, is_noise, score
from winasr_doctor.diagnosis.selection import best_first, names_of
from winasr_doctor.diagnosis.unknown import GET_THE_REST
from winasr_doctor.frameworks.nemo.files import MANIFEST, READER_LEFT_OPEN
from winasr_doctor.frameworks.whisper.steps import step_of

if TYPE_CHECKING:
    from winasr_doctor.locks.holders import Holding

_LOAD_FILES = lazy_pattern(
    r"model_weights\.ckpt$|model_config\.yaml$|tokenizer|vocab\.txt$|\.model$", re.IGNORECASE
)
_CLEANUP_TYPES = {"PermissionError", "NotADirectoryError", "RecursionError", "OSError"}
_LOCK_CODES = {5, 32, 33, 145, 267, 303}
_LOAD_FRAMES = {"save_restore_connector.py", "restore_from", "load_config_and_state_dict"}
_TRANSCRIBE_FRAMES = {"transcription.py", "transcribe_generator", "transcribe"}
_DOWNLOAD_FRAMES = {"file_download.py", "hub_mixin.py", "hf_hub.py", "hub.py"}
_HEX = lazy_pattern(r"\b[0-9a-fA-F]{7,64}\b")
FULL_HASH = 40


class FailurePhase(str, Enum):
    """What the app was doing."""

    LOAD = "load"
    TRANSCRIBE = "transcribe"
    DOWNLOAD = "download"
    IMPORT = "import"
    UNKNOWN = "unknown"


class Suspect(NamedTuple):
    """Who most likely holds the file, and why."""

    who: str
    """`own process`, `another program`, `nobody` or `undetermined`."""
    why: str


class Diagnosis(NamedTuple):
    """The diagnosis of an exception.

    Attributes:
        phase: What the app was doing.
        kind: The stable name of the cause, `locked-file` or `unknown`.
        cause: What happened, in a sentence.
        primary: The real error; never a cleanup error that hides one.
        cleanup: Errors from removing temporary files, outermost first.
        hidden: Whether a cleanup error hid the real one.
        incomplete: Whether only the last line is known, so that more may be hidden.
        path: The file or folder that could not be removed or read.
        winerror: The Windows code of the cleanup error, or of the error itself.
        suspect: Who holds the file.
        remedies: What to do, the most promising first; never empty.
        others: How many other exceptions the text contains.
        also: Short names of the other errors in the text, the most important first.
        holding: Who has the path open, if a live exception names one that still exists.
        id: The id of the known error in the catalogue; `None` if no entry matches.
        confidence: How sure the cause is: `certain`, `likely` or `guess`.
        source: The source of the knowledge.
        facts: The facts of this machine that the remedies use.
    """

    phase: FailurePhase
    kind: str
    cause: str
    primary: ErrorNode | None
    cleanup: Chain
    hidden: bool
    incomplete: bool
    path: str | None
    winerror: int | None
    suspect: Suspect
    remedies: tuple[RemedyTemplate, ...]
    others: int = 0
    holding: Holding | None = None
    also: tuple[str, ...] = ()
    id: str | None = None
    confidence: Confidence = "guess"
    source: tuple[Source, ...] = ()
    facts: Mapping[str, str] = MappingProxyType({})

    @property
    def advice(self) -> tuple[findings.Remedy, ...]:
        """The remedies with their steps as plain sentences."""
        return tuple(
            findings.Remedy(remedy.title, tuple(map(in_words, remedy.steps)))
            for remedy in self.remedies
        )

    @property
    def error(self) -> BaseException | None:
        """The real error itself, if a live exception was diagnosed; `None` for a text.

        Like every reference to an exception, it keeps the traceback's frames alive, and the files
        that their variables hold open. Cleanup errors that hid it are not kept.
        """
        return None if self.primary is None else self.primary.exception


def in_words(step: StepTemplate) -> str:
    """Return a step as one sentence, with its command after a colon."""
    admin = " (needs an administrator)" if step.needs_admin else ""
    return f"{step.text}{admin}" + (f": {step.command}" if step.command else "")


def diagnose(
    error: BaseException | str | bytes, *, facts: Lookup = of_this_interpreter
) -> Diagnosis:
    """Diagnose an exception or a pasted traceback.

    Args:
        error: A live exception, or text that contains a traceback, just its last line or a message;
            the bytes of a file may be in any encoding.
        facts: Facts of the machine that the remedies may use, by name; by default those of this
            interpreter.

    Returns:
        The diagnosis; for a text without any exception, one that says so. Never raises.
    """
    if isinstance(error, BaseException):
        chain = opened(chain_of(error), read)
        return _with_holders(_of_chain(chain, complete=True, facts=facts))
    chains = events_in(error)
    if not chains:
        return _of_nothing()
    ordered = [chains[place] for place in best_first(chains, score, _is_lock)]
    chosen, *others = sorted(ordered, key=is_noise)
    diagnosis = _of_chain(chosen, complete=_is_complete(chosen), facts=facts)
    named = names_of(others, chosen, score, id_of)
    return diagnosis._replace(others=sum(map(_is_exception, others)), also=named)


def _is_lock(chain: Chain) -> bool:
    return any(map(_is_cleanup, chain))


def _is_exception(chain: Chain) -> bool:
    return any(node.kind for node in chain)


def _is_complete(chain: Chain) -> bool:
    """Return whether a text contains a complete chain.

    `tempfile` raises its removal error only while handling that of `shutil` (CPython,
    Lib/tempfile.py, `_rmtree`), so a chain with only the first one was truncated.
    """
    framed = [node.frames[-1].file for node in chain if node.frames]
    return bool(framed) and framed != ["tempfile.py"]


def _with_holders(diagnosis: Diagnosis) -> Diagnosis:
    """Find out who has the locked path open, and replace the suspect by the answer."""
    if diagnosis.winerror not in _LOCK_CODES or diagnosis.path is None:
        return diagnosis
    if not os.path.lexists(diagnosis.path):
        return diagnosis
    from winasr_doctor.locks.holders import holders_of  # lazy: only a lock needs it

    holding = holders_of(diagnosis.path)
    if not holding.holders:
        return diagnosis._replace(holding=holding)
    who = "own process" if holding.by_ourselves else "another program"
    suspect = Suspect(who, str(holding))
    remedies = diagnosis.remedies
    if who == "own process" and _RELEASE not in remedies:
        remedies = (*(remedy for remedy in remedies if remedy is not _SCRATCH), _RELEASE)
    return diagnosis._replace(holding=holding, suspect=suspect, remedies=remedies)


def _of_nothing() -> Diagnosis:
    return Diagnosis(
        FailurePhase.UNKNOWN,
        kinds.NOTHING,
        "There is no exception in this text.",
        None,
        (),
        hidden=False,
        incomplete=True,
        path=None,
        winerror=None,
        suspect=Suspect("undetermined", "nothing was found"),
        remedies=(GET_THE_REST,),
    )


def _of_chain(chain: Chain, *, complete: bool, facts: Lookup) -> Diagnosis:
    cleanup = tuple(node for node in chain if _is_cleanup(node))
    real = tuple(node for node in chain if not _is_cleanup(node))
    told = answer(real or cleanup, chain, facts)
    about = (*cleanup, *real)
    path = next((node.path for node in about if node.path), None)
    locked = next((n.winerror for n in cleanup if n.winerror not in (None, 267)), None)
    winerror = locked or next((node.winerror for node in about if node.winerror is not None), None)
    phase = _phase(chain, path)
    hidden = bool(cleanup and real)
    incomplete = bool(cleanup) and not real and not complete
    suspect = _suspect(phase, path, cleanup=bool(cleanup), hidden=hidden, incomplete=incomplete)
    if cleanup and not real:
        told = _of_lock(told, cleanup, path)
    return Diagnosis(
        phase,
        told.kind,
        told.cause + _judged_revision(told),
        told.node,
        tuple(node._replace(exception=None) for node in cleanup),
        hidden=hidden,
        incomplete=incomplete,
        path=path,
        winerror=winerror,
        suspect=suspect,
        remedies=tuple(_remedies(told, suspect, hidden=hidden, incomplete=incomplete)),
        id=told.id,
        confidence=told.confidence,
        source=told.source,
        facts=told.facts,
    )


def _is_cleanup(node: ErrorNode) -> bool:
    if node.kind not in _CLEANUP_TYPES and node.winerror is None:
        return False
    if any(f.function in CLEANUP_FUNCTIONS.get(f.file, ()) for f in node.frames):
        return True
    code = node.winerror if node.winerror is not None else node.errno
    if node.frames and code in (5, 13):
        return False  # refused to read or write: nothing was being removed
    return code in {*_LOCK_CODES, 13} and _is_temporary(node.path)


def _is_temporary(path: str | None) -> bool:
    """Return whether a path is one of the files that NeMo keeps in a temporary folder."""
    if path is None:
        return False
    *folders, name = path.replace("\\", "/").casefold().split("/")
    below_temp = any(folder in ("temp", "tmp") or folder.startswith("tmp") for folder in folders)
    return below_temp and (name == MANIFEST or bool(_LOAD_FILES.search(name)))


def _of_lock(told: Answer, cleanup: Chain, path: str | None) -> Answer:
    """Report that a file could not be removed; an entry may say more."""
    numbered = [node for node in cleanup if node.winerror not in (None, 267)]
    told = told._replace(node=numbered[-1] if numbered else cleanup[-1])
    if told.kind != kinds.UNKNOWN:
        return told
    cause = f"{path or 'A temporary file'} could not be removed."
    return told._replace(kind=kinds.LOCKED, cause=cause, confidence="likely")


def _phase(chain: Chain, path: str | None) -> FailurePhase:
    frames = [frame for node in chain for frame in node.frames]
    names = {name for frame in frames for name in (frame.file, frame.function)}
    name = (path or "").replace("\\", "/").rpartition("/")[2].casefold()
    if name == MANIFEST or names & _TRANSCRIBE_FRAMES:
        return FailurePhase.TRANSCRIBE
    if names & _LOAD_FRAMES or _LOAD_FILES.search(name):
        return FailurePhase.LOAD
    if names & _DOWNLOAD_FRAMES:
        return FailurePhase.DOWNLOAD
    steps = [step for frame in frames if (step := step_of(frame.path, frame.function))]
    if steps:
        return FailurePhase.LOAD if steps[-1].loads else FailurePhase.TRANSCRIBE
    if any(node.kind in ("ImportError", "ModuleNotFoundError") for node in chain):
        return FailurePhase.IMPORT
    return FailurePhase.UNKNOWN


def _suspect(
    phase: FailurePhase, path: str | None, *, cleanup: bool, hidden: bool, incomplete: bool
) -> Suspect:
    if not cleanup:
        return Suspect("nobody", "no file was locked")
    if phase is FailurePhase.TRANSCRIBE and (hidden or incomplete):
        return Suspect("own process", READER_LEFT_OPEN)
    if phase is FailurePhase.LOAD:
        return Suspect(
            "another program",
            "The unpacked files are closed by then; the usual holder is a virus scanner, sync"
            " client or indexer that reads the new file",
        )
    return Suspect("undetermined", f"it is not known who holds {path or 'the file'}")


def _judged_revision(told: Answer) -> str:
    if told.kind != "revision" or told.node is None:
        return ""
    match = _HEX.search(told.node.message)
    if match is None or len(match[0]) == FULL_HASH:
        return ""
    return f" {match[0]} is a truncated hash: {len(match[0])} of {FULL_HASH} characters."


_RELEASE = RemedyTemplate(
    title="Do not retry or wait for the file",
    steps=(
        StepTemplate(
            text="Fix the real error; Python releases the file when it drops the exception"
        ),
        StepTemplate(
            text="Leave the except block, then call gc.collect(); then the folder can be removed"
        ),
    ),
)
_SCRATCH = RemedyTemplate(
    title="Unpack models where no other program looks",
    steps=(
        StepTemplate(
            text="See which program watches TEMP; the scan proposes a scratch folder",
            command="python -m winasr_doctor scan",
        ),
        StepTemplate(text="Point this app's TEMP there; do not exclude %TEMP% from the antivirus"),
    ),
)


def _remedies(
    told: Answer, suspect: Suspect, *, hidden: bool, incomplete: bool
) -> list[RemedyTemplate]:
    remedies = list(told.remedies)
    if incomplete and GET_THE_REST not in remedies:
        remedies.append(GET_THE_REST)
    if suspect.who == "own process":
        remedies.insert(1, _RELEASE)  # among the first, which are always shown
    elif suspect.who in ("another program", "undetermined") and not (hidden and told.id):
        remedies.append(_SCRATCH)
    return remedies
