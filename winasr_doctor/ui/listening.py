"""Writes what a recording is listened to with: its player, its waveform and its words.

Gradio's `Audio` hides its player from other parts of the page: a word could neither start it nor
follow it, and it decodes a recording of hours at once in the browser's memory. So this is the
browser's own player; page.js connects it with the words.
"""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from winasr_doctor.asr.outcomes import Transcript, Word
from winasr_doctor.transcripts.progress_words import clock
from winasr_doctor.transcripts.segments import lines
from winasr_doctor.ui import texts
from winasr_doctor.ui.status import clean
from winasr_doctor.ui.waveform import BARS, loudness

UNSURE = 0.6
"""Confidence below which a word is marked."""

LONGEST_PARAGRAPH = 30.0
"""Seconds of a paragraph at most."""

_PARAGRAPH_ENDS = 1.5
"""Seconds of silence between two paragraphs."""

_HEIGHT = 40
_FILE = "gradio_api/file="
"""The address of files. Source: Gradio's `routes.py`."""


def players(paths: Sequence[str], names: Sequence[str], seconds: Sequence[float | None]) -> str:
    """Write a player for each recording; all but one are hidden.

    Args:
        paths: The recordings' files.
        names: What to call them.
        seconds: Their lengths, if known.
    """
    if not paths:
        return ""
    figures = "".join(
        _player(index, *each) for index, each in enumerate(zip(paths, names, seconds, strict=True))
    )
    return f'<div class="winasr-players">{_chooser(names)}{figures}</div>'


def _chooser(names: Sequence[str]) -> str:
    if len(names) == 1:
        return ""
    options = "".join(
        f'<option value="{n}">{_shown(name)}</option>' for n, name in enumerate(names)
    )
    label = _shown(texts.LISTEN_TO)
    return f'<label>{label} <select class="winasr-chooser">{options}</select></label>'


def _player(index: int, path: str, name: str, seconds: float | None) -> str:
    length = f", {clock(seconds)}" if seconds else ""
    address = html.escape(_FILE + quote(path.replace("\\", "/")))
    return (
        f'<figure data-recording="{index}"{" hidden" if index else ""}>'
        f"<figcaption>{_shown(name + length)}</figcaption>"
        f'<div class="winasr-wave" aria-hidden="true">{_wave(loudness(path))}<i></i></div>'
        f'<audio controls preload="metadata" src="{address}" aria-label="{_shown(name)}"></audio>'
        f'<p class="winasr-unplayable" role="alert" hidden>{_shown(texts.UNPLAYABLE)}</p>'
        "</figure>"
    )


def _wave(bars: Sequence[float]) -> str:
    if not bars:
        return ""
    middle = _HEIGHT / 2
    path = "".join(
        f"M{n}.5 {middle - max(1, each * middle):.0f}V{middle + max(1, each * middle):.0f}"
        for n, each in enumerate(bars)
    )
    box = f'viewBox="0 0 {BARS} {_HEIGHT}" preserveAspectRatio="none"'
    return f'<svg {box}><path d="{path}"/></svg>'


def note(said: str, text: str) -> str:
    """Write what was done with a changed text, and tell page.js which text this was.

    Args:
        said: What was done.
        text: The changed text.
    """
    number, units = uuid.uuid4().hex, len(text.encode("utf-16-le", "surrogatepass")) // 2
    return f'<p class="winasr-note" data-answer="{number}" data-length="{units}">{_shown(said)}</p>'


def words(transcripts: Sequence[Transcript], names: Sequence[str]) -> str:
    """Write the words of transcripts, so that each can be played.

    Args:
        transcripts: The transcripts.
        names: The names of all recordings, in the order of their players.
    """
    timed = [each for each in transcripts if each.words]
    if not timed:
        return ""
    places = {name: place for place, name in enumerate(names)}
    parts = [
        _words(each, places.get(each.source, place), several=len(names) > 1)
        for place, each in enumerate(transcripts)
        if each.words
    ]
    unsure = any(_is_unsure(word) for each in timed for word in each.words)
    hint = " ".join((texts.WORDS_HINT, texts.UNSURE_HINT)[: 1 + unsure])
    return (
        f'<p class="winasr-hint" id="winasr-hint">{_shown(hint)}</p>'
        f'<div class="winasr-words" tabindex="-1">{"".join(parts)}</div>'
    )


def _words(transcript: Transcript, index: int, *, several: bool) -> str:
    name = clean(transcript.source)
    title = f"<h3>{html.escape(name)}</h3>" if several else ""
    label = html.escape(texts.WORDS_OF.format(name=name))
    return (
        f'<section data-recording="{index}" role="group" aria-label="{label}"'
        f' aria-describedby="winasr-hint">{title}{"".join(_paragraphs(transcript))}</section>'
    )


def _paragraphs(transcript: Transcript) -> Iterator[str]:
    first, speaker = True, ""
    for line in lines(transcript.words, longest=LONGEST_PARAGRAPH, pause=_PARAGRAPH_ENDS):
        said = line[0].speaker
        who = f"<strong>{_shown(said)}</strong> " if said and said != speaker else ""
        shown = " ".join(_word(word, first=first and not n) for n, word in enumerate(line))
        yield f"<p><time>{clock(int(line[0].start))}</time> {who}{shown}</p>"
        first, speaker = False, said


def _word(word: Word, *, first: bool) -> str:
    unsure = ""
    if word.confidence is not None and _is_unsure(word):
        title = texts.UNSURE.format(share=word.confidence)
        unsure = f' class="unsure" title="{html.escape(title)}"'
    return (
        f'<span role="button" tabindex="{0 if first else -1}" data-start="{word.start:.2f}"'
        f' data-end="{word.end:.2f}"{unsure}>{_shown(word.text)}</span>'
    )


def _is_unsure(word: Word) -> bool:
    return word.confidence is not None and word.confidence < UNSURE


def _shown(text: str) -> str:
    return html.escape(clean(text))
