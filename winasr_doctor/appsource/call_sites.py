"""The calls of an app as values, and what surrounds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from winasr_doctor.appsource.index import Import, Scope, Value
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name

WRAPPERS = frozenset({"partial", "partialmethod", "wraps", "lru_cache", "cache", "update_wrapper"})
"""Calls that return a callable which runs their first argument."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
"""What makes a scope of its own for `return`."""


class Site(NamedTuple):
    """A call and the scope it is in."""

    call: ast.Call
    scope: Scope

    @property
    def file(self) -> SourceFile:
        """The file that contains the call."""
        return self.scope.file

    @property
    def function(self) -> Scope | None:
        """The scope of the innermost function around the call; `None` at module level."""
        return function_around(self.scope)


class CallPaths:
    """The calls that lead to the given ones, and the functions that contain them.

    Attributes:
        sites: Every call by its node, the given ones first.
        functions: The nodes of the functions that make one of these calls.
    """

    def __init__(self, sites: dict[ast.Call, Site], functions: frozenset[ast.AST]) -> None:
        self.sites = sites
        self.functions = functions
        self._by_file: dict[SourceFile, list[Site]] = {}
        for site in sites.values():
            self._by_file.setdefault(site.file, []).append(site)

    def within(self, file: SourceFile) -> tuple[Site, ...]:
        """Return the calls in one file, in the order of the source."""
        found = self._by_file.get(file, ())
        return tuple(sorted(found, key=lambda site: (site.call.lineno, site.call.col_offset)))


def function_around(scope: Scope) -> Scope | None:
    """Return the innermost function's scope around a scope, itself included."""
    inner: Scope | None = scope
    while inner is not None and not isinstance(inner.node, FUNCTIONS):
        inner = inner.parent
    return inner


def functions_in(scope: Scope) -> Iterator[Scope]:
    """Yield the scopes of the functions right inside a scope."""
    for inner in scope.file.index.scopes:
        if inner.parent is scope and isinstance(inner.node, FUNCTIONS):
            yield inner


def calls_named(name: str, around: Scope) -> Iterator[Site]:
    """Yield the calls of a plain name inside a function, its inner functions included."""
    for call, scope in around.file.index.calls:
        if isinstance(call.func, ast.Name) and call.func.id == name and around in outwards(scope):
            yield Site(call, scope)


def outwards(scope: Scope) -> Iterator[Scope]:
    """Yield a scope and those around it, the innermost first."""
    inner: Scope | None = scope
    while inner is not None:
        yield inner
        inner = inner.parent


def argument_at(call: ast.Call, place: int | str) -> ast.expr | None:
    """Return an argument by its position or its keyword; `None` if the call does not have it."""
    if isinstance(place, int):
        return call.args[place] if place < len(call.args) else None
    return next((item.value for item in call.keywords if item.arg == place), None)


def last_part(expr: ast.expr) -> str:
    """Return the last part of a name, also of the one inside `partial(...)`."""
    if isinstance(expr, ast.Call) and last_name(expr.func) in WRAPPERS and expr.args:
        return last_name(expr.args[0])
    return last_name(expr)


def original_name(binding: object) -> str:
    """Return the name that an imported or assigned name stands for; empty if there is none."""
    if isinstance(binding, Import):
        return binding.name or ""
    if isinstance(binding, Value) and not binding.path and not binding.iterated:
        return last_part(binding.expr)
    return ""
