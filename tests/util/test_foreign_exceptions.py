from __future__ import annotations

import sys

import pytest

from winasr_doctor._util import foreign_exceptions
from winasr_doctor._util.foreign_exceptions import attribute_of, contexts, first_line, text_of, walk


class SilentError(Exception):
    """Its text and its attribute cannot be read."""

    fails_with: type[BaseException] = TypeError

    def __str__(self) -> str:
        raise self.fails_with

    @property
    def filename(self) -> str:
        raise OSError


class ManyError(Exception):
    """A group, also for Python 3.10; `exceptions` is what makes it one."""

    def __init__(self, *exceptions: object) -> None:
        super().__init__()
        self.exceptions = exceptions


def linked(
    error: Exception, cause: Exception | None = None, context: Exception | None = None
) -> Exception:
    error.__cause__, error.__context__ = cause, context  # a cause suppresses the context
    return error


def test_causes_come_before_contexts_and_these_before_members():
    deep, cause, context = KeyError("deep"), ValueError("cause"), OSError("context")
    one, two = MemoryError(), EOFError()
    linked(cause, context=deep)
    outer = linked(ManyError(one, "no exception", two), cause, context)
    assert list(walk(outer)) == [outer, cause, deep, context, one, two]


def test_a_context_behind_from_none_is_reached():
    context = OSError("context")
    outer = linked(ValueError("outer"), context=context)
    outer.__suppress_context__ = True
    assert list(walk(outer)) == [outer, context]
    assert list(contexts(outer)) == [context]


def test_contexts_are_neither_causes_nor_members():
    inner, context = KeyError("inner"), OSError("context")
    linked(context, cause=ValueError("its cause"), context=inner)
    outer = linked(ManyError(MemoryError()), ValueError("cause"), context)
    assert list(contexts(outer)) == [context, inner]


def test_each_of_a_cycle_comes_once():
    first, second = ValueError("a"), KeyError("b")
    linked(first, context=second)
    linked(second, cause=first, context=first)
    assert list(walk(first)) == [first, second]
    assert list(contexts(first)) == [second, first]


def test_an_endless_chain_ends(monkeypatch: pytest.MonkeyPatch):
    class EndlessError(Exception):
        @property
        def __context__(self) -> Exception:
            kept.append(EndlessError())
            return kept[-1]

    kept: list[Exception] = []
    monkeypatch.setattr(foreign_exceptions, "LONGEST_CHAIN", 50)
    assert len(list(walk(EndlessError()))) == 50
    assert len(list(contexts(EndlessError()))) == 50


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_a_real_group_is_looked_into():
    member = KeyError("x")
    group = ExceptionGroup("several", [member])  # noqa: F821
    assert list(walk(group)) == [group, member]


def test_a_text_or_an_attribute_that_fails_is_survived():
    assert text_of(SilentError()) == ""
    assert text_of(SilentError(), "(none)") == "(none)"
    assert first_line(SilentError()) == "SilentError"
    assert attribute_of(SilentError(), "filename") is None


def test_an_interruption_in_a_text_goes_on_unless_it_is_to_be_survived():
    error = SilentError()
    error.fails_with = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        text_of(error)
    assert text_of(error, "(none)", survive=BaseException) == "(none)"


@pytest.mark.parametrize(
    ("text", "line"), [("", "ValueError"), (" \n", "ValueError"), ("\n a \n b", "a "), ("a", "a")]
)
def test_the_first_line_of_a_text(text: str, line: str):
    assert first_line(ValueError(text)) == line
