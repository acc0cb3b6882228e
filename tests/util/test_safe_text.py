"""Numbers and names that anybody may have written."""

from __future__ import annotations

import pytest

from winasr_doctor._util.safe_text import whole_number, without_surrogates


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("32", 32), ("007", 7), ("9" * 18, 10**18 - 1)]
    + [
        (text, None)
        for text in ("", "-1", "+1", " 1", "1.0", "\u00b2", "\u0663", "9" * 19, "9" * 5000)
    ],
)
def test_a_number_is_ascii_digits_and_not_too_many(text, number):
    assert whole_number(text) == number


def test_lone_surrogates_are_replaced():
    assert without_surrogates("a\udcffb\ud800\U0001f600") == "a\ufffdb\ufffd\U0001f600"
