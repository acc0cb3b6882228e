"""Every file operation of NeMo's cleanups fails, once and for ever, with every code that occurs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor import guard, load_model, transcribe
from winasr_doctor.faults import FOREVER, FaultSweep, SharingEmulator
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.locks.ledger import Ledger

from .conftest import RECORDING, TEXT
from .invariants import (
    Guarded,
    Invariant,
    an_error_is_nemos_own,
    is_same_model,
    nothing_waits_past_its_budget,
    the_error_is,
    the_model_is_there,
    the_status_says_what_happened,
    the_texts_are,
    the_user_is_told,
    what_is_left_goes_later,
)
from .releases import HOLDS_ITS_MANIFEST

CODES = (32, 5, 145, 33, 303)
"""A file in use, access denied, a folder not empty yet, a locked region, a pending deletion."""

LOADING_CODES = (32, 5)
"""Loading takes ten times as long as transcribing, whose folders are the guard's as well."""

PATIENCE = 60
"""Real seconds after which a call of the loader counts as hanging."""


@pytest.fixture
def always(temp: Path, ledger: Ledger) -> list[Invariant]:
    """Return what holds after every run."""
    return [nothing_waits_past_its_budget, what_is_left_goes_later(temp, ledger)]


def guarded(call: Callable[[], Any]) -> Guarded:
    """Call NeMo as an app does; keep what it raises, and with it all that the error refers to."""
    result, error = None, None
    with guard() as session:
        try:
            result = call()
        except Exception as raised:  # noqa: BLE001 - the invariants judge it
            error = raised
    return Guarded(result, error, session.cleanups)


def heard(model: Any, **options: Any) -> Guarded:
    return guarded(lambda: model.transcribe([str(RECORDING)], verbose=False, **options))


class TestGuard:
    """Around an app's own calls of NeMo."""

    def test_a_load_survives_every_failing_deletion(
        self, fault_sweep: FaultSweep, restore: Any, model: Any, temp: Path, always: list[Invariant]
    ):
        report = fault_sweep(
            lambda: guarded(restore),
            codes=LOADING_CODES,
            glob=f"{temp}/*",
            invariants=[the_model_is_there(model), *always],
        )
        assert report.points["unlink:32*inf@" + f"{temp}/*"] >= 4

    def test_a_transcription_survives_every_failing_deletion(
        self, fault_sweep: FaultSweep, model: Any, temp: Path, always: list[Invariant]
    ):
        fault_sweep(
            lambda: heard(model),
            codes=CODES,
            glob=f"{temp}/*",
            invariants=[the_texts_are(TEXT), *always],
        )

    def test_a_link_out_of_temp_is_removed_and_never_followed(
        self,
        fault_sweep: FaultSweep,
        model: Any,
        temp: Path,
        canary: Path,
        always: list[Invariant],
        monkeypatch: pytest.MonkeyPatch,
    ):
        forward = model.forward

        def link_and_forward(*arguments: Any, **options: Any) -> Any:
            (folder,) = temp.iterdir()
            (folder / "link").symlink_to(canary, target_is_directory=True)
            return forward(*arguments, **options)

        monkeypatch.setattr(model, "forward", link_and_forward)
        fault_sweep(
            lambda: heard(model),
            codes=(32, 5),
            glob=f"{temp}/*",
            invariants=[the_texts_are(TEXT), *always],
        )

    def test_out_of_memory_is_reported_through_every_failing_deletion(
        self,
        fault_sweep: FaultSweep,
        windows_sharing: SharingEmulator,
        model: Any,
        no_memory: BaseException,
        temp: Path,
        always: list[Invariant],
    ):
        fault_sweep(
            lambda: heard(model),
            codes=(32, 5),
            glob=f"{temp}/*",
            invariants=[the_error_is(no_memory), *always],
        )
        by_the_suspended_reader = bool(windows_sharing.refusals)
        assert by_the_suspended_reader is HOLDS_ITS_MANIFEST

    def test_a_ledger_that_cannot_be_written_costs_nothing(
        self, fault_sweep: FaultSweep, model: Any, ledger: Ledger, always: list[Invariant]
    ):
        fault_sweep(
            lambda: heard(model),
            operations=("replace", "unlink"),
            codes=(5, 112),
            glob=f"{ledger.folder}/*",
            invariants=[the_texts_are(TEXT), *always],
        )

    @pytest.mark.parametrize("operation", ["open", "stat"])
    def test_a_load_that_cannot_read_fails_with_that_error(
        self,
        fault_sweep: FaultSweep,
        restore: Any,
        model: Any,
        temp: Path,
        always: list[Invariant],
        operation: str,
    ):
        def the_model_or_the_error(run: Any) -> None:
            if run.value.error is None:
                assert is_same_model(run.value.result, model)

        fault_sweep(
            lambda: guarded(restore),
            operations=(operation,),
            codes=(5,),
            glob=f"{temp}/*",
            invariants=[the_model_or_the_error, an_error_is_nemos_own, *always],
        )


