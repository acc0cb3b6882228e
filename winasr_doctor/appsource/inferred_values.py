"""The values that an expression can have, as far as that is known without running it."""

from __future__ import annotations

import ast
from typing import NamedTuple

from winasr_doctor.appsource.index import FunctionNode, Parameter, Scope
from winasr_doctor.appsource.source_file import SourceFile


class Literal(NamedTuple):
    """A constant, and where it is written."""

    value: object
    """A `str`, `int`, `float`, `bool`, `bytes`, `complex`, `None` or `...`."""
    file: SourceFile
    node: ast.expr
    """The literal itself; for an f-string or a sum of strings, that whole expression."""
    exact: bool = True
    """Whether replacing the node with another literal changes the value to exactly that literal."""


class ContainerLiteral(NamedTuple):
    """A dict, list, tuple or set as written, or a comprehension of one."""

    node: ast.expr
    scope: Scope


class ImplicitTuple(NamedTuple):
    """A tuple that is not written in the source, such as what `dict.items()` yields."""

    items: tuple[tuple[Term, ...], ...]


class CallResult(NamedTuple):
    """The result of a call: an instance, a namespace, a dict made by `dict(...)`."""

    node: ast.Call
    scope: Scope


class Class(NamedTuple):
    """A class of the app, or an instance of it if the difference does not matter."""

    node: ast.ClassDef
    scope: Scope


class Function(NamedTuple):
    """A function of the app."""

    node: FunctionNode
    scope: Scope


class Imported(NamedTuple):
    """A module, or a member of a module that is not part of the app."""

    name: str
    """Dotted and complete, such as `nemo.collections.asr.models.ASRModel`."""
    importer: SourceFile
    file: SourceFile | None = None
    """The module's file, if it is part of the app."""


class Keywords(NamedTuple):
    """The `**name` parameter of a function."""

    parameter: Parameter


Term = (
    Literal | ContainerLiteral | ImplicitTuple | CallResult | Class | Function | Imported | Keywords
)


def identity(term: Term) -> tuple[object, ...]:
    """Return what distinguishes a term from others, even if it was created twice."""
    if isinstance(term, Literal):
        return Literal, id(term.node), term.value
    if isinstance(term, Imported):
        return Imported, term.name
    if isinstance(term, Keywords):
        return Keywords, id(term.parameter.function)
    if isinstance(term, ImplicitTuple):
        return ImplicitTuple, *(identity(item) for items in term.items for item in items[:1])
    return type(term), id(term.node)


def distinct(terms: list[Term]) -> list[Term]:
    """Return the terms without duplicates, in their order."""
    if len(terms) < 2:  # noqa: PLR2004 - the usual case
        return terms
    seen: dict[object, Term] = {}
    for term in terms:
        seen.setdefault(identity(term), term)
    return list(seen.values())
