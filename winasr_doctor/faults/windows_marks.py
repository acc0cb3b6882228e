"""Finds out which of a test's marks, such as `skipif` and `xfail`, would apply on Windows.

Python evaluated a condition such as `sys.platform == "win32"` when it imported the test module.
This evaluates its source once more, with changed names for the system. It looks up only names that
a condition uses: reading the sources of all modules would take longer than many a test run.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

MARKS = frozenset({"skipif", "xfail"})
_OF_UNITTEST = frozenset({"skipIf", "skipUnless"})
_DEEPEST = 3
_UNKNOWN = object()


class _AsOnWindows:
    """A module with some attributes as on Windows."""

    def __init__(self, module: ModuleType, **attributes: object) -> None:
        self._module = module
        self.__dict__.update(attributes)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._module, name)


_ON_WINDOWS = {"system": lambda: "Windows", "platform": lambda *_: "Windows-11-10.0.22631-SP0"}
_SYSTEM: dict[int, Any] = {
    id(sys): _AsOnWindows(sys, platform="win32"),
    id(os): _AsOnWindows(os, name="nt", sep="\\"),
    id(platform): _AsOnWindows(platform, **_ON_WINDOWS),
    **{id(getattr(platform, name)): function for name, function in _ON_WINDOWS.items()},
}


class _Call(NamedTuple):
    """A call of `pytest.mark.skipif`, `xfail` or `unittest.skipIf` in a source."""

    node: ast.Call
    name: str
    reason: object

    @property
    def conditions(self) -> list[ast.expr]:
        keyword = [word.value for word in self.node.keywords if word.arg == "condition"]
        return [*self.node.args[: 1 if self.name in _OF_UNITTEST else None], *keyword]


class _Source(NamedTuple):
    """What is needed of a module's source.

    Attributes:
        module: The module.
        calls: The calls that make marks.
        decorators: The decorators of the functions and classes with a name.
        bindings: The last statement at the module's top level that gives a name its value.
    """

    module: ModuleType
    calls: tuple[_Call, ...]
    decorators: Mapping[str, tuple[ast.expr, ...]]
    bindings: Mapping[str, ast.Assign | ast.ImportFrom]


def applies_on_windows(test: Any, mark: Any) -> bool:  # noqa: ANN401 - pytest's Function and Mark
    """Return whether a mark would apply on Windows; false if that cannot be found out.

    Args:
        test: The item.
        mark: One of its marks with a name of `MARKS`.
    """
    module = getattr(test, "module", None)
    if module is None:
        return False
    conditions = [*mark.args, *([mark.kwargs["condition"]] if "condition" in mark.kwargs else [])]
    texts = [one for one in conditions if isinstance(one, str)]
    system = {name: _SYSTEM[id(sys.modules[name])] for name in ("os", "sys", "platform")}
    if any(_holds(ast.parse(text, mode="eval").body, module, system) for text in texts):
        return True
    calls = _calls_of(test, mark) if len(texts) < len(conditions) else []
    return any(_holds(condition, each) for each, call in calls for condition in call.conditions)


def unittest_skips_on_windows(test: Any) -> bool:  # noqa: ANN401
    """Return whether `unittest.skipIf` or `skipUnless` would skip a test on Windows.

    Args:
        test: The item.
    """
    module = getattr(test, "module", None)
    source = _source(module) if module is not None and _uses_unittest(module) else None
    if source is None:
        return False
    own = {id(node) for node in _decorators(source, test)}
    for call in source.calls:
        if call.name in _OF_UNITTEST and id(call.node) in own and call.conditions:
            here = call.name == "skipUnless"  # it was not skipped here
            value = _on_windows(call.conditions[0], source.module, {}, here)
            if bool(value) is not here:
                return True
    return False


@lru_cache(maxsize=256)
def _uses_unittest(module: ModuleType) -> bool:
    unittest = sys.modules.get("unittest")
    return any(
        (one is unittest and one is not None)
        or (isinstance(one, (FunctionType, type)) and one.__module__ == "unittest.case")
        for one in vars(module).values()
    )


def _calls_of(test: Any, mark: Any) -> list[tuple[ModuleType, _Call]]:  # noqa: ANN401
    """Return the calls that a mark may come from; its function's own ones if there are any."""
    key = (mark.name, mark.kwargs.get("reason"))
    sources = list(_sources(test.module))
    found = [
        (s.module, call) for s in sources for call in s.calls if (call.name, call.reason) == key
    ]
    own = {id(node) for node in _decorators(sources[0], test)} if found else set()
    return [each for each in found if id(each[1].node) in own] or found


