"""Every format shows any report safely. Each report is drawn once for all of them."""

from __future__ import annotations

import json

import pytest
import test_html
import test_json
import test_junit
import test_markdown
import test_sarif
import test_text
from budget import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sample_reports import HOST, mixed, reports

from winasr_doctor.report import FORMATS, render
from winasr_doctor.report.json import decode_report


@pytest.mark.parametrize("format_", sorted({*FORMATS} - {"digest", "prometheus"}))
def test_every_format_names_a_python_that_was_examined_from_outside(format_):
    host = {**HOST, "interpreter": "/opt/asr/bin/python"}
    shown = render(replace(mixed(), host=host), format_)
    for fact in ("/opt/asr/bin/python", HOST["python"], HOST["nemo_toolkit"]):
        assert fact in shown
    assert "/opt/asr" not in render(mixed(), format_)


@settings(max_examples=examples(75))
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
