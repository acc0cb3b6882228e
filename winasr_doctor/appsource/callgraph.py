"""Follows calls through the app as a reader would: helpers, methods, wrappers, partials, modules.

Everything that needs to know which function a call runs, or which calls lead to a given call, asks
here, so that every check follows the same paths within the same bounds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.call_sites import (
    FUNCTIONS,
    WRAPPERS,
    CallPaths,
    Site,
    aliases_in,
    argument_at,
    calls_named,
    function_around,
    functions_in,
    handed_in,
    last_part,
)
from winasr_doctor.appsource.index import Parameter, Part, Scope, Value
from winasr_doctor.appsource.inferred_values import CallResult, Class, Function, Imported
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.appsource.words import Use

if TYPE_CHECKING:
    from winasr_doctor.appsource.constants import Constants
    from winasr_doctor.appsource.shelf import Shelf

MAX_SITES = 5_000
"""The most calls that one question follows; beyond them the answer is what was found so far."""

_SAME_OBJECT = frozenset(
    {"to", "cuda", "cpu", "eval", "half", "float", "double", "bfloat16", "train", "share_memory"}
)
"""Methods of a torch module that return the module. Source: PyTorch, `torch.nn.Module`."""

_AWAITED = {"to_thread": 0, "run_in_threadpool": 0, "run_sync": 0, "run_in_executor": 1}
"""Calls that run a function elsewhere and give its result or its error back: its position."""

_TRANSPARENT = frozenset({"cast", "getattr", "partial"})
"""Calls that say nothing about who made the object."""

_COMMON = frozenset(
    name
    for kind in (str, bytes, list, dict, set, tuple, int, float)
    for name in dir(kind)
    if not name.startswith("_")
) | {"close", "read", "write", "open", "run", "start", "stop", "get", "put", "join", "main"}
"""Methods that many objects have: their name alone does not lead to the app's only one."""

_BY_CLASS = frozenset({"__init__", "__call__"})
"""Methods that are called by the name of their class."""


def _methods_of(part: Part) -> dict[str, list[Function]]:
    found: dict[str, list[Function]] = {}
    for scope in part.scopes:
        if scope.owner is not None and isinstance(scope.node, FUNCTIONS):
            name = getattr(scope.node, "name", "")
            found.setdefault(name, []).append(Function(scope.node, scope))
    return found


