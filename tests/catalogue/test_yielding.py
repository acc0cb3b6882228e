"""Every `yields_to` decides between two entries that fit the same text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.diagnosis.raising import live, pasted
from winasr_doctor.catalogue import Catalogue, KnownError
from winasr_doctor.catalogue.reading import read_entry, sources
from winasr_doctor.diagnosis import diagnose
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading import read

from .making import SOURCES

ENTRIES = {file.stem: read_entry(file) for file in sources(SOURCES)}
FILE = Path(__file__).with_name("yields.txt")
"""What yields to what, so that none of it is lost unseen."""
PAIRS = [tuple(line.split(" > ")) for line in FILE.read_text(encoding="utf-8").splitlines()]


def chains_of(entry: KnownError) -> list[Chain]:
    """Return what the samples of an entry tell of."""
    texts = (sample.text for sample in entry.samples if not sample.instead)
    return [chain for text in texts for chain in read(text)[:1]]


def texts_with(entry: KnownError, other: KnownError) -> Iterator[str]:
    """Yield texts that have a sample of both: in one chain or in one message."""
    for chain in chains_of(entry):
        for inner in chains_of(other):
            yield printed(chain + inner)
            yield printed(inner + chain)
            for first, second in ((chain[0], inner[0]), (inner[0], chain[0])):
                yield from map(printed, in_one(first, second))


def in_one(first: ErrorNode, second: ErrorNode) -> Iterator[Chain]:
    """Yield the first error with the second one's words, frames and, if it has none, codes."""
    both = first._replace(
        kind=first.kind or second.kind,
        module=first.module if first.kind else second.module,
        message=f"{first.message} {second.message}",
        frames=first.frames + second.frames,
        log=first.log + second.log,
    )
    for a, b in ((first, second), (second, first)):
        yield (
            both._replace(
                winerror=b.winerror if a.winerror is None else a.winerror,
                errno=b.errno if a.errno is None else a.errno,
                path=a.path or b.path,
            ),
        )


def printed(chain: Chain) -> str:
    """Return a chain as a log has it."""
    return "\n".join([*(line for node in chain for line in node.log), pasted(live(chain))])


def answers(entries: list[KnownError], text: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Return the answer of a catalogue with few entries."""
    few = Catalogue(entries)
    monkeypatch.setattr("winasr_doctor.catalogue.catalogue", lambda: few)
    return diagnose(text, facts=lambda fact: None).id


def test_what_yields_is_what_was_written_down():
    assert sorted((n, other) for n, entry in ENTRIES.items() for other in entry.yields_to) == PAIRS


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_an_entry_that_yields_would_win_otherwise(name, other, monkeypatch):
    yielding, winner = ENTRIES[name], ENTRIES[other]
    kept = tuple(each for each in yielding.yields_to if each != other)
    stubborn = msgspec.structs.replace(yielding, yields_to=kept)
    assert any(
        answers([stubborn, winner], text, monkeypatch) == name
        and answers([yielding, winner], text, monkeypatch) == other
        for text in texts_with(yielding, winner)
    ), f"{name} need not yield to {other}: that wins anyway, or never"
