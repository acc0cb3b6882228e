"""The report about many machines, in a browser: it fits the screen and asks nobody for anything."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Verdict
from winasr_doctor.fleet.comparison import compared
from winasr_doctor.fleet.html import render
from winasr_doctor.fleet.rows import FleetFinding, FleetRemedy, MachineRow, UnreadFile

SITE = "a-call-centre-03.emea.example.com"
TITLE = "The folder that this app unpacks its models into is on a network drive"
OUTSIDE = """
    [...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth)
        .map(one => one.innerText.slice(0, 60))
"""


def machines(shift: int) -> list[MachineRow | UnreadFile]:
    """Return machines with 50 findings."""
    found = []
    for number in range(100):
        codes = [f"XYZ{code:03}" for code in range(50) if (number + shift) % (code + 1) == 0]
        findings = tuple(FleetFinding(code, "warning", TITLE) for code in codes)
        remedies = tuple(FleetRemedy(f"{TITLE}: {code}", (code,)) for code in codes)
        values = {"NeMo": "3.0.0", "torch": f"2.{number % 9}.1+cu128", "Account": "user"}
        name = f"{SITE}/PC-{number:05}"
        found.append(MachineRow(name, "snapshot", "", Verdict.WARN, findings, remedies, values))
    return [*found, UnreadFile(f"{SITE}/PC-x.json", "it is no snapshot, report or digest")]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the report as a file."""
    file = tmp_path_factory.mktemp("fleet") / "fleet.html"
    file.write_text(render(*compared(machines(0), machines(1))), encoding="utf-8")
    return file


@pytest.mark.parametrize("width", [400, 1280])
def test_50_findings_fit_the_screen(browser, written, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(written.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == []
    assert asked == [written.as_uri()]
    page.click("text=Findings (50)")
    assert page.evaluate("document.querySelector('#findings').getBoundingClientRect().top") < 900
    page.close()


def test_axe_has_no_complaint(browser, written):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page()
    page.goto(written.as_uri())
    found = axe.run(page).response["violations"]
    page.close()
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
