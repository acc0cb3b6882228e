"""Finds known names wherever they occur, in any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from winasr_doctor.machine.redaction import tables
from winasr_doctor.machine.redaction.placeholders import HEADS, is_placeholder
from winasr_doctor.machine.redaction.tables import PATH_WORDS, SHARED_PROFILES, prose_words
from winasr_doctor.machine.redaction.views import TextView, fold, folded

_HUMP = "\0"
_SHORTEST_PART = 3
_FIRST_AND_LAST = 2
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
_LETTERS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HYPHENATED = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
_PARTICLES = tables.words("von van der den del della das dos the and und mac inc ltd gmbh llc plc")
_MOST_PARTS = 6
_SHORT_NAME_LETTERS = 6
"""Letters of a long name that an 8.3 name keeps. Source: learn.microsoft.com, "Naming Files"."""
_IDEOGRAPHS = "\u2e80"
"""First character of the scripts that put no spaces between words. Source: Unicode, block "CJK
Radicals".
"""


@dataclass
class KnownNames:
    """The names found so far; finds where else they occur.

    A name that is also a common word is only found where it cannot be that word: see `tables`.
    """

    _kinds: dict[str, str] = field(default_factory=dict)
    _compiled: tuple[re.Pattern[str], ...] | None = None

    def add(self, name: str, kind: str) -> None:
        """Remember a name, its parts and the account names that are usually derived from them.

        Args:
            name: The name as it was found.
            kind: The kind of name; the first one given counts.
        """
        for spelling in _spellings(name, kind):
            key = fold(spelling)
            if key and key not in self._kinds and not _names_nobody(key):
                self._kinds[key] = kind
                self._compiled = None

    def kind(self, name: str) -> str | None:
        """Return the kind of a known name."""
        return self._kinds.get(fold(name))

    def occurrences(self, view: TextView) -> Iterator[tuple[str, int, int]]:
        """Find known names in a view: kind, and the span in the view's original."""
        if self._compiled is None:
            self._compiled = tuple(self._patterns())
        if not self._compiled:
            return
        for variant in _variants(view):
            for pattern in self._compiled:
                for match in pattern.finditer(variant.text):
                    yield self._kinds[match[0]], *variant.span(*match.span())

    def _patterns(self) -> Iterator[re.Pattern[str]]:
        anywhere, segments, parts, ideographs = [], [], [], []
        for key in sorted(self._kinds, key=len, reverse=True):
            if len(key) > 1 and min(key) >= _IDEOGRAPHS:
                ideographs.append(re.escape(key))
            elif len(key) == 1 or key in prose_words():
                segments.append(re.escape(key))
            elif len(key) < _SHORTEST_PART:
                parts.append(re.escape(key))
            else:
                anywhere.append(re.escape(key))
        if anywhere:
            yield re.compile(rf"(?<![^\W\d_])(?:{'|'.join(anywhere)})(?![^\W\d_])")
        if ideographs:
            yield re.compile("|".join(ideographs))
        if parts:
            yield re.compile(rf"(?:(?<=[\\/])|^)(?:{'|'.join(parts)})(?=[\\/._ -]|$)")
        if segments:
            yield re.compile(rf"(?<=[\\/])(?:{'|'.join(segments)})(?=[\\/]|$)")


def _variants(view: TextView) -> Iterator[TextView]:
    yield folded(view)
    if not (view.text.islower() or view.text.isupper()):
        humps = folded(view, hump=_HUMP)
        if _HUMP in humps.text:
            yield humps


def _names_nobody(key: str) -> bool:
    return (
        key in PATH_WORDS
        or key in HEADS
        or key in SHARED_PROFILES
        or is_placeholder(key)
        or not any(char.isalnum() for char in key)
    )


def _spellings(name: str, kind: str) -> Iterator[str]:
    yield name
    transliterated = name.translate(_UMLAUTS)
    if transliterated != name:
        yield transliterated
    if kind not in ("user", "org"):
        return
    for spelled in {name, transliterated}:
        parts = _LETTERS.findall(spelled)
        yield from (part for part in parts if _is_a_part(part))
        yield from (word.replace("-", "") for word in _HYPHENATED.findall(spelled))
        yield "".join(parts)
        if kind == "user" and len("".join(parts)) > _SHORT_NAME_LETTERS:
            yield "".join(parts)[:_SHORT_NAME_LETTERS]
        if kind == "user" and 1 < len(parts) <= _MOST_PARTS:
            yield from _accounts_of([part for part in parts if not part.isdigit()])


def _is_a_part(part: str) -> bool:
    key = fold(part)
    return (
        len(part) >= _SHORTEST_PART
        and not key.isdigit()
        and key not in _PARTICLES
        and not re.fullmatch(r"v?\d+", key)
    )


def _accounts_of(parts: list[str]) -> Iterator[str]:
    """Return the usual account names for `First Last`."""
    if len(parts) < _FIRST_AND_LAST:
        return
    first, last = parts[0], parts[-1]
    for pair in ((first, last), (last, first)):
        for joint in ("", ".", "_", "-", " "):
            yield joint.join(pair)
        yield pair[0][0] + pair[1]
        yield pair[0] + pair[1][0]
        yield f"{pair[0][0]}.{pair[1]}"
        yield "".join(pair)[:_SHORT_NAME_LETTERS]
