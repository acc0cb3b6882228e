"""Large and hostile texts take linear work and bounded memory; nothing raises."""

from __future__ import annotations

import io
import os
import sys
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laid_out import shown_in_text

from tests.diagnosis import forms
from tests.diagnosis.test_forms import FORMS, check
from winasr_doctor.diagnosis import diagnose
from winasr_doctor.diagnosis.json import as_json
from winasr_doctor.diagnosis.live import chain_of
from winasr_doctor.diagnosis.reading import large as parts
from winasr_doctor.diagnosis.reading import read, reduced
from winasr_doctor.diagnosis.reading.large import SMALL, relevant

LONG_RUN = "WINASR_DOCTOR_SOAK" in os.environ
PLAIN = forms.plain()
HOSTILE = {
    "tracebacks": PLAIN + "\n",
    "headings": "Traceback (most recent call last):\n",
    "joining sentences": forms.JOIN,
    "frames": '  File "a.py", line 1, in f\n',
    "frames of many processes": '[w7] File "a.py", line 1, in f\n',
    "errors": "x.AbcError: text\n",
    "messages": "could not open the file\n",
    "open quotes": "'C:\\",
    "open frames": 'File "',
    "open codes": "[WinError ",
    "dots": "a.",
    "escapes": "\x1b[",
    "written escapes": "\\x1b[1;",
    "entities": "&#1",
    "tags": "<span </",
    "braces": '{"a":',
    "backslashes": "\\n",
    "quotes": "> ",
    "spaces": " ",
    "empty lines": "\n",
    "carriage returns": "\r",
    "nulls": "a\0",
    "wide": "日本語 error\n",
    "boxes": "│ x.py:1 in f │\n",
    "carriers": "Caused by X(",
    "groups": "  | Traceback (most recent call last):\n  | ExceptionGroup: (2 sub-exceptions)\n",
}  # fmt: skip


def steps(text):
    """How many calls of Python and of C functions a diagnosis takes."""
    count = 0

    def see(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("kind", HOSTILE)
def test_twice_the_text_takes_at_most_about_twice_the_work(kind):
    part = HOSTILE[kind]
    size = max(1, 2_000 // len(part))
    assert steps(part * size * 4) < 2.6 * steps(part * size * 2) + 2_000


@pytest.mark.parametrize("kind", HOSTILE)
def test_of_a_large_text_only_a_part_is_kept(kind, monkeypatch):
    monkeypatch.setattr(parts, "_MOST_SURE", SMALL // 8)
    monkeypatch.setattr(parts, "_MOST_PERHAPS", SMALL // 8)
    text = HOSTILE[kind] * (2 * SMALL // len(HOSTILE[kind]))
    assert len(relevant(text)) <= SMALL


def noise(size):
    line = "2026-03-04 05:06:07,123 INFO app: processed piece 17 of speech.wav in 0.3 s\n"
    return line * (size // len(line))


@pytest.mark.parametrize("before", [0, 3 * SMALL, 9 * SMALL])
@pytest.mark.parametrize("after", [0, 3 * SMALL])
def test_a_traceback_is_found_anywhere_in_a_large_log(before, after):
    text = noise(before) + "12:00:01 ERROR app: it failed\n" + PLAIN + noise(after)
    diagnosis = check(text)
    assert any("it failed" in line for line in diagnosis.primary.log)


def test_the_log_before_an_error_is_kept_across_the_edge_of_a_block(monkeypatch):
    monkeypatch.setattr(parts, "_BLOCK", 1_000)
    text = noise(2 * SMALL) + "the model is of another version\n" * 99 + "ValueError: x\n"
    assert relevant(text).count("the model is of another version") == 99


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_large_file_is_read_piece_by_piece(encoding, monkeypatch):
    monkeypatch.setattr(parts, "_PIECE", SMALL + 3)
    monkeypatch.setattr(parts, "SMALL", SMALL // 4)
    document = (noise(4 * SMALL) + PLAIN + noise(4 * SMALL)).encode(encoding)
    kept = reduced(io.BytesIO(document))
    assert len(kept) < 4 * SMALL
    check(kept)


def test_the_first_and_the_last_of_very_many_errors_are_kept():
    many = "".join(f"ValueError: number {n}\n{noise(20_000)}" for n in range(1_000))
    kept = relevant(many)
    assert "number 0\n" in kept
    assert "number 999\n" in kept
    assert len(kept) < 12 * SMALL


BITS = ("\x00", "\x1b[", "│", "\n", "\r", "| ", "> ", "E   ", "Error: ", "{", "}", "\\n", "\\u00",
        "&#", "'", '"', "\ud800", "ExceptionGroup: x (2 sub-exceptions)\n", "Caused by X(",
        "RemoteTraceback:\n", "Original Traceback (most recent call last):\n", "    | ", 'File "',
        "During handling of the above exception, another exception occurred:", "Caught X in D",
        "Exception has occurred: X\n", "+ CategoryInfo :", "#012",
        "[WinError 3", "Traceback:\n")  # fmt: skip


@given(st.data())
@settings(deadline=None, max_examples=3_000 if LONG_RUN else 60)
def test_any_mutilated_form_gets_an_answer(data):
    text = data.draw(st.sampled_from(sorted(FORMS.values())))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 60)))
        bit = data.draw(st.sampled_from(BITS) | st.text(max_size=9))
        text = text[:start] + bit + text[end:]
    diagnosis = diagnose(text)
    assert shown_in_text(diagnosis)
    assert as_json(diagnosis)
    document = text.encode(data.draw(st.sampled_from(["utf-8", "utf-16-le"])), "replace")
    assert diagnose(document[data.draw(st.integers(0, len(document))) :])


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_get_an_answer(document):
    assert shown_in_text(diagnose(document))


ERRORS = st.builds(
    lambda kind, text: kind(text),
    st.sampled_from([ValueError, RuntimeError, OSError, LookupError, ImportError]),
    st.sampled_from(["", "x", "two\nlines", "'quoted'", "a: b", "CUDA out of memory"]),
)


def raised(errors, explicit):
    """Raise errors, each while the one before is handled."""
    error, *others = errors
    try:
        try:
            raise error  # noqa: TRY301 - it must have a frame
        except Exception as before:
            if not others:
                raise
            # The one that is raised next leaves its own frames behind.
            raise raised(others, explicit) from (before if explicit else None)
    except Exception as out:  # noqa: BLE001 - the subject of the test
        return out


@given(st.lists(ERRORS, min_size=1, max_size=5), st.booleans())
@settings(deadline=None, max_examples=60)
def test_the_text_of_a_live_exception_gives_its_chain(errors, explicit):
    live = raised(errors, explicit)
    text = "".join(traceback.format_exception(live))
    (chain,) = read(text)
    shown = [node for node in chain_of(live) if explicit or node.exception is live]
    assert [node.kind for node in chain] == [node.kind for node in shown]
    assert [node.frames for node in chain] == [node.frames for node in shown]
    assert [node.message for node in chain] == [node.message.strip() for node in shown]
