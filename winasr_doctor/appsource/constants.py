"""Follows constants through the app's files as a reader would, without running anything.

The answer is every literal that an expression may evaluate to: both sides of a condition, the
default and what callers pass, each entry that a loop visits. It is an estimate, not a proof: if
nothing certain is known about `config["revision"]`, every entry of that name in the app counts as
an answer.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any, ClassVar, TypeVar

from winasr_doctor.appsource.calls import Calls
from winasr_doctor.appsource.file_index import LatePart
from winasr_doctor.appsource.index import Augmented, Definition, Import, Parameter, Scope, Value
from winasr_doctor.appsource.inferred_values import (
    CallResult,
    Class,
    ContainerLiteral,
    Function,
    Imported,
    Literal,
    Term,
    distinct,
)
from winasr_doctor.appsource.modules import Modules
from winasr_doctor.appsource.named_places import NamedPlaces
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.star_imports import Stars
from winasr_doctor.appsource.syntax import text_of
from winasr_doctor.appsource.words import Words

__all__ = ["Constants", "Literal"]

T = TypeVar("T")

MAX_DEPTH = 50
MAX_STEPS = 1_000
MAX_VALUES = 64
MAX_FILES_OF_A_QUESTION = 60
"""Limits for one question; beyond them the answer is what was found so far."""


class Constants:
    """Finds the values that an expression in one of the app's files may have.

    Who calls what, and which keys exist, is in `places`, collected when a question first needs it.
    """

    def __init__(self, files: Sequence[SourceFile], words: Words) -> None:
        self.files = tuple(files)
        self.places = NamedPlaces(words)
        self._terms: dict[tuple[ast.expr, Scope], tuple[Term, ...]] = {}
        self.outside: dict[Import, Imported] = {}
        """What the app imports from other packages."""
        self._literals: dict[tuple[ast.expr, Scope, bool], tuple[Literal, ...]] = {}

    def forget(self) -> None:
        """Forget all answers, so that the trees they refer to can be freed."""
        vars(self).pop("stars", None)
        self.places.forget()
        self._terms.clear()
        self._literals.clear()

    def literals(self, expr: ast.expr, scope: Scope, *, guess: bool = True) -> tuple[Literal, ...]:
        """Return every literal that an expression may evaluate to.

        Args:
            expr: An expression in one of the files.
            scope: The scope that contains it; see `FileIndex`.
            guess: Whether an entry or attribute of an unknown object may be any entry or attribute
                in the app with the same name.
        """
        key = (expr, scope, guess)
        if key not in self._literals:  # several checks ask about the same calls
            found = _Question(self, guess).terms(expr, scope)
            self._literals[key] = tuple(term for term in found if isinstance(term, Literal))
        return self._literals[key]

    def entry(
        self, expr: ast.expr, scope: Scope, key: str, *, guess: bool = True
    ) -> tuple[Literal, ...]:
        """Return what the entry `key` of an expression, such as the one after `**`, may be."""
        question = _Question(self, guess)
        found = question.items(question.terms(expr, scope), key)
        return tuple(term for term in found if isinstance(term, Literal))

    def named(self, name: str, scope: Scope) -> tuple[Literal, ...]:
        """Return every literal that a name bound in exactly this scope may finally stand for."""
        found = _Question(self, guess=True).bound(name, scope)
        return tuple(term for term in found if isinstance(term, Literal))

    def imported_names(self, expr: ast.expr, scope: Scope) -> tuple[str, ...]:
        """Return the full dotted names of imported things that an expression may be.

        `nemo_asr.models.ASRModel` gives `nemo.collections.asr.models.ASRModel` if the file says
        `import nemo.collections.asr as nemo_asr`.
        """
        return tuple(t.name for t in self.terms(expr, scope) if isinstance(t, Imported))

    def classes(self, expr: ast.expr, scope: Scope) -> tuple[Class, ...]:
        """Return the classes of the app that an expression may be."""
        return tuple(term for term in self.terms(expr, scope) if isinstance(term, Class))

    def terms(self, expr: ast.expr, scope: Scope) -> tuple[Term, ...]:
        """Return everything that an expression is known to be, without guessing."""
        key = (expr, scope)
        if key not in self._terms:
            self._terms[key] = tuple(_Question(self, guess=False).terms(expr, scope))
        return self._terms[key]

    def members(self, kind: Class, name: str) -> tuple[Function, ...]:
        """Return the methods with a name that a class of the app has or inherits."""
        found = _Question(self, guess=False).attribute(kind, name)
        return tuple(term for term in found if isinstance(term, Function))

    @cached_property
    def modules(self) -> Modules:
        """The files by module name."""
        return Modules(self.files)

    @cached_property
    def stars(self) -> Stars:
        """What the files import with `*`."""
        return Stars(self.modules)


class _Question(Calls):
    """One question; it remembers what it is currently resolving, so that cycles end."""

    def __init__(self, constants: Constants, guess: bool) -> None:
        self.constants = constants
        self.guess = guess
        self._asking: set[tuple[object, ...]] = set()
        self._steps = 0
        self._searched = 0

    def may_search(self, name: str) -> bool:
        """Return whether this question may look for one more name in the app's files."""
        self._searched += self.constants.places.files_using(name)
        return self._searched <= MAX_FILES_OF_A_QUESTION

    def terms(self, expr: ast.expr, scope: Scope) -> list[Term]:
        """Return what an expression may be."""
        handler = self._handlers.get(type(expr))
        if handler is None:
            return []
        return distinct(self.guarded((id(expr), id(scope)), partial(handler, self, expr, scope)))

    def guarded(self, key: tuple[object, ...], produce: Callable[[], Iterable[T]]) -> list[T]:
        """Return what a function yields, or nothing while the same question is being resolved."""
        if key in self._asking or len(self._asking) >= MAX_DEPTH or self._steps >= MAX_STEPS:
            return []
        self._steps += 1
        self._asking.add(key)
        try:
            return list(islice(produce(), MAX_VALUES))
        finally:
            self._asking.discard(key)

    def bound(self, name: str, scope: Scope) -> list[Term]:
        """Return what a name bound in exactly this scope may be."""
        found: list[Term] = []
        for binding in scope.bindings.get(name, ())[:MAX_VALUES]:
            if isinstance(binding, Augmented):
                found = self._extended(found, self.terms(binding.expr, binding.scope))
            elif isinstance(binding, Value):
                found.extend(self._value(binding))
            elif isinstance(binding, Parameter):
                found.extend(self.parameter(binding))
            elif isinstance(binding, Import):
                found.extend(self._imported(binding))
            elif isinstance(binding, Definition):
                found.append(_defined(binding))
            elif isinstance(binding, LatePart) and (definition := binding.parse()):
                found.append(_defined(definition))
        return distinct(found)[:MAX_VALUES]

    def of_module(self, name: str, scope: Scope) -> list[Term]:
        """Return what a module's name may be, including names from `from x import *`."""
        if name in scope.bindings:
            return self.bound(name, scope)
        return self.guarded(("star", id(scope), name), lambda: self._by_star(name, scope))

    def _by_star(self, name: str, scope: Scope) -> Iterator[Term]:
        for home in self.constants.stars.homes(name, scope):
            yield from self.bound(name, home)

    def _value(self, value: Value) -> list[Term]:
        found = self._whole(value)
        for number in value.path:
            found = self.items(found, number)
        return found

    def _whole(self, value: Value) -> list[Term]:
        if value.iterated:
            return self.elements(value.expr, value.scope)
        return self.terms(value.expr, value.scope)

    @staticmethod
    def _extended(before: list[Term], added: list[Term]) -> list[Term]:
        """Return the result of `name += added`: longer texts, or both lists."""
        texts = [t.value for t in added if isinstance(t, Literal) and isinstance(t.value, str)]
        found: list[Term] = []
        for term in before:
            if isinstance(term, Literal):
                found.extend(
                    term._replace(value=term.value + text, exact=False)
                    for text in texts
                    if isinstance(term.value, str)
                )
            else:
                found.append(term)
        return [*found, *(term for term in added if isinstance(term, ContainerLiteral))]

    def _imported(self, binding: Import) -> list[Term]:
        # Two modules may import a name from each other, each inside a `try`.
        known = self.constants.outside.get(binding)
        return self.guarded(binding, partial(self._import, binding)) if known is None else [known]

    def _import(self, binding: Import) -> list[Term]:
        modules = self.constants.modules
        file = modules.find(binding.module, binding.level, binding.file)
        if binding.name is None:
            return [Imported(binding.module, binding.file, file)]
        if file is not None:
            found = self.of_module(binding.name, file.index.module)
            if found:
                return found
        dotted = f"{binding.module}.{binding.name}".lstrip(".")
        part = modules.find(dotted, binding.level, binding.file)
        if part is None and binding.level:
            return []
        term = Imported(dotted, binding.file, part)
        if file is None and part is None:
            self.constants.outside[binding] = term
        return [term]

    def _name(self, expr: ast.Name, scope: Scope) -> Iterable[Term]:
        for around in scope.enclosing():
            if expr.id in around.bindings:
                return self.bound(expr.id, around)
        return self.of_module(expr.id, scope.file.index.module)

    def _attribute(self, expr: ast.Attribute, scope: Scope) -> Iterable[Term]:
        bases = self.terms(expr.value, scope)
        found = [term for base in bases for term in self.attribute(base, expr.attr)]
        return found or self.guessed(expr.attr, bases)

    def _subscript(self, expr: ast.Subscript, scope: Scope) -> Iterable[Term]:
        bases = self.terms(expr.value, scope)
        keys = [term.value for term in self.terms(expr.slice, scope) if isinstance(term, Literal)]
        if not keys:
            return [term for base in bases for term in self.values_of(base)]
        found = [term for key in keys for term in self.items(bases, key)]
        return found or [term for key in keys for term in self.guessed(key, bases)]

    def guessed(self, key: object, bases: list[Term]) -> list[Term]:
        """Return every value in the app with this name if the object is unknown."""
        outside = any(isinstance(base, Imported) for base in bases)
        if not self.guess or outside or not isinstance(key, str):
            return []
        if not self.may_search(key):
            return []
        named = self.constants.places.entries(key)
        return [term for expr, scope in named for term in self.terms(expr, scope)]

    def _constant(self, expr: ast.Constant, scope: Scope) -> Iterable[Term]:
        yield Literal(expr.value, scope.file, expr)

    def _joined(self, expr: ast.JoinedStr, scope: Scope) -> Iterable[Term]:
        texts = [""]
        for part in expr.values:
            if isinstance(part, ast.FormattedValue):
                if part.conversion != -1 or part.format_spec is not None:
                    return
                found = self.terms(part.value, scope)
                choices = [str(t.value) for t in found if isinstance(t, Literal)]
            else:
                choices = [text_of(part) or ""]
            texts = [text + choice for text in texts for choice in choices][:MAX_VALUES]
        for text in texts:
            yield Literal(text, scope.file, expr)

    def _sum(self, expr: ast.BinOp, scope: Scope) -> Iterable[Term]:
        if not isinstance(expr.op, ast.Add | ast.BitOr):
            return
        left, right = self.terms(expr.left, scope), self.terms(expr.right, scope)
        if isinstance(expr.op, ast.Add):
            for term in self._extended(left, right):
                if isinstance(term, Literal):
                    yield Literal(term.value, scope.file, expr)
        yield from (t for t in (*left, *right) if isinstance(t, ContainerLiteral | CallResult))

    def _negative(self, expr: ast.UnaryOp, scope: Scope) -> Iterable[Term]:
        for term in self.terms(expr.operand, scope):
            if isinstance(term, Literal) and isinstance(term.value, int | float):
                if isinstance(expr.op, ast.USub):
                    yield Literal(-term.value, scope.file, expr)
                elif isinstance(expr.op, ast.Not):
                    yield Literal(not term.value, scope.file, expr)

    def _either(self, expr: ast.IfExp, scope: Scope) -> Iterable[Term]:
        return [*self.terms(expr.body, scope), *self.terms(expr.orelse, scope)]

    def _any_of(self, expr: ast.BoolOp, scope: Scope) -> Iterable[Term]:
        return [term for value in expr.values for term in self.terms(value, scope)]

    def _inner(self, expr: Any, scope: Scope) -> Iterable[Term]:  # noqa: ANN401 - has a value
        return self.terms(expr.value, scope)

    def _display(self, expr: ast.expr, scope: Scope) -> Iterable[Term]:
        yield ContainerLiteral(expr, scope)

    def _lambda(self, expr: ast.Lambda, scope: Scope) -> Iterable[Term]:
        inner = scope.file.index.inner.get(expr)
        if inner is not None:  # annotations are not walked
            yield Function(expr, inner)

    def _call(self, expr: ast.Call, scope: Scope) -> Iterable[Term]:
        return self.called(expr, scope)

    _handlers: ClassVar[dict[type, Callable[[Any, Any, Scope], Iterable[Term]]]] = {
        ast.Constant: _constant,
        ast.JoinedStr: _joined,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.BinOp: _sum,
        ast.UnaryOp: _negative,
        ast.IfExp: _either,
        ast.BoolOp: _any_of,
        ast.NamedExpr: _inner,
        ast.Await: _inner,
        ast.Starred: _inner,
        ast.Lambda: _lambda,
        **dict.fromkeys(
            (
                *(ast.Dict, ast.List, ast.Tuple, ast.Set),
                *(ast.DictComp, ast.ListComp, ast.SetComp, ast.GeneratorExp),
            ),
            _display,
        ),
    }


def _defined(definition: Definition) -> Term:
    if isinstance(definition.node, ast.ClassDef):
        return Class(definition.node, definition.scope)
    return Function(definition.node, definition.scope)