class TestLoader:
    """`load_model` and `transcribe`."""

    @pytest.fixture
    def told(self, always: list[Invariant]) -> list[Invariant]:
        return [the_status_says_what_happened, the_user_is_told, *always]

    def test_a_load_survives_every_failing_deletion(
        self, fault_sweep: FaultSweep, model: Any, temp: Path, told: list[Invariant]
    ):
        def the_model_is_not_lost(run: Any) -> None:
            assert run.value.ok
            assert is_same_model(run.value.model, model)

        fault_sweep(
            lambda: load_model("tiny", device="cpu", timeout=PATIENCE, scan=False),
            codes=(32,),  # the others around the guard, through which the loader loads
            glob=f"{temp}/*",
            invariants=[the_model_is_not_lost, *told],
        )

    @pytest.mark.parametrize("as_files", [False, True], ids=["arrays", "files"])
    def test_a_transcription_survives_every_failing_deletion(
        self,
        fault_sweep: FaultSweep,
        model: Any,
        temp: Path,
        told: list[Invariant],
        as_files: bool,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr(calls, "needs_files", lambda _model: as_files)

        def the_text_is_not_lost(run: Any) -> None:
            assert run.value.text == TEXT

        fault_sweep(
            lambda: transcribe(model, RECORDING, timeout=PATIENCE, scan=False),
            codes=(5, 145) if as_files else CODES,
            glob=f"{temp}/*",
            invariants=[the_text_is_not_lost, *told],
        )

    @pytest.mark.parametrize("as_files", [False, True], ids=["arrays", "files"])
    def test_out_of_memory_is_reported_through_every_failing_deletion(
        self,
        fault_sweep: FaultSweep,
        windows_sharing: SharingEmulator,
        model: Any,
        no_memory: BaseException,
        temp: Path,
        told: list[Invariant],
        as_files: bool,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr(calls, "needs_files", lambda _model: as_files)
        fault_sweep(
            lambda: transcribe(model, RECORDING, timeout=PATIENCE, scan=False),
            codes=(32,),
            times=(FOREVER,),
            glob=f"{temp}/*",
            invariants=[the_error_is(no_memory), *told],
        )
        assert bool(windows_sharing.refusals) is (as_files and HOLDS_ITS_MANIFEST)

    def test_a_load_that_cannot_read_says_so(
        self, fault_sweep: FaultSweep, model: Any, temp: Path, told: list[Invariant]
    ):
        def the_model_or_the_error(run: Any) -> None:
            if run.value.error is None:
                assert is_same_model(run.value.model, model)

        fault_sweep(
            lambda: load_model("tiny", device="cpu", timeout=PATIENCE, scan=False),
            operations=("open",),
            codes=(5, 32),
            glob=f"{temp}/*",
            invariants=[the_model_or_the_error, an_error_is_nemos_own, *told],
        )

    @pytest.mark.parametrize("operation", ["open", "lstat"])
    def test_whatever_cannot_be_looked_at_costs_no_text_without_a_word(
        self,
        fault_sweep: FaultSweep,
        model: Any,
        temp: Path,
        tmp_path: Path,
        told: list[Invariant],
        operation: str,
    ):
        recording = tmp_path / "copy.wav"
        shutil.copyfile(RECORDING, recording)

        def the_text_or_the_error(run: Any) -> None:
            assert run.value.text == (TEXT if run.value.ok else "")

        fault_sweep(
            lambda: transcribe(model, recording, timeout=PATIENCE, scan=False),
            operations=(operation,),
            codes=(5,),
            times=(1, FOREVER),
            invariants=[the_text_or_the_error, *told],
        )
