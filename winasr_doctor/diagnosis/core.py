"""From a chain of exceptions to what really happened."""

from __future__ import annotations

import os
import re
from enum import Enum
from typing import NamedTuple

from winasr_doctor.diagnosis.causes import CAUSES, Cause
from winasr_doctor.diagnosis.live import chain_of
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading import opened, read, tells_of_error
from winasr_doctor.diagnosis.selection import best_first, names_of, real_error
from winasr_doctor.findings import Remedy
from winasr_doctor.holders.model import Holding

MANIFEST = "manifest.json"
_LOAD_FILES = re.compile(
    r"model_weights\.ckpt$|model_config\.yaml$|tokenizer|vocab\.txt$|\.model$", re.IGNORECASE
)
_CLEANUP_FUNCTIONS = {
    "tempfile.py": {"cleanup", "__exit__", "_rmtree", "onerror", "onexc", "_cleanup", "resetperms"},
    "shutil.py": {
        "rmtree",
        "_rmtree_unsafe",
        "_rmtree_safe_fd",
        "_rmtree_islink",
        "onerror",
        "onexc",
    },
}
_CLEANUP_TYPES = {"PermissionError", "NotADirectoryError", "RecursionError", "OSError"}
_LOCK_CODES = {5, 32, 33, 145, 267, 303}
_LOAD_FRAMES = {"save_restore_connector.py", "restore_from", "load_config_and_state_dict"}
_TRANSCRIBE_FRAMES = {"transcription.py", "transcribe_generator", "transcribe"}
_DOWNLOAD_FRAMES = {"file_download.py", "hub_mixin.py", "hf_hub.py", "hub.py"}
_HEX = re.compile(r"\b[0-9a-fA-F]{7,64}\b")
FULL_HASH = 40


class Phase(str, Enum):
    """What was going on."""

    LOAD = "load"
    TRANSCRIBE = "transcribe"
    DOWNLOAD = "download"
    IMPORT = "import"
    UNKNOWN = "unknown"


class Suspect(NamedTuple):
    """Who most likely holds the file, and why we think so."""

    who: str
    """`own process`, `another program`, `nobody` or `undetermined`."""
    why: str


class Diagnosis(NamedTuple):
    """What an exception really says.

    Attributes:
        phase: What was going on.
        kind: The stable name of the cause: one of `CAUSES`, `locked-file` or `unknown`.
        cause: What happened, in a sentence.
        primary: The real error; never a cleanup error that hides one.
        cleanup: Errors of removing temporary files, outermost first.
        hidden: Whether a cleanup error hid the real one.
        incomplete: Whether only the last line is known, so that more may be hidden.
        path: The file or folder that could not be removed or read.
        winerror: The Windows code of the cleanup error, or of the error itself.
        suspect: Who holds the file.
        advice: What to do, the most promising first.
        others: How many other exceptions the text has.
        also: Short names of the other errors in the text, those that matter first.
        holding: Who has the path open, where a live exception names one that is still there.
    """

    phase: Phase
    kind: str
    cause: str
    primary: ErrorNode | None
    cleanup: Chain
    hidden: bool
    incomplete: bool
    path: str | None
    winerror: int | None
    suspect: Suspect
    advice: tuple[Remedy, ...]
    others: int = 0
    holding: Holding | None = None
    also: tuple[str, ...] = ()

    @property
    def error(self) -> BaseException | None:
        """The real error itself, where a live exception was diagnosed; `None` for a text.

        Like every reference to an exception it keeps the frames of the traceback, and the files
        that their variables hold open. Errors of a cleanup that hid it are not kept.
        """
        return None if self.primary is None else self.primary.exception


def diagnose(error: BaseException | str | bytes) -> Diagnosis:
    """Say what an exception or a pasted traceback really says.

    Args:
        error: A live exception, or text that contains a traceback, just its last line or a message;
            the bytes of a file may be in any encoding.

    Returns:
        The diagnosis; for a text without any exception, one that says so. Nothing is raised.
    """
    if isinstance(error, BaseException):
        chain = opened(chain_of(error), read)
        return _with_holders(_of_chain(chain, complete=True))
    chains = [
        chain
        for chain in read(error)
        if tells_of_error(chain) or any(_score(chain, node) for node in chain)
    ]
    if not chains:
        return _of_nothing()
    chosen, *others = [chains[place] for place in best_first(chains, _score, _is_lock)]
    diagnosis = _of_chain(chosen, complete=_is_complete(chosen))
    named = names_of(others, chosen, _score)
    return diagnosis._replace(
        others=sum(map(_is_exception, others)),
        also=named,
        advice=diagnosis.advice or (_LOOK_FURTHER,),
    )


