"""Every format shows any report safely. Each report is drawn once for all of them."""

from __future__ import annotations

import json

import test_html
import test_json
import test_junit
import test_markdown
import test_sarif
import test_text
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_reports import reports

from winasr_doctor.report import render
from winasr_doctor.report.json import decode_report


@settings(max_examples=150)
@given(reports, st.sampled_from(["utf-8", "cp1252", "cp437"]), st.booleans())
def test_every_format_holds_any_report(subject, encoding, verbose):
    page = test_text.text(subject, encoding=encoding, verbose=verbose)
    page.encode(encoding)
    plain = test_text.without_commands(subject)
    assert test_text.widest(test_text.text(plain, encoding=encoding, verbose=verbose)) <= 80
    assert "\x1b" not in page

    document = render(subject, "json")
    test_json.validator().validate(json.loads(document))
    assert render(decode_report(document.encode()), "json") == document

    test_markdown.assert_obeys_nothing(test_markdown.page(subject, verbose=True))
    test_html.read(subject)
    test_junit.read(subject)
    test_sarif.read(subject)
