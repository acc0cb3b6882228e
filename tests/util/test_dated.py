"""Tables that age say when they were made, and answers that rest on old ones say so."""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path

import pytest

import winasr_doctor
from winasr_doctor import scan
from winasr_doctor._util import dated
from winasr_doctor._util.dated import Dated, age_note
from winasr_doctor.checks.versions import NEWEST, WHEELS, newer_than_known
from winasr_doctor.findings import Severity, error, ok, resting_on
from winasr_doctor.machine.model import Gpu, Gpus, Packages, TorchBuild
from winasr_doctor.tables import TABLES
from winasr_doctor.testing import compute_check, machine

PACKAGE = Path(winasr_doctor.__file__).parent
TABLE = Dated("colours", dt.date(2026, 8, 31), ("red",), "look out of the window")
YEARS_LATER = dt.date(2031, 1, 1)


@pytest.mark.parametrize(
    ("made", "today", "old"),
    [
        ((2026, 11, 29), (2026, 11, 29), False),
        ((2026, 11, 29), (2027, 5, 29), False),
        ((2026, 11, 29), (2027, 5, 30), True),
        ((2026, 6, 30), (2026, 12, 30), False),
        ((2026, 6, 30), (2026, 12, 31), True),
        ((2026, 12, 31), (2027, 7, 2), True),
        ((2026, 11, 29), (2020, 1, 1), False),
    ],
)
def test_a_table_is_old_after_six_months(made, today, old):
    table = Dated("colours", dt.date(*made), (), "")
    assert table.is_old(dt.date(*today)) is old


def test_only_old_tables_are_mentioned():
    assert age_note((TABLE,), dt.date(2026, 9, 1)) == ""
    assert "2026-08-31, more than 6 months old: colours" in age_note((TABLE,), YEARS_LATER)


def test_what_is_beyond_the_table_is_a_warning_with_the_date():
    found = resting_on(TABLE, error("no such colour"), beyond="green 2")
    assert found.severity is Severity.WARNING
    assert found.summary.endswith(
        "(green 2 is newer than the table this rests on, which dates from 2026-08-31)"
    )
    assert resting_on(TABLE, error("no such colour")).severity is Severity.ERROR
    assert resting_on(TABLE, ok("fine"), beyond="green 2").severity is None


RESTING = (
    "ENV001", "ENV002", "ENV006", "ENV010", "ENV015", "NEM002", "NEM003", "NEM004", "NEM008",
    "NEM009", "NEM013", "TMP005",
)  # fmt: skip


@pytest.mark.parametrize("code", RESTING)
def test_an_answer_that_rests_on_an_old_table_says_so(code):
    for result in compute_check(code, machine(), today=YEARS_LATER):
        assert "more than 6 months old" in result.summary
        assert result.evidence["table_made"] in result.summary
    for result in compute_check(code, machine(), today=WHEELS.made):
        assert "months old" not in result.summary


@pytest.mark.parametrize("torch", ["2.13.0+cpu", "2.9.1+cu128"])
def test_answers_about_the_gpu_say_so_too(torch):
    cuda = "12.8" if "cu128" in torch else None
    host = machine(
        packages=Packages(versions={"torch": torch}, torch=TorchBuild(version=torch, cuda=cuda)),
        gpus=Gpus(items=(Gpu(name="RTX 4070"),), driver="520.00", cuda=None),
    )
    code = "ENV003" if cuda is None else "ENV004"
    (result,) = compute_check(code, host, today=YEARS_LATER)
    assert result.severity is not None
    assert "more than 6 months old" in result.summary


def test_a_whole_scan_uses_the_clock_that_can_be_set(monkeypatch):
    assert not any("months old" in result.summary for result in scan(machine()).results)
    monkeypatch.setattr(dated, "today", lambda: YEARS_LATER)
    told = {each.code for each in scan(machine()).results if "months old" in each.summary}
    assert told == set(RESTING)


