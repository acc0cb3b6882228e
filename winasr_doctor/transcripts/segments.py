"""Splits a transcript's words into lines: subtitles, paragraphs, the turns of speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import inf

from winasr_doctor.asr.outcomes import Transcript, Word

PAUSE = 0.8
"""Seconds of silence that end a line."""


def lines(
    words: Sequence[Word], *, longest: float = inf, widest: float = inf, pause: float = PAUSE
) -> Iterator[list[Word]]:
    """Split words at pauses, where the speaker changes, and before a line gets too long.

    Args:
        words: In order.
        longest: Seconds that a line lasts at most, if it has more than one word.
        widest: Characters that a line has at most, if it has more than one word.
        pause: Seconds of silence that end a line.
    """
    line: list[Word] = []
    width = 0
    for word in words:
        width += len(word.text) + 1
        if line and (
            word.start - line[-1].end >= pause
            or word.speaker != line[-1].speaker
            or word.end - line[0].start > longest
            or width - 1 > widest
        ):
            yield line
            line, width = [], len(word.text) + 1
        line.append(word)
    if line:
        yield line


def text_of(transcript: Transcript) -> str:
    """Return a transcript's text; a line for each turn if its speakers are known."""
    if not any(word.speaker for word in transcript.words):
        return transcript.text
    turns = groupby(transcript.words, lambda word: word.speaker)
    return "\n".join(said(speaker, " ".join(w.text for w in words)) for speaker, words in turns)


def said(speaker: str, text: str) -> str:
    """Return what somebody says, with the speaker's name before it if there is one."""
    return f"{speaker}: {text}" if speaker else text
