"""Finds the end of a name in a path: at a separator, a quotation mark, or within a sentence."""

from __future__ import annotations

import re

from winasr_doctor.machine.redaction.tables import prose_words

LONGEST_NAME = 255
"""Maximum number of characters in one component of a path. Source: learn.microsoft.com, "Maximum
Path Length Limitation".
"""

_HARD_END = re.compile(r"[\\/:*?\"<>|\r\n\t;`“”«»„]")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "«": "»", "„": "“", "<": ">"}
_WORD = re.compile(r"[^\s\\/:*?\"<>|;,=&()\[\]{}'`“”‘’«»]+(?:['’][^\W_]+)*")
_NEXT_NAME = re.compile(r",? (?P<name>[^\W\d_][\w.-]+(?:['’][^\W_]+)*)(?!:)")
_NEXT_PATH = re.compile(r"\s?(?:[A-Za-z]:|[\\/%~\"']|$)")
_WHOLE_PATH = re.compile(r"(?:(?:\\\\[?.]\\)?[a-z]:[\\/]|[\\/])[^:\"<>|\r\n]*", re.IGNORECASE)
_MOST_NAMES = 3
_INITIAL = len("G.")


def is_path(text: str) -> bool:
    """Return whether a text is only a path, or a list of paths separated by semicolons."""
    parts = [part for part in text.split(";") if part]
    return bool(parts) and all(_WHOLE_PATH.fullmatch(part) for part in parts)


def name_end(text: str, start: int, whole: bool) -> int:
    """Return the end of the name that begins at a position.

    Args:
        text: Any text.
        start: The position just after a separator.
        whole: Whether the text is only a path or a list of paths, so that names end only at
            separators.
    """
    limit = min(len(text), start + LONGEST_NAME)
    hard = _HARD_END.search(text, start, limit)
    end = hard.start() if hard else limit
    if whole:
        return _trimmed(text, start, end)
    quote = _closing_quote(text, start)
    if quote is not None and quote <= end:
        return _trimmed(text, start, quote)
    if hard and hard[0] == ";" and _NEXT_PATH.match(text, hard.end()):
        return _trimmed(text, start, end)
    if hard and hard[0] in "\\/":
        name = text[start:end]
        if name == name.strip(" ,") and not _two_things(text, start, end):
            return end
    return _in_prose(text, start, end)


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in " \t":
        end -= 1
    return end


def _two_things(text: str, start: int, end: int) -> bool:
    """Return whether a sentence continues between this name and the next separator."""
    name = text[start:end]
    if re.search(r"[\])}][,.]? |' ?(?:,|->|in|is|to)|, ?['\"]|[=|]| ->", name):
        return True
    words = re.findall(r"[^\W\d_]+", name)
    plain = [word for word in words[1:] if word.islower() and word in prose_words()]
    return len(plain) > 1


def _closing_quote(text: str, start: int) -> int | None:
    """Return where the quotation around this path ends, on the same line."""
    line = text.rfind("\n", max(0, start - 1024), start) + 1 or max(0, start - 1024)
    for at in range(start - 1, line - 1, -1):
        closing = _QUOTES.get(text[at])
        if closing is not None and not _is_apostrophe(text, at):
            break
    else:
        return None
    if text[at] == closing and text.count(closing, line, at) % 2:
        return None
    end = text.find(closing, start, start + LONGEST_NAME + 1)
    while end >= 0 and _is_apostrophe(text, end):
        end = text.find(closing, end + 1, start + LONGEST_NAME + 1)
    return end if end >= 0 else None


def _is_apostrophe(text: str, at: int) -> bool:
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return text[at] in "'’‘" and len(around) > 1 and around.isalpha()


def _in_prose(text: str, start: int, end: int) -> int:
    """Return the end of a word and any names after it, as in `Ann Meyer is`."""
    word = _WORD.match(text, start, end)
    if word is None:
        return start
    last = word.end()
    for _ in range(_MOST_NAMES):
        following = _NEXT_NAME.match(text, last, end)
        if following is None or (text[last - 1] == "." and last - start > _INITIAL):
            break
        name = following["name"]
        if not name[0].isupper() or name.rstrip(".").lower() in prose_words():
            break
        last = following.end()
    while last > start and text[last - 1] in ".,":
        last -= 1
    return last
