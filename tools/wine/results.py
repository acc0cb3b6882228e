"""Counts what pytest's JUnit files say, and the reasons for whatever did not simply pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

DIFFERS = "Wine differs: "
"""How the reason of a test begins that fails only because Wine is not Windows (conftest.py)."""


@dataclass
class Counts:
    """What became of the tests.

    Attributes:
        passed: How many passed.
        failed: Names of those that failed.
        differing: How many fail because Wine is not Windows, by reason.
        elsewhere: How many are for other systems or need what is not here, by reason.
    """

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    differing: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Yield the summary."""
        differing = sum(self.differing.values())
        yield (
            f"{self.passed} passed, {len(self.failed)} failed, {differing} marked because "
            f"Wine differs, {sum(self.elsewhere.values())} not run here"
        )
        for title, counter in (
            ("Wine differs from Windows", self.differing),
            ("not run here", self.elsewhere),
        ):
            if counter:
                yield f"{title}:"
            for reason, number in counter.most_common():
                yield f"  {number:4} {reason}"
        for name in self.failed:
            yield f"FAILED {name}"


def merge(files: Iterable[Path], elsewhere: Mapping[str, str]) -> ET.ElementTree:
    """Put JUnit files together.

    Args:
        files: Those of the parts.
        elsewhere: What was not even collected, and why: each counts as one skipped test.
    """
    root = ET.Element("testsuites")
    for file in files:
        root.extend(ET.parse(file).iter("testsuite"))  # noqa: S314 - written by pytest
    suite = ET.SubElement(root, "testsuite", name="elsewhere")
    for name, reason in elsewhere.items():
        case = ET.SubElement(suite, "testcase", classname="elsewhere", name=name)
        ET.SubElement(case, "skipped", message=f"{name}: {reason}")
    return ET.ElementTree(root)


def count(merged: ET.ElementTree) -> Counts:
    """Count the cases of JUnit's."""
    counts = Counts()
    for case in merged.iter("testcase"):
        outcomes = {child.tag: child for child in case}
        skipped = outcomes.get("skipped")
        if outcomes.keys() & {"failure", "error"}:
            counts.failed.append(f"{case.get('classname')}::{case.get('name')}")
        elif skipped is None:
            counts.passed += 1
        else:
            reason = skipped.get("message", "").removeprefix("[NOTRUN] ")
            differs = reason.startswith(DIFFERS)
            kind = counts.differing if differs else counts.elsewhere
            kind[reason.removeprefix(DIFFERS)] += 1
    return counts
