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
def test_an_entry_is_sound(name, monkeypatch):
    """One test: the hundreds of entries are read once each, by each process."""
    entry = entry_of(name)
    assert problems(entry, FILES[name]) == []
    check_samples(entry)
    check_unless(entry, monkeypatch)
    check_regexes(entry, monkeypatch)


def check_samples(entry: KnownError) -> None:
    """The samples are recognised, and the look-alikes are not taken for them."""
    for sample in entry.samples:
        known_as = winner(sample.text)
        if not sample.instead:
            assert known_as == entry.id, sample.text
        elif sample.instead in KNOWN:
            assert known_as == sample.instead, sample.text
        else:
            assert known_as != entry.id, sample.text


KNOWN = {file.stem for file in FILES.values()}


def fooled(weaker: KnownError, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether an entry that lacks a rule, alone, takes one of its look-alikes for itself."""
    alone = Catalogue([weaker])
    with monkeypatch.context() as patch:
        patch.setattr("winasr_doctor.catalogue.catalogue", lambda: alone)
        return any(sample.instead and winner(sample.text) for sample in weaker.samples)


def check_unless(entry: KnownError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `unless` is needed by a look-alike."""
    for number, condition in enumerate(entry.unless):
        kept = entry.unless[:number] + entry.unless[number + 1 :]
        weaker = msgspec.structs.replace(entry, unless=kept)
        assert fooled(weaker, monkeypatch), f"no sample needs unless: {condition}"


def check_regexes(entry: KnownError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every regex is needed by a look-alike, but for those that only catch a word for remedies."""
    for number, condition in enumerate(entry.match):
        for pattern in condition.regex:
            if "(?P<" in pattern:
                continue
            kept = tuple(each for each in condition.regex if each != pattern)
            match = list(entry.match)
            match[number] = msgspec.structs.replace(condition, regex=kept)
            weaker = msgspec.structs.replace(entry, match=tuple(match))
            assert fooled(weaker, monkeypatch), f"no sample needs the regex {pattern}"


def test_ids_are_unique_and_references_exist():
    assert problems_between(map(entry_of, FILES)) == []
