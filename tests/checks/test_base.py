"""How a check is declared, and what every declared check must have."""

from __future__ import annotations

import pytest

from winasr_doctor.checks import FAMILIES, all_checks, check

DOCSTRING = """The sky is green.

    **What.** The sky.
    **Why.** Nobody
    believes it.
    **Decided by.** Its colour.
    **Do.** Wait.

    Or look **again**.
    **Source.** A look.
    """


def documented(docstring):
    def harmless(host):
        return []

    harmless.__doc__ = docstring
    return harmless


def test_the_docstring_is_the_documentation():
    made = check("SKY001")(documented(DOCSTRING))
    assert (made.title, made.family) == ("The sky is green", "SKY")
    assert made.doc.markdown.startswith("**What.** The sky.\n**Why.** Nobody")
    assert made.doc.markdown.endswith("**Source.** A look.")
    assert made.doc.why == "Nobody believes it."
    assert made.doc.do == "Wait."


@pytest.mark.parametrize("code", ["TMP1", "tmp001", "TEMP001", "TMP0011", ""])
def test_a_code_is_three_capitals_and_three_digits(code):
    with pytest.raises(ValueError, match="check code"):
        check(code)


def test_a_check_may_only_read_sections_that_exist():
    with pytest.raises(ValueError, match="weather"):
        check("SKY001", reads=("weather",))


def test_a_check_without_a_docstring_is_refused():
    with pytest.raises(ValueError, match="SKY001 is refused: it has no docstring"):
        check("SKY001")(lambda _: [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("**Why.** Nobody", "Nobody", "lacks [*]{2}Why[.]"),
        ("**Why.**", "**Wy.**", "lacks [*]{2}Why.* and has the unknown [*]{2}Wy"),
        ("**Do.**", "**Do**", "lacks [*]{2}Do[.]"),
        ("Its colour.", "", "[*]{2}Decided by[.][*]{2} in its docstring has no text"),
        ("**Source.**", "**Do.** No.\n    **Source.**", "twice or in another order"),
    ],
)
def test_a_check_whose_docstring_lacks_a_part_is_refused(old, new, said):
    with pytest.raises(ValueError, match=f"SKY001 is refused: .*{said}"):
        check("SKY001")(documented(DOCSTRING.replace(old, new)))


def test_no_two_checks_share_a_code():
    codes = [c.code for c in all_checks()]
    assert len(codes) == len(set(codes))


def test_every_family_of_the_design_has_checks():
    assert {c.family for c in all_checks()} >= set(FAMILIES)


@pytest.mark.parametrize("made", all_checks(), ids=lambda c: c.code)
def test_a_title_fits_on_a_line(made):
    assert len(made.title) <= 90
