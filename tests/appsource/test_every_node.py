"""Every kind of node, and every field, that the running Python's `ast` has can be read.

The trees are made from the grammar that `ast` itself keeps in the docstrings of its classes.
"""

from __future__ import annotations

import ast
import os
import random
import re
import sys
import warnings

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.revision_uses import find_revisions
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.findings import Status
from winasr_doctor.testing import compute_check, machine

FIELD = re.compile(r"(\w+)([*?]?) (\w+)")
PLAIN = {
    "identifier": ("revision", "model", "x"),
    "string": ("text",),
    "constant": ("pin", 1, None, ...),
    "int": (0, 1),
}
NOT_READ = {"annotation", "returns", "type_params", "name", "names", "op", "ops", "ctx"}
"""Fields in which no call is looked for."""
DEFAULTS = {"defaults", "kw_defaults"}
EACH = int(os.environ.get("WINASR_DOCTOR_TREES", "8"))
"""How many trees are made of each kind; more for a long run."""

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # some names are deprecated
    KINDS = [
        kind
        for kind in vars(ast).values()
        if isinstance(kind, type) and issubclass(kind, ast.AST) and kind.__module__ == "ast"
        if kind.__doc__ and re.match(rf"{kind.__name__}(\(|$)", kind.__doc__)
    ]


def members(name):
    """Return the kinds that may stand where the grammar says `expr`, `stmt` ..."""
    base = getattr(ast, name)
    return [kind for kind in KINDS if issubclass(kind, base)]


def grammar(kind):
    """Return the fields of a kind: name, `*`, `?` or nothing, and what may stand there."""
    return [(name, count, of) for of, count, name in FIELD.findall(kind.__doc__)]


class Maker:
    """Makes nodes with whatever the grammar allows in each of their fields."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - for tests

    def node(self, kind, depth):
        fields = {name: self.field(count, of, depth) for name, count, of in grammar(kind)}
        made = kind(**fields)
        made.lineno = made.end_lineno = 1
        made.col_offset = made.end_col_offset = 0
        agree(made)
        return made

    def field(self, count, of, depth):
        if count == "*":
            number = self.random.randint(0, 2) if depth else 0
            return [self.value(of, depth) for _ in range(number)]
        if count == "?" and (not depth or self.random.random() < 0.3):
            return None
        return self.value(of, depth)

    def value(self, of, depth):
        if of in PLAIN:
            return self.random.choice(PLAIN[of])
        if not depth:
            return call() if of == "expr" else self.node(min(members(of), key=size), 0)
        return self.node(self.random.choice(members(of)), depth - 1)

    def tree(self, kind):
        """Return a module that has such a node in it."""
        node = self.node(kind, 3)
        while not isinstance(node, ast.mod):
            node = self.around(node)
        body = getattr(node, "body", [])
        return ast.Module(body if isinstance(body, list) else [ast.Expr(body)], [])

    def around(self, part):
        """Return a node that has this one in one of its fields."""
        places = [
            (kind, name, count)
            for kind in KINDS
            for name, count, of in grammar(kind)
            if of not in PLAIN and isinstance(part, getattr(ast, of))
        ]
        kind, name, count = next(
            (place for place in places if issubclass(place[0], (ast.mod, ast.stmt))), places[0]
        )
        holder = self.node(kind, 1)
        setattr(holder, name, [part] if count == "*" else part)
        agree(holder)
        return holder


def size(kind):
    return len(grammar(kind))


def call():
    made = ast.Call(ast.Name("f", ast.Load()), [], [])
    made.lineno, made.col_offset = 1, 0
    return made


def agree(node):
    """Let lists that belong together be as long as the parser makes them."""
    if isinstance(node, ast.Dict):
        node.keys = [*node.keys, None, None][: len(node.values)]
    elif isinstance(node, ast.arguments):
        node.defaults = node.defaults[: len(node.posonlyargs) + len(node.args)]
        node.kw_defaults = [*node.kw_defaults, None, None][: len(node.kwonlyargs)]


def calls_in(node):
    """Find calls the plain way: through every field, whatever it is."""
    found = [node] if isinstance(node, ast.Call) else []
    for name, value in ast.iter_fields(node):
        if name in NOT_READ or (isinstance(node, ast.arguments) and name not in DEFAULTS):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                found.extend(calls_in(item))
    return found


def test_the_grammar_is_in_the_docstrings():
    assert {ast.Import, ast.Call, ast.arguments, ast.Match, ast.JoinedStr} <= set(KINDS)
    assert ("names", "*", "alias") in grammar(ast.Import)
    assert (hasattr(ast, "TemplateStr")) == (sys.version_info >= (3, 14))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_node_is_read(kind):
    for seed in range(EACH):
        tree = Maker(f"{kind.__name__} {seed}").tree(kind)
        file = SourceFile("app.py", "revision", tree)
        assert {id(node) for node, _ in file.index.calls} == set(map(id, calls_in(tree)))
        assert file.parents is not None
        assert file.imports is not None
        app = Application(files=(file,))
        for node, scope in file.index.calls:
            app.constants.literals(node.func, scope)
        find_revisions(app)


def test_a_function_in_an_annotation_is_not_followed(tmp_path):
    (tmp_path / "app.py").write_text("def f(model: (lambda: 'm')):\n    want(model.revision)\n")
    app = read_application([tmp_path])
    ((call, scope),) = app.files[0].index.calls
    assert not app.constants.literals(call.args[0], scope)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="lazy imports are new in Python 3.15")
@pytest.mark.parametrize("lazy", ["", "lazy "])
def test_a_lazy_import_is_an_import(tmp_path, lazy):
    (tmp_path / "app.py").write_text(
        f"{lazy}from nemo.collections.asr.models import ASRModel as A\n{lazy}import gradio as g\n"
        "A.restore_from('m.nemo').transcribe(['a.wav'], num_workers=4)\n",
        encoding="utf-8",
    )
    app = read_application([tmp_path])
    (file,) = app.files
    assert file.imports == {"A": "nemo.collections.asr.models.ASRModel", "g": "gradio"}
    (result,) = compute_check("APP001", machine(app))
    assert result.status is Status.FAIL


@pytest.mark.skipif(sys.version_info < (3, 14), reason="t-strings are new in Python 3.14")
def test_a_t_string_is_walked_and_is_no_text(tmp_path):
    (tmp_path / "app.py").write_text(
        "PIN = t'2399591'\nwant(PIN)\nx = t'{want(1)!r:>{want(2)}} is {f'{want(3)}'}'\n",
        encoding="utf-8",
    )
    app = read_application([tmp_path])
    (file,) = app.files
    wanted = [app.constants.literals(call.args[0], scope) for call, scope in file.index.calls]
    assert [[each.value for each in literals] for literals in wanted] == [[], [1], [2], [3]]
