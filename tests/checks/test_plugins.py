"""Checks that other packages offer."""

from __future__ import annotations

import sys

import pytest

from winasr_doctor.checks import all_checks, plugins
from winasr_doctor.findings import Status
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine

CHECKS = '''
from winasr_doctor.checks import check
from winasr_doctor.findings import error

@check("ACM001", reads=("memory",))
def acme(host):
    """Acme is unhappy.

    **What.** Acme.
    **Why.** It matters.
    **Decided by.** Always.
    **Do.** Smile.
    **Source.** Acme.
    """
    yield error(f"Acme sees {host.memory.total} bytes")

@check("TMP001")
def stolen(host):
    """A code that is taken.

    **What.** Acme.
    **Why.** It matters.
    **Decided by.** Never.
    **Do.** Nothing.
    **Source.** Acme.
    """
    return []
'''


@pytest.fixture
def offer(tmp_path, monkeypatch):
    """Install a package that offers checks, until the test ends."""

    def install(source: str, target: str = "acme_checks") -> None:
        (tmp_path / "acme_checks.py").write_text(source, encoding="utf-8")
        info = tmp_path / "acme-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{plugins.GROUP}]\nacme = {target}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        plugins._entry_points.cache_clear()

    yield install
    sys.modules.pop("acme_checks", None)
    plugins._entry_points.cache_clear()


def test_a_check_of_another_package_runs_with_ours(offer):
    offer(CHECKS.replace('"TMP001"', '"ACM002"'))
    results = {r.code: r for r in scan(machine(), select=["ACM"]).results}
    assert results["ACM001"].summary.startswith("Acme sees")
    assert results["ACM002"].status is Status.PASS


def test_a_taken_code_is_not_overridden_but_seen(offer):
    offer(CHECKS)
    results = scan(machine(), select=["ACM", "EXT"]).results
    assert [(r.code, r.status) for r in results] == [
        ("ACM001", Status.FAIL),
        ("EXT000", Status.CRASH),
    ]
    assert sum(c.code == "TMP001" for c in all_checks()) == 1


def test_a_package_that_cannot_be_imported_is_seen_and_the_rest_runs(offer):
    offer("raise RuntimeError('half installed')")
    (broken,) = scan(machine(), select=["EXT"]).results
    assert broken.status is Status.CRASH
    assert "half installed" in broken.summary
    assert len(scan(machine()).results) > 1


def test_a_check_whose_docstring_lacks_a_part_is_refused_and_the_rest_runs(offer):
    offer(CHECKS.replace("**Why.** It matters.", "**Reason.** It matters."))
    (broken,) = scan(machine(), select=["EXT"]).results
    assert broken.status is Status.CRASH
    assert "ACM001 is refused: its docstring lacks **Why.**" in broken.summary
    assert len(scan(machine()).results) > 1


def test_without_such_packages_the_metadata_is_not_even_imported(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    plugins._entry_points.cache_clear()
    assert plugins.load_checks(taken=set()) == ()
    plugins._entry_points.cache_clear()
