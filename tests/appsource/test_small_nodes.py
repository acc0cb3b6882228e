"""A tree of small nodes is the same tree in less memory."""

from __future__ import annotations

import ast
import copy
import sys
from pathlib import Path

import pytest

from winasr_doctor.appsource.names import CHILD_FIELDS
from winasr_doctor.appsource.small_nodes import shrink

CORPUS = sorted((Path(__file__).parent / "corpus").rglob("*.py"))
MORE = (Path(__file__), Path(pytest.__file__))  # the embeddable Python has its library in a ZIP
NOWHERE = """
def f[T: int = str](a: int, /, b=1, *c, d: str = f"{a!r:>{b}}", **e) -> list[int]:
    match a:
        case {"x": [1, *rest], **others} | C(y=None) as z:
            del rest[0], others.x
    return [(yield), *c, a < b < 1, -a, lambda: ...]
"""


def small(text):
    tree = ast.parse(text)
    shrink(tree, CHILD_FIELDS)
    return tree


def sources():
    yield from (path.read_text(encoding="utf-8") for path in (*CORPUS[:20], *MORE))
    yield NOWHERE if sys.version_info >= (3, 13) else NOWHERE.replace("[T: int = str]", "")


@pytest.mark.parametrize("source", list(sources()))
def test_nothing_of_the_tree_changes(source):
    usual = ast.parse(source)
    tree = small(source)
    for each in (tree, copy.deepcopy(tree)):
        assert ast.dump(each, include_attributes=True) == ast.dump(usual, include_attributes=True)
    assert ast.unparse(tree) == ast.unparse(usual)
    assert [isinstance(node, ast.expr) for node in ast.walk(tree)] == [
        isinstance(node, ast.expr) for node in ast.walk(usual)
    ]


def test_frequent_nodes_need_no_dict():
    tree = small("def f(a: int = 1):\n    x = b.c(a, *d, k=e[0] + 1)\n    'text'\n")
    names = {type(node).__name__ for node in ast.walk(tree) if not vars(node)}
    frequent = {"Assign", "Attribute", "BinOp", "Call", "Constant", "Expr", "Name", "Subscript"}
    assert names - {"Load", "Store", "Add"} == frequent
