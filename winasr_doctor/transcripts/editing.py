"""Takes over the changes that somebody made to a text, and keeps the times of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from winasr_doctor.asr.outcomes import Transcript, Word
from winasr_doctor.report.escaping import visible
from winasr_doctor.transcripts.document import name_of
from winasr_doctor.transcripts.segments import text_of

_SHORTEST = 0.04
"""Seconds that an added word needs; without them it shares the time of the word before it."""

_TURN = re.compile(r"([^:\n]{1,40}): +")


class HeadingMissingError(ValueError):
    """Nobody can say which text belongs to which recording.

    Args:
        name: The recording whose name does not stand on a line of its own any more.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def page_text(transcripts: Sequence[Transcript], *, named: bool) -> str:
    """Return texts for editing, each with its recording's name on the line above if `named`."""
    return "\n\n".join(
        (f"{name_of(each.source)}\n" if named else "") + visible(text_of(each))
        for each in transcripts
    )


def all_edited(
    transcripts: Sequence[Transcript], text: str, *, named: bool
) -> tuple[Transcript, ...]:
    """Return transcripts with the texts that somebody made of `page_text`.

    Raises:
        HeadingMissingError: The line with a recording's name is gone.
    """
    if not named:
        return tuple(edited(each, text) for each in transcripts[:1])
    lines = text.splitlines()
    starts: list[int] = []
    for name in (name_of(each.source) for each in transcripts):
        first = starts[-1] + 1 if starts else 0
        found = (n for n in range(first, len(lines)) if lines[n].strip() == name)
        try:
            starts.append(next(found))
        except StopIteration:
            raise HeadingMissingError(name) from None
    ends = (*starts[1:], len(lines))
    return tuple(
        edited(each, "\n".join(lines[start + 1 : end]))
        for each, start, end in zip(transcripts, starts, ends, strict=True)
    )


def edited(transcript: Transcript, text: str) -> Transcript:
    """Return a transcript with another text.

    Words that are still there keep their times; words in the place of others share the time of
    those. Nothing is known of the confidence of new ones. If speakers are known, a line begins with
    the name of its speaker, which may be another one.

    Args:
        transcript: As the model made it.
        text: The text in its place.
    """
    text = text.strip()
    if text == text_of(transcript).strip():
        return transcript
    if not transcript.words:
        return replace(transcript, text=text)
    has_speakers = any(word.speaker for word in transcript.words)
    wanted = list(_turns(text)) if has_speakers else [(word, "") for word in text.split()]
    words = tuple(_aligned(transcript, wanted))
    plain = " ".join(word.text for word in words) if has_speakers else text
    return replace(transcript, text=plain, words=words)


def _turns(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word with its speaker; a line without one goes on with the last speaker."""
    speaker = ""
    for line in text.splitlines():
        turn = _TURN.match(f"{line.lstrip()} ")
        if turn:
            speaker = turn[1].strip()
        for word in (line.lstrip()[turn.end() :] if turn else line).split():
            yield word, speaker


def _aligned(transcript: Transcript, wanted: Sequence[tuple[str, str]]) -> Iterator[Word]:
    old, texts = transcript.words, [text for text, _ in wanted]
    for kind, first, last, begin, end in _changes([word.text for word in old], texts):
        new = wanted[begin:end]
        if kind == "equal":
            pairs = zip(old[first:last], new, strict=True)
            yield from (replace(word, speaker=speaker) for word, (_, speaker) in pairs)
        elif new:
            yield from _spread(new, *_room(transcript, first, last, len(new)))


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the steps from old words to new ones, as `SequenceMatcher.get_opcodes` does.

    Most changes are in one place, so what is equal before and after it is not searched.
    """
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    most -= head
    tail = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    ends = len(old) - tail, len(new) - tail
    yield "equal", 0, head, 0, head
    matcher = SequenceMatcher(None, old[head : ends[0]], new[head : ends[1]], autojunk=False)
    for kind, *places in matcher.get_opcodes():
        first, last, begin, end = (place + head for place in places)
        yield kind, first, last, begin, end
    yield "equal", ends[0], len(old), ends[1], len(new)


def _room(transcript: Transcript, first: int, last: int, count: int) -> tuple[float, float]:
    """Return the start and end that new words have in the place of old ones."""
    old = transcript.words
    if first < last:
        return old[first].start, old[last - 1].end
    start = old[first - 1].end if first else 0.0
    end = old[first].start if first < len(old) else max(transcript.duration, start)
    if end - start < _SHORTEST * count and first:
        start, end = old[first - 1].start, old[first - 1].end
    return start, max(start, end)


def _spread(words: Sequence[tuple[str, str]], start: float, end: float) -> Iterator[Word]:
    """Yield words that share a stretch of time by their lengths."""
    letters = sum(len(text) for text, _ in words)
    each = (end - start) / letters
    for text, speaker in words:
        yield Word(text, start, min(end, start + each * len(text)), speaker=speaker)
        start += each * len(text)
