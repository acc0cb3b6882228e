"""The checks of source and revisions, which a scan without either names and does not import."""

from __future__ import annotations

from msgspec.structs import replace

from winasr_doctor.appsource import Application
from winasr_doctor.appsource.pins import Pin
from winasr_doctor.checks import registry
from winasr_doctor.checks.deferred import DEFERRED
from winasr_doctor.findings import Documentation
from winasr_doctor.scanning import run_check, scan
from winasr_doctor.testing import machine


def without_documentation(results):
    return [replace(result, documentation=Documentation("")) for result in results]


def test_their_titles_and_their_order_are_those_of_the_checks():
    titles = {family: dict(deferred.titles) for family, deferred in DEFERRED.items()}
    assert titles == {
        family: {
            check.code: check.title for check in registry.own_checks() if check.family == family
        }
        for family in DEFERRED
    }


def test_a_scan_that_was_given_nothing_has_the_results_of_the_checks_themselves():
    host = machine()
    asked = [result for check in registry.own_checks() for result in run_check(check, host)]
    assert without_documentation(scan(host).results) == without_documentation(asked)


def test_their_documentation_is_read_when_somebody_asks():
    said = {check.code: check.doc.markdown for check in registry.own_checks(app=False)}
    assert said == {check.code: check.doc.markdown for check in registry.own_checks()}


def test_a_revision_or_a_folder_without_source_brings_the_checks():
    assert not Application().is_given
    assert Application(pins=(Pin("main"),)).is_given
    assert Application(roots=("src",)).is_given
