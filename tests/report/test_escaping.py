import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from sample_reports import values

from winasr_doctor.findings import Severity
from winasr_doctor.report.escaping import one_line, plain, utf8, visible

anything = st.text(st.characters())


def test_a_lone_surrogate_becomes_its_escape():
    assert utf8("a\udc80\ud83d") == "a\\udc80\\ud83d"


def test_ordinary_text_is_left_alone():
    text = "C:\\Users\\ädä\\漢字\\😀 – “ok”\u00a0x\n\ty"
    assert visible(text) == text


def test_an_escape_sequence_is_shown_and_not_obeyed():
    assert visible("\x1b[31m\x9b\x07") == "\\x1b[31m\\x9b\\x07"


def test_a_mark_that_turns_the_reading_direction_is_shown():
    assert visible("a\u202eb\u2066\u200f") == "a\\u202eb\\u2066\\u200f"


def test_the_joiners_of_emoji_and_persian_stay():
    family = "\U0001f468\u200d\U0001f469"
    assert visible(family) == family


@given(anything)
def test_visible_text_may_stand_in_xml(text):
    for char in visible(text):
        assert char in "\n\t" or char >= " "
        assert not "\ud800" <= char <= "\udfff"
        assert char not in "\ufffe\uffff"


@given(anything)
def test_a_line_has_no_line_ends(text):
    assert len(one_line(text).splitlines()) <= 1


@given(values)
def test_plain_values_are_json(value):
    assert msgspec.json.decode(msgspec.json.encode(plain(value))) == plain(value)


def test_plain_knows_enums_tuples_and_strangers():
    value = {"severity": Severity.ERROR, "pair": (1, {2}), 3: math.inf, "big": 2**64, "type": b"x"}
    assert plain(value) == {
        "severity": "error",
        "pair": [1, [2]],
        "3": "inf",
        "big": str(2**64),
        "type": "b'x'",
    }


def test_evidence_that_contains_itself_has_an_end():
    loop = []
    loop.append(loop)
    assert "..." in str(plain(loop))