def _score(chain: Chain, node: ErrorNode) -> float:
    """Return how far an error is known."""
    del chain
    return float(_cause_of(node) is not None)


def _cause_of(node: ErrorNode) -> Cause | None:
    return next((cause for cause in CAUSES if cause.fits(node)), None)


def _is_lock(chain: Chain) -> bool:
    return any(map(_is_cleanup, chain))


def _is_exception(chain: Chain) -> bool:
    return any(node.kind for node in chain)


def _is_complete(chain: Chain) -> bool:
    """Return whether a text has all that there was of a chain.

    The error of a removal comes out of `tempfile` only while that of `shutil` is handled
    (CPython, Lib/tempfile.py, `_rmtree`), so a chain that has only the first has been cut.
    """
    framed = [node.frames[-1].file for node in chain if node.frames]
    return bool(framed) and framed != ["tempfile.py"]


def _with_holders(diagnosis: Diagnosis) -> Diagnosis:
    """Ask who has the path of a lock open, and replace the suspicion by the answer."""
    if diagnosis.winerror not in _LOCK_CODES or diagnosis.path is None:
        return diagnosis
    if not os.path.lexists(diagnosis.path):
        return diagnosis
    from winasr_doctor.holders import holders_of

    holding = holders_of(diagnosis.path)
    if not holding.holders:
        return diagnosis._replace(holding=holding)
    who = "own process" if holding.by_ourselves else "another program"
    suspect = Suspect(who, str(holding))
    advice = diagnosis.advice
    if who == "own process" and _RELEASE not in advice:
        advice = (*(remedy for remedy in advice if remedy is not _SCRATCH), _RELEASE)
    return diagnosis._replace(holding=holding, suspect=suspect, advice=advice)


def _of_nothing() -> Diagnosis:
    return Diagnosis(
        Phase.UNKNOWN,
        "no-exception",
        "There is no exception in this text.",
        None,
        (),
        hidden=False,
        incomplete=True,
        path=None,
        winerror=None,
        suspect=Suspect("undetermined", "nothing was found"),
        advice=(_GET_THE_REST,),
    )


def _of_chain(chain: Chain, *, complete: bool) -> Diagnosis:
    cleanup = tuple(node for node in chain if _is_cleanup(node))
    real = tuple(node for node in chain if not _is_cleanup(node))
    primary, cause = _primary(chain, real, cleanup)
    about = (*cleanup, *real)
    path = next((node.path for node in about if node.path), None)
    locked = next((n.winerror for n in cleanup if n.winerror not in (None, 267)), None)
    winerror = locked or next((node.winerror for node in about if node.winerror is not None), None)
    phase = _phase(chain, path)
    hidden = bool(cleanup and real)
    incomplete = bool(cleanup) and not real and not complete
    suspect = _suspect(phase, path, cleanup=bool(cleanup), hidden=hidden, incomplete=incomplete)
    kind, sentence = _name(cause, primary, path, locked=bool(cleanup) and not real)
    return Diagnosis(
        phase,
        kind,
        sentence,
        primary,
        tuple(node._replace(exception=None) for node in cleanup),
        hidden=hidden,
        incomplete=incomplete,
        path=path,
        winerror=winerror,
        suspect=suspect,
        advice=tuple(_advice(cause, suspect, hidden=hidden, incomplete=incomplete)),
    )


def _is_cleanup(node: ErrorNode) -> bool:
    if node.kind not in _CLEANUP_TYPES and node.winerror is None:
        return False
    if any(f.function in _CLEANUP_FUNCTIONS.get(f.file, ()) for f in node.frames):
        return True
    code = node.winerror if node.winerror is not None else node.errno
    return code in {*_LOCK_CODES, 13} and _is_temporary(node.path)


def _is_temporary(path: str | None) -> bool:
    """Tell whether a path is one of the files that NeMo keeps in a temporary folder."""
    if path is None:
        return False
    *folders, name = path.replace("\\", "/").casefold().split("/")
    below_temp = any(folder in ("temp", "tmp") or folder.startswith("tmp") for folder in folders)
    return below_temp and (name == MANIFEST or bool(_LOAD_FILES.search(name)))


