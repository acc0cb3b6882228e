"""The table of the APP checks, by which a scan without source names them all."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from winasr_doctor.checks import app, registry
from winasr_doctor.checks.base import checks_of
from winasr_doctor.findings import Status
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine

DECLARED = {
    check.code: (name, check.title)
    for _, name, _ in pkgutil.iter_modules(app.__path__)
    for check in checks_of(import_module(f"{app.__name__}.{name}"))
}


def test_the_table_has_the_module_and_the_title_of_every_check():
    assert dict(sorted(DECLARED.items())) == app.CHECKS


def test_a_scan_without_source_says_so_in_the_place_of_each_check():
    results = [result for result in scan(machine()).results if result.family == "APP"]
    assert [result.code for result in results] == list(app.CHECKS)
    assert {(result.status, result.summary) for result in results} == {
        (Status.SKIP, "no app source was given; use --app PATH")
    }


def test_their_documentation_is_that_of_the_checks():
    said = {check.code: check.doc.markdown for check in registry.own_checks(source=False)}
    assert said == {check.code: check.doc.markdown for check in registry.own_checks()}
