"""Which comments silence findings, and what looking for them costs."""

from __future__ import annotations

import ast

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.appsource.suppressions import MAX_LIST, LongListError, silences

MARK = "# winasr: ignore[REV001]"


def lines_with_one(text):
    return sorted(silences(text, ast.parse(text)))


def test_a_comment_between_the_parts_of_a_string_is_a_comment():
    assert lines_with_one(f"x = (\n    'a'  {MARK}\n    'b'\n)\n") == [2]


def test_a_line_of_a_long_string_is_none():
    assert lines_with_one(f'x = """\n{MARK}\n"""  {MARK}\n') == [3]


@pytest.mark.parametrize("prefix", ["", "b", "r", "f"])
def test_a_string_that_looks_like_one_is_none_and_what_follows_is(prefix):
    text = f"x = {prefix}'{MARK}'  # winasr: ignore[APP002] why\n"
    assert silences(text, ast.parse(text))[1] == (("APP002",), "why")


def test_a_string_in_a_field_of_another_is_none():
    assert lines_with_one(f"x = f'{{d[\"{MARK}\"]}}' + y\n") == []


def test_characters_of_several_bytes_before_it_do_not_matter():
    assert lines_with_one(f"x = 'é𝄞'; y = '{MARK}'; z = 'é'  {MARK}\n") == [1]
    assert lines_with_one(f"x = ('é'  {MARK}\n 'é')\n") == [1]


def test_a_line_end_in_a_string_that_no_line_end_is():
    assert lines_with_one(f"x = '\u2028'\ny = 1  {MARK}\n") == [2]


def test_a_repeated_beginning_is_looked_at_once():
    beginning = "# winasr: ignore["
    text = beginning * 60_000  # a megabyte: minutes where each is searched to the end
    assert not silences(text + "\n", ast.parse(text))


def test_a_list_longer_than_all_codes_is_refused(tmp_path):
    text = "x = 1  # winasr: ignore[" + "A," * MAX_LIST + "]\n"
    with pytest.raises(LongListError):
        silences(text, ast.parse(text))
    (tmp_path / "a.py").write_text(text)
    (sentence,) = read_application([tmp_path]).unreadable
    assert sentence.endswith("line 1 ignores a list of over 1,000 characters")
