"""Whether a call passes an argument, by its text: it may say yes too often, never no."""

from __future__ import annotations

import ast

import pytest

from winasr_doctor.appsource.call_texts import Argument, may_pass

PASSED = [
    "load(revision=1)",
    "load(a, revision = 1)",
    "load(f(x), revision=1)",
    "load(**settings)",
    "load(a, *b, **c)",
    "load \\\n(revision=1)",
    "x.load(\n    a,  # )\n    revision=1)",
    "load(')', revision=1)",
    'load(""")""", revision=1)',
    "load(lambda x, y=1: x, revision=1)",
    "load(x == 1, revision=1)",
    "load(x)(1)\nload(revision=1)",
]
NOT_PASSED = [
    "load()",
    "load(x)",
    "load(a=1, b=2, c=3)",
    "load(x, revise=1)",
    "load(f(revision=1))",
    "reload(revision=1)",
    "loads(revision=1)",
    "load(x == revision, y <= revision)",
    "load('revision=1')",
    "load(x  # revision=1\n)",
    "load([revision, revision], {1: 2, 3: 4})",
    "load; f(revision=1)",
]


@pytest.mark.parametrize("text", PASSED)
def test_what_passes_an_argument_is_seen(text):
    assert may_pass(text, "load", Argument("revision", None))


@pytest.mark.parametrize("text", NOT_PASSED)
def test_what_does_not_pass_it_is_left_out(text):
    ast.parse(text)
    assert not may_pass(text, "load", Argument("revision", None))


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("load()", 0),
        ("load(a)", 0),
        ("load(a, (b, c), [d, e])", 2),
        ("load(a, b, c=1, d=2)", 2),
        ("load(a, x := 1, y)", 2),
        ("load(*a, b)", 1),
    ],
)
def test_an_argument_is_counted_by_its_place(text, most):
    reached = [place for place in range(5) if may_pass(text, "load", Argument("x_", place))]
    assert reached == list(range(most + 1))
