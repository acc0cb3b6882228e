"""Versions are ordered as PEP 440 orders them, without its library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from winasr_doctor.catalogue.comparing import fits, satisfies

RELEASES = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(
    lambda numbers: ".".join(map(str, numbers))
)
SUFFIXES = st.sampled_from(["", "", "a1", "b2", "rc1", "rc10", ".post1", ".dev3", "+cu128"])
VERSIONS = st.tuples(RELEASES, SUFFIXES).map("".join)


@given(VERSIONS, VERSIONS)
def test_two_versions_are_ordered_as_packaging_orders_them(installed, wanted):
    wanted = wanted.partition("+")[0]
    ours, theirs = Version(installed.partition("+")[0]), Version(wanted)
    assert satisfies(installed, f">={wanted}") is (ours >= theirs)
    assert satisfies(installed, f"<{wanted}") is (ours < theirs)
    assert satisfies(installed, f"=={wanted}") is (ours == theirs)


@pytest.mark.parametrize(
    ("version", "specifier", "expected"),
    [
        ("2.0.0rc0", "<2.0", True),
        ("2.0.0rc1", "<2.0.0rc1", False),
        ("2.6.0+cu126", "==2.6.*", True),
        ("2.60", "==2.6.*", False),
        ("2", "==2.0.*", True),
        ("2.7", "!=2.6.*", True),
        ("0.10.0", ">=0.8,<0.10", False),
        ("0.9.1", ">=0.8, <0.10", True),
        ("nightly", ">=0", False),
        ("", ">=0", False),
    ],
)
def test_a_specifier(version, specifier, expected):
    assert satisfies(version, specifier) is expected


@pytest.mark.parametrize("specifier", [">=", "~=2.6", "2.6", ">=x", "<2,,<3"])
def test_a_specifier_that_cannot_be_read_is_refused(specifier):
    with pytest.raises(ValueError, match="is no version specifier"):
        satisfies("1.0", specifier)


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (None, "absent", True),
        (None, "present", False),
        (None, ">=1", False),
        ("1", "absent", False),
        ("1", "present", True),
        ("cpu", "cpu", True),
        ("cpu", "cu126", False),
    ],
)
def test_a_fact_and_what_is_wanted(value, wanted, expected):
    assert fits(value, wanted) is expected
