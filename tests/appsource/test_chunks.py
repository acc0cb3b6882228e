"""A file of a large app is parsed in parts; what it binds and calls is the same as of the whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from winasr_doctor.appsource import chunks, parsing
from winasr_doctor.appsource.chunks import split, without
from winasr_doctor.appsource.file_index import LatePart
from winasr_doctor.appsource.shelf import Shelf
from winasr_doctor.appsource.source_file import SourceFile

CORPUS = Path(__file__).parent / "corpus"

TEXT = '''"""A module."""
import os

@cache
# a remark
@other(
    1,
)
class Engine:
    """Holds a model."""
    size = 1

    def run(self):
        return self.model.go(1)

LATER = run(2)

async def wait(
    a,
    b=len("x"),
):
    import json
    return json.dumps(a)
def helper(): return go(3)

if LATER:
    def inner(): go(4)
else:
    go(5)

def remember():
    global LATER, KEPT
    KEPT = 1

def helper(): return go(6)
'''


def as_part_of_a_large_app(text):
    return SourceFile("app.py", read=lambda: (text, ()), shelf=Shelf(0, 1), in_parts=True)


def dumped(nodes):
    return [ast.dump(node, include_attributes=True) for node in nodes]


def test_definitions_are_found_with_their_decorators():
    found = split(TEXT)
    assert [chunk.name for chunk in found] == ["Engine", "wait", "helper", "remember", "helper"]
    assert TEXT[found[0].start :].startswith("@cache")
    assert [TEXT.count("\n", 0, chunk.start) + 1 for chunk in found] == [c.line for c in found]
    rest = without(TEXT, found)
    assert rest.count("\n") == TEXT.count("\n")
    assert len(ast.parse(rest).body) == 4


@pytest.mark.parametrize(
    "text",
    [
        'x = """\ndef f(): pass\n"""\n',
        "x = '''\nclass A:\n  '''\n",
        'def f():\n    """\nclass A:\n    pass\n',
        'def f():\n    if line == \'"""\':\n        go()\nX = 1\ndef g():\n    return \'"""\'\n',
        "def f():\n    return \\\nX\n",
        "def f(): pass\n\fdef g(): pass\n",
        "x = 1\n",
        "",
    ],
)
def test_a_file_whose_text_may_mislead_is_not_split(text):
    assert split(text) == ()


def test_only_what_is_asked_for_is_parsed(monkeypatch):
    parsed, parse = [], parsing.parse
    monkeypatch.setattr(
        parsing, "parse", lambda text, path: (parsed.append(text.strip()), parse(text, path))[1]
    )
    file = as_part_of_a_large_app(TEXT)
    assert file.index.module.bindings["helper"] != []
    assert len(parsed) == 2  # the rest, and the function that may bind names of the module
    calls = [ast.unparse(call) for part in file.index.about("dumps") for call, _ in part.calls]
    assert "json.dumps(a)" in calls
    assert [text.split("(")[0] for text in parsed[2:]] == ["async def wait"]
    assert as_part_of_a_large_app(TEXT).imports == {"os": "os", "json": "json"}
    assert file.imports == {"os": "os", "json": "json"}
    assert len(parsed) == 6
    assert [type(each) for each in file.index.module.bindings["helper"]] == [LatePart] * 2
    first, second = file.index.module.bindings["helper"]
    assert second.parse().node.lineno > first.parse().node.lineno
    assert [each.node for each in file.index.module.bindings["helper"]] == [
        each.parse().node for each in (first, second)
    ]


