"""Wording that several formats share."""

from __future__ import annotations

from msgspec.structs import replace
from sample_reports import ERROR, WARNING

from winasr_doctor.findings import Location
from winasr_doctor.report.summaries import placed, places

IN_A_CELL = replace(WARNING, location=Location("a.ipynb", 40), evidence={"cell": 2, "cell_line": 3})


def test_a_finding_in_a_file_is_placed_there():
    assert placed(WARNING) == f"src/my app.py line 12: {WARNING.summary}"


def test_a_finding_in_a_notebook_is_placed_in_its_cell():
    assert placed(IN_A_CELL) == f"a.ipynb cell 2 line 3: {WARNING.summary}"


def test_a_finding_that_names_its_file_or_has_none_is_not_placed():
    named = replace(WARNING, summary='"main" in src/my app.py, line 12, is a branch')
    assert placed(named) == named.summary
    assert placed(ERROR) == ERROR.summary


def test_places_are_named_by_file():
    later = replace(WARNING, location=Location("src/my app.py", 20))
    nowhere = replace(WARNING, location=Location("b.py"))
    assert places([later, WARNING, IN_A_CELL, nowhere, ERROR], 2) == (
        "src/my app.py lines 12, 20; a.ipynb cell 2 line 3; b.py"
    )


def test_evidence_of_another_kind_does_not_matter():
    odd = replace(IN_A_CELL, evidence={"cell": "two", "cell_line": None})
    assert placed(odd).startswith("a.ipynb line 40: ")
