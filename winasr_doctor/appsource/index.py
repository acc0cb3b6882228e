"""Collects what statements bind and call, scope by scope, in one walk; nothing is resolved."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Union

if TYPE_CHECKING:
    from winasr_doctor.appsource.source_file import SourceFile

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Value(NamedTuple):
    """A name is bound to (a part of) an expression."""

    expr: ast.expr
    scope: Scope
    path: tuple[int, ...] = ()
    """Where in the value, after unpacking: `a, (b, c) = ...` gives `c` the path (1, 1)."""
    iterated: bool = False
    """The name is bound to each element of the value, as in a `for` loop."""


class Augmented(NamedTuple):
    """A name is extended: `name += expr`."""

    expr: ast.expr
    scope: Scope


class Parameter(NamedTuple):
    """A name is a function's parameter."""

    function: FunctionNode
    scope: Scope
    """The function's own scope."""
    name: str
    default: ast.expr | None = None
    position: int | None = None
    """Among the positional parameters; `None` where it can only be named."""
    annotation: ast.expr | None = None
    keywords: bool = False
    """It is `**name`."""


class Import(NamedTuple):
    """A name is imported: `import module` (no `name`) or `from module import name`."""

    module: str
    name: str | None
    level: int
    file: SourceFile


class Definition(NamedTuple):
    """A name is a class or a function."""

    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    """The scope inside."""


Binding = Union[Value, Augmented, Parameter, Import, Definition, "Part"]
"""A part is a function or class that has not been parsed yet."""


class Scope:
    """A module, class, function or comprehension: its names and what they are bound to."""

    __slots__ = ("bindings", "file", "globals", "node", "parent", "part", "returns", "stars")

    def __init__(
        self, node: ast.AST, parent: Scope | None, file: SourceFile, part: Part | None = None
    ) -> None:
        self.node = node
        self.part = part
        """The part of the file that contains it; `None` for the module."""
        self.parent = parent
        self.file = file
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[Import] = []
        """`from module import *`, which may bind anything."""
        self.returns: list[ast.expr] = []
        """What a function may return."""
        self.globals: set[str] = set()
        """Names that a `global` statement hands to the module."""

    @property
    def is_class(self) -> bool:
        """Whether names bound here are attributes of a class."""
        return isinstance(self.node, ast.ClassDef)

    def bind(self, name: str, binding: Binding) -> None:
        """Add another thing that a name is bound to."""
        self.bindings.setdefault(name, []).append(binding)

    def enclosing(self) -> Iterator[Scope]:
        """Yield the scopes in which a name is looked up, from here outwards.

        As in Python, functions inside a class skip the class.
        """
        yield self
        scope = self.parent
        while scope is not None:
            if not scope.is_class:
                yield scope
            scope = scope.parent

    @property
    def owner(self) -> Scope | None:
        """The class this function is a method of, if any."""
        if isinstance(self.node, _FUNCTIONS) and self.parent and self.parent.is_class:
            return self.parent
        return None


