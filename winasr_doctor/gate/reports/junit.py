"""Writes the gate's JUnit report: its verdict, its steps and the scan's checks.

The structure follows the Jenkins schema (xunit-plugin, `junit-10.xsd`), which other tools accept.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from xml.etree import ElementTree as ET

from winasr_doctor.findings import Verdict
from winasr_doctor.gate.outcome import Case, Gate, GateStep, StepState
from winasr_doctor.gate.reports import words
from winasr_doctor.report import render as render_scan
from winasr_doctor.report.escaping import one_line, visible
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.json import dump
from winasr_doctor.report.junit import as_text, count, numbered

_ELEMENTS = {
    StepState.FAIL: "failure",
    StepState.UNKNOWN: "skipped",
    StepState.WARN: "system-out",
    StepState.SKIP: "skipped",
}
"""What a state becomes below a `testcase`; nothing for `pass`."""


def render(gate: Gate, options: RenderOptions) -> str:
    """Write a gate's result as JUnit XML."""
    suites = ET.Element("testsuites", {"name": "winasr_doctor gate"})
    verdict = ET.SubElement(suites, "testsuite", {"name": "gate"})
    properties = ET.SubElement(verdict, "properties")
    for name, value in words.provenance(gate):
        attributes = {"name": one_line(name), "value": one_line(value)}
        ET.SubElement(properties, "property", attributes)
    verdict.extend(_verdict(gate))
    for step in gate.steps:
        if step.cases:
            suite = ET.SubElement(suites, "testsuite", {"name": f"gate {step.name}"})
            suite.extend(_cases(step))
    for suite in suites:
        count(suite, _seconds(suite))
    if gate.report is not None:
        document = render_scan(gate.report, "junit", options).encode()
        suites.extend(ET.fromstring(document))  # noqa: S314 - written a line above
    count(suites, _seconds(suites))
    return as_text(suites)


def _verdict(gate: Gate) -> Iterable[ET.Element]:
    """Yield a test for the verdict and one for each step, so that the file shows our result."""
    states = {
        Verdict.PASS: StepState.PASS,
        Verdict.WARN: StepState.WARN,
        Verdict.FAIL: StepState.FAIL,
    }
    detail = "\n".join((f"The gate {words.in_short(gate)}.", *gate.notes))
    yield _element("gate", Case("", states[gate.verdict], detail, gate.seconds), "verdict")
    for step in gate.steps:
        state = StepState.FAIL if step.stops else step.state
        yield _element("gate", Case("", state, step.summary, step.seconds), step.name)


def _cases(step: GateStep) -> Iterable[ET.Element]:
    names = numbered(one_line(case.name) for case in step.cases)
    return map(partial(_element, step.name), step.cases, names)


def _element(group: str, case: Case, name: str) -> ET.Element:
    attributes = {
        "classname": f"winasr_doctor.gate.{group}",
        "name": name,
        "time": f"{case.seconds:.3f}",
    }
    element = ET.Element("testcase", attributes)
    kind = _ELEMENTS.get(case.state)
    if kind is None:
        return element
    inner = ET.SubElement(element, kind)
    if kind != "system-out":
        inner.set("message", one_line(case.detail))
    if kind == "failure":
        inner.set("type", group)
    facts = f"\n\nfacts: {dump(dict(case.facts))}" if case.facts else ""
    inner.text = visible(f"{case.detail}{facts}")
    return element


def _seconds(element: ET.Element) -> str:
    return f"{sum(float(case.get('time', 0)) for case in _timed(element)):.3f}"


def _timed(element: ET.Element) -> list[ET.Element]:
    """Return the tests whose times add up: the verdict's and a step's times are already sums."""
    cases = list(element.iter("testcase"))
    inner = [case for case in cases if case.get("classname") != "winasr_doctor.gate.gate"]
    return inner or [case for case in cases if case.get("name") == "verdict"]
