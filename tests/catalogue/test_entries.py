"""Every file of the catalogue: its schema, its rules and its samples, through the real reader.

Run it for your own files only: `pytest tests/catalogue/test_entries.py -k "stereo or hub"`.
"""

from __future__ import annotations

from functools import cache

import msgspec
import pytest

from winasr_doctor.catalogue import Catalogue, KnownError
from winasr_doctor.catalogue.reading import read_entry, sources
from winasr_doctor.diagnosis import diagnose

from .linting import problems, problems_between
from .making import SOURCES

FILES = {f"{file.parent.name}/{file.stem}": file for file in sources(SOURCES)}


def test_there_are_entries():
    assert len(FILES) > 300


@cache
def entry_of(name: str) -> KnownError:
    return read_entry(FILES[name])


each = pytest.mark.parametrize("name", FILES)


def winner(text: str) -> str | None:
    return diagnose(text).id


@each
def test_the_file_fits_the_schema_and_the_rules(name):
    assert problems(entry_of(name), FILES[name]) == []


@each
def test_the_samples_are_recognised(name):
    entry = entry_of(name)
    for sample in entry.samples:
        if not sample.instead:
            assert winner(sample.text) == entry.id, sample.text


@each
def test_the_look_alikes_are_not_taken_for_it(name):
    entry = entry_of(name)
    for sample in entry.samples:
        if sample.instead:
            assert winner(sample.text) != entry.id, sample.text
            if sample.instead in KNOWN:
                assert winner(sample.text) == sample.instead, sample.text


KNOWN = {file.stem for file in FILES.values()}


def fooled(weaker: KnownError, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether an entry that lacks a rule, alone, takes one of its look-alikes for itself."""
    alone = Catalogue([weaker])
    monkeypatch.setattr("winasr_doctor.catalogue.catalogue", lambda: alone)
    return any(sample.instead and winner(sample.text) for sample in weaker.samples)


@each
def test_every_unless_is_needed_by_a_look_alike(name, monkeypatch):
    entry = entry_of(name)
    for number, condition in enumerate(entry.unless):
        kept = entry.unless[:number] + entry.unless[number + 1 :]
        weaker = msgspec.structs.replace(entry, unless=kept)
        assert fooled(weaker, monkeypatch), f"no sample of {name} needs unless: {condition}"


@each
def test_every_regex_is_needed_by_a_look_alike(name, monkeypatch):
    """But for those that only catch a word for the remedies."""
    entry = entry_of(name)
    for number, condition in enumerate(entry.match):
        for pattern in condition.regex:
            if "(?P<" in pattern:
                continue
            kept = tuple(each for each in condition.regex if each != pattern)
            match = list(entry.match)
            match[number] = msgspec.structs.replace(condition, regex=kept)
            weaker = msgspec.structs.replace(entry, match=tuple(match))
            assert fooled(weaker, monkeypatch), f"no sample of {name} needs the regex {pattern}"


def test_ids_are_unique_and_references_exist():
    assert problems_between(map(entry_of, FILES)) == []
