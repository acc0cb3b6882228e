"""Recognises calls that a lock or a cache protects."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import ancestors

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site

_LOCK_WORDS = ("lock", "mutex", "semaphore")
_CACHES = (
    *("cache", "lru_cache", "cached", "cache_resource", "singleton", "memoize", "once"),
    *("cache_data", "experimental_singleton"),
)


def is_locked(site: Site) -> bool:
    """Return whether a call runs under a lock, as far as its own function shows."""
    file = site.file
    for parent, _child in ancestors(file, site.call):
        if isinstance(parent, ast.With | ast.AsyncWith) and any(
            _is_a_lock(file.segment(item.context_expr)) for item in parent.items
        ):
            return True
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            named = any(_is_a_lock(file.segment(each)) for each in parent.decorator_list)
            return named or _acquires(file, parent, site.call)
    return False


def _is_a_lock(text: str) -> bool:
    folded = text.casefold().replace("block", "")
    return any(word in folded for word in _LOCK_WORDS)


def _acquires(file: SourceFile, function: ast.AST, call: ast.Call) -> bool:
    """Return whether `lock.acquire()` comes before a call in its function."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "acquire"
        and _is_a_lock(file.segment(node.func.value))
        and node.lineno < call.lineno
        for node in ast.walk(function)
    )


def is_cached(site: Site) -> bool:
    """Return whether a load runs only once: under a condition on the model, or in a cache."""
    child: ast.AST = site.call
    for parent, child in ancestors(site.file, site.call):
        if isinstance(parent, ast.If | ast.IfExp | ast.BoolOp):
            inside = child is not parent.test if not isinstance(parent, ast.BoolOp) else True
            if inside and _asks_for_absence(parent, child):
                return True
        if isinstance(parent, ast.ExceptHandler):
            return True  # the cache had no such entry, or the attribute does not exist yet
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [d.func if isinstance(d, ast.Call) else d for d in parent.decorator_list]
            if any(last_name(name) in _CACHES for name in names):
                return True
            return _returns_early(site.file, parent, site.call)
    return False


def _asks_for_absence(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(parent, ast.BoolOp):
        return isinstance(parent.op, ast.Or) and child is not parent.values[0]
    if not isinstance(parent, ast.If | ast.IfExp):
        return False
    in_body = child is parent.body or (isinstance(parent.body, list) and child in parent.body)
    for node in ast.walk(parent.test):
        if isinstance(node, ast.Compare):
            if isinstance(node.ops[0], ast.Is | ast.NotIn | ast.In | ast.NotEq | ast.Eq):
                return True
            # In the body, something else is there, such as an uploaded file.
            if isinstance(node.ops[0], ast.IsNot) and not in_body:
                return True
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return True
    return False


def _returns_early(file: SourceFile, function: ast.AST, call: ast.Call) -> bool:
    """Return whether `if model is not None: return model` comes before the call.

    A return that has nothing to do with the model, such as that of a bad request, does not count.
    """
    stored = _stored_names(file, call)
    return any(
        isinstance(node, ast.If)
        and node.lineno < call.lineno
        and any(
            isinstance(inner, ast.Return) and _is_the_model(node.test, inner.value, stored)
            for inner in node.body
        )
        for node in ast.walk(function)
    )


def _stored_names(file: SourceFile, call: ast.Call) -> set[str]:
    """Return the last names of what the statement with a call assigns to."""
    for parent, _child in ancestors(file, call):
        if isinstance(parent, ast.Assign):
            return {last_name(target) for target in parent.targets} - {""}
        if isinstance(parent, ast.stmt):
            break
    return set()


def _is_the_model(test: ast.expr, returned: ast.expr | None, stored: set[str]) -> bool:
    asked = {last_name(node) for node in ast.walk(test)} - {""}
    if asked & stored:
        return True
    if not isinstance(returned, ast.Name | ast.Attribute | ast.Subscript):
        return False
    return not asked.isdisjoint({last_name(node) for node in ast.walk(returned)} - {""})
