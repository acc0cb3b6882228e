"""Writes messages for people from the facts about this failure and this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from winasr_doctor._util.foreign_exceptions import walk
from winasr_doctor.asr import machine_advice
from winasr_doctor.asr.errors import CancelledError, DeadlineError, ExplainedError
from winasr_doctor.asr.outcomes import Message
from winasr_doctor.diagnosis import Diagnosis
from winasr_doctor.diagnosis.live import node_of
from winasr_doctor.findings import Remedy, Result
from winasr_doctor.locks.cleanup_report import CleanupReport
from winasr_doctor.locks.recorded_removal import what_becomes_of_it
from winasr_doctor.windows.background_programs import FAMILIES
from winasr_doctor.windows.errors import DeleteClass, classify

_LONGEST = 400
"""The most characters to show of an error's text."""


def of_success(
    headline: str, cleanups: Sequence[CleanupReport], problems: Sequence[str]
) -> Message:
    """Report success, and what happened to the temporary folders if that is of interest."""
    return Message(headline, (*_about(cleanups), *problems))


def of_leftovers(
    headline: str,
    cleanups: Sequence[CleanupReport],
    problems: Sequence[str],
    diagnosis: Diagnosis | None,
    *,
    scan: bool,
) -> Message:
    """Report success with something that could not be removed, and what to do about it."""
    found, late = _findings(machine_advice.LOCK_FAMILIES, scan=scan)
    remedies = [*_of_findings(found, cleanups)]
    if diagnosis is not None and not _by_ourselves(cleanups):
        remedies += diagnosis.advice
    return Message(
        headline,
        (*_about(cleanups), *_summaries(found), *problems, *late),
        _unique(remedies),
    )


def of_failure(
    headline: str,
    error: BaseException,
    diagnosis: Diagnosis,
    cleanups: Sequence[CleanupReport],
    problems: Sequence[str],
    *,
    scan: bool,
) -> Message:
    """Report what went wrong and what to do about it.

    If files were locked, the doctor's findings on this machine come first; after another error,
    such as too little memory, that error's own advice does.

    Args:
        headline: What failed, such as `tiny was not loaded`; follows the cause.
        error: The real error.
        diagnosis: The diagnosis of the exception.
        cleanups: The outcome of the temporary folders.
        problems: What in NeMo could not be guarded.
        scan: Whether to scan this machine.
    """
    locked, left = _is_lock(error, diagnosis), any(not report.gone for report in cleanups)
    families = _families(diagnosis, locked=locked or left)
    found, late = _findings(families, scan=scan and bool(families))
    own = error.remedies if isinstance(error, ExplainedError) else ()
    advice: list[Remedy] = [*own, *(() if own else diagnosis.advice)]
    if isinstance(error, (CancelledError, DeadlineError)):
        advice = [*own]
    machine = _of_findings(found, cleanups)
    cause = str(error) if isinstance(error, ExplainedError) else _sentence(diagnosis)
    details = [f"{headline}."]
    details += (
        error.details if isinstance(error, ExplainedError) else (_text(error, diagnosis, cause),)
    )
    details += [*_about(cleanups), *_summaries(found), *problems, *late]
    return Message(
        cause,
        tuple(dict.fromkeys(each for each in details if each)),
        _unique([*machine, *advice] if locked else [*advice, *machine]),
    )


def _sentence(diagnosis: Diagnosis) -> str:
    text = " ".join(diagnosis.cause.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _text(error: BaseException, diagnosis: Diagnosis, cause: str) -> str:
    """Return the error's own words, unless the cause already contains them."""
    node = diagnosis.primary
    if node is None or node.exception is not error:
        node = node_of(error)
    text = " ".join(node.message.split())
    text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    return "" if text in cause or short in cause else short


def _is_lock(error: BaseException, diagnosis: Diagnosis) -> bool:
    if diagnosis.kind == "locked-file":
        return True
    if diagnosis.kind != "unknown":
        return False
    return any(
        isinstance(each, OSError) and classify(each).delete is DeleteClass.TRANSIENT
        for each in walk(error)
    )


def _families(diagnosis: Diagnosis, *, locked: bool) -> tuple[str, ...]:
    if locked:
        return machine_advice.LOCK_FAMILIES
    return ("TMP",) if diagnosis.kind == "disk-full" else ()


def _findings(families: Iterable[str], *, scan: bool) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """Return the doctor's findings, and a sentence if it did not answer."""
    if not scan:
        return (), ()
    found = machine_advice.findings(families)
    if found is None:
        return (), (
            "This machine could not be examined in time: python -m winasr_doctor scan says what"
            " locks files on it.",
        )
    return found, ()


def _of_findings(found: Iterable[Result], cleanups: Iterable[CleanupReport]) -> list[Remedy]:
    """Return the findings' remedies, those about a known holder first."""
    if _by_ourselves(cleanups):
        return [_OUR_OWN]
    families = _families_of_holders(cleanups)
    ordered = sorted(found, key=lambda result: result.family not in families)
    return [remedy for result in ordered for remedy in result.remedies]


_OUR_OWN = Remedy(
    "Do not wait or retry: this program itself has the file open",
    (
        "If another error was raised first, fix that one: its traceback keeps the file open",
        "You need not change anything on this machine; the folder is removed at exit, or by:"
        " python -m winasr_doctor sweep",
    ),
)


def _by_ourselves(cleanups: Iterable[CleanupReport]) -> bool:
    return any(
        report.holding is not None and report.holding.by_ourselves
        for report in cleanups
        if not report.gone
    )


def _families_of_holders(cleanups: Iterable[CleanupReport]) -> set[str]:
    names = {(each.process or "").casefold() for report in cleanups for each in report.holders}
    return {FAMILIES[name] for name in names if name in FAMILIES}


def _summaries(found: Iterable[Result]) -> list[str]:
    return [f"On this machine ({result.code}): {result.summary}" for result in found]


def _about(cleanups: Iterable[CleanupReport]) -> list[str]:
    return [
        _about_one(report) for report in cleanups if len(report.attempts) > 1 or not report.gone
    ]


def _about_one(report: CleanupReport) -> str:
    count = len(report.attempts)
    tries = f"{count} attempt{'s' * (count != 1)} in {report.seconds:.1f} s"
    if report.gone:
        return (
            f"The temporary folder {report.path} was locked for a while; it is gone after {tries}."
        )
    if report.refusal:
        return f"{report.path} was not removed: {report.refusal}. It is left alone."
    first = report.leftovers[0]
    holding = first.holding
    if holding is not None and holding.by_ourselves:
        who = f" This program itself has it open ({holding}), so waiting could not help."
    elif holding is not None and holding.holders:
        who = f" It is open in {holding}."
    else:
        who = ""
    later = what_becomes_of_it(report)
    later = f"{later[0].upper()}{later[1:]}."
    return f"{first.path} could not be removed: {first.label} after {tries}.{who} {later}"


def _unique(remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Keep the first remedy with each title."""
    by_title: dict[str, Remedy] = {}
    for remedy in remedies:
        by_title.setdefault(remedy.title, remedy)
    return tuple(by_title.values())
