"""Joins lines that a terminal has wrapped at its width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.reading.patterns import FRAME, JOIN

_WIDE = lazy_pattern(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
"""Characters that take two columns (Unicode, East Asian Width W and F)."""
_NARROWEST, _WIDEST = 20, 400
_OPEN_FRAME = lazy_pattern(r'File "[^"]*$')
_STARTS = lazy_pattern(
    r'> |\s*(?:Traceback \(|File "|During handling of|The above exception'
    r"|\[?(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d))"
)
_BORDERS = tuple("│┃|╮╯┐┘+-─═")
_OPEN_PATH = lazy_pattern(r"""['"][A-Za-z]:\\[^'"]*$""")
_BEGUN_PATH = lazy_pattern(r""": (?P<path>(?:['"](?:[A-Za-z]:?)?)?)$""")
_PATH = lazy_pattern(r"""['"][A-Za-z]:\\""")
_SENTENCES = (
    "Traceback (most recent call last):",
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_BEGINNINGS = ("During handling", "The above exc")
_MOST_PARTS = 5
_SHORTEST_START = 8
_MOST = 2 / 3
_FEWEST_ROWS, _MOST_ROWS = 3, 300
_STEM, _LONGEST_DATE = 3, 30
_OFTEN = 3
_DIGITS = lazy_pattern(r"\d+")


def cells(text: str) -> int:
    """Return how many columns a terminal needs for a text."""
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text))


def unwrapped(lines: Sequence[str]) -> list[str]:
    """Join the rows of wrapped lines, if these lines were wrapped at all.

    Args:
        lines: The lines of one report. The width is determined from rows that break a known phrase,
            a frame or a quoted path; without any such row nothing is joined.
    """
    width, is_sure = _width(lines)
    if width is None:
        return list(_with_whole_sentences(lines))
    joined: list[str] = []
    rows: list[str] = []
    stem = _stem(lines) if is_sure else None
    for number, line in enumerate(lines):
        rows.append(line)
        follower = lines[number + 1] if number + 1 < len(lines) else ""
        starts = is_sure and _begins(follower, stem)
        if starts or not _is_full(line, width, follower):
            joined.append("".join(rows))
            rows = []
    if rows:
        joined.append("".join(rows))
    return list(_with_whole_sentences(joined))


def _begins(line: str, stem: str | None) -> bool:
    """Return whether a row is the first of a line."""
    return _STARTS.match(line) is not None or (stem is not None and _stem_of(line) == stem)


def _stem(lines: Sequence[str]) -> str | None:
    """Return a beginning that many lines share, such as a log's date; wrapped rows rarely do."""
    counted = Counter(stem for line in lines if (stem := _stem_of(line)) is not None)
    filled = sum(bool(line.strip()) for line in lines)
    stem, count = max(counted.items(), key=lambda item: item[1], default=("", 0))
    return stem if count >= _OFTEN and 4 * count >= filled else None


def _stem_of(line: str) -> str | None:
    """Return the first characters of a line, ignoring numbers; `None` if it is indented."""
    return (
        None if line[:1].isspace() or not line else _DIGITS.sub("#", line[:_LONGEST_DATE])[:_STEM]
    )


def _with_whole_sentences(lines: Sequence[str]) -> Sequence[str]:
    """Join CPython's sentences that were wrapped between words, as rich does."""
    if not any(begin in line for line in lines for begin in _BEGINNINGS):
        return lines
    whole: list[str] = []
    skipped = 0
    for number, line in enumerate(lines):
        if skipped:
            skipped -= 1
            continue
        if any(begin in line for begin in _BEGINNINGS) and JOIN.search(line) is None:
            for more in range(1, _MOST_PARTS):
                joined = " ".join(part.strip() for part in lines[number : number + 1 + more])
                if JOIN.search(joined) is not None:
                    line, skipped = joined, more  # noqa: PLW2901
                    break
        whole.append(line)
    return whole


def _is_full(row: str, width: int, follower: str) -> bool:
    taken = cells(row)
    if not follower:
        return False
    if taken == width:
        return True
    # A two-column character does not fit into the last column.
    return taken == width - 1 and cells(follower[0]) == 2  # noqa: PLR2004


def _width(lines: Sequence[str]) -> tuple[int | None, bool]:
    """Return the width, if any, and whether broken phrases confirm it."""
    votes: Counter[int] = Counter()
    longest: Counter[int] = Counter()
    for row, follower in zip(lines, [*lines[1:], ""], strict=True):
        taken = cells(row)
        longest[taken] += 1
        if _NARROWEST <= taken <= _WIDEST and follower and _is_broken(row, follower):
            odd = cells(follower[0]) == 2 and bool(votes) and taken + 1 in votes  # noqa: PLR2004
            votes[taken + odd] += 1
    if votes:
        width, count = max(votes.items(), key=lambda item: (item[1], item[0]))
        longer = sum(many for taken, many in longest.items() if taken > width)
        if count > longer:
            return width, _width_of_most(lines, longest) is None
    return _width_of_most(lines, longest), False


def _width_of_most(lines: Sequence[str], lengths: Counter[int]) -> int | None:
    """Return the width of a short text in which nearly every row is as long as the longest."""
    filled = max(lengths, default=0)
    full = {line for line in lines if cells(line) == filled}
    rows = sum(lengths.values()) - lengths[0]
    if rows > _MOST_ROWS:
        return None
    if not _NARROWEST <= filled <= _WIDEST or rows < _FEWEST_ROWS:
        return None
    if len(full) < 2 or len(full) < _MOST * rows:  # noqa: PLR2004 - one row is always the longest
        return None
    return None if any(line.endswith(_BORDERS) for line in full) else filled


def _is_broken(row: str, follower: str) -> bool:
    """Return whether a row stops in the middle of something that continues in the next one."""
    if "File " in row:
        if _OPEN_FRAME.search(row):
            return True
        frame, whole = FRAME.search(row), FRAME.search(row + follower)
        if whole is not None and whole.end() > len(row):
            return frame is None or not frame["function"]
    if any(_breaks(sentence, row, follower) for sentence in _SENTENCES):
        return True
    if "'" not in follower and '"' not in follower:
        return False
    begun = _BEGUN_PATH.search(row)
    return bool(_OPEN_PATH.search(row)) or (
        begun is not None and _PATH.match(begun["path"] + follower) is not None
    )


def _breaks(sentence: str, row: str, follower: str) -> bool:
    start = row.find(sentence[:_SHORTEST_START])
    if start < 0:
        return False
    tail = row[start:]
    rest = sentence[len(tail) :]
    return sentence.startswith(tail) and bool(rest) and follower.startswith(rest[: len(follower)])