def _primary(chain: Chain, real: Chain, cleanup: Chain) -> tuple[ErrorNode | None, Cause | None]:
    node = real_error(real, chain, _score)
    if node is not None:
        return node, _cause_of(node)
    for node in reversed(cleanup):
        if node.winerror not in (None, 267):
            return node, None
    return (cleanup[-1] if cleanup else None), None


def _phase(chain: Chain, path: str | None) -> Phase:
    frames = [frame for node in chain for frame in node.frames]
    names = {name for frame in frames for name in (frame.file, frame.function)}
    name = (path or "").replace("\\", "/").rpartition("/")[2].casefold()
    if name == MANIFEST or names & _TRANSCRIBE_FRAMES:
        return Phase.TRANSCRIBE
    if names & _LOAD_FRAMES or _LOAD_FILES.search(name):
        return Phase.LOAD
    if names & _DOWNLOAD_FRAMES:
        return Phase.DOWNLOAD
    if any(node.kind in ("ImportError", "ModuleNotFoundError") for node in chain):
        return Phase.IMPORT
    return Phase.UNKNOWN


def _suspect(
    phase: Phase, path: str | None, *, cleanup: bool, hidden: bool, incomplete: bool
) -> Suspect:
    if not cleanup:
        return Suspect("nobody", "no file was locked")
    if phase is Phase.TRANSCRIBE and (hidden or incomplete):
        return Suspect(
            "own process",
            f"{MANIFEST} is read by a lhotse iterator that an error leaves suspended with the file"
            " open; waiting or retrying cannot release it",
        )
    if phase is Phase.LOAD:
        return Suspect(
            "another program",
            "NeMo has closed the unpacked files by then: a virus scanner, sync client or indexer"
            " that looks at the new file is the usual holder",
        )
    return Suspect("undetermined", f"nothing tells who holds {path or 'the file'}")


def _name(
    cause: Cause | None, primary: ErrorNode | None, path: str | None, *, locked: bool
) -> tuple[str, str]:
    if cause is not None and primary is not None:
        return cause.kind, cause.sentence + _judged_revision(cause, primary)
    if locked:
        return "locked-file", f"{path or 'A temporary file'} could not be removed."
    if primary is not None:
        return "unknown", shown(primary)
    return "unknown", "Nothing is known about this error."


def shown(node: ErrorNode) -> str:
    """Return an exception as Python prints it, or a message without one."""
    if node.kind:
        return f"{node.kind}: {node.message}" if node.message else node.kind
    return node.message or "The last line of the traceback, which names the error, is missing."


def _judged_revision(cause: Cause, primary: ErrorNode) -> str:
    if cause.kind != "revision":
        return ""
    match = _HEX.search(primary.message)
    if match is None or len(match[0]) == FULL_HASH:
        return ""
    return f" {match[0]} is a truncated hash: {len(match[0])} of {FULL_HASH} characters."


_GET_THE_REST = Remedy(
    "Get the whole traceback",
    (
        "In the app's except block, add: logging.exception('transcription failed')",
        "Run it again and paste everything, from the first 'Traceback' on",
    ),
)
_LOOK_FURTHER = Remedy(
    "Look further",
    (
        "python -m winasr_doctor scan --app PATH looks for what is wrong on this machine and in"
        " your app",
        "Search the library's issues for the words of the error, without your own paths",
    ),
)
_RELEASE = Remedy(
    "Do not retry or wait for the file",
    (
        "Cure the real error; the file is released when the exception is dropped",
        "Leave the except block, then call gc.collect(): the folder can be removed then",
    ),
)
_SCRATCH = Remedy(
    "Unpack models where nobody looks",
    (
        "python -m winasr_doctor scan says which program watches TEMP, and offers a scratch folder",
        "Point TEMP of this app there; do not exclude %TEMP% from the antivirus",
    ),
)


def _advice(
    cause: Cause | None, suspect: Suspect, *, hidden: bool, incomplete: bool
) -> list[Remedy]:
    advice = [cause.remedy] if cause is not None else []
    if incomplete:
        advice.append(_GET_THE_REST)
    if suspect.who == "own process":
        advice.append(_RELEASE)
    elif suspect.who in ("another program", "undetermined") and not (hidden and cause):
        advice.append(_SCRATCH)
    return advice
