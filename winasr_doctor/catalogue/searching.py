"""Searches entries by a quoted message or words, for `explain "message"` and the lists."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.conditions import plain
from winasr_doctor.catalogue.schema import KnownError

_WORD = lazy_pattern(r"[a-z0-9_]{3,}")
_COMMON = frozenset(
    ("and", "are", "but", "can", "cannot", "error", "for", "from", "has", "not", "the", "was")
)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(plain(text).casefold())) - _COMMON


def search(entries: Iterable[KnownError], wanted: str, *, limit: int = 8) -> list[KnownError]:
    """Return the entries whose title, cause and texts contain more than half of the wanted words.

    Args:
        entries: The entries to search.
        wanted: A quoted message or words.
        limit: The maximum number of entries.
    """
    words = _words(wanted)
    ranked = []
    for entry in entries:
        title = words & _words(f"{entry.id} {entry.title}")
        anywhere = words & _words(_all_text(entry))
        hits = 2 * len(title) + len(anywhere)
        if len(title | anywhere) * 2 > len(words):
            ranked.append((-hits, entry.id, entry))
    return [entry for *_, entry in sorted(ranked, key=lambda row: row[:2])[:limit]]


def _all_text(entry: KnownError) -> str:
    texts = [entry.id, entry.title, entry.cause]
    for condition in entry.match:
        texts += [*condition.text, *condition.any_text, *condition.classes, *condition.log]
    return " ".join(texts)
