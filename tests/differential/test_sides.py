"""The processes that carry out the sequences; they need no Windows."""

from __future__ import annotations

import sys

import pytest

from . import sides
from .sides import HungError, Side
from .steps import OK, Step


@pytest.fixture
def linux(tmp_path):
    side = sides.linux(tmp_path)
    yield side
    side.stop()


def carry_out(side, *steps):
    side.ask(steps)
    return side.answer(steps)


def test_each_step_has_an_outcome_and_the_disk_is_listed(linux):
    answer = carry_out(linux, Step("keep open", "a", "r"), Step("unlink", "a"), Step("unlink", "b"))
    assert answer.outcomes == (OK, ("PermissionError", 32, "EACCES"), OK)
    assert answer.situations == (None, "OPEN", None)
    assert answer.left == ("a 11", "d/", "d/a 13", "d/e/", "d/e/a 14", "g/")


def test_nothing_is_held_from_one_sequence_to_the_next(linux):
    carry_out(
        linux, Step("chdir", "g"), Step("other keep open", "a", "r"), Step("start child", "g")
    )
    answer = carry_out(linux, Step("unlink", "a"), Step("rmtree", "g"), Step("rmtree", "d"))
    assert set(answer.outcomes) == {OK}
    assert answer.left == ("b 12",)


@pytest.mark.parametrize(
    "holding",
    [
        [Step("other keep open", "g/new", "w")],
        [Step("keep open", "g/new", "w"), Step("start child"), Step("close")],
        [Step("start child", "g")],
        [Step("open and close", "g/new", "w"), Step("map", "g/new", "r")],
    ],
    ids=["another process", "a child that inherited", "a child's current directory", "a map"],
)
def test_what_is_held_anywhere_is_in_the_way(linux, holding):
    answer = carry_out(linux, *holding, Step("rmtree", "g"))
    assert answer.outcomes[-1] == ("PermissionError", 32, "EACCES")


def test_a_sequence_that_hangs_is_named_and_the_next_one_gets_a_new_process(tmp_path, monkeypatch):
    monkeypatch.setattr(sides, "LIMIT", 2.0)
    worker = "print('{}', flush=True); print('[]' if 'rmdir' in input() else input(), flush=True)"
    side = Side("Test", tmp_path, [sys.executable, "-I", "-S", "-c", worker])
    with pytest.raises(HungError, match=r"Test took more than 2 s during: unlink a"):
        carry_out(side, Step("unlink", "a"))
    monkeypatch.setattr(sides, "LIMIT", 60.0)  # a busy machine takes its time to start another
    side.ask([Step("rmdir", "g")])
    assert side._line("the next one") == b"[]"
    side.stop()
