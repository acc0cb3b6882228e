"""Finds requests that a server answers in several threads at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import constant, enclosing_function, keyword
from winasr_doctor.checks.app.locking import is_cached, is_locked

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths, Site
    from winasr_doctor.checks.app.executors import Overlap

_ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "api_route", "route", "websocket", "on", "event"}
)
_WEB = ("flask", "fastapi", "starlette", "quart", "bottle", "flask_socketio", "litestar", "sanic")
_REGISTERS = ("add_url_rule", "add_api_route", "add_route")
_VIEWS = frozenset({"MethodView", "Resource", "View", "APIView"})
_THREADED = ("ThreadingHTTPServer", "ThreadingMixIn", "ThreadingTCPServer", "ThreadingWSGIServer")


def endpoints(app: Application, unlocked: CallPaths, fresh: CallPaths) -> Iterator[Overlap]:
    """Yield the transcriptions in requests that a server answers in threads.

    Args:
        app: The app.
        unlocked: The transcriptions without a lock, and what leads to them.
        fresh: The loads that happen each time, and what leads to them.
    """
    for site, function in _in_requests(app, unlocked):
        if isinstance(function, ast.AsyncFunctionDef) or is_locked(site):
            continue
        if not _has_its_own(app, site, function, fresh):
            yield site.file, site.call, "the server runs this endpoint in a thread per request"


def loading_endpoints(app: Application, fresh: CallPaths, runs: CallPaths) -> Iterator[Overlap]:
    """Yield the loads in requests that also transcribe; others may be there to load the model.

    Args:
        app: The app.
        fresh: The loads that happen each time, and what leads to them.
        runs: The transcriptions, and what leads to them.
    """
    for site, function in _in_requests(app, fresh):
        if function in runs.functions and not is_cached(site):
            yield site.file, site.call, "this endpoint loads the model in every request"


def _in_requests(
    app: Application, reach: CallPaths
) -> Iterator[tuple[Site, ast.FunctionDef | ast.AsyncFunctionDef]]:
    threaded = any(app.words.count(name) for name in _THREADED)
    for site in reach.sites.values():
        function = enclosing_function(site.file, site.call)
        if function is None:
            continue
        if _is_endpoint(app, site.file, function) or (
            function.name.startswith("do_") and threaded and _in_handler(site.file, function)
        ):
            yield site, function


def _has_its_own(app: Application, site: Site, function: ast.AST, fresh: CallPaths) -> bool:
    """Return whether the model is a variable of the endpoint that nobody else can see."""
    from winasr_doctor.appsource.index import Value  # lazy: only an app with source has an index

    receiver = site.call.func.value if isinstance(site.call.func, ast.Attribute) else None
    scope = site.file.index.inner.get(function)
    if not isinstance(receiver, ast.Name) or scope is None or receiver.id not in scope.bindings:
        return False
    bound = scope.bindings[receiver.id][0]
    if not isinstance(bound, Value) or not isinstance(bound.expr, ast.Call):
        return False
    if app.calls.functions(bound.expr.func, bound.scope):
        return bound.expr in fresh.sites
    return True


def _is_endpoint(
    app: Application, file: SourceFile, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> bool:
    if not any(name in file.text for name in _WEB):
        return False
    if _is_single_threaded(app):
        return False
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Attribute) and target.attr in _ROUTES:
            return True
    owner = file.parent_of(function)
    if isinstance(owner, ast.ClassDef) and function.name in _ROUTES:
        return any(last_name(base) in _VIEWS for base in owner.bases)
    return _is_registered(file, function.name)


def _is_registered(file: SourceFile, name: str) -> bool:
    """Return whether a function is given to `add_url_rule` or `add_api_route`."""
    for part in file.index.about(*_REGISTERS):
        for call, _scope in part.calls:
            if last_name(call.func) in _REGISTERS:
                given = (*call.args, *(item.value for item in call.keywords))
                if any(last_name(item) == name for item in given):
                    return True
    return False


def _is_single_threaded(app: Application) -> bool:
    """Return whether the app starts Flask with `threaded=False`."""
    return any(
        constant(keyword(call, "threaded")) is False
        for file in app.words.files_with("threaded")
        for part in file.index.about("threaded")
        for call, _scope in part.calls
        if last_name(call.func) == "run"
    )


def _in_handler(file: SourceFile, function: ast.AST) -> bool:
    owner = file.parent_of(function)
    return isinstance(owner, ast.ClassDef) and any(
        last_name(base).endswith("RequestHandler") for base in owner.bases
    )
