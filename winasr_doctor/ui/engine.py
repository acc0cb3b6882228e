"""The back end of the page, as functions that tests can replace."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from winasr_doctor.asr import diarize, load_model, transcribe
from winasr_doctor.asr.outcomes import DiarizeOutcome, LoadOutcome, TranscribeOutcome
from winasr_doctor.findings import Report
from winasr_doctor.frameworks.nemo import calls
from winasr_doctor.scanning import scan
from winasr_doctor.ui.models import Choice
from winasr_doctor.ui.preflight import Blocker, blockers


def _prepare() -> None:
    """Import the slow modules; loading would import them too, but without any message."""
    with suppress(Exception):  # loading, which comes next, meets the error again and explains it
        calls.import_asr_model()  # which imports torch


def _load(name: str, **options: Any) -> LoadOutcome:  # noqa: ANN401 - passed on
    """Load a model that also says how sure it is, where it can."""
    loaded = load_model(name, **options)
    if loaded.ok:
        with suppress(Exception):  # a model of another kind; its texts are worth as much
            calls.ask_for_confidence(loaded.model)
    return loaded


def _duration(path: str) -> float | None:
    """Return a recording's length in seconds from its header; `None` if it is not given there."""
    try:
        import soundfile

        return float(soundfile.info(path).duration)
    except Exception:  # noqa: BLE001 - the loader reads the file later, and says what is wrong
        return None


@dataclass(frozen=True, slots=True)
class Engine:
    """The functions behind the page.

    Attributes:
        prepare: Imports torch and NeMo.
        blockers: Returns why a model would fail.
        load: `winasr_doctor.load_model`.
        transcribe: `winasr_doctor.transcribe`.
        scan: `winasr_doctor.scan` of this machine.
        duration: Returns the length of a recording, without reading all of it.
        diarize: `winasr_doctor.diarize`.
    """

    prepare: Callable[[], None] = _prepare
    blockers: Callable[[Choice], tuple[Blocker, ...]] = blockers
    load: Callable[..., LoadOutcome] = _load
    transcribe: Callable[..., TranscribeOutcome] = transcribe
    scan: Callable[[], Report] = scan
    duration: Callable[[str], float | None] = _duration
    diarize: Callable[..., DiarizeOutcome] = diarize
