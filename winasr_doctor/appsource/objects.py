"""Resolves what dicts, classes, calls and parameters hold.

This is the part of following constants that deals with Python's objects.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from winasr_doctor.appsource.call_texts import Argument
from winasr_doctor.appsource.index import Parameter, Scope, Value
from winasr_doctor.appsource.inferred_values import (
    CallResult,
    Class,
    ContainerLiteral,
    Function,
    ImplicitTuple,
    Imported,
    Keywords,
    Literal,
    Term,
    identity,
)
from winasr_doctor.appsource.syntax import last_name

if TYPE_CHECKING:
    from winasr_doctor.appsource.constants import Constants
    from winasr_doctor.appsource.named_places import CallSite

TRANSPARENT = frozenset({"str", "list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
"""Functions that return their argument, as far as constants are concerned."""

_PROPERTIES = frozenset({"property", "cached_property", "cache", "lru_cache"})

T = TypeVar("T")
_Pair = tuple[list[Term], list[Term]]
"""The possible values of a key and of its entry."""


class Objects(ABC):
    """The part of a question that deals with objects; `constants` has the part for names."""

    constants: Constants

    @abstractmethod
    def terms(self, expr: ast.expr, scope: Scope) -> list[Term]:
        """Return what an expression may be."""

    @abstractmethod
    def guarded(self, key: tuple[object, ...], produce: Callable[[], Iterable[T]]) -> list[T]:
        """Return what a function yields, or nothing while the same question is being resolved."""

    @abstractmethod
    def may_search(self, name: str) -> bool:
        """Return whether this question may look for one more name in the app's files."""

    @abstractmethod
    def bound(self, name: str, scope: Scope) -> list[Term]:
        """Return what a name bound in exactly this scope may be."""

    @abstractmethod
    def of_module(self, name: str, scope: Scope) -> list[Term]:
        """Return what a module's name may be."""

    @abstractmethod
    def guessed(self, key: object, bases: list[Term]) -> list[Term]:
        """Return what an entry of an unknown object may be."""

    def items(self, terms: Iterable[Term], key: object) -> list[Term]:
        """Return what `term[key]` may be."""
        return [
            found
            for term in terms
            for found in self.guarded(("item", identity(term), key), partial(self._item, term, key))
        ]

    def _item(self, term: Term, key: object) -> Iterable[Term]:
        if isinstance(term, ImplicitTuple):
            inside = isinstance(key, int) and -len(term.items) <= key < len(term.items)
            return term.items[key] if inside and isinstance(key, int) else ()
        if isinstance(term, ContainerLiteral):
            return self._displayed(term, key)
        if isinstance(term, CallResult) and isinstance(key, str):
            return self._made(term, key)
        if isinstance(term, Class) and isinstance(key, str):
            return self.attribute(term, key)
        if isinstance(term, Keywords) and isinstance(key, str):
            return self._passed(term.parameter.scope, key)
        return ()

    def _displayed(self, term: ContainerLiteral, key: object) -> Iterator[Term]:
        node = term.node
        if isinstance(node, ast.List | ast.Tuple):
            fixed = not any(isinstance(item, ast.Starred) for item in node.elts)
            if fixed and isinstance(key, int) and -len(node.elts) <= key < len(node.elts):
                yield from self.terms(node.elts[key], term.scope)
        elif isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if name is None:
                    yield from self.items(self.terms(value, term.scope), key)
                elif self._is_key(name, term.scope, key):
                    yield from self.terms(value, term.scope)
        elif isinstance(node, ast.DictComp):
            yield from self.terms(node.value, _inside(node, term.scope))

    def _is_key(self, name: ast.expr, scope: Scope, key: object) -> bool:
        if isinstance(name, ast.Constant):
            return bool(name.value == key)
        return any(isinstance(t, Literal) and t.value == key for t in self.terms(name, scope))

    def _made(self, term: CallResult, key: str) -> Iterator[Term]:
        """Yield a named argument of the call: `dict(revision=...)`, `Namespace(**settings)`."""
        for keyword in term.node.keywords:
            if keyword.arg == key:
                yield from self.terms(keyword.value, term.scope)
            elif keyword.arg is None:
                yield from self.items(self.terms(keyword.value, term.scope), key)
        for argument in term.node.args[:1]:  # dict({...}), deepcopy(settings), OmegaConf.create
            yield from self.items(self.terms(argument, term.scope), key)

    def values_of(self, term: Term) -> list[Term]:
        """Return everything that a container holds, for an unknown key."""
        if isinstance(term, ContainerLiteral) and isinstance(term.node, ast.Dict | ast.DictComp):
            return [value for _, values in self._pairs(term) for value in values]
        if isinstance(term, CallResult):
            return [value for _, values in self._pairs(term) for value in values]
        return self._members(term)

    def _pairs(self, term: Term) -> Iterator[_Pair]:
        """Yield what a mapping's keys and values may be."""
        yield from self.guarded(("pairs", identity(term)), partial(self._pairs_in, term))

    def _pairs_in(self, term: Term) -> Iterator[_Pair]:
        if isinstance(term, CallResult):
            for keyword in term.node.keywords:
                if keyword.arg is not None:
                    key = Literal(keyword.arg, term.scope.file, keyword.value)
                    yield [key], self.terms(keyword.value, term.scope)
            yield from self._pairs_of(term.node.args[:1], term.scope)
        elif isinstance(term, ContainerLiteral) and isinstance(term.node, ast.DictComp):
            inside = _inside(term.node, term.scope)
            yield self.terms(term.node.key, inside), self.terms(term.node.value, inside)
        elif isinstance(term, ContainerLiteral) and isinstance(term.node, ast.Dict):
            for name, value in zip(term.node.keys, term.node.values, strict=True):
                if name is None:
                    yield from self._pairs_of([value], term.scope)
                else:
                    yield self.terms(name, term.scope), self.terms(value, term.scope)

    def _pairs_of(self, mappings: Iterable[ast.expr], scope: Scope) -> Iterator[_Pair]:
        for mapping in mappings:
            for term in self.terms(mapping, scope):
                yield from self._pairs(term)

    def _members(self, term: Term) -> list[Term]:
        """Return what iterating over a value yields."""
        return self.guarded(("members", identity(term)), partial(self._members_of, term))

    def _members_of(self, term: Term) -> list[Term]:
        if isinstance(term, ImplicitTuple):
            return [item for items in term.items for item in items]
        if isinstance(term, Class):  # an Enum
            plain = [n for n, found in term.scope.bindings.items() if isinstance(found[0], Value)]
            return [value for name in plain for value in self.bound(name, term.scope)]
        if not isinstance(term, ContainerLiteral):
            return []
        node, found = term.node, []
        if isinstance(node, ast.Dict | ast.DictComp):
            found = [key for keys, _ in self._pairs(term) for key in keys]
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            found = self.terms(node.elt, _inside(node, term.scope))
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for item in node.elts:
                values = self.terms(item, term.scope)
                if isinstance(item, ast.Starred):
                    values = [member for value in values for member in self._members(value)]
                found.extend(values)
        return found

    def elements(self, expr: ast.expr, scope: Scope) -> list[Term]:
        """Return what a loop over an expression yields."""
        if isinstance(expr, ast.Call):
            name = last_name(expr.func)
            if name in {"items", "values", "keys"} and isinstance(expr.func, ast.Attribute):
                pairs = [
                    (tuple(keys), tuple(values))
                    for base in self.terms(expr.func.value, scope)
                    for keys, values in self._pairs(base)
                ]
                if name == "items":
                    return [ImplicitTuple(pair) for pair in pairs]
                return [term for pair in pairs for term in pair[name == "values"]]
            if name == "enumerate" and expr.args:
                return [ImplicitTuple(((), (term,))) for term in self.elements(expr.args[0], scope)]
            if name == "zip":
                return [ImplicitTuple(tuple(tuple(self.elements(a, scope)) for a in expr.args))]
            if name in TRANSPARENT and expr.args:
                return self.elements(expr.args[0], scope)
        return [member for term in self.terms(expr, scope) for member in self._members(term)]

    def attribute(self, term: Term, name: str) -> list[Term]:
        """Return what `term.name` may be."""
        key = ("attribute", identity(term), name)
        return self.guarded(key, partial(self._attribute_of, term, name))

    def _attribute_of(self, term: Term, name: str) -> Iterable[Term]:
        if isinstance(term, Imported):
            return self._of_import(term, name)
        if isinstance(term, Class):
            return self._class_attribute(term, name)
        if isinstance(term, CallResult):
            classes = [t for t in self.terms(term.node.func, term.scope) if isinstance(t, Class)]
            if not classes:
                return self._made(term, name)
            return [found for owner in classes for found in self._instance(term, owner, name)]
        if isinstance(term, Literal) and name in {"value", "name"}:  # of an Enum member
            return [term]
        return self._item(term, name)

    def _of_import(self, term: Imported, name: str) -> list[Term]:
        found = self.of_module(name, term.file.index.module) if term.file else []
        dotted = f"{term.name}.{name}"
        part = self.constants.modules.find(dotted, 0, term.importer)
        return found or [Imported(dotted, term.importer, part)]

    def _class_attribute(self, term: Class, name: str) -> list[Term]:
        found: list[Term] = []
        for value in self.bound(name, term.scope):
            is_property = isinstance(value, Function) and _is_property(value)
            found.extend(self.returned(value) if is_property else [value])
        for part in term.scope.part.within(name) if term.scope.part else ():
            for target, stored, scope in part.attribute_stores.get(name, ()):
                on_self = isinstance(target.value, ast.Name) and _method_of(scope) is term.scope
                found.extend(self.terms(stored, scope) if on_self else ())
        for base in term.node.bases:
            if scope_around := term.scope.parent:
                parents = self.terms(base, scope_around)
                found.extend(
                    value
                    for parent in parents
                    if isinstance(parent, Class)
                    for value in self.attribute(parent, name)
                )
        return found

    def _instance(self, term: CallResult, owner: Class, name: str) -> list[Term]:
        """Return an attribute of `Settings(revision=...)`: the value passed, else the default."""
        fields = [n for n, found in owner.scope.bindings.items() if isinstance(found[0], Value)]
        passed = list(self._named_argument(term, name))
        annotated = [
            statement.target.id
            for statement in owner.node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        if name in annotated and "__init__" not in owner.scope.bindings:
            place = annotated.index(name)
            if place < len(term.node.args):
                passed.extend(self.terms(term.node.args[place], term.scope))
        if passed and (name in annotated or name not in fields):
            return passed
        return self._class_attribute(owner, name)

    def _named_argument(self, term: CallResult, name: str) -> Iterator[Term]:
        for keyword in term.node.keywords:
            if keyword.arg == name:
                yield from self.terms(keyword.value, term.scope)
            elif keyword.arg is None:
                yield from self.items(self.terms(keyword.value, term.scope), name)

    def parameter(self, parameter: Parameter) -> list[Term]:
        """Return what a parameter may be: `self`, its default, what callers pass."""
        if parameter.keywords:
            return [Keywords(parameter)]
        scope = parameter.scope
        if parameter.position == 0 and _is_bound(scope) and scope.owner is not None:
            owner = scope.owner.node
            return [Class(owner, scope.owner)] if isinstance(owner, ast.ClassDef) else []
        around = scope.parent or scope
        found: list[Term] = []
        if parameter.default is not None:
            found.extend(self.terms(parameter.default, around))
        found.extend(self._passed(scope, parameter.name, parameter.position))
        if parameter.annotation is not None:
            kinds = self.terms(parameter.annotation, around)
            found.extend(kind for kind in kinds if isinstance(kind, Class))
        return found

    def _passed(self, scope: Scope, name: str, position: int | None = None) -> Iterator[Term]:
        """Yield what the app's calls pass for a parameter."""
        place = None if position is None else position - _is_bound(scope)
        argument = Argument(name, place)
        for site in self._calls_of(scope, argument):
            for keyword in site.call.keywords:
                if keyword.arg == argument.name:
                    yield from self.terms(keyword.value, site.scope)
                elif keyword.arg is None:
                    found = self.terms(keyword.value, site.scope)
                    yield from self.items(found, argument.name)
            if argument.place is not None:
                place = argument.place + site.skip
                before = site.call.args[: place + 1]
                if len(before) > place and not any(isinstance(a, ast.Starred) for a in before):
                    yield from self.terms(before[place], site.scope)

    def _calls_of(self, scope: Scope, argument: Argument) -> Iterator[CallSite]:
        """Yield the calls of a function that may pass an argument."""
        function = scope.node
        name = getattr(function, "name", "")
        if not name:
            return
        makes = name == "__init__" and scope.owner is not None
        target = scope.owner.node if makes and scope.owner else function
        if not self.may_search(getattr(target, "name", "")):
            return
        is_method = scope.owner is not None and not makes
        for site in self.constants.places.call_sites(
            getattr(target, "name", ""), is_method=is_method, passing=argument
        ):
            callee = site.call.args[site.skip - 1] if site.skip else site.call.func
            known = [t for t in self.terms(callee, site.scope) if isinstance(t, Class | Function)]
            if any(term.node is target for term in known):
                yield site
            elif not known and scope.owner is not None and isinstance(callee, ast.Attribute):
                yield site  # `loader.load(...)` with an unknown loader

    def returned(self, function: Term) -> list[Term]:
        """Return what a call to a function of the app may return."""
        if not isinstance(function, Function):
            return []
        scope = function.scope
        return [term for value in scope.returns for term in self.terms(value, scope)]


def _inside(node: ast.AST, scope: Scope) -> Scope:
    return scope.file.index.inner.get(node, scope)


def _decorators(node: ast.AST) -> set[str]:
    names = set()
    for decorator in getattr(node, "decorator_list", ()):
        plain = decorator.func if isinstance(decorator, ast.Call) else decorator
        names.add(plain.attr if isinstance(plain, ast.Attribute) else getattr(plain, "id", ""))
    return names


def _is_property(function: Function) -> bool:
    return bool(_decorators(function.node) & _PROPERTIES)


def _is_bound(scope: Scope) -> bool:
    """Return whether a function receives its object or class as the first argument."""
    return scope.owner is not None and "staticmethod" not in _decorators(scope.node)


def _method_of(scope: Scope) -> Scope | None:
    """Return the class whose method contains a scope."""
    inner: Scope | None = scope
    while inner is not None and inner.owner is None:
        inner = inner.parent
    return inner.owner if inner is not None else None
