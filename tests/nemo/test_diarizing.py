"""`diarize` and the guard with a real, tiny Sortformer of random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from winasr_doctor import diarize, guard
from winasr_doctor.asr import DiarizeStatus
from winasr_doctor.locks import RetryPolicy, sweep

from . import tiny_models
from .conftest import F3, KLATT3, Locks

RECORDING = KLATT3[0]
SHORT = RetryPolicy(total=0.1)


@pytest.fixture(scope="module")
def sortformer() -> Any:
    """Return a model whose output is meaningless, and the same each time."""
    return tiny_models.build("SortformerEncLabelModel", tiny_models.SORTFORMER)


@pytest.fixture
def fails(sortformer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(*arguments: object, **options: object) -> None:
        raise RuntimeError("the model is broken")

    monkeypatch.setattr(sortformer, "forward", forward)


def test_the_segments_of_each_recording_are_returned(sortformer: Any, scratch: Path):
    outcome = diarize(sortformer, [RECORDING, F3[0]])
    assert outcome.status is DiarizeStatus.DIARIZED
    assert outcome.ok
    assert outcome.message.headline == "2 recordings diarized."
    assert [each.source for each in outcome.diarizations] == [str(RECORDING), str(F3[0])]
    raw = sortformer.diarize(audio=[str(RECORDING)], num_workers=0, verbose=False)[0]
    first = outcome.diarizations[0]
    assert [f"{s.start:.3f} {s.end:.3f} {s.speaker}" for s in first.segments] == raw
    assert set(first.speakers) == {each.speaker for each in first.segments}
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("virtual_clock")
@pytest.mark.parametrize("place", ["manifest.json", "tmp*"])
def test_a_lock_for_ever_costs_no_segment(sortformer: Any, locks: Locks, scratch: Path, place: str):
    expected = diarize(sortformer, RECORDING).diarizations
    locks.lock(place)
    outcome = diarize(sortformer, RECORDING, policy=SHORT, scan=False)
    assert locks.refused
    assert outcome.status is DiarizeStatus.DIARIZED_CLEANUP_FAILED
    assert outcome.diarizations == expected
    assert outcome.leftovers
    locks.release()
    sweep()
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("virtual_clock")
def test_an_app_that_calls_nemo_itself_keeps_its_segments(sortformer: Any, locks: Locks):
    def run() -> Any:
        return sortformer.diarize(audio=[str(RECORDING)], num_workers=0, verbose=False)

    expected = run()
    locks.lock("manifest.json")
    with pytest.raises((PermissionError, NotADirectoryError)):
        run()
    with guard(SHORT) as session:
        assert run() == expected
    assert [report.gone for report in session.cleanups] == [False]


@pytest.mark.usefixtures("fails", "virtual_clock")
def test_the_models_own_error_comes_out_although_the_manifest_is_held(
    sortformer: Any, locks: Locks
):
    locks.lock("manifest.json")
    outcome = diarize(sortformer, RECORDING, policy=SHORT, scan=False)
    assert outcome.status is DiarizeStatus.DIARIZE_FAILED
    assert isinstance(outcome.error, RuntimeError)
    assert str(outcome.error) == "the model is broken"


def test_a_recording_that_cannot_be_read_does_not_cost_the_others(sortformer: Any, tmp_path: Path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no audio")
    outcome = diarize(sortformer, [broken, RECORDING], scan=False)
    assert outcome.status is DiarizeStatus.DIARIZE_FAILED
    assert [each.source for each in outcome.diarizations] == [str(RECORDING)]
    assert "broken.wav" in str(outcome.message)


@pytest.mark.parametrize("bad", [object(), lambda: None, np.zeros(3)])
def test_what_cannot_diarize_is_refused(bad: object):
    with pytest.raises(TypeError, match="must be a NeMo model that diarizes"):
        diarize(bad, RECORDING)
