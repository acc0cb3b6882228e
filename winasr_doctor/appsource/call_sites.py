"""The calls of an app as values, and what surrounds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from winasr_doctor.appsource.index import Import, Part, Scope, Value
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
    if part := scope.part:
        for inner in part.scopes:
            if inner.parent is scope and isinstance(inner.node, FUNCTIONS):
                yield inner


def calls_named(name: str, around: Scope) -> Iterator[Site]:
    """Yield the calls of a plain name inside a function, its inner functions included."""
    if part := around.part:
        for call, scope in part.calls:
            is_named = isinstance(call.func, ast.Name) and call.func.id == name
            if is_named and around in outwards(scope):
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


def aliases_in(place: Part | Scope) -> dict[str, set[str]]:
    """Return the other names that a part of a file gives to things, by the last part of their name.

    Args:
        place: A part, or the scope of a module.
    """
    found: dict[str, set[str]] = {}
    scopes, stores = ([place], []) if isinstance(place, Scope) else (place.scopes, place.stores)
    for scope in scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                original = original_name(binding)
                if original and original != name:
                    found.setdefault(original, set()).add(name)
    for target, value, _scope in stores:
        original = last_part(value)
        if original and isinstance(target, ast.Attribute):
            found.setdefault(original, set()).add(target.attr)
    return found


def handed_in(part: Part) -> dict[str, list[tuple[Site, int | str]]]:
    """Return the calls of a part of a file that pass a name as an argument, by that name."""
    found: dict[str, list[tuple[Site, int | str]]] = {}
    for call, scope in part.calls:
        for number, argument in enumerate(call.args):
            if name := last_part(argument):
                found.setdefault(name, []).append((Site(call, scope), number))
        for keyword in call.keywords:
            if keyword.arg and (name := last_part(keyword.value)):
                found.setdefault(name, []).append((Site(call, scope), keyword.arg))
    return found