class CallGraph:
    """Resolves what calls of the app run, and which calls lead to others.

    Args:
        constants: Follows the values of the app's names.
        shelf: Limits how much of a large app is in memory.
    """

    def __init__(self, constants: Constants, shelf: Shelf | None = None) -> None:
        self._constants = constants
        self._shelf = shelf
        self._callers: dict[ast.AST, tuple[Site, ...]] = {}
        self._scopes: dict[Part, dict[ast.Call, Scope]] = {}
        self._functions: dict[tuple[ast.expr, Scope], tuple[Function, ...]] = {}
        self._origins: dict[tuple[ast.expr, Scope], frozenset[str]] = {}
        self._aliases: dict[Part | Scope, dict[str, set[str]]] = {}
        self._methods: dict[Part, dict[str, list[Function]]] = {}
        self._bodies: dict[Part, dict[Scope | None, list[Site]]] = {}
        self._handed: dict[Part, dict[str, list[tuple[Site, int | str]]]] = {}

    def scope_of(self, file: SourceFile, call: ast.Call) -> Scope | None:
        """Return the scope that contains a call; `None` in an annotation."""
        for part in file.index.parsed:
            if part not in self._scopes:
                self._scopes[part] = dict(part.calls)
            if call in self._scopes[part]:
                return self._scopes[part][call]
        return None

    def functions(self, expr: ast.expr, scope: Scope) -> tuple[Function, ...]:
        """Return the functions of the app that run when an expression is called.

        Args:
            expr: What is called, such as `engine.text`; a class stands for its `__init__`.
            scope: The scope that contains the expression.
        """
        key = (expr, scope)
        if key not in self._functions:
            self._functions[key] = ()  # while it is being resolved
            self._functions[key] = tuple(self._resolve(expr, scope))
        return self._functions[key]

    def origins(self, expr: ast.expr, scope: Scope) -> frozenset[str]:
        """Return the dotted names of the imported things that made an object, or that it is.

        `ASRModel.from_pretrained("x").to("cuda")` gives
        `nemo.collections.asr.models.ASRModel.from_pretrained`.
        """
        key = (expr, scope)
        if key not in self._origins:
            self._origins[key] = frozenset()
            self._origins[key] = frozenset(self._find_origins(expr, scope))
        return self._origins[key]

    def spread(
        self, seeds: Iterable[Site], passes: Callable[[Site], bool] | None = None
    ) -> CallPaths:
        """Return every call of the app that leads to one of the given calls.

        Args:
            seeds: The calls to start from.
            passes: Whether a call's own callers count too; by default all do.
        """
        sites: dict[ast.Call, Site] = {}
        functions: set[ast.AST] = set()
        pending = list(seeds)
        self._keep(pending)
        for site in pending:  # grows while it is walked
            if site.call in sites or len(sites) >= MAX_SITES:
                continue
            sites[site.call] = site
            inner = site.function
            self._make_room()
            if inner is None or inner.node in functions or (passes and not passes(site)):
                continue
            functions.add(inner.node)
            if inner.node not in self._callers:
                self._callers[inner.node] = tuple(self._find_callers(inner))
            self._keep(self._callers[inner.node])
            pending.extend(self._callers[inner.node])
        return CallPaths(sites, frozenset(functions))

    def forget(self) -> None:
        """Forget all answers, so that the trees they refer to can be freed."""
        self._constants.forget()
        for answers in (
            *(self._scopes, self._functions, self._origins),
            *(self._aliases, self._methods, self._handed, self._bodies),
        ):
            answers.clear()

    def _keep(self, sites: Iterable[Site]) -> None:
        if self._shelf is not None:
            self._shelf.keep(site.file for site in sites)

    def _make_room(self) -> None:
        """Forget files that no call leads to if too much is parsed."""
        if self._shelf is not None and self._shelf.is_full:
            self.forget()
            self._shelf.make_room()

    def callees(self, site: Site) -> tuple[Function, ...]:
        """Return the functions of the app that a call runs, also in another thread it waits for."""
        found = self.functions(site.call.func, site.scope)
        place = _AWAITED.get(last_name(site.call.func))
        handed = None if place is None else argument_at(site.call, place)
        return found if handed is None else (*found, *self.functions(handed, site.scope))

    def calls_in(self, file: SourceFile, function: Scope | None) -> tuple[Site, ...]:
        """Return the calls that a function makes itself, or a module outside its functions."""
        part = function and function.part
        parts = (part,) if part else file.index.parts
        return tuple(site for each in parts for site in self._bodies_in(each).get(function, ()))

    def _bodies_in(self, part: Part) -> dict[Scope | None, list[Site]]:
        if part not in self._bodies:
            bodies: dict[Scope | None, list[Site]] = {}
            for call, scope in part.calls:
                bodies.setdefault(function_around(scope), []).append(Site(call, scope))
            self._bodies[part] = bodies
        return self._bodies[part]

    def handed_over(self, expr: ast.expr, scope: Scope) -> Iterator[Site]:
        """Yield the calls that a function of the app makes of an argument it was given.

        Args:
            expr: An argument of a call, such as `model.transcribe` in `safely(model.transcribe)`,
                or a `partial` of it.
            scope: The scope that contains it.
        """
        for site, place in self._handed_in(scope.file, last_part(expr)):
            argument = argument_at(site.call, place)
            if argument is expr:
                yield from self._calls_of_parameter(site, place)

    def _resolve(self, expr: ast.expr, scope: Scope) -> Iterator[Function]:
        known = False
        for term in self._constants.terms(expr, scope):
            known = True
            if isinstance(term, Function):
                yield term
                yield from self._overrides(term)
            elif isinstance(term, Class):
                yield from self._constants.members(term, "__init__")
            elif isinstance(term, CallResult):
                if last_name(term.node.func) in WRAPPERS and term.node.args:
                    yield from self.functions(term.node.args[0], term.scope)
                else:
                    for kind in self._constants.classes(term.node.func, term.scope):
                        yield from self._constants.members(kind, "__call__")
        if not known and isinstance(expr, ast.Attribute):
            yield from self._only_method(expr, scope)

    def _only_method(self, expr: ast.Attribute, scope: Scope) -> Iterator[Function]:
        """Yield the app's only method of this name if nothing is known about the object."""
        name = expr.attr
        if name in _COMMON or name.startswith("__") or self.origins(expr.value, scope):
            return
        found: list[Function] = []
        for file in self._constants.places.files_with(name, Use.DEFINED):
            found.extend(self._methods_in(file, name))
            if len(found) > 1:
                return
        yield from found

    def _overrides(self, method: Function) -> Iterator[Function]:
        """Yield what the app's subclasses put in place of a method."""
        owner = method.scope.owner
        if owner is None:
            return
        name = getattr(method.node, "name", "")
        base = getattr(owner.node, "name", "")
        defining = frozenset(self._constants.places.files_with(name, Use.DEFINED))
        for file in self._constants.places.files_with(base, Use.HANDED_ON) if base and name else ():
            if file not in defining:
                continue
            for other in self._methods_in(file, name):
                around = other.scope.owner
                bases = getattr(around.node, "bases", ()) if around else ()
                if other.node is not method.node and base in map(last_name, bases):
                    yield other

    def _methods_in(self, file: SourceFile, name: str) -> Iterator[Function]:
        for part in file.index.about(name):
            if part not in self._methods:
                self._methods[part] = _methods_of(part)
            yield from self._methods[part].get(name, ())

    def _find_origins(self, expr: ast.expr, scope: Scope) -> Iterator[str]:
        for term in self._constants.terms(expr, scope):
            if isinstance(term, Imported):
                yield term.name
            elif isinstance(term, CallResult):
                yield from self._made_by(term.node, term.scope)
            elif isinstance(term, Class) and term.scope.parent is not None:
                for base in term.node.bases:
                    yield from self.origins(base, term.scope.parent)
        if isinstance(expr, ast.Call) and last_name(expr.func) not in _TRANSPARENT:
            yield from self._made_by(expr, scope)
        elif isinstance(expr, ast.Name):
            yield from self._annotated(expr.id, scope)

    def _annotated(self, name: str, scope: Scope) -> Iterator[str]:
        """Yield the imported classes that a parameter's annotation names."""
        for around in scope.enclosing():
            for binding in around.bindings.get(name, ()):
                if isinstance(binding, Parameter) and binding.annotation is not None:
                    for node in ast.walk(binding.annotation):
                        if isinstance(node, ast.Name | ast.Attribute) and around.parent:
                            names = self._constants.imported_names(node, around.parent)
                            yield from (each for each in names if not each.startswith("typing"))
            if name in around.bindings:
                return

    def _made_by(self, call: ast.Call, scope: Scope) -> Iterator[str]:
        yield from self._constants.imported_names(call.func, scope)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _SAME_OBJECT:
            yield from self.origins(call.func.value, scope)
        elif isinstance(call.func, ast.Attribute):
            made = self.origins(call.func.value, scope)
            yield from (f"{name}.{call.func.attr}" for name in made)
        for kind in self._constants.classes(call.func, scope):
            for base in kind.node.bases if kind.scope.parent else ():
                yield from self.origins(base, kind.scope.parent or kind.scope)

    def _find_callers(self, inner: Scope) -> Iterator[Site]:
        """Yield the calls of the app that run a function."""
        is_method = inner.owner is not None and getattr(inner.node, "name", "") not in _BY_CLASS
        for name in self._names_of(inner):
            for found in self._constants.places.call_sites(name, is_method=is_method):
                if not found.skip and self._runs(found.call.func, found.scope, inner):
                    yield Site(found.call, found.scope)
            for file in self._constants.places.files_with(name, Use.HANDED_ON):
                for site, place in self._handed_in(file, name):
                    argument = argument_at(site.call, place)
                    if argument is None or not self._runs(argument, site.scope, inner):
                        continue
                    if _AWAITED.get(last_name(site.call.func)) == place:
                        yield site
                    yield from self._calls_of_parameter(site, place)
        yield from self._by_decorator(inner)
        yield from self._by_lambda(inner)

    def _runs(self, callee: ast.expr, scope: Scope, inner: Scope) -> bool:
        return any(found.node is inner.node for found in self.functions(callee, scope))

    def _names_of(self, inner: Scope) -> set[str]:
        """Return the names under which the app may call a function."""
        name = getattr(inner.node, "name", "")
        names = {name} if name else set()
        if name in _BY_CLASS and inner.owner is not None:
            names = {getattr(inner.owner.node, "name", "")}
        if isinstance(inner.node, ast.Lambda) and inner.parent is not None:
            names = {
                bound
                for bound, bindings in inner.parent.bindings.items()
                if any(isinstance(b, Value) and b.expr is inner.node for b in bindings)
            }
        for name in tuple(names):
            for file in self._constants.places.files_with(name, Use.HANDED_ON):
                names.update(self._aliases_in(file, name))
        return names

    def _aliases_in(self, file: SourceFile, name: str) -> Iterator[str]:
        """Yield the other names that a file gives to things whose name ends in this part."""
        places: tuple[Part | Scope, ...] = (file.index.module, *file.index.about(name))
        for place in places:
            if place not in self._aliases:
                self._aliases[place] = aliases_in(place)
            yield from self._aliases[place].get(name, ())

    def _handed_in(self, file: SourceFile, name: str) -> Iterator[tuple[Site, int | str]]:
        """Yield the calls of a file that pass a name as an argument, and where."""
        for part in file.index.about(name):
            if part not in self._handed:
                self._handed[part] = handed_in(part)
            yield from self._handed[part].get(name, ())

    def _calls_of_parameter(self, site: Site, place: int | str) -> Iterator[Site]:
        """Yield the calls that the called function makes of its argument at a place."""
        for function in self.functions(site.call.func, site.scope):
            is_method = function.scope.owner is not None
            for name, bindings in function.scope.bindings.items():
                parameter = bindings[0]
                if not isinstance(parameter, Parameter):
                    continue
                position = (parameter.position or 0) - is_method
                if place == name or (parameter.position is not None and place == position):
                    yield from calls_named(name, function.scope)

    def _by_lambda(self, inner: Scope) -> Iterator[Site]:
        """Yield the calls of a lambda by the function that gets it as an argument."""
        node, around = inner.node, inner.parent
        given = inner.file.parent_of(node) if isinstance(node, ast.Lambda) else None
        call = inner.file.parent_of(given) if isinstance(given, ast.keyword) else given
        if not isinstance(call, ast.Call) or around is None:
            return
        places = (*enumerate(call.args), *((each.arg, each.value) for each in call.keywords))
        for place, argument in places:
            if argument is node and place is not None:
                site = Site(call, around)
                if _AWAITED.get(last_name(call.func)) == place:
                    yield site
                yield from self._calls_of_parameter(site, place)

    def _by_decorator(self, inner: Scope) -> Iterator[Site]:
        """Yield the calls of a function that a decorator of the app makes."""
        around = inner.parent
        for decorator in getattr(inner.node, "decorator_list", ()) if around else ():
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            for function in self.functions(plain, around or inner):
                wrapper = function.scope
                if isinstance(decorator, ast.Call):  # a factory: its inner function decorates
                    wrapper = next(iter(functions_in(wrapper)), wrapper)
                first = next(iter(wrapper.bindings.items()), None)
                if first is not None and isinstance(first[1][0], Parameter):
                    yield from calls_named(first[0], wrapper)
