"""Pasted texts, each held to what was really the matter.

Every folder in `SETS` holds texts and their truth. docs/explanation/diagnosis-score.md says how
the public reports came together and how the first run went.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from winasr_doctor.catalogue import RemedyTemplate
from winasr_doctor.diagnosis import Diagnosis, diagnose

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SETS = {
    "reports": "public reports",
    "pastes": "reports in odd forms",
    "kinds": "kinds of failure",
}
"""Folders beside this file, and what the end of the run calls them."""

NOT_YET: Mapping[str, str] = {}
"""Texts that are not answered rightly today, as `folder/name`, and how."""


class Case(NamedTuple):
    """A text and its truth."""

    folder: str
    name: str
    truth: Mapping[str, Any]

    @property
    def text(self) -> bytes:
        return (Path(__file__).parent / self.folder / f"{self.name}.txt").read_bytes()


def cases_of(folder: str) -> list[Case]:
    """Return the cases of a set."""
    file = Path(__file__).parent / folder / "truth.toml"
    truths = tomllib.loads(file.read_text(encoding="utf-8"))
    return [Case(folder, name, truth) for name, truth in truths.items()]


CASES = {f"{case.folder}/{case.name}": case for folder in SETS for case in cases_of(folder)}


def words_of(remedy: RemedyTemplate) -> str:
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
    looked_at = remedies[:1] if "first" in truth else remedies[:2]
    wanted = truth.get("first") or truth["remedy"]
    helps = any(re.search(wanted, words, re.IGNORECASE) for words in looked_at)
    return {2: "right", 1: "partial", 0: "wrong"}[helps + (diagnosis.id in truth["accept"])]


def marked(name: str) -> Any:
    """Return the name as a parameter that is expected to fail while it is in `NOT_YET`."""
    marks = [pytest.mark.xfail(reason=NOT_YET[name])] if name in NOT_YET else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [marked(name) for name in CASES])
def test_the_answer_is_right(name, record_property):
    case = CASES[name]
    diagnosis = diagnose(case.text, facts=lambda fact: None)
    how = verdict(diagnosis, case.truth)
    record_property("public_report", [SETS[case.folder], how, case.name, diagnosis.id])
    assert how == "right", f"{how}: {diagnosis.id}; in truth: {case.truth['cause']}"


@pytest.mark.parametrize("folder", SETS)
def test_every_text_has_a_truth_and_every_truth_a_text(folder):
    texts = {file.stem for file in (Path(__file__).parent / folder).glob("*.txt")}
    assert texts == {case.name for case in cases_of(folder)}


def test_only_texts_of_the_sets_are_excused():
    assert set(NOT_YET) <= set(CASES)


def test_the_truth_names_entries_that_exist():
    from winasr_doctor.catalogue import all_entries

    accepted = {each for case in CASES.values() for each in case.truth["accept"]}
    assert accepted <= set(all_entries())