def on_driver(driver, cuda):
    host = machine(
        packages=Packages(
            versions={"torch": "9"}, torch=TorchBuild(version=f"9+cu{cuda}", cuda=cuda)
        ),
        gpus=Gpus(items=(Gpu(name="RTX 4070"),), driver=driver),
    )
    (result,) = compute_check("ENV004", host)
    return result


def test_a_cuda_newer_than_the_table_is_a_warning_at_most():
    assert on_driver("520.00", "13.0").severity is Severity.ERROR
    newer = on_driver("520.00", "13.9")
    assert newer.severity is Severity.WARNING
    assert "CUDA 13.9 is newer than the table" in newer.summary
    unknown = on_driver("999.00", "14.0")
    assert unknown.status.value == "unknown"
    assert "dates from" in unknown.summary


def pair(torch, lhotse):
    versions = {"torch": torch, "lhotse": lhotse, "nemo-toolkit": "3.0.0"}
    (result,) = compute_check("NEM003", machine(packages=Packages(versions=versions)))
    return result


def test_a_torch_newer_than_the_table_is_a_warning_at_most():
    assert pair(NEWEST.rows["torch"], "1.31.1").severity is Severity.ERROR
    newer = pair("3.1.0+cu140", "1.31.1")
    assert newer.severity is Severity.WARNING
    assert "torch 3.1.0+cu140 is newer than the table" in newer.summary


@pytest.mark.parametrize("code", ["NEM008", "NEM009"])
def test_a_nemo_newer_than_the_tables_is_a_warning_at_most(code):
    packages = Packages(versions={"nemo-toolkit": "4.0.0", "lhotse": "1.0.0"})
    (result,) = compute_check(code, machine(packages=packages))
    assert result.severity is Severity.WARNING
    assert "nemo_toolkit 4.0.0 is newer than the table" in result.summary


def test_the_newest_known_versions_are_not_newer_than_known():
    for name, version in NEWEST.rows.items():
        assert newer_than_known(name, version) is None


def test_every_table_says_how_to_make_it_anew():
    assert len({table.name for table in TABLES}) == len(TABLES)
    assert all(table.renew and table.rows for table in TABLES)


def trees():
    for file in sorted(PACKAGE.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def is_dated(node):
    called = getattr(node, "func", None)
    return isinstance(called, ast.Name) and called.id in {"Dated", "read_table"}


def test_every_table_that_is_made_is_listed():
    made = sum(
        is_dated(node)
        for file, tree in trees()
        if file.name != "dated.py"
        for node in ast.walk(tree)
    )
    assert made == len(TABLES)


UNDATED = {
    "ANY",  # no limit at all
    "FIRST_KNOWN",  # where the table of needs begins
    "_MOST_USED",  # ENV010 asks the table whether it will do
    "(BLOCKING, AUDITING)",  # modes of Defender
}


def versions_in(node):
    """Yield what looks like a version in a constant: (3, 12), or a text such as 1.32 or peft<=1."""
    if is_dated(node):
        return
    if isinstance(node, ast.Tuple) and len(node.elts) in {2, 3}:
        parts = [getattr(each, "value", None) for each in node.elts]
        if all(type(part) is int for part in parts) and 0 < parts[0] < 20:
            yield ast.unparse(node)
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if re.fullmatch(r"\d+\.\d+(\.\d+)?|\"?[\w.-]+[<>=]=?\d[\d.]*\"?", text):
        yield text
    for child in ast.iter_child_nodes(node):
        yield from versions_in(child)


def test_no_table_of_versions_in_checks_is_undated():
    found = {}
    for file, tree in trees():
        room = file.relative_to(PACKAGE).parts[0]
        if room not in {"checks", "models"} and file.name != "cpython_fixes.py":
            continue
        for node in tree.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                versions = list(versions_in(node.value))
                if versions and ast.unparse(target) not in UNDATED:
                    found[f"{file.name}: {ast.unparse(target)}"] = versions
    assert found == {}
