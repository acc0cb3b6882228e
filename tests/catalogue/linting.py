"""Checks rules for entries that a schema cannot express; reports problems as sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from winasr_doctor.catalogue.comparing import is_specifier, satisfies
from winasr_doctor.catalogue.conditions import is_builtin
from winasr_doctor.catalogue.schema import Condition, KnownError
from winasr_doctor.catalogue.templates import facts_in, is_fact

from .remedy_rules import broken_rules

FEWEST_POSITIVE, FEWEST_NEGATIVE = 2, 1
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_OF_THE_ERROR = ("match", "package", "path")
_LONGEST_ID, _LONGEST_CAUSE, _LONGEST_TITLE = 44, 300, 160
_FIRM_WORDS, _FIRM_LETTERS, _LONG, _SHORTEST = 3, 9, 16, 4
_LOOSE_CODES = {1, 2, 3, 5, 13, 22, 32, 87, 126, 127, 193, 10054}
"""Error numbers that say too little on their own."""
_TELLING = {"MemoryError", "KeyboardInterrupt", "RecursionError"}
"""Built-in classes that are specific enough on their own."""
_DISTINCT = re.compile(r"[0-9_.`'()\[\]:\\/=-]|[a-z][A-Z]")


def problems(entry: KnownError, file: Path | None = None) -> list[str]:
    """Return the problems of an entry, one clear sentence each.

    Args:
        entry: The entry with its samples.
        file: Its file; the name must be the id.
    """
    found = [
        *_of_names(entry, file),
        *_of_conditions(entry),
        *_of_samples(entry),
        *_of_templates(entry),
        *_of_preflight(entry),
        *broken_rules(entry),
    ]
    return [f"{entry.family}/{entry.id}.toml: {problem}" for problem in found]


def _of_names(entry: KnownError, file: Path | None) -> Iterator[str]:
    if not _ID.fullmatch(entry.id) or len(entry.id) > _LONGEST_ID:
        yield f"the id must be lower-case words with hyphens, at most {_LONGEST_ID} characters"
    if file is not None and file.stem != entry.id:
        yield f"the id is {entry.id!r} but the file is called {file.name}"
    if not 0 < len(entry.title) <= _LONGEST_TITLE:
        yield f"the title must have 1 to {_LONGEST_TITLE} characters"
    if not entry.cause.endswith(".") or not entry.cause[:1].strip():
        yield "the cause must be a sentence that ends with a full stop"
    if len(entry.cause) > _LONGEST_CAUSE:
        yield f"the cause is longer than {_LONGEST_CAUSE} characters"
    if entry.id in (*entry.see, *entry.yields_to):
        yield "it refers to itself in see or yields_to"
    for name in ("match", "remedies", "affects", "source"):
        if not getattr(entry, name):
            yield f"{name} is empty"


def _of_conditions(entry: KnownError) -> Iterator[str]:
    for number, condition in enumerate(entry.match, 1):
        where = f"match {number}"
        if entry.role != "family" and not _is_firm(condition):
            yield (
                f"{where} rests on one short common word, a bare number or a built-in class;"
                " add more text, a frame or a log line"
            )
        yield from _of_patterns(condition, where)
    for number, condition in enumerate(entry.unless, 1):
        if condition == Condition():
            yield f"unless {number} is empty"
        if condition.confidence is not None:
            yield f"unless {number} has a confidence, which means nothing there"
        yield from _of_patterns(condition, f"unless {number}", literal=False)


def _of_patterns(condition: Condition, where: str, *, literal: bool = True) -> Iterator[str]:
    if literal and condition.regex and not condition.text and not condition.any_text:
        yield f"{where} has a regex without text; name a literal part of it in text (for speed)"
    for pattern in (*condition.regex, *filter(None, [condition.path])):
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{where}: the regex {pattern!r} is wrong: {error}"
            continue
        if re.search(r"\)[*+]|\)\{\d*,\}", pattern):
            yield f"{where}: the regex {pattern!r} repeats a group without a limit, which is slow"
    for text in (*condition.text, *condition.any_text, *condition.log, *condition.chain):
        if not text.strip():
            yield f"{where} has an empty text"
    for name in condition.frames:
        if "\\" in name or not name.strip(":"):
            yield f"{where}: write the frame {name!r} as folder/file.py:function"


def _is_firm(condition: Condition) -> bool:
    codes = {*condition.winerror, *condition.errno}
    named = [n for n in condition.classes if n in _TELLING or not is_builtin(n)]
    anything = condition.text or condition.any_text or condition.classes or codes
    if any(map(_is_firm_text, condition.text)):
        return True
    if condition.any_text and all(map(_is_firm_text, condition.any_text)):
        return True
    if condition.classes and len(named) == len(condition.classes):
        return True
    if codes and not codes & _LOOSE_CODES and not any(1 < c < 100 for c in condition.errno):
        return True
    texts = (*condition.text, *condition.any_text)
    if codes and texts and all(len(text) >= _SHORTEST for text in texts):
        return True
    around = condition.frames or condition.log or condition.chain
    return bool(anything and (around or (codes and condition.path)))


def _is_firm_text(text: str) -> bool:
    words = text.split()
    if len(words) >= _FIRM_WORDS or len(text) >= _LONG:
        return True
    return len(text) >= _FIRM_LETTERS and bool(_DISTINCT.search(text))


def _of_samples(entry: KnownError) -> Iterator[str]:
    positive = sum(not sample.instead for sample in entry.samples)
    negative = len(entry.samples) - positive
    if positive < FEWEST_POSITIVE:
        yield f"it needs at least {FEWEST_POSITIVE} samples that match (it has {positive})"
    if negative < FEWEST_NEGATIVE:
        yield "it needs at least 1 sample with instead, which must not match"
    for number, sample in enumerate(entry.samples, 1):
        if not sample.text.strip():
            yield f"sample {number} is empty"
        if sample.instead == entry.id:
            yield f"sample {number} says that it is this very entry"


def _of_templates(entry: KnownError) -> Iterator[str]:
    caught = {
        name
        for condition in entry.match
        for pattern in condition.regex
        for name in _group_names(pattern)
    }
    for step in entry.steps():
        names = facts_in(step.text + step.command)
        if ("{{" in step.text + step.command) and not names:
            yield f"the step {step.text!r} has a template that cannot be read"
        for name in names:
            head, _, argument = name.partition(":")
            if not is_fact(name):
                yield f"the fact {{{{{name}}}}} does not exist (see catalogue/templates.py)"
            elif head in ("match", "package") and argument not in caught:
                yield f"no regex of the entry has a group called {argument!r}"
        if names and not step.unknown:
            yield f"the step {step.text!r} uses facts and needs unknown, for when they are missing"
        if facts_in(step.unknown + step.unknown_command):
            yield f"the fallback {step.unknown!r} may not use facts"
    for remedy in entry.remedies:
        for when in (remedy.when, remedy.first_when, *(step.when for step in remedy.steps)):
            yield from _of_when(when, "when")


def _of_preflight(entry: KnownError) -> Iterator[str]:
    for number, picture in enumerate(entry.preflight, 1):
        where = f"preflight {number}"
        if not picture.when:
            yield f"{where} has no condition"
        if picture.cause and not picture.cause.endswith("."):
            yield f"{where}: the cause must be a sentence that ends with a full stop"
        if not _CODE.fullmatch(picture.check):
            yield f"{where}: {picture.check!r} is no check's code"
        yield from _of_when(picture.when, where)
        if any(fact.partition(":")[0] in _OF_THE_ERROR for fact in picture.when):
            yield f"{where} asks for a fact of the error, which has not happened yet"


def _of_when(when: Mapping[str, tuple[str, ...]], where: str) -> Iterator[str]:
    for fact, wanted in when.items():
        if not is_fact(fact):
            yield f"{where}: the fact {fact} does not exist"
        for one in filter(is_specifier, wanted):
            try:
                satisfies("1", one)
            except ValueError as error:
                yield f"{where}: {error}"


def _group_names(pattern: str) -> Iterable[str]:
    try:
        return re.compile(pattern).groupindex
    except re.error:
        return ()


def problems_between(entries: Iterable[KnownError]) -> list[str]:
    """Return problems between entries: duplicate ids, broken references."""
    entries = list(entries)
    ids = Counter(entry.id for entry in entries)
    return [
        f"{entry.family}/{entry.id}.toml: {problem}"
        for entry in entries
        for problem in _between(entry, ids)
    ]


def _between(entry: KnownError, ids: Mapping[str, int]) -> Iterator[str]:
    if ids[entry.id] > 1:
        yield "the id is used twice"
    for name in (*entry.see, *entry.yields_to):
        if name not in ids:
            yield f"there is no entry {name!r}"
    for sample in entry.samples:
        if sample.instead and " " not in sample.instead and sample.instead not in ids:
            yield (
                f"a sample says instead = {sample.instead!r}, which is neither an entry nor a"
                " phrase"
            )
