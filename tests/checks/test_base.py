"""How a check is declared, and what every declared check must have."""

from __future__ import annotations

import pytest

from winasr_doctor.checks import FAMILIES, all_checks, check


def harmless(host):
    """Nothing is wrong."""
    return []


def test_the_docstring_is_the_documentation():
    def documented(host):
        """The sky is green.

        **What.** The sky.
        """
        return []

    made = check("SKY001")(documented)
    assert (made.title, made.doc, made.family) == ("The sky is green", "**What.** The sky.", "SKY")


@pytest.mark.parametrize("code", ["TMP1", "tmp001", "TEMP001", "TMP0011", ""])
def test_a_code_is_three_capitals_and_three_digits(code):
    with pytest.raises(ValueError, match="check code"):
        check(code)


def test_a_check_may_only_read_sections_that_exist():
    with pytest.raises(ValueError, match="weather"):
        check("SKY001", reads=("weather",))


def test_a_check_without_a_docstring_is_refused():
    with pytest.raises(ValueError, match="docstring"):
        check("SKY001")(lambda _: [])


def test_no_two_checks_share_a_code():
    codes = [c.code for c in all_checks()]
    assert len(codes) == len(set(codes))


def test_every_family_of_the_design_has_checks():
    assert {c.family for c in all_checks()} >= set(FAMILIES)


@pytest.mark.parametrize("made", all_checks(), ids=lambda c: c.code)
def test_every_check_says_what_why_how_and_what_to_do(made):
    for part in ("**What.**", "**Why.**", "**Decided by.**", "**Do.**", "**Source.**"):
        assert part in made.doc, f"{made.code} lacks {part}"
    assert len(made.title) <= 90
