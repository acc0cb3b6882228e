"""Finds the entries that match an exception: first by an index, then by their conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.conditions import Node, Seen, compiled, folded
from winasr_doctor.catalogue.schema import Condition, Confidence, KnownError

_WORD = lazy_pattern(r"\w{4,}")


class Match(NamedTuple):
    """An entry that matches an exception.

    Attributes:
        entry: The known error.
        confidence: How sure this is, according to the matching alternative.
        node: The exception or native message.
        score: How specific the alternative is; only for comparisons.
        groups: The text captured by the named groups of the regular expressions.
    """

    entry: KnownError
    confidence: Confidence
    node: Node
    score: float
    groups: Mapping[str, str]


def specificity(condition: Condition) -> float:
    """Return how specific a condition is; of two matching entries, the higher one wins."""
    shortest = min((len(text) for text in condition.any_text), default=0)
    letters = sum(map(len, condition.text)) + shortest
    return (
        min(letters, 120) / 20
        + 2 * bool(condition.classes)
        + 1 * any("." in name for name in condition.classes)
        + 2 * bool(condition.winerror or condition.errno)
        + 3 * bool(condition.frames)
        + 3 * bool(condition.log)
        + 3 * bool(condition.chain)
        + 2 * bool(condition.path)
        + 2 * bool(condition.regex)
        + 1 * (condition.named is not None)
        + 1 * bool(condition.native)
    )


class _Key(NamedTuple):
    """What an alternative requires: one of some values in one of the indexes."""

    by: str
    values: tuple[object, ...]


def _key(condition: Condition) -> _Key:
    if condition.text:
        return _Key("text", (folded(max(condition.text, key=len)),))
    if condition.any_text:
        return _Key("text", tuple(map(folded, condition.any_text)))
    if condition.winerror:
        return _Key("winerror", condition.winerror)
    if condition.errno:
        return _Key("errno", condition.errno)
    if condition.classes:
        names = (name.rpartition(".")[2] for name in condition.classes)
        return _Key("class", tuple(names))
    return _Key("always", ("",))


class Literals:
    """Finds literals by one of their words that is a whole word in any text containing them.

    A word at the edge of a literal may be part of a longer word in the text, so literals without an
    inner word are searched one by one.

    Args:
        literals: The texts, normalised by `folded`.
    """

    def __init__(self, literals: Iterable[str]) -> None:
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        for literal in literals:
            inner = (m for m in _WORD.finditer(literal) if m.start() and m.end() < len(literal))
            self._by_word[max((m[0] for m in inner), key=len, default="")].append(literal)

    def found_in(self, whole: str) -> Iterator[str]:
        """Yield the literals that occur in a folded text."""
        words = set(_WORD.findall(whole)).intersection(self._by_word)
        for word in ("", *words):
            yield from (literal for literal in self._by_word.get(word, ()) if literal in whole)


class Catalogue:
    """Entries with an index of what their alternatives require, so that few need examining.

    Args:
        entries: The known errors.
    """

    def __init__(self, entries: Iterable[KnownError]) -> None:
        self.entries: dict[str, KnownError] = {entry.id: entry for entry in entries}
        indexes: defaultdict[str, defaultdict[object, list[tuple[KnownError, Condition]]]]
        indexes = defaultdict(lambda: defaultdict(list))
        for entry in self.entries.values():
            for condition in entry.match:
                key = _key(condition)
                for value in key.values:
                    indexes[key.by][value].append((entry, condition))
        self._indexes = indexes
        self._literals = Literals(map(str, indexes["text"]))

    def _candidates(self, seen: Seen) -> Iterable[tuple[KnownError, Condition]]:
        indexes = self._indexes
        for literal in self._literals.found_in(seen.folded):
            yield from indexes["text"][literal]
        yield from indexes["winerror"].get(seen.node.winerror, ())
        yield from indexes["errno"].get(seen.node.errno, ())
        yield from indexes["always"].get("", ())
        for name, found in indexes["class"].items():
            if seen.node.kind == name or seen.is_a(str(name)):
                yield from found

    def literals_in(self, text: str) -> list[str]:
        """Return the entries' literals that occur in a text, which must be folded like them."""
        return list(self._literals.found_in(folded(text)))

    def match(self, node: Node, chain: Sequence[Node] = ()) -> list[Match]:
        """Return the entries that match one exception, the most specific first.

        Args:
            node: The exception or native message.
            chain: The chain it belongs to, outermost first; it may matter for look-alikes.
        """
        seen = Seen(node, chain)
        best: dict[str, Match] = {}
        for entry, condition in self._candidates(seen):
            score = specificity(condition)
            known = best.get(entry.id)
            if (known is not None and known.score >= score) or not seen.fits(condition):
                continue
            confidence = condition.confidence or entry.confidence
            best[entry.id] = Match(entry, confidence, node, score, _groups(condition, seen.text))
        fitting = [m for m in best.values() if not any(map(seen.fits, m.entry.unless))]
        return in_order(fitting)


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Return matches, the best first: causes first, then by specificity."""
    matches = sorted(matches, key=_rank)
    present = {match.entry.id for match in matches}
    yielding = [m for m in matches if present.intersection(m.entry.yields_to)]
    return [m for m in matches if m not in yielding] + yielding


_ROLES = {"cause": 0, "wrapper": 1, "noise": 2, "family": 3}


def _rank(match: Match) -> tuple[int, float, str]:
    return _ROLES[match.entry.role], -match.score, match.entry.id


def _groups(condition: Condition, text: str) -> dict[str, str]:
    caught: dict[str, str] = {}
    for pattern in condition.regex:
        found = compiled(pattern).search(text)
        if found is not None:
            caught |= {name: value for name, value in found.groupdict().items() if value}
    return caught
