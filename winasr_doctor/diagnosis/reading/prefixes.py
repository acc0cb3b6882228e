"""Separates the prefix of every line: time stamps, levels, processes, quotes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.reading.patterns import BARE_HEAD, FRAME, HEAD, NOISE
from winasr_doctor.diagnosis.reading.unwrapping import unwrapped

_QUOTE = lazy_pattern(r"^ ?(?:> ?){1,40}")
_QUOTED_FRAME = lazy_pattern(r'^ ?(?:> ?)+\s*(?:File "|Traceback \(|```)')
_TIME = lazy_pattern(
    r"\d{4}[-/.]\d\d[-/.]\d\d[T ]?|\d\d[:.]\d\d[:.]\d\d(?:[.,:]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)?,? ?(?:Jan|Feb|Mar|Apr|May"
    r"|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d"
    r"|\d\d[-/.]\d\d(?:[-/.]\d{2,4})?|\b1\d{9}(?:\.\d+)?\b|^\s*\d{1,7}(?=[:|\]) ]|\s)"
)
_DIGITS = lazy_pattern(r"\d+")
_PROGRAM = lazy_pattern(
    r"^(?!\S{0,60}(?:Error|Exception|Interrupt|Exit|Group|Timeout) :)[\w.\-]{1,40} : (?=\s*\S)"
)
"""`python : Traceback ...`: PowerShell 5 puts the program's name before the first line."""
_DRAWN = lazy_pattern(r"[-─═]{4}|\?{4}|[╭┌]")
"""A line that rich or IPython draws before a heading."""
_LONGEST_PREFIX = 160
_MOST_STREAMS = 12
_MOST_TEMPLATES = 40


class LogLine(NamedTuple):
    """One line without its prefix.

    Attributes:
        stream: What identifies the lines of one process; empty for lines without a prefix.
        body: The rest.
        raw: The whole line.
    """

    stream: str
    body: str
    raw: str


def unquoted(lines: Sequence[str]) -> list[str]:
    """Remove the quote marks of e-mail or Markdown, and what all lines begin with."""
    quoted = sum(line.lstrip().startswith(">") for line in lines)
    filled = sum(bool(line.strip()) for line in lines)
    if quoted and (2 * quoted > filled or any(_QUOTED_FRAME.match(line) for line in lines)):
        if quoted < filled:  # a quoted line was wrapped: the rest of it has no quote mark
            lines = unwrapped(lines)
        lines = [_QUOTE.sub("", line) for line in lines]
    return _without_common(lines)


def _common(lines: Sequence[str]) -> str:
    """Return what all lines begin with."""
    first, last = min(lines), max(lines)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:same]


def _without_common(lines: Sequence[str]) -> list[str]:
    filled = [line for line in lines if line.strip()]
    if len(filled) < 3:  # noqa: PLR2004 - two lines have much in common by chance
        return list(lines)
    common = _common(filled[:: max(1, len(filled) // 200)])
    common = common[: max(common.rfind(" "), common.rfind("\t")) + 1]
    size = len(common)
    if not size or not all(line[:size] == common for line in filled):
        return list(lines)
    return [line[size:] if line[:size] == common else "" for line in lines]


def divided(lines: Sequence[str]) -> Iterator[LogLine]:
    """Yield every line with its prefix separated.

    A prefix is the text before the frames of a traceback, ignoring its numbers; several lines must
    begin with it.
    """
    templates, streams = _templates(lines)
    known = [re.compile(template) for template in templates]
    for line in lines:
        for pattern in known:
            match = pattern.match(line)
            if match is not None:
                key = _key(match[0])
                crowded = len(streams[pattern.pattern]) > _MOST_STREAMS
                yield LogLine(pattern.pattern if crowded else key, line[match.end() :], line)
                break
        else:
            yield LogLine("", _PROGRAM.sub("", line), line)


def _key(prefix: str) -> str:
    """Return a prefix without the parts that change from line to line."""
    return _TIME.sub("#", prefix).rstrip()


def _templates(lines: Sequence[str]) -> tuple[list[str], dict[str, set[str]]]:
    """Return the patterns of the prefixes, the longest first, with the streams of each."""
    counted: Counter[str] = Counter()
    streams: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        prefix = _prefix_of(line)
        if prefix:
            template = _pattern(prefix)
            # A box, or a member of a group, may have only a single frame.
            counted[template] += 2 if prefix.strip() in ("|", "") else 1
            streams[template].add(_key(prefix))
    often = [template for template, count in counted.most_common(_MOST_TEMPLATES) if count > 1]
    return sorted(often, key=len, reverse=True), streams


def _prefix_of(line: str) -> str:
    if "File " in line and (frame := FRAME.search(line)) is not None:
        start = frame.start()
        indent = len(line[:start]) - len(line[:start].rstrip(" "))
        prefix = line[: start - min(indent, 2)]
    elif "raceback" in line and (head := HEAD.search(line)) is not None:
        prefix = line[: head.start()]
    elif BARE_HEAD.match(line):
        prefix = line[: line.index("T")]
    else:
        return ""
    drawn = _DRAWN.search(prefix)
    if drawn is not None:
        before = prefix[: drawn.start()].rstrip("+")
        return "" if before.strip(" |") else before
    return "" if len(prefix) > _LONGEST_PREFIX or NOISE.search(prefix) else prefix


def _pattern(prefix: str) -> str:
    """Return a pattern for a prefix with any numbers, and with its end trimmed."""
    parts = [re.escape(part) for part in _DIGITS.split(prefix)]
    text = r"\d+".join(parts)
    body = prefix.rstrip()
    if body == prefix or not body:
        return text
    shown = r"\d+".join(re.escape(part) for part in _DIGITS.split(body))
    spaces = len(prefix) - len(body)
    return rf"{shown}(?: {{{spaces}}}|\s*$)" if prefix.endswith(" ") else text
