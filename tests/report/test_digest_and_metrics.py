"""The formats for machines that are looked after: one short line, and metrics."""

import re

import pytest
from sample_reports import healthy, mixed, nasty

from winasr_doctor import schemas
from winasr_doctor.findings import Report, Result, Severity, Status, Tool
from winasr_doctor.report import RenderOptions, render
from winasr_doctor.report.digest_line import MOST, decode_digest


def failed(*codes, severity=Severity.ERROR):
    return [Result(c, c[:3], "", Status.FAIL, severity, "", {}, (), "") for c in codes]


def reported(results, **host):
    return Report(Tool("winasr_doctor", "0.2.0"), host, tuple(results))


def test_a_digest_names_verdict_counts_codes_account_and_machine():
    results = [*failed("TMP001", "TMP001", "SYN001"), *failed("IDX001", severity=Severity.WARNING)]
    report = reported(results, account="service")
    line = render(report, "digest", RenderOptions(pseudonym="0123abc"))
    assert line == (
        '{"v":1,"t":"0.2.0","s":"fail","e":3,"w":1,"c":"TMP001 SYN001","d":"IDX001",'
        '"x":"service","k":"0123abc"}\n'
    )
    assert decode_digest(line.encode()).errors == ("TMP001", "SYN001")


@pytest.mark.parametrize("report", [healthy(), mixed(), nasty()], ids=["healthy", "mixed", "nasty"])
def test_a_digest_is_one_short_line_of_ascii(report):
    line = render(report, "digest", RenderOptions(pseudonym="ä\n" * 500))
    assert line.isascii()
    assert line.count("\n") == 1
    assert len(line) <= MOST


def test_a_digest_of_very_many_findings_says_how_many_it_leaves_out():
    codes = [f"TMP{number:03}" for number in range(500)]
    report = reported([*failed(*codes), *failed(*codes, severity=Severity.WARNING)])
    line = render(report, "digest")
    assert len(line) <= MOST
    digest = decode_digest(line.encode())
    assert digest.e == 500
    assert digest.c.split()[-1] == f"+{500 - len(digest.errors)}"


def test_the_schema_of_a_digest_ships():
    assert schemas.load("digest-1")["title"]


_SAMPLE = re.compile(r'^[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\})? -?\d+$')


@pytest.mark.parametrize("report", [healthy(), mixed(), nasty()], ids=["healthy", "mixed", "nasty"])
def test_metrics_keep_the_exposition_format(report):
    text = render(report, "prometheus")
    assert text.endswith("\n")
    seen = set()
    for line in text.splitlines():
        if line.startswith("# "):
            continue
        assert _SAMPLE.match(line), line
        name_and_labels = line.rpartition(" ")[0]
        assert name_and_labels not in seen  # a collector refuses a sample that comes twice
        seen.add(name_and_labels)


def test_metrics_count_findings_by_code():
    text = render(reported(failed("TMP001", "TMP001")), "prometheus")
    assert 'winasr_doctor_finding{code="TMP001",level="error"} 2\n' in text
    assert "winasr_doctor_verdict 2\n" in text
