"""The closing words name the cause when an exception ends the app."""

from __future__ import annotations

import sys

import msgspec
import pytest

from winasr_doctor._util.blocks import Paragraph
from winasr_doctor.run import final_diagnosis

from .conftest import LOAD, Place

MEMORY = 'raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")\n'


def test_the_cause_and_the_first_remedy_are_named(place: Place):
    finished = place.run(place.write("app.py", MEMORY))
    assert finished.returncode == 1
    traceback, closing = finished.stderr.split("winasr_doctor: the app ended")
    assert traceback.startswith("Traceback (most recent call last):")
    assert "Cause: The GPU ran out of memory" in closing
    assert "Known as: gpu-out-of-memory" in closing
    assert "What to do\n  1. Process less at a time" in closing
    assert "2. " not in closing


def test_an_unknown_error_is_told_even_if_the_app_shows_its_errors_itself(place: Place):
    own = 'import sys\nsys.excepthook = lambda *error: print("sorry")\nraise LookupError("flux")'
    finished = place.run(place.write("app.py", own))
    assert finished.stdout == "sorry\n"
    assert "Cause: unknown." in finished.stderr
    assert "Error: LookupError: flux" in finished.stderr


def test_an_exit_of_its_own_is_not_explained(place: Place):
    ending = "import sys\ntry: 1 / 0\nexcept ZeroDivisionError: sys.exit('bad arguments')"
    assert "Cause:" not in place.run(place.write("app.py", ending)).stderr


def test_the_real_error_behind_a_locked_folder_is_named(place: Place):
    fail = "def fail(): " + MEMORY + "restore_from(fail)\n"
    finished = place.run(place.write("app.py", LOAD + fail), options=("--inject", "unlink:32*3"))
    assert "the real error was raised, RuntimeError" in finished.stderr
    assert "Known as: gpu-out-of-memory" in finished.stderr


def test_an_isolated_python_remembers_the_error_as_python_does(monkeypatch, tmp_path):
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        monkeypatch.setattr(sys, name, None, raising=False)
    error = RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    final_diagnosis.remember(error)
    assert (sys.last_value, sys.last_type) == (error, RuntimeError)
    final_diagnosis.tell(str(tmp_path))
    told = final_diagnosis.read(str(tmp_path))
    assert told.blocks[0].lead == "Cause: "
    assert told.document["id"] == "gpu-out-of-memory"


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), GeneratorExit()])
def test_nothing_is_told_of_other_ends(monkeypatch, tmp_path, error):
    for name in ("last_exc", "last_value"):
        monkeypatch.setattr(sys, name, error, raising=False)
    final_diagnosis.tell(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_error_with_a_lone_surrogate_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "last_exc", LookupError("\udc80"), raising=False)
    final_diagnosis.tell(str(tmp_path))
    assert final_diagnosis.read(str(tmp_path)).document["primary"]["type"] == "LookupError"


def test_the_last_process_counts_and_a_broken_note_does_not(tmp_path):
    for number, text in enumerate(("worker", "app", "earlier worker")):
        said = final_diagnosis.FinalDiagnosis(
            time=10.0 * (number != 2) + number, blocks=(Paragraph(text),), document={}
        )
        (tmp_path / f"died-{number}.json").write_bytes(msgspec.json.encode(said))
    (tmp_path / "died-9.json").write_text('{"time": 99')
    assert final_diagnosis.read(str(tmp_path)).blocks == (Paragraph("app"),)
    assert final_diagnosis.read(str(tmp_path / "none")) is None