class Part:
    """Some statements of a module: what they call and bind, collected in one walk.

    Attributes:
        module: The outermost scope, which is that of the whole file.
        calls: Every call with its scope, in source order.
        dicts: Every dict display with its scope, in source order.
        stores: Assignments to `x.name` and `x["name"]`: target, value, scope.
        scopes: Every scope inside, in source order.
        inner: The scope inside a class or function, for the whole file.
        home: The scope that the statements are in: the module, or a class.
    """

    def __init__(
        self, module: Scope, inner: dict[ast.AST, Scope], home: Scope | None = None
    ) -> None:
        self.file = module.file
        self.module = module
        self.home = home or module
        self.inner = inner
        self.statements: list[ast.stmt] = []
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.dicts: list[tuple[ast.Dict, Scope]] = []
        self.stores: list[tuple[ast.Attribute | ast.Subscript, ast.expr, Scope]] = []
        self.scopes: list[Scope] = []

    @cached_property
    def attribute_stores(self) -> dict[str, list[tuple[ast.Attribute, ast.expr, Scope]]]:
        """The assignments to `x.name`, by that name."""
        found: dict[str, list[tuple[ast.Attribute, ast.expr, Scope]]] = {}
        for target, value, scope in self.stores:
            if isinstance(target, ast.Attribute):
                found.setdefault(target.attr, []).append((target, value, scope))
        return found

    def add(self, statements: Iterable[ast.stmt]) -> None:
        """Collect what is in these statements."""
        self.statements.extend(statements)
        self._walk()

    def within(self, _name: str) -> Sequence[Part]:
        """Return the part, and at least the methods in it whose text contains a name."""
        return (self,)

    def clear(self) -> None:
        """Break the cycles between scopes and bindings, so that the tree can be freed."""
        for scope in self.scopes:
            scope.bindings.clear()
            scope.returns.clear()
        vars(self).pop("attribute_stores", None)
        for part in (self.statements, self.calls, self.dicts, self.stores, self.scopes):
            part.clear()

    def _walk(self) -> None:
        pending: list[tuple[ast.AST, Scope]]
        pending = [(statement, self.home) for statement in reversed(self.statements)]
        while pending:
            node, scope = pending.pop()
            kind = type(node)
            handler = self._handlers.get(kind)
            if handler is not None:
                handler(self, node, scope)
            if kind in _SCOPED:
                pending.extend(reversed(self._inside(node, scope)))
                continue
            for name in _FIELDS[kind]:  # the last first, as the last one pushed is visited first
                value: Any = getattr(node, name, None)
                if type(value) is list:
                    pending.extend([(i, scope) for i in reversed(value) if type(i) in _INNER])
                elif type(value) in _INNER:
                    pending.append((value, scope))

    def _inside(self, node: ast.AST, scope: Scope) -> list[tuple[ast.AST, Scope]]:
        """Open a scope; return the node's children, each with its scope."""
        inner = Scope(node, scope, self.file, self)
        self.scopes.append(inner)
        self.inner[node] = inner
        children: list[tuple[ast.AST, Scope]] = []
        if isinstance(node, _FUNCTIONS):
            children.extend((item, scope) for item in getattr(node, "decorator_list", ()))
            for parameter in _parameters(node, inner):
                inner.bind(parameter.name, parameter)
            defaults = (*node.args.defaults, *node.args.kw_defaults)
            children.extend((item, scope) for item in defaults if item is not None)
            if isinstance(node, ast.Lambda):
                inner.returns.append(node.body)
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            children.extend((item, inner) for item in body)
        elif isinstance(node, ast.ClassDef):
            outside = (*node.decorator_list, *node.bases, *node.keywords)
            children.extend((item, scope) for item in outside)
            children.extend((item, inner) for item in node.body)
        else:
            children.extend((child, inner) for child in ast.iter_child_nodes(node))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            scope.bind(node.name, Definition(node, inner))
        return children

    def _call(self, node: ast.Call, scope: Scope) -> None:
        self.calls.append((node, scope))

    def _dict(self, node: ast.Dict, scope: Scope) -> None:
        self.dicts.append((node, scope))

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        for target in node.targets:
            self._bind(target, Value(node.value, scope), scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._bind(node.target, Value(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            scope.bind(node.target.id, Augmented(node.value, scope))

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        # PEP 572: inside a comprehension it binds in the surrounding scope.
        around = next(s for s in scope.enclosing() if not isinstance(s.node, _COMPREHENSIONS))
        self._bind(node.target, Value(node.value, scope), around)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope) -> None:
        self._bind(node.target, Value(node.iter, scope, iterated=True), scope)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, Value(item.context_expr, scope), scope)

    def _global(self, node: ast.Global, scope: Scope) -> None:
        scope.globals.update(node.names)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is not None:
            scope.returns.append(node.value)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            scope.bind(alias.asname or module, Import(module, None, 0, self.file))

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            imported = Import(node.module or "", alias.name, node.level or 0, self.file)
            if alias.name == "*":
                scope.stars.append(imported)
            else:
                scope.bind(alias.asname or alias.name, imported)

    def _bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        pending = [(target, value)]
        while pending:
            part, bound = pending.pop()
            if isinstance(part, ast.Name):
                (self.module if part.id in scope.globals else scope).bind(part.id, bound)
            elif isinstance(part, ast.Tuple | ast.List):
                for number, item in enumerate(part.elts):
                    if isinstance(item, ast.Starred):
                        break  # what follows has no fixed position
                    pending.append((item, bound._replace(path=(*bound.path, number))))
            elif isinstance(part, ast.Attribute | ast.Subscript) and not bound.iterated:
                self.stores.append((part, bound.expr, bound.scope))

    _handlers: ClassVar[dict[type, Callable[[Any, Any, Scope], None]]] = {
        ast.Call: _call,
        ast.Dict: _dict,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.NamedExpr: _walrus,
        ast.For: _loop,
        ast.AsyncFor: _loop,
        ast.comprehension: _loop,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Global: _global,
        ast.Return: _return,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
    }
    handled = frozenset(_handlers)


def _parameters(function: FunctionNode, scope: Scope) -> Iterator[Parameter]:
    arguments = function.args
    positional = (*arguments.posonlyargs, *arguments.args)
    without = len(positional) - len(arguments.defaults)
    for number, argument in enumerate(positional):
        default = arguments.defaults[number - without] if number >= without else None
        yield Parameter(function, scope, argument.arg, default, number, argument.annotation)
    for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(
            function, scope, argument.arg, keyword_default, annotation=argument.annotation
        )
    if arguments.kwarg is not None:
        yield Parameter(function, scope, arguments.kwarg.arg, keywords=True)


def _node_fields() -> dict[type, tuple[str, ...]]:
    """Return, for each kind of node, the fields that can hold an expression or a statement.

    `ast.iter_child_nodes` looks at every field of every node; most of them are names, numbers and
    operators. Skipping these makes the walk three times as fast. Unknown fields are included: the
    walk itself can tell a node from a number, such as `is_lazy`, which imports have since Python
    3.15.
    """
    leaves = {
        *("annotation", "arg", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs"),
        *("level", "module", "name", "names", "op", "ops", "rest", "returns", "simple", "str"),
        *("type_comment", "type_ignores", "type_params"),
    }
    fields: dict[type, tuple[str, ...]] = {}
    for kind in vars(ast).values():
        if isinstance(kind, type) and issubclass(kind, ast.AST):
            fields[kind] = tuple(name for name in reversed(kind._fields) if name not in leaves)
    fields[ast.Constant] = fields[ast.MatchSingleton] = ()
    return fields


_FIELDS = _node_fields()
_INNER = frozenset(kind for kind, fields in _FIELDS.items() if fields) | Part.handled
"""Kinds of nodes to visit; half of all are names and constants, which contain nothing."""
_SCOPED = frozenset((*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef))
