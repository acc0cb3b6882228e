"""Says of each word who says it, by what a diarizer found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from winasr_doctor.asr.outcomes import Diarization, SpeakerSegment, Transcript, Word

FAR = 1.0
"""Seconds that a word may be away from a speaker's segment and still be theirs: models find the
edges of words and of speech at somewhat different times."""


def with_speakers(transcript: Transcript, diarization: Diarization) -> Transcript:
    """Return a transcript whose words have speakers.

    Args:
        transcript: With the times of its words; without them it stays as it is.
        diarization: Of the same recording.

    Returns:
        The transcript. Each word is said by whoever talks longest during it, or else by who talks
        nearest to it. Speakers are called `Speaker 1`, `Speaker 2` ... in the order in which they
        first talk.
    """
    segments = sorted(diarization.segments, key=lambda each: each.start)
    if not segments:
        return transcript
    called = {each: f"Speaker {n}" for n, each in enumerate(diarization.speakers, 1)}
    starts = [each.start for each in segments]
    reach = list(accumulate((each.end for each in segments), max))
    words = tuple(
        replace(word, speaker=called.get(_speaker(word, segments, starts, reach), ""))
        for word in transcript.words
    )
    return replace(transcript, words=words)


def _speaker(
    word: Word, segments: Sequence[SpeakerSegment], starts: Sequence[float], reach: Sequence[float]
) -> str:
    """Return the speaker of a word; `reach` is how far any segment up to each one lasts."""
    last = bisect_right(starts, word.end + FAR)
    first = bisect_right(reach, word.start - FAR, hi=last)
    near = segments[first:last]
    shares: dict[str, float] = {}
    for each in near:
        shared = min(each.end, word.end) - max(each.start, word.start)
        if shared > 0:
            shares[each.speaker] = shares.get(each.speaker, 0.0) + shared
    if shares:
        return max(shares, key=lambda speaker: shares[speaker])
    away = {each.speaker: max(each.start - word.end, word.start - each.end) for each in near}
    return min(away, key=lambda speaker: away[speaker], default="")
