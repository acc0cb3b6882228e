"""Renders the report as JUnit XML, so that a CI system shows checks like tests.

An error is a failure. Warnings and notes pass, with their text as the test's output, because a CI
system has no third colour; `unknown` and `skip` are skipped tests, `crash` is an error. The
structure follows the Jenkins schema (xunit-plugin, `junit-10.xsd`), which others accept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET

from winasr_doctor.findings import Report, Result, Status
from winasr_doctor.report import summaries
from winasr_doctor.report.escaping import one_line, plain_mapping, visible
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.json import dump

_ELEMENTS = {
    "error": "failure",
    "warning": "system-out",
    "info": "system-out",
    "unknown": "skipped",
    "skip": "skipped",
    "crash": "error",
}
"""The element below a `testcase` for a severity or status; none for `pass`."""

_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
"""Attributes of a suite that count these elements."""


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a report as JUnit XML."""
    suites = ET.Element("testsuites", {"name": one_line(report.tool.name)})
    for family in summaries.families(report):
        title = f"{family.name} {family.title}".strip()
        suite = _suite(suites, title, report)
        suite.extend(_cases(family.results))
    if report.unreadable:
        suite = _suite(suites, "input", report)
        suite.extend(_unread(number, line) for number, line in enumerate(report.unreadable, 1))
    for element in (*suites, suites):
        count(element)
    return as_text(suites)


def as_text(suites: ET.Element) -> str:
    """Return the whole document of a root element."""
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(suites: ET.Element, name: str, report: Report) -> ET.Element:
    suite = ET.SubElement(suites, "testsuite", {"name": one_line(name)})
    properties = ET.SubElement(suite, "properties")
    facts = {"tool": f"{report.tool.name} {report.tool.version}", **plain_mapping(report.host)}
    for key, value in facts.items():
        text = "" if value is None else one_line(str(value))
        ET.SubElement(properties, "property", {"name": one_line(key), "value": text})
    return suite


def count(element: ET.Element, time: str = "0") -> None:
    """Write the number of tests into the attributes that the schema has for it.

    Args:
        element: A suite, or all of them.
        time: The seconds that its tests took.
    """
    ends = Counter(case[0].tag if len(case) else "" for case in element.iter("testcase"))
    element.set("tests", str(ends.total()))
    for tag, attribute in _COUNTED.items():
        element.set(attribute, str(ends[tag]))
    element.set("time", time)


def numbered(names: Iterable[str]) -> Iterator[str]:
    """Yield names of which no two are the same: `name`, `name #2`."""
    taken: Counter[str] = Counter()
    for name in names:
        taken[name] += 1
        yield name if taken[name] == 1 else f"{name} #{taken[name]}"


def _cases(results: Sequence[Result]) -> Iterable[ET.Element]:
    return map(_case, results, numbered(map(_name, results)))


def _name(result: Result) -> str:
    """Name a test so that the name is the same in the next run."""
    where = result.location
    place = f" [{where.file}]" if where else ""
    return one_line(f"{result.code} {result.title}{place}")


def _case(result: Result, name: str) -> ET.Element:
    classname = one_line(f"winasr_doctor.{result.family}")
    case = ET.Element("testcase", {"classname": classname, "name": name, "time": "0"})
    level = summaries.level(result)
    if level not in _ELEMENTS:
        return case
    element = ET.SubElement(case, _ELEMENTS[level])
    if element.tag != "system-out":
        start = summaries.first_step(result)
        element.set("message", one_line(f"{result.summary}. {start}" if start else result.summary))
    if element.tag in {"failure", "error"}:
        element.set("type", one_line(result.code))
    element.text = visible(_details(result))
    return case


def _details(result: Result) -> str:
    """Write everything about a result as plain text."""
    parts = [f"{summaries.label(result)}: {result.summary}"]
    where = result.location
    if where:
        parts.append(f"at {where}")
    for remedy in result.remedies:
        parts.append("")
        parts.append(f"{remedy.title}:")
        for number, step in enumerate(remedy.steps, 1):
            parts.append(f"  {number}. {step}".replace("\n", "\n     "))
    trace = result.evidence.get("traceback")
    if result.status is Status.CRASH and isinstance(trace, str):
        parts.extend(("", trace))
    elif result.evidence:
        parts.extend(("", f"evidence: {dump(plain_mapping(result.evidence))}"))
    return "\n".join(parts)


def _unread(number: int, sentence: str) -> ET.Element:
    case = ET.Element(
        "testcase",
        {"classname": "winasr_doctor.input", "name": f"input {number} is examined", "time": "0"},
    )
    attributes = {"message": one_line(sentence), "type": "unreadable"}
    ET.SubElement(case, "error", attributes).text = visible(sentence)
    return case
