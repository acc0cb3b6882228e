"""Resolves what a call returns: functions of the app, and library functions that carry settings."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.index import Scope
from winasr_doctor.appsource.inferred_values import CallResult, Function, Imported, Literal, Term
from winasr_doctor.appsource.objects import TRANSPARENT, Objects
from winasr_doctor.appsource.syntax import last_name

_LOOKUPS = frozenset({"get", "pop", "setdefault"})
_TRIMMING = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "casefold"})
_SAME_OBJECT = _TRIMMING | {"copy"}
_FIELDS = frozenset({"field", "Field", "attrib", "ib", "Option", "Argument"})
"""dataclasses, pydantic, attrs, typer: a call that stands for the value of a class attribute."""


class Calls(Objects):
    """The part of a question that deals with calls."""

    def called(self, expr: ast.Call, scope: Scope) -> list[Term]:
        """Return what a call may return."""
        known = self._library_call(expr, last_name(expr.func), scope)
        if known is not None:
            return list(known)
        callees = self.terms(expr.func, scope)
        functions = [callee for callee in callees if isinstance(callee, Function)]
        if functions:
            return [value for function in functions for value in self.returned(function)]
        return [CallResult(expr, scope)]

    def _library_call(self, expr: ast.Call, name: str, scope: Scope) -> Iterable[Term] | None:
        """Return the value of a call whose meaning follows from its name, else `None`."""
        is_method, count = isinstance(expr.func, ast.Attribute), len(expr.args)
        found: Iterable[Term] | None = None
        if name in _LOOKUPS and is_method and count:
            found = self._looked_up(expr, scope)
        elif name in {"getenv", "cast"} and count > 1:
            found = self.terms(expr.args[1], scope)
        elif name in {"import_module", "__import__"} and count:
            found = self._module(expr, scope)
        elif name == "getattr" and count > 1:
            found = self._getattr(expr, scope)
        elif name in _SAME_OBJECT and is_method and not count:
            found = self._trimmed(expr, name, scope)
        elif name in TRANSPARENT and count == 1:
            found = self.terms(expr.args[0], scope)
        elif name in _FIELDS:
            found = self._field(expr, scope)
        return found

    def _looked_up(self, expr: ast.Call, scope: Scope) -> list[Term]:
        if not isinstance(expr.func, ast.Attribute):
            return []
        bases = self.terms(expr.func.value, scope)
        keys = [t.value for t in self.terms(expr.args[0], scope) if isinstance(t, Literal)]
        found = [term for key in keys for term in self.items(bases, key)]
        if not keys:
            found = [term for base in bases for term in self.values_of(base)]
        if not found:
            found = [term for key in keys for term in self.guessed(key, bases)]
        for default in expr.args[1:2]:
            found.extend(self.terms(default, scope))
        for keyword in expr.keywords:
            if keyword.arg == "default":
                found.extend(self.terms(keyword.value, scope))
        return found

    def _module(self, expr: ast.Call, scope: Scope) -> list[Term]:
        names = [t.value for t in self.terms(expr.args[0], scope) if isinstance(t, Literal)]
        return [
            Imported(name, scope.file, self.constants.modules.find(name, 0, scope.file))
            for name in names
            if isinstance(name, str) and name
        ]

    def _getattr(self, expr: ast.Call, scope: Scope) -> list[Term]:
        bases = self.terms(expr.args[0], scope)
        names = [t.value for t in self.terms(expr.args[1], scope) if isinstance(t, Literal)]
        found = [
            term
            for base in bases
            for name in names
            if isinstance(name, str)
            for term in self.attribute(base, name)
        ]
        for default in expr.args[2:3]:
            found.extend(self.terms(default, scope))
        return found

    def _trimmed(self, expr: ast.Call, method: str, scope: Scope) -> Iterator[Term]:
        if not isinstance(expr.func, ast.Attribute):
            return
        for term in self.terms(expr.func.value, scope):
            if isinstance(term, Literal) and isinstance(term.value, str) and method in _TRIMMING:
                value = getattr(term.value, method)()
                if term.node is expr.func.value:
                    yield Literal(value, scope.file, expr)
                else:
                    yield term._replace(value=value, exact=False)
            elif method == "copy":
                yield term

    def _field(self, expr: ast.Call, scope: Scope) -> Iterator[Term]:
        for keyword in expr.keywords:
            if keyword.arg == "default":
                yield from self.terms(keyword.value, scope)
            elif keyword.arg == "default_factory":
                for factory in self.terms(keyword.value, scope):
                    yield from self.returned(factory)
        for argument in expr.args[:1]:
            yield from self.terms(argument, scope)
