"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import winasr_doctor
from winasr_doctor._util.lazy_patterns import _LazyPattern, lazy_pattern

PACKAGE = Path(winasr_doctor.__file__).parent
USERS = [
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for file in PACKAGE.rglob("*.py")
    if "= lazy_pattern(" in file.read_text(encoding="utf-8")
]


def test_it_is_compiled_once_it_is_used():
    pattern = lazy_pattern("a(", re.IGNORECASE)
    with pytest.raises(re.error):
        pattern.search("a")


def test_it_does_what_the_compiled_one_does():
    pattern = lazy_pattern(r"(?P<number>\d+)", re.ASCII)
    assert pattern.search("ab12")["number"] == "12"
    assert pattern.sub("-", "1a2") == "-a-"
    assert (pattern.pattern, pattern.flags) == (r"(?P<number>\d+)", re.ASCII)


@pytest.mark.parametrize("module", USERS)
def test_every_one_of_the_package_can_be_compiled(module):
    made = [
        value for value in vars(import_module(module)).values() if isinstance(value, _LazyPattern)
    ]
    assert all(value.pattern is not None for value in made)


def test_they_are_found():
    assert len(USERS) > 20
