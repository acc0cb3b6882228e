"""Finds the entries that fit an exception: an index of what must be there, then the conditions."""

from __future__ import annotations

import builtins
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from winasr_doctor.catalogue.schema import Condition, Confidence, Entry

LONGEST = 20_000
"""Characters of a message that are looked at: half from each end."""
_BLANK = re.compile(r"\s+")
_WORD = re.compile(r"\w{4,}")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " "})
_ALIASES = {"IOError": "OSError", "EnvironmentError": "OSError", "WindowsError": "OSError"}


class Place(Protocol):
    """A frame of a traceback, as `diagnosis.nodes.Frame`."""

    @property
    def file(self) -> str: ...  # noqa: D102 - see Frame
    @property
    def function(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102


class Node(Protocol):
    """One exception or native message, as `diagnosis.nodes.ErrorNode`."""

    @property
    def kind(self) -> str: ...  # noqa: D102 - see ErrorNode
    @property
    def module(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def winerror(self) -> int | None: ...  # noqa: D102
    @property
    def errno(self) -> int | None: ...  # noqa: D102
    @property
    def path(self) -> str | None: ...  # noqa: D102
    @property
    def frames(self) -> Sequence[Place]: ...  # noqa: D102
    @property
    def log(self) -> Sequence[str]: ...  # noqa: D102


class Match(NamedTuple):
    """An entry that fits an exception.

    Attributes:
        entry: The known error.
        confidence: How sure this is, by the alternative that fits.
        node: The exception or native message.
        score: How specific the alternative is; only for comparing.
        groups: What the named groups of the regular expressions caught.
    """

    entry: Entry
    confidence: Confidence
    node: Node
    score: float
    groups: Mapping[str, str]


def plain(text: str) -> str:
    """Return a text with single spaces and straight quotes, at most `LONGEST` characters."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]
    return _BLANK.sub(" ", text.translate(_QUOTES)).strip()


def folded(literal: str) -> str:
    """Return a text in the form in which texts are compared."""
    return _BLANK.sub(" ", literal.translate(_QUOTES)).casefold()


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


class Seen:
    """One exception of a chain, prepared for many comparisons.

    Args:
        node: The exception or native message.
        chain: The chain it belongs to, outermost first.
    """

    def __init__(self, node: Node, chain: Sequence[Node] = ()) -> None:
        self.node = node
        self._chain = chain
        self.text = plain(node.message)
        self.folded = self.text.casefold()
        self.log = plain("\n".join(node.log)).casefold()
        self.path = (node.path or "").replace("\\", "/")

    @cached_property
    def others(self) -> str:
        """The other exceptions of the chain, each as `Class: message`."""
        others = (other for other in self._chain if other is not self.node)
        return plain("\n".join(f"{other.kind}: {other.message}" for other in others)).casefold()

    @cached_property
    def frames(self) -> list[Place]:
        """The frames of the exception and of the outer ones, which alone have its callers."""
        position = next((n for n, other in enumerate(self._chain) if other is self.node), 0)
        return [f for other in (self.node, *self._chain[:position]) for f in other.frames]

    def fits(self, condition: Condition) -> bool:
        """Return whether every key of a condition holds."""
        node = self.node
        return (
            (not condition.classes or any(map(self.is_a, condition.classes)))
            and (not condition.winerror or node.winerror in condition.winerror)
            and (not condition.errno or node.errno in condition.errno)
            and (condition.named is None or condition.named == bool(node.path))
            and (condition.native is None or condition.native == (not node.kind))
            and _all_in(condition.text, self.folded)
            and _any_in(condition.any_text, self.folded)
            and _any_in(condition.log, self.log)
            and (not condition.chain or _any_in(condition.chain, self.others))
            and (not condition.frames or any(map(self._passed, condition.frames)))
            and (not condition.path or bool(_compiled(condition.path).search(self.path)))
            and all(_compiled(pattern).search(self.text) for pattern in condition.regex)
        )

    def is_a(self, wanted: str) -> bool:
        """Return whether the class is the wanted one; see `Condition.classes`."""
        module, _, name = wanted.rpartition(".")
        kind = _ALIASES.get(self.node.kind, self.node.kind)
        if not module and is_builtin(name):
            return self.node.module in ("", "builtins") and _descends(kind, name)
        if kind != name:
            return False
        have = self.node.module
        if not have:  # Jupyter and rich give no module
            return not module or not is_builtin(name)
        return f"{have}.".startswith(f"{module}.") if module else True

    def _passed(self, place: str) -> bool:
        file, _, function = place.partition(":")
        ending = "/" + file.casefold()
        for frame in self.frames:
            if function and function != frame.function.rpartition(".")[2]:
                continue
            path = "/" + (frame.path or frame.file).replace("\\", "/").casefold()
            if not file or path.endswith(ending) or (file.endswith("/") and ending in path):
                return True
        return False


def is_builtin(name: str) -> bool:
    """Return whether a name is one of the built-in classes."""
    return isinstance(getattr(builtins, name, None), type)


def _descends(kind: str, wanted: str) -> bool:
    if kind == wanted:
        return True
    have = getattr(builtins, kind, None)
    return isinstance(have, type) and issubclass(have, getattr(builtins, wanted))


_literal = lru_cache(maxsize=4096)(folded)


def _all_in(texts: Iterable[str], whole: str) -> bool:
    return all(_literal(text) in whole for text in texts)


def _any_in(texts: Sequence[str], whole: str) -> bool:
    return not texts or any(_literal(text) in whole for text in texts)


def specificity(condition: Condition) -> float:
    """Return how much a condition asks for; of two entries that fit, the higher wins."""
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
    """What an alternative cannot do without: one of the values in one of the indexes."""

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
    """Texts, found by a word of theirs that is whole in every text that has them.

    A word at the edge of a text may be a part of a longer one, so texts without an inner word are
    looked for one by one.

    Args:
        literals: The texts, folded.
    """

    def __init__(self, literals: Iterable[str]) -> None:
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        for literal in literals:
            inner = (m for m in _WORD.finditer(literal) if m.start() and m.end() < len(literal))
            self._by_word[max((m[0] for m in inner), key=len, default="")].append(literal)

    def found_in(self, whole: str) -> Iterator[str]:
        """Yield the texts that occur in a folded text."""
        words = set(_WORD.findall(whole)).intersection(self._by_word)
        for word in ("", *words):
            yield from (literal for literal in self._by_word.get(word, ()) if literal in whole)


class Catalogue:
    """Entries with an index of what their alternatives need, so that few are looked at.

    Args:
        entries: The known errors.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: dict[str, Entry] = {entry.id: entry for entry in entries}
        indexes: defaultdict[str, defaultdict[object, list[tuple[Entry, Condition]]]]
        indexes = defaultdict(lambda: defaultdict(list))
        for entry in self.entries.values():
            for condition in entry.match:
                key = _key(condition)
                for value in key.values:
                    indexes[key.by][value].append((entry, condition))
        self._indexes = indexes
        self._literals = Literals(map(str, indexes["text"]))

    def _candidates(self, seen: Seen) -> Iterable[tuple[Entry, Condition]]:
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
        """Return the texts of the entries that occur in a text, folded as the entries' are."""
        return list(self._literals.found_in(folded(text)))

    def match(self, node: Node, chain: Sequence[Node] = ()) -> list[Match]:
        """Return the entries that fit one exception, the most specific first.

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
    """Return matches with the best first: causes first, then by specificity."""
    matches = sorted(matches, key=_rank)
    present = {match.entry.id for match in matches}
    yielding = [m for m in matches if present.intersection(m.entry.yields_to)]
    return [m for m in matches if m not in yielding] + yielding


_ROLES = {"cause": 0, "wrapper": 1, "family": 2, "noise": 3}


def _rank(match: Match) -> tuple[int, float, str]:
    return _ROLES[match.entry.role], -match.score, match.entry.id


def _groups(condition: Condition, text: str) -> dict[str, str]:
    caught: dict[str, str] = {}
    for pattern in condition.regex:
        found = _compiled(pattern).search(text)
        if found is not None:
            caught |= {name: value for name, value in found.groupdict().items() if value}
    return caught
