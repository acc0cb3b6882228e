"""A file for a newer Python is said to need it; any other mistake stays a mistake."""

from __future__ import annotations

import sys

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.appsource.newer_python import needed_python

NEWER = [
    ("try: pass\nexcept* ValueError: pass\n", 2, (3, 11)),
    ("x = a[*b]\n", 1, (3, 11)),
    ("def f(*a: *T): pass\n", 1, (3, 11)),
    ("x = 1\ntype X = int\n", 2, (3, 12)),
    ("type X[T] = list[T]\n", 1, (3, 12)),
    ("async def f[T](x: T): pass\n", 1, (3, 12)),
    ("class A[T]: pass\n", 1, (3, 12)),
    ("class A[T = int]: pass\n", 1, (3, 13)),
    ("x = t'{a}'\n", 1, (3, 14)),
    ("try: pass\nexcept A, b.B: pass\n", 2, (3, 14)),
    ("lazy import json\n", 1, (3, 15)),
    ("lazy from a import b\n", 1, (3, 15)),
    ("x = [*a for a in b]\n", 1, (3, 15)),
    ("x = {**a for a in b}\n", 1, (3, 15)),
    ("class A[T]: pass\nlazy import x\n", 1, (3, 15)),
]


@pytest.mark.parametrize(("text", "line", "python"), NEWER)
def test_newer_syntax_is_recognised(text, line, python):
    error = SyntaxError("invalid syntax", ("a.py", line, 1, text))
    found = needed_python(text, error, (3, 10))
    assert (found.python, found.line) == (python, line)
    assert found.version == f"3.{python[1]}"
    assert needed_python(text, error, python) is None


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python parses them")
@pytest.mark.parametrize(
    "text",
    [
        'x = f"{d["a"]}"\n',
        'x = f"{", ".join(y)}"\n',
        "x = f\"{'\\n'.join(y)}\"\n",
        "x = f'{\n  a\n}'\n",
        "x = f'''{\n a # c\n}'''\n",
        'print(f"{f"{x}"}")\n',
    ],
)
def test_an_f_string_of_python_3_12_is_recognised(tmp_path, text):
    (tmp_path / "a.py").write_text(text)
    (sentence,) = read_application([tmp_path]).unreadable
    assert "this file needs Python 3.12 or newer (line 1 has " in sentence
    assert sentence.endswith("; run the scan with it")


MISTAKES = [
    "def f(:\n",
    "print 'x'\n",
    pytest.param(
        "try: pass\nexcept A, error: pass\n",
        marks=pytest.mark.skipif(
            sys.version_info >= (3, 14), reason="Python 3.14 takes it for two exceptions"
        ),
    ),
    "x = f'{a\n",
    "x = f'{a}\n",
    "x = f'{a b}'\n",
    "type = = 3\n",
    "def f(:\n    pass\ntype X = int\n",
    "x = 1 1\n# lazy import json\n",
    "x = 1 1\nlazy import json\nclass A[T = int]: pass\n",
    " x = 1\n",
    "x = '''\n",
]


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_still_one(tmp_path, text):
    (tmp_path / "a.py").write_text(text)
    (sentence,) = read_application([tmp_path]).unreadable
    assert f"is not valid Python {sys.version_info.major}.{sys.version_info.minor}" in sentence


def test_a_long_line_is_not_looked_into():
    text = "lazy import x\n" + "x;" * 20_000
    assert needed_python(text, SyntaxError("invalid", ("a.py", 1, 1, text)), (3, 10)) is None
