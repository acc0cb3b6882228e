"""What `status_output` shows can always be sent, read and obeyed by nobody."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from winasr_doctor.findings import Remedy
from winasr_doctor.ui.status import (
    LONGEST_DETAILS,
    LONGEST_LINE,
    PageStatus,
    StatusKind,
    clean,
    plain_text,
    render,
    text_of,
)

MARKUP = "<img src=x onerror=alert(1)>\"'&"


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], {}, ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.setdefault(tag, dict(attrs))

    def handle_data(self, data):
        self.text += data


def parsed(status):
    elements = _Elements()
    elements.feed(render(status))
    return elements


class SilentError(Exception):
    def __str__(self):
        raise ValueError("no text")


@pytest.mark.parametrize("state", list(StatusKind))
def test_the_state_is_in_the_markup(state):
    assert parsed(PageStatus(state, "x")).attributes["div"]["data-state"] == state.value


def test_an_error_is_an_assertive_alert():
    div = parsed(PageStatus(StatusKind.ERROR, "x")).attributes["div"]
    assert (div["role"], div["aria-live"]) == ("alert", "assertive")


@pytest.mark.parametrize("state", [StatusKind.RUN, StatusKind.WARN, StatusKind.OK])
def test_everything_else_is_a_polite_status(state):
    div = parsed(PageStatus(state, "x")).attributes["div"]
    assert (div["role"], div["aria-live"]) == ("status", "polite")


@pytest.mark.parametrize(
    "status",
    [
        PageStatus(StatusKind.ERROR, MARKUP),
        PageStatus(StatusKind.ERROR, "x", (MARKUP,)),
        PageStatus(StatusKind.ERROR, "x", (), (Remedy(MARKUP, ("x",)),)),
        PageStatus(StatusKind.ERROR, "x", (), (Remedy("x", (MARKUP,)),)),
        PageStatus(StatusKind.ERROR, "x", (), (), MARKUP),
    ],
)
def test_markup_is_shown_and_not_obeyed(status):
    elements = parsed(status)
    assert "img" not in elements.tags
    assert MARKUP in elements.text


@pytest.mark.parametrize("technical", ["", "\udc80"])
def test_a_lone_surrogate_can_be_sent(technical):
    html = render(PageStatus(StatusKind.ERROR, "a\udc80.wav", ("b\ud800",), (), technical))
    assert "a\\udc80.wav" in html
    html.encode("utf-8")


def test_a_reversed_reading_direction_is_made_visible():
    assert clean("invoice\u202egpj.exe") == "invoice\\u202egpj.exe"


def test_a_long_sentence_is_cut():
    assert len(clean("x" * 10**6)) < LONGEST_LINE + 10


def test_of_long_details_the_end_is_kept():
    text = plain_text(PageStatus(StatusKind.ERROR, "x", (), (), "a" * 10**6 + "the error"))
    assert text.endswith("the error")
    assert len(text) < LONGEST_DETAILS + 100


def test_remedies_are_numbered_in_the_report():
    text = plain_text(PageStatus(StatusKind.ERROR, "x", (), (Remedy("a", ("b",)), Remedy("c", ()))))
    assert text.splitlines() == ["x", "1. a", "   - b", "2. c"]


def test_technical_details_are_folded_and_can_be_copied():
    elements = parsed(PageStatus(StatusKind.ERROR, "x", (), (), "traceback"))
    assert {"details", "summary", "pre", "button"} <= set(elements.tags)
    assert "open" not in elements.attributes["details"]


def test_an_elapsed_time_is_not_announced_twice_a_second():
    assert (
        parsed(PageStatus(StatusKind.RUN, "x", elapsed=1.25)).attributes["span"]["aria-live"]
        == "off"
    )


def test_an_error_without_text_is_named():
    assert text_of(MemoryError()) == "MemoryError"


def test_an_error_whose_text_fails_is_named():
    assert text_of(SilentError()).startswith("SilentError: ")
