"""Finds out which of a test's `skipif` and `xfail` marks would apply on Windows.

A condition such as `sys.platform == "win32"` was evaluated when the test module was imported, so it
is evaluated once more here, from its source, with the names that say which system this is changed.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple

MARKS = frozenset({"skipif", "xfail"})
_DEEPEST = 3
_UNKNOWN = object()


class _AsOnWindows:
    """A module with some attributes as on Windows."""

    def __init__(self, module: ModuleType, **attributes: object) -> None:
        self._module = module
        self.__dict__.update(attributes)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._module, name)


_SYSTEM: dict[int, _AsOnWindows] = {
    id(sys): _AsOnWindows(sys, platform="win32"),
    id(os): _AsOnWindows(os, name="nt", sep="\\"),
    id(platform): _AsOnWindows(
        platform, system=lambda: "Windows", platform=lambda *_: "Windows-11-10.0.22631-SP0"
    ),
}


class _Call(NamedTuple):
    """A call of `pytest.mark.skipif` or `xfail` in a source, such as a decorator."""

    node: ast.Call
    name: str
    reason: object

    @property
    def conditions(self) -> list[ast.expr]:
        keyword = [word.value for word in self.node.keywords if word.arg == "condition"]
        return [*self.node.args, *keyword]


class _Source(NamedTuple):
    module: ModuleType
    tree: ast.Module
    calls: tuple[_Call, ...]


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
    if any(_holds(ast.parse(text, mode="eval").body, module, **system) for text in texts):
        return True
    calls = _calls_of(test, mark) if len(texts) < len(conditions) else []
    return any(_holds(condition, each) for each, call in calls for condition in call.conditions)


def _calls_of(test: Any, mark: Any) -> list[tuple[ModuleType, _Call]]:  # noqa: ANN401
    """Return the calls that a mark may come from; its function's own ones if there are any."""
    key = (mark.name, mark.kwargs.get("reason"))
    sources = list(_sources(test.module))
    found = [
        (s.module, call) for s in sources for call in s.calls if (call.name, call.reason) == key
    ]
    own = _decorators(sources[0].tree, test) if sources else set()
    return [each for each in found if id(each[1].node) in own] or found


def _decorators(tree: ast.Module, test: Any) -> set[int]:  # noqa: ANN401
    names = {getattr(test, "originalname", test.name), getattr(test.cls, "__name__", None)}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.name in names]
    return {id(decorator) for node in nodes for decorator in node.decorator_list}


def _sources(module: ModuleType) -> Iterator[_Source]:
    """Yield a module's source and those of the modules that it takes names from."""
    source = _source(module)
    if source is None:
        return
    yield source
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom):
            other = _imported(module, node)
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
    calls = [
        _Call(node, node.func.attr, _reason(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in MARKS
    ]
    return _Source(module, tree, tuple(calls))


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


def _holds(condition: ast.expr, module: ModuleType, **more: object) -> bool:
    return bool(_on_windows(condition, module, {**more, **_names(module)}, otherwise=False))


def _on_windows(
    expression: ast.expr, module: ModuleType, names: Mapping[str, Any], otherwise: object
) -> object:
    """Return the value of an expression on Windows.

    Args:
        expression: The expression.
        module: The module whose names it uses.
        names: Those of them that have another value on Windows.
        otherwise: What to return if it uses none of those, as to evaluate it again may have
            effects, or if it fails: it is somebody else's code.
    """
    if not any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(expression)):
        return otherwise
    code = compile(ast.Expression(expression), "<condition>", "eval")
    try:
        return eval(code, {**vars(module), **names})  # noqa: S307 - the module evaluated it, too
    except Exception:  # noqa: BLE001
        return otherwise


def _names(module: ModuleType, depth: int = 0) -> dict[str, Any]:
    """Return the module's names that have another value on Windows."""
    found: dict[str, Any] = {
        name: _SYSTEM[id(value)] for name, value in vars(module).items() if id(value) in _SYSTEM
    }
    source = _source(module)
    for node in [] if source is None or depth > _DEEPEST else source.tree.body:
        if isinstance(node, ast.ImportFrom):
            theirs = _theirs(_imported(module, node), depth)
            for alias in node.names:
                if alias.name in theirs:
                    found[alias.asname or alias.name] = theirs[alias.name]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            value = _on_windows(node.value, module, found, _UNKNOWN)
            if isinstance(value, (bool, str)) and name in vars(module):
                found[name] = value
    return found


def _theirs(module: ModuleType | None, depth: int) -> Mapping[str, Any]:
    if module is None:
        return {}
    if id(module) in _SYSTEM:
        return vars(_SYSTEM[id(module)])
    return {} if _source(module) is None else _names(module, depth + 1)
