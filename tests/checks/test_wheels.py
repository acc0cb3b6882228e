"""ENV010: which Python has wheels for which NeMo, and what the table does not know."""

from __future__ import annotations

import pytest

from winasr_doctor.checks.versions import NEWEST, WHEELS, minor, wheels_for
from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import Packages, PythonRuntime, System
from winasr_doctor.testing import compute_check, machine

DATE = str(WHEELS.made)
PYTHONS = list(WHEELS.rows["3.0.0"])
LINUX = System(os="linux", name="Debian", version="13")


def judge(python, nemo, **sections):
    runtime = PythonRuntime(
        version=python, executable=r"C:\p\python.exe", prefix=r"C:\p", base_prefix=r"C:\p"
    )
    versions = {"nemo-toolkit": nemo} if nemo else {}
    sections = {"python": runtime, "packages": Packages(versions=versions), **sections}
    (result,) = compute_check("ENV010", machine(**sections))
    return result


def steps(result):
    return "\n".join(step for remedy in result.remedies for step in remedy.steps)


@pytest.mark.parametrize("nemo", ["3.0.0", None])
@pytest.mark.parametrize("python", ["3.10.11", "3.11.9", "3.12.10", "3.13.5", "3.14.2"])
def test_nemo_3_has_wheels_from_3_10_to_3_14(python, nemo):
    assert judge(python, nemo).status is Status.PASS


def test_nemo_2_7_has_no_wheels_on_3_14_and_the_way_out_is_named():
    result = judge("3.14.0", "2.7.3")
    assert result.severity is Severity.WARNING
    assert "kaldialign" in result.summary
    assert "py -3.12 -m venv" in steps(result)
    assert "nemo_toolkit[asr]==3.0.0" in steps(result)


def test_no_nemo_has_wheels_on_3_15():
    assert judge("3.15.2", "3.0.0").severity is Severity.WARNING
    result = judge("3.15.2", None)
    assert result.severity is Severity.ERROR
    assert "kaldialign" in result.summary
    assert "nemo_toolkit" not in steps(result)


@pytest.mark.parametrize("nemo", ["3.0.0", "2.7.3", "3.4.0", "1.23.0", None])
@pytest.mark.parametrize("python", ["3.16.0a1", "3.21.4", "4.0.0"])
@pytest.mark.parametrize("sections", [{}, {"system": LINUX}], ids=["windows", "linux"])
def test_a_python_newer_than_the_table_is_a_warning_with_its_date(python, nemo, sections):
    result = judge(python, nemo, **sections)
    assert result.severity is Severity.WARNING
    assert f"dates from {DATE}" in result.summary


def test_a_nemo_newer_than_the_table_is_a_warning_at_most():
    assert judge("3.15.0", "3.4.0").severity is Severity.WARNING
    known = judge("3.14.0", "3.4.0")
    assert known.status is Status.PASS
    for result in (judge("3.15.0", "3.4.0"), known):
        assert f"NeMo 3.4.0 is newer than the table this rests on, which dates from {DATE}" in (
            result.summary
        )


def test_an_old_nemo_that_has_all_wheels_nowhere_is_not_blamed_on_the_python():
    assert judge("3.12.10", "2.5.3").status is Status.PASS
    assert judge("3.12.10", "2.4.0").status is Status.PASS


def test_elsewhere_the_table_of_windows_is_not_used():
    assert judge("3.15.0", "3.0.0", system=LINUX).status is Status.PASS


def test_packages_that_cannot_be_read_leave_the_newest_nemo():
    from winasr_doctor.machine.recorded import UnreadableSection

    host = machine(unreadable={"packages": UnreadableSection(reason="denied")})
    (result,) = compute_check("ENV010", host)
    assert result.status is Status.PASS


def test_a_release_that_is_not_in_the_table_is_judged_as_the_nearest():
    table = {
        "3.0.0": {"3.13": [], "3.14": []},
        "2.7.3": {"3.13": [], "3.14": ["a"]},
        "2.5.3": {"3.13": ["x"], "3.14": ["b", "x"]},
    }
    judged = {
        nemo: wheels_for(nemo, (3, 14), table).missing
        for nemo in ("3.0.0", "3.0.0rc1", "3.9.1", "2.7.0", "2.8.0", "2.6.9", "2.5.9", "1.0.0")
    }
    assert judged == {
        "3.0.0": (), "3.0.0rc1": (), "3.9.1": (), "2.7.0": ("a",), "2.8.0": ("a",),
        "2.6.9": ("b",), "2.5.9": ("b",), "1.0.0": ("b",),
    }  # fmt: skip


def test_the_table_is_whole_and_knows_the_newest_nemo():
    assert all(list(row) == PYTHONS for row in WHEELS.rows.values())
    assert sorted(PYTHONS, key=minor) == PYTHONS
    assert NEWEST.rows["nemo_toolkit"] in WHEELS.rows
