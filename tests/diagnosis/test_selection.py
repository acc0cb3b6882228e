"""Which of several errors is the one to explain, and what the others are called."""

from __future__ import annotations

import pytest

from winasr_doctor.diagnosis.nodes import ErrorNode, Frame
from winasr_doctor.diagnosis.selection import best_first, names_of

FRAMES = (Frame("app.py", "main"),)
PRINTED = ("Exception ignored in: <function f>",)


def unknown(_chain, _node):
    return 0.0


def order(*chains):
    return best_first(chains, unknown, lambda _chain: False)


def name(node):
    (found,) = names_of([(node,)], (ErrorNode("Chosen", ""),), unknown, lambda _chain: None)
    return found


@pytest.mark.parametrize("known", [{"kind": "ValueError"}, {"message": "it failed"}])
def test_a_traceback_comes_before_a_later_line_of_a_log(known):
    traceback = ErrorNode(**{"kind": "", "message": "", **known}, frames=FRAMES)
    assert order((traceback,), (ErrorNode("KeyError", "'x'"),)) == [0, 1]


def test_frames_without_an_exception_are_no_traceback():
    assert order((ErrorNode("KeyError", "'x'"),), (ErrorNode("", "", frames=FRAMES),)) == [0, 1]


def test_what_python_only_printed_comes_last():
    printed = ErrorNode("ValueError", "late", frames=FRAMES, log=PRINTED)
    assert order((ErrorNode("KeyError", "'x'"),), (printed,)) == [0, 1]


def test_only_the_reported_exception_says_that_it_was_printed():
    reported = ErrorNode("ValueError", "real", frames=FRAMES)
    hidden = ErrorNode("OSError", "hidden", frames=FRAMES, log=PRINTED)
    assert order((ErrorNode("KeyError", "'x'"),), (reported, hidden)) == [1, 0]


def test_a_name_has_eighty_characters_without_repeated_blanks():
    found = name(ErrorNode("ValueError", "word    " * 40))
    assert found == f"{('ValueError: ' + 'word ' * 20)[:80]} ..."