def _decorators(source: _Source, test: Any) -> Iterator[ast.expr]:  # noqa: ANN401
    """Yield the decorators of a test's function and classes; for a name, what it stands for."""
    classes = [] if test.cls is None else [one.__name__ for one in test.cls.__mro__]
    for name in (getattr(test, "originalname", test.name), *classes):
        for node in source.decorators.get(name, ()):
            yield node
            binding = source.bindings.get(node.id) if isinstance(node, ast.Name) else None
            if isinstance(binding, ast.Assign):
                yield binding.value


def _sources(module: ModuleType) -> Iterator[_Source]:
    """Yield a module's source and those of the modules that it takes marks from."""
    source = _source(module)
    if source is None:
        return
    yield source
    for name, binding in source.bindings.items():
        if isinstance(binding, ast.ImportFrom) and hasattr(vars(module).get(name), "mark"):
            other = _imported(module, binding)
            if other is not None and (found := _source(other)) is not None:
                yield found


@lru_cache(maxsize=256)
def _source(module: ModuleType) -> _Source | None:
    if module.__name__.partition(".")[0] in sys.stdlib_module_names:
        return None
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return None
    calls: list[_Call] = []
    decorators: defaultdict[str, tuple[ast.expr, ...]] = defaultdict(tuple)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in MARKS or name in _OF_UNITTEST:
                calls.append(_Call(node, name, _reason(node)))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            decorators[node.name] += tuple(node.decorator_list)
    return _Source(module, tuple(calls), decorators, dict(_bindings(tree)))


def _bindings(tree: ast.Module) -> Iterator[tuple[str, ast.Assign | ast.ImportFrom]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node


def _reason(call: ast.Call) -> object:
    for keyword in call.keywords:
        if keyword.arg == "reason":
            try:
                return ast.literal_eval(keyword.value)
            except ValueError:
                return _UNKNOWN
    return None


def _imported(module: ModuleType, node: ast.ImportFrom) -> ModuleType | None:
    try:
        name = "." * node.level + (node.module or "")
        found = importlib.util.resolve_name(name, module.__package__ or "")
    except (ImportError, ValueError):
        return None
    return sys.modules.get(found)


def _holds(
    condition: ast.expr, module: ModuleType, names: Mapping[str, object] | None = None
) -> bool:
    return bool(_on_windows(condition, module, names or {}, otherwise=False))


def _on_windows(
    expression: ast.expr,
    module: ModuleType,
    names: Mapping[str, object],
    otherwise: object,
    depth: int = 0,
) -> object:
    """Return the value of an expression on Windows.

    Args:
        expression: The expression.
        module: The module whose names it uses.
        names: More names that have another value on Windows.
        otherwise: What to return if it uses no such names, as to evaluate it again may have
            effects, or if it fails: it is somebody else's code.
        depth: How many names have been followed so far.
    """
    changed: dict[str, object] = {}
    for node in ast.walk(expression):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            other = vars(module).get(node.value.id)
            if isinstance(other, ModuleType) and id(other) not in _SYSTEM:
                value = _value(other, node.attr, depth)
                if value is not _UNKNOWN:
                    changed[node.value.id] = _AsOnWindows(other, **{node.attr: value})
        elif isinstance(node, ast.Name) and node.id not in changed:
            value = _value(module, node.id, depth)
            if value is not _UNKNOWN or node.id in names:
                changed[node.id] = names.get(node.id) if value is _UNKNOWN else value
    if not changed:
        return otherwise
    code = compile(ast.Expression(expression), "<condition>", "eval")
    try:
        return eval(code, {**vars(module), **changed})  # noqa: S307 - the module evaluated it, too
    except Exception:  # noqa: BLE001
        return otherwise


def _value(module: ModuleType, name: str, depth: int) -> object:
    """Return what a name of a module stands for on Windows; `_UNKNOWN` if the same as here."""
    here = vars(module).get(name)
    if id(here) in _SYSTEM:
        return _SYSTEM[id(here)]
    if not isinstance(here, (bool, str)) or depth > _DEEPEST:
        return _UNKNOWN
    source = _source(module)
    binding = None if source is None else source.bindings.get(name)
    if isinstance(binding, ast.Assign):
        value = _on_windows(binding.value, module, {}, _UNKNOWN, depth + 1)
        return value if isinstance(value, (bool, str)) else _UNKNOWN
    if isinstance(binding, ast.ImportFrom):
        theirs = next(one.name for one in binding.names if (one.asname or one.name) == name)
        other = _imported(module, binding)
        if id(other) in _SYSTEM:
            return vars(_SYSTEM[id(other)]).get(theirs, _UNKNOWN)
        if other is not None:
            return _value(other, theirs, depth + 1)
    return _UNKNOWN
