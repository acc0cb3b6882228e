"""The sums of a fleet, the comparison with an earlier one, and what is shown of them."""

import csv
import json
import re

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from winasr_doctor import schemas
from winasr_doctor.cli import cli
from winasr_doctor.findings import Verdict
from winasr_doctor.fleet.comparison import compared
from winasr_doctor.fleet.html import render as render_html
from winasr_doctor.fleet.rows import FleetFinding, FleetRemedy, MachineRow, UnreadFile
from winasr_doctor.fleet.showing import show
from winasr_doctor.fleet.tally import NAMED, Tally
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks


def machine(key, *codes, remedies=(), **values):
    findings = tuple(FleetFinding(code, "error", f"title of {code}") for code in codes)
    verdict = Verdict.FAIL if codes else Verdict.PASS
    return MachineRow(key, "snapshot", "", verdict, findings, remedies, values)


def sums_of(rows):
    tally = Tally()
    for row in rows:
        tally.add(row)
    return tally.sums()


def test_findings_are_counted_by_machine_and_named_up_to_a_number():
    sums = sums_of([*(machine(f"PC-{n}", "TMP001") for n in range(NAMED + 5)), machine("PC-x")])
    (found,) = sums.findings
    assert (found.code, found.count, len(found.machines)) == ("TMP001", NAMED + 5, NAMED)
    assert sums.verdicts == {"fail": NAMED + 5, "warn": 0, "pass": 1}


def test_errors_come_before_warnings_and_frequent_ones_before_rare_ones():
    warned = MachineRow("w", "snapshot", "", Verdict.WARN, (FleetFinding("IDX001", "warning"),))
    rows = [warned, warned, warned, machine("a", "TMP001", "SYN001"), machine("b", "SYN001")]
    assert [found.code for found in sums_of(rows).findings] == ["SYN001", "TMP001", "IDX001"]


def test_one_remedy_is_one_remedy_whatever_the_size_and_the_drive():
    free = [
        machine("a", "TMP005", remedies=(FleetRemedy("Free up at least 9.5 GB on C:\\", ("X",)),)),
        machine("b", "TMP005", remedies=(FleetRemedy("Free up at least 12 GB on D:\\", ("Y",)),)),
    ]
    (remedy,) = sums_of(free).remedies
    assert (remedy.count, remedy.cures) == (2, ("X", "Y"))
    assert "9.5" not in remedy.title


def test_a_finding_that_goes_with_a_version_is_said_beside_it():
    rows = [
        *(machine(f"old{n}", "ENV003", torch="2.4.0") for n in range(4)),
        *(machine(f"new{n}", torch="2.9.1") for n in range(9)),
        machine("new9", "ENV003", torch="2.9.1"),
    ]
    told = {each.value: each.findings for each in sums_of(rows).values}
    assert told == {"2.9.1": (), "2.4.0": (("ENV003", 1.0, 0.1),)}


def test_outliers_are_rare_values_and_sets_that_nobody_else_has():
    usual = [machine(f"PC-{n}", "TMP001", torch="2.9.1") for n in range(30)]
    odd = machine("odd", "TMP001", "SYN001", torch="2.4.0")
    assert [each.what for each in sums_of([*usual, odd]).outliers] == [
        "torch 2.4.0",
        "only here together: SYN001, TMP001",
    ]
    assert not sums_of([*usual[:5], odd]).outliers  # too few to speak of outliers


def test_what_is_usually_rare_is_no_outlier():
    rows = [machine(f"PC-{n}", "TMP001", f"XYZ{n:03}", torch=f"2.{n}") for n in range(100)]
    assert not sums_of(rows).outliers


def test_what_chance_explains_is_not_said_beside_a_version():
    rows = [machine(f"a{n}", *["TMP001"] * (n < 3), torch="2.4.0") for n in range(20)]
    rows += [machine(f"b{n}", *["TMP001"] * (n < 1), torch="2.9.1") for n in range(20)]
    assert not any(each.findings for each in sums_of(rows).values)


def test_new_gone_and_still_are_counted_machine_by_machine():
    before = [machine("a", "TMP001"), machine("b", "TMP001"), machine("left")]
    now = [machine("a", "TMP001", "SYN001"), machine("b"), machine("came", "TMP001")]
    _, changes = compared(now, before)
    assert changes is not None
    found = {each.code: (each.new, each.gone, each.still) for each in changes.findings}
    assert found == {"SYN001": (1, 0, 0), "TMP001": (0, 1, 1)}
    assert changes.added == (1, ("came",))
    assert changes.missing == (1, ("left",))


