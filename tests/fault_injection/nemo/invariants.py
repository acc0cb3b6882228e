"""What must hold after every run, whatever failed in it. Each is a function of a sweep's run."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch

import winasr_doctor
from winasr_doctor.asr import LoadOutcome, LoadStatus, TranscribeOutcome, TranscribeStatus
from winasr_doctor.faults import SweepRun
from winasr_doctor.locks import CleanupReport, RetryPolicy, sweep
from winasr_doctor.locks.ledger import Ledger

Outcome = LoadOutcome | TranscribeOutcome
Invariant = Callable[[SweepRun], None]

BUDGET = RetryPolicy().total
"""Seconds that one folder may be waited for."""

ROUNDING = 1e-6

_PACKAGE = Path(winasr_doctor.__file__).parent


class Guarded(NamedTuple):
    """What an app got that called NeMo under the guard.

    Attributes:
        result: What NeMo returned.
        error: What it raised instead.
        cleanups: What became of its folders.
    """

    result: Any
    error: BaseException | None
    cleanups: tuple[CleanupReport, ...]


def is_same_model(model: Any, reference: Any) -> bool:
    """Tell whether a model has the weights of another."""
    weights, wanted = model.state_dict(), reference.state_dict()
    return weights.keys() == wanted.keys() and all(
        torch.equal(weights[name], wanted[name]) for name in wanted
    )


def the_model_is_there(reference: Any) -> Invariant:
    """Return the invariant that a load under the guard gave the whole model."""

    def the_model_is_not_lost(run: SweepRun) -> None:
        assert run.value.error is None
        assert is_same_model(run.value.result, reference)

    return the_model_is_not_lost


def the_texts_are(*texts: str) -> Invariant:
    """Return the invariant that a transcription under the guard gave these texts."""

    def the_texts_are_not_lost(run: SweepRun) -> None:
        assert run.value.error is None
        assert tuple(result.text for result in run.value.result) == texts

    return the_texts_are_not_lost


def the_error_is(error: BaseException) -> Invariant:
    """Return the invariant that this very error came out, with nothing before or behind it."""

    def the_real_error_is_not_hidden(run: SweepRun) -> None:
        assert run.value.error is error
        assert error.__cause__ is None
        assert error.__context__ is None

    return the_real_error_is_not_hidden


def an_error_is_nemos_own(run: SweepRun) -> None:
    """What comes out when NeMo cannot read comes out of NeMo, and names what it could not read.

    It is the injected error itself, or NeMo's word for a file that seems to be missing; never
    one of the cleanup that followed.
    """
    error = run.value.error
    if error is None:
        return
    raised_in = [Path(line.filename) for line in traceback.extract_tb(error.__traceback__)]
    while raised_in[-1].is_relative_to(_PACKAGE / "faults"):  # which raises in the place of `open`
        raised_in.pop()
    assert not raised_in[-1].is_relative_to(_PACKAGE)
    assert raised_in[-1].name not in {"tempfile.py", "shutil.py"}
    injected = {injection.path for injection in run.injections}
    if isinstance(error, PermissionError):
        assert error.filename in injected
    else:
        assert run.case is not None
        assert run.case.operation == "stat"


def nothing_waits_past_its_budget(run: SweepRun) -> None:
    """No folder is waited for longer than the policy allows, and nothing else is waited for."""
    cleanups = run.value.cleanups
    assert all(report.seconds <= BUDGET + ROUNDING for report in cleanups)
    assert run.clock.monotonic() <= BUDGET * max(1, len(cleanups)) + ROUNDING


def what_is_left_goes_later(temp: Path, ledger: Ledger) -> Invariant:
    """Return the invariant that leftovers are reported, recorded, and removed by a sweep."""

    def nothing_is_left_for_ever(run: SweepRun) -> None:
        cleanups: tuple[CleanupReport, ...] = run.value.cleanups
        assert cleanups or not run.fired or run.value.error is not None
        left = {str(path) for path in temp.iterdir()}
        assert left == {report.path for report in cleanups if not report.gone}
        # A folder that could never be examined may not be ours; the user sees a message about it.
        left_alone = [report for report in cleanups if not (report.gone or report.deferred)]
        unseen = {report.path for report in left_alone if report.root is None}
        assert left - unseen <= {entry.path for entry in ledger.entries()}
        for report in cleanups:
            assert report.gone or report.leftovers
            assert report.gone or report.deferred or report.path in unseen
        assert sweep(ledger).kept == ()
        for path in unseen:
            shutil.rmtree(path)
        assert list(temp.iterdir()) == []
        assert ledger.entries() == []

    return nothing_is_left_for_ever


def the_status_says_what_happened(run: SweepRun) -> None:
    """An outcome's status tells *done* from *done, but something is left* and from *failed*."""
    outcome: Outcome = run.value
    clean = all(report.gone for report in outcome.cleanups)
    done, left, failed = LoadStatus if isinstance(outcome, LoadOutcome) else TranscribeStatus
    if outcome.error is not None:
        assert outcome.status is failed
    else:
        assert outcome.status is (done if clean else left)
    assert outcome.ok is (outcome.error is None)


def the_user_is_told(run: SweepRun) -> None:
    """The text that the user sees names what failed and what to do about it."""
    outcome: Outcome = run.value
    text = str(outcome.message)
    for report in outcome.cleanups:
        for failure in report.leftovers[:1]:  # others of the same folder go the same way
            assert failure.path in text
            assert failure.label in text
    if any(report.deferred for report in outcome.cleanups):
        assert "python -m winasr_doctor sweep" in text
    elif outcome.leftovers:  # what it is cannot be told, so no sweep may remove it
        assert "safe to delete by hand" in text
    if outcome.leftovers and outcome.ok:
        assert "could not be removed" in outcome.message.headline
    if outcome.leftovers or outcome.error is not None:
        assert outcome.message.remedies
    if outcome.error is not None:
        assert says(text, outcome.error)


def says(text: str, error: BaseException) -> bool:
    """Tell whether a text has an error's own words, or its class and file."""
    if isinstance(error, OSError) and error.filename is not None:
        return str(error.filename) in text
    return str(error) in text or type(error).__name__ in text