CLASS = (
    '''
class Engine(Base):
    """Holds a model."""

    size = 1
    go(0)

    def load(self):
        self.model = made(1)

    @property
    def name(self):
        """A name.

  Not at the usual margin."""
        return self.model.name

    async def run(self):
        return self.model.go(2)

    def load(self):
        self.other = made(3)

    class Inner:
        def go(self):
            global KEPT
            KEPT = 1
'''
    + "# the end\n" * 100
    + "go(4)\n"
)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace("Holds a model.", "Holds a model.\n\nA line at the margin."),
        CLASS,
        CLASS.replace("    size = 1\n    go(0)\n", "").replace('"""Holds a model."""', ""),
        CLASS.replace("    class Inner", "    size = 2\n    class Inner"),
        CLASS.replace("self.model.go(2)", "(\n    self.model\n        .go(2)\n    )"),
        CLASS.replace("    ", "  ").replace("  size = 1\n  go(0)\n", ""),
        "class A:\n  def f(self):\n    def g():\n      go()\n" + "#" * 1_000,
        CLASS.replace("    async def", "    if size:\n        go()\n    async def"),
    ],
)
def test_the_parts_have_what_the_whole_file_has(text):
    compare_with_the_whole(text)


def test_the_parts_of_the_corpus_have_what_the_files_have(monkeypatch):
    monkeypatch.setattr(chunks, "_LARGE", 0)
    for path in sorted(CORPUS.rglob("*.py")):
        compare_with_the_whole(path.read_text(encoding="utf-8"))


def compare_with_the_whole(text):
    usual, late = SourceFile("app.py", text, ast.parse(text)), as_part_of_a_large_app(text)
    assert late.index.module.bindings.keys() == usual.index.module.bindings.keys()
    for name in ("calls", "dicts", "stores"):
        mine, others = ([each[0] for each in getattr(file.index, name)] for file in (late, usual))
        assert dumped(mine) == dumped(others)
    for mine, other in zip(late.index.scopes, usual.index.scopes, strict=True):
        assert list(mine.bindings) == list(other.bindings)
        for name, bindings in other.bindings.items():
            assert list(map(type, mine.bindings[name])) == list(map(type, bindings))
    assert dumped([late.tree]) == dumped([usual.tree])
    assert dumped(late.parents) == dumped(usual.parents)


def test_only_the_methods_that_are_asked_for_are_parsed():
    file = as_part_of_a_large_app(CLASS.replace("            global KEPT\n", ""))
    (engine,) = file.index.module.bindings["Engine"]
    definition = engine.parse()
    assert definition.scope.part is engine
    assert [part.chunk.name for part in engine.members if part.is_parsed] == []
    assert list(definition.scope.bindings) == ["size", "load", "name", "run", "Inner"]
    assert [part.chunk.line for part in engine.within("other")[1:]] == [21]
    assert [part.chunk.line for part in engine.members if part.is_parsed] == [21]
    calls = [ast.unparse(call) for part in file.index.about("made") for call, _ in part.calls]
    assert calls == ["go(0)", "made(1)", "made(3)", "go(4)"]
    assert [part.chunk.name for part in engine.members if part.is_parsed] == ["load", "load"]


def test_nodes_know_what_is_around_them():
    file = as_part_of_a_large_app(TEXT)
    calls = [each for part in file.index.about("model") for each in part.calls]
    ((call, scope),) = (each for each in calls if "model" in ast.unparse(each[0]))
    names = []
    node = call
    while node is not None:
        names.append(type(node).__name__)
        node = file.parent_of(node)
    assert names == ["Call", "Return", "FunctionDef", "ClassDef", "Module"]
    assert scope.node.name == "run"


def test_a_broken_function_is_told_when_it_is_parsed():
    file = as_part_of_a_large_app("import os\n\ndef f():\n    return (\n\ndef g():\n    go()\n")
    assert [ast.unparse(c) for part in file.index.about("go") for c, _ in part.calls] == ["go()"]
    assert file.problem is None
    assert [bound.parse() for bound in file.index.module.bindings["f"]] == [None]
    assert "line 4 is not valid Python" in file.problem
    assert file.index.module.bindings["f"] == []


def test_a_text_that_is_complete_only_with_the_rest_is_read_with_it():
    text = "def f(a=[\n1,\n2]): go()\n"
    file = as_part_of_a_large_app(text)
    assert dumped([file.tree]) == dumped([ast.parse(text)])
