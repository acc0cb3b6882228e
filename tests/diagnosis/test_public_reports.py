"""Reports that people posted in public, each held to what was really the matter.

The texts and the truth are in `reports`; docs/explanation/diagnosis-score.md says how they came
together and how the first run went.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.catalogue import Remedy
from winasr_doctor.diagnosis import Diagnosis, diagnose

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).with_name("reports")
TRUTH: Mapping[str, Any] = tomllib.loads((FOLDER / "truth.toml").read_text(encoding="utf-8"))

NOT_YET: Mapping[str, str] = {}
"""Reports that are not answered rightly today, and how."""


def words_of(remedy: Remedy) -> str:
    """Return the title and the steps of a remedy as one text."""
    steps = (f"{step.text} {step.command}" for step in remedy.steps)
    return " ".join((remedy.title, *steps))


def verdict(diagnosis: Diagnosis, truth: Mapping[str, Any]) -> str:
    """Return `right`, `partial`, `wrong` or `silent`."""
    if diagnosis.id is None:
        return "silent"
    remedies = [words_of(remedy) for remedy in diagnosis.remedies]
    said = " ".join((diagnosis.cause, *remedies)).casefold()
    if any(words.casefold() in said for words in truth.get("never", ())):
        return "wrong"
    helps = any(re.search(truth["remedy"], words, re.IGNORECASE) for words in remedies[:2])
    return {2: "right", 1: "partial", 0: "wrong"}[helps + (diagnosis.id in truth["accept"])]


def marked(name: str) -> Any:
    """Return the name as a parameter that is expected to fail while it is in `NOT_YET`."""
    marks = [pytest.mark.xfail(reason=NOT_YET[name])] if name in NOT_YET else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [marked(name) for name in TRUTH])
def test_the_answer_is_right(name, record_property):
    diagnosis = diagnose((FOLDER / f"{name}.txt").read_bytes(), facts=lambda fact: None)
    how = verdict(diagnosis, TRUTH[name])
    record_property("public_report", [how, name, diagnosis.id])
    assert how == "right", f"{how}: {diagnosis.id}; in truth: {TRUTH[name]['cause']}"


def test_every_text_has_a_truth_and_every_truth_a_text():
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(TRUTH)
    assert set(NOT_YET) <= set(TRUTH)


def test_the_truth_names_entries_that_exist():
    from winasr_doctor.catalogue import all_entries

    accepted = {each for truth in TRUTH.values() for each in truth["accept"]}
    assert accepted <= set(all_entries())