def test_memory_does_not_grow_with_the_number_of_machines():
    import tracemalloc

    def used(number):
        tally = Tally()
        rows = (machine(f"PC-{n}", "TMP001", torch=f"2.{n % 9}") for n in range(number))
        tracemalloc.start()
        for row in rows:
            tally.add(row)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size

    few, many = (min(used(number) for _ in range(3)) for number in (1000, 4000))
    assert many < few + 50_000  # 3,000 rows take 2 MB; the interpreter takes some now and then


def run(*arguments):
    done = CliRunner().invoke(cli, ["fleet", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def three(collection):
    collection.add("PC-1.json", "temp-in-onedrive")
    collection.add("PC-2.json", "healthy")
    collection.write("b&w.json", b"broken")
    return collection


def test_the_text_has_the_verdict_the_plan_and_what_was_not_read(three):
    code, out, _ = run("report", three.folder)
    assert code == 0
    assert out.startswith("2 machines: 1 with errors, 0 with warnings only, 1 without either.")
    assert "SYN001 on 1 machine:" in out
    assert "PC-1" in out
    assert "b&w.json: it is not a snapshot, report or digest" in out


def test_the_json_fits_its_schema(three, earlier):
    earlier.add("PC-1.json", "healthy")
    code, out, _ = run("report", three.folder, "--before", earlier.folder, "--format", "json")
    assert code == 0
    document = json.loads(out)
    Draft202012Validator(schemas.load("fleet-1")).validate(document)
    assert document["fleet"]["machines"] == 2
    assert "SYN001" in {each["code"] for each in document["changes"]["findings"]}


def test_ndjson_and_csv_list_every_machine(three):
    _, out, _ = run("report", three.folder, "--format", "ndjson")
    assert [json.loads(line)["key"] for line in out.splitlines()] == ["PC-1", "PC-2"]
    _, out, _ = run("report", three.folder, "--format", "csv")
    first, second = csv.DictReader(out.splitlines())
    assert (first["machine"], first["verdict"], first["errors"]) == ("PC-1", "fail", "SYN001")
    assert second["errors"] == ""


def test_no_cell_is_a_formula(collection):
    collection.add("=cmd.json", "healthy")
    _, out, _ = run("report", collection.folder, "--format", "csv")
    assert "\n'=cmd,snapshot" in out


def test_the_page_needs_nothing_from_outside_and_escapes_names():
    name = "<script>alert(1)</script>"
    rows = [machine(name, "TMP001", torch="2.9.1"), UnreadFile(name, "broken")]
    sums, changes = compared(rows, [machine(name)])
    page = render_html(sums, changes)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert page.count("<svg") > 3


def test_a_long_page_names_few_and_says_how_many_more_there_are():
    rows = [machine(f"PC-{n}", "TMP001", torch="2.9.1") for n in range(1234)]
    unread = [UnreadFile(f"broken-{n}", "it is not a snapshot") for n in range(300)]
    page = render_html(*compared([*rows, *unread], None))
    assert "PC-2</bdi> and 1,231 more" in page
    assert page.count("broken-") == 20
    assert "280 more: see" in page
    assert re.findall(r'href="#(\w+)"', page) == re.findall(r'<h2 id="(\w+)"', page)


def test_a_folder_that_is_not_there_or_has_nothing_is_bad_input(tmp_path):
    code, _, err = run("report", tmp_path / "no")
    assert (code, err.count("\n")) == (2, 1)
    assert "cannot read" in err
    code, out, err = run("report", tmp_path)
    assert code == 2
    assert "No machine could be read." in out
    assert "no snapshot, report or digest could be read" in err


def told(now, before):
    """Return the text about a collection and an earlier one."""
    return render_blocks(show(*compared(now, before)), RenderOptions(width=200))


def test_people_read_what_changed_and_what_goes_with_a_version():
    before = [machine("a", "TMP001"), machine("gone", "SYN001")]
    now = [
        machine("a", "SYN001"),
        *(machine(f"old{n}", "ENV003", torch="2.4.0") for n in range(4)),
        *(machine(f"new{n}", torch="2.9.1") for n in range(9)),
    ]
    words = told(now, before)
    assert "TMP001: new on 0, gone from 1, still on 0" in words
    assert "1 machine missing now: gone" in words
    assert "torch 2.4.0 (4 machines): ENV003 on 100 % of them and 0 % of the others" in words


def test_a_fleet_in_which_nothing_changed_says_so():
    rows = [machine("a", "TMP001")]
    words = told(rows, rows)
    assert "No finding came or went." in words
