"""APP010: the app's own cleanup between the result and its return."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.call_sites import Site
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import ancestors, constant, found, over_app, walk_own
from winasr_doctor.checks.app.deletes import TEMPORARY, deletes, is_survived
from winasr_doctor.checks.app.flow import assigned, is_used_after, names_from, names_used_after
from winasr_doctor.checks.app.speech import speech_of
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.appsource.application import Application
    from winasr_doctor.appsource.inferred_values import Function

CODE = "APP010"
_DEEPEST = 3
"""The most functions between a result and a delete that are followed."""

_STACKS = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})
_GENERATORS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})

_WHY = "one locked file here throws the finished result away"
_AT_THE_END = "it runs when the with block around the transcription ends"


def _look(app: Application) -> Iterator[Finding]:
    speech = speech_of(app)
    runs = {**speech.runs.sites, **speech.whisper_runs.sites}
    results = {**speech.loads.sites, **runs}
    met: set[ast.AST] = set()
    removals = _Removals(app)
    for site in results.values():
        for made in _blocks_around(site):
            if made.call not in met:
                met.add(made.call)
                yield from _as_it_ends(app, removals, made, met)
    for result in runs.values():
        for site in app.calls.calls_in(result.file, result.function):
            if site.call in met or site.call in results:
                continue
            what = _harm(site, result)
            if what and removals.happen_in(site) and not _saves(app, site, result):
                met.add(site.call)
                yield _between(site.file, site.call, what)


def _as_it_ends(
    app: Application, removals: _Removals, made: Site, met: set[ast.AST]
) -> Iterator[Finding]:
    """Find what a context manager deletes, unprotected, when its block ends."""
    if made.file.qualified(made.call.func) in TEMPORARY:
        yield _around(made.file, made.call)
    for delete in _deletes_at_the_end(app, removals, made):
        if delete.call not in met:
            met.add(delete.call)
            yield _between(delete.file, delete.call, f"{_WHY}: {_AT_THE_END}")


def _harm(delete: Site, result: Site) -> str:
    """Return what a failure of a delete does to a result; empty if nothing."""
    if is_survived(delete.file, delete.call):
        if _is_skipped(delete, result):
            return f"{_WHY}: the except block goes on without it"
        return ""
    if _loses(delete, result):
        return f"{_WHY}: it runs after the result and before its return"
    if _ends_a_worker(delete, result):
        return "one locked file here ends this loop: everything after it waits forever"
    return ""


def _saves(app: Application, site: Site, result: Site) -> bool:
    """Return whether a function of the app gets the result and returns nothing of it."""
    if deletes(app, site) or not isinstance(site.file.parent_of(site.call), ast.Expr):
        return False
    names = names_from(site.file, site.call, result.call)
    given = (*site.call.args, *(item.value for item in site.call.keywords))
    return any(
        isinstance(part, ast.Name) and part.id in names for each in given for part in ast.walk(each)
    )


def _is_skipped(delete: Site, result: Site) -> bool:
    """Return whether the block that catches a failed delete overwrites or skips the result."""
    file = delete.file
    if delete.call.lineno <= (result.call.end_lineno or 0) or _only_after_an_error(delete):
        return False
    for parent, child in ancestors(file, delete.call):
        if isinstance(parent, ast.Try) and child in parent.body:
            if not _in(file, parent.body, result.call):
                return False
            names = names_from(file, delete.call, result.call)
            again = assigned(part for handler in parent.handlers for part in handler.body)
            if names_used_after(file, parent, names & again):
                return True
            return _is_used(parent.body, names, delete.call.lineno + 1) and not _is_used(
                (n for n in walk_own(parent.body) if isinstance(n, ast.Expr)),
                names,
                (result.call.end_lineno or 0) + 1,
                delete.call.lineno,
            )
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            break
    return False


def _is_used(
    nodes: Iterable[ast.AST], names: set[str], first: int, end: float = float("inf")
) -> bool:
    """Return whether one of the names is read in the lines from the first up to the end."""
    return any(
        isinstance(node, ast.Name)
        and node.id in names
        and isinstance(node.ctx, ast.Load)
        and first <= node.lineno < end
        for node in walk_own(nodes)
    )


def _ends_a_worker(delete: Site, result: Site) -> bool:
    """Return whether a delete comes after a result in an endless loop."""
    file = delete.file
    if delete.call.lineno <= (result.call.end_lineno or 0) or _only_after_an_error(delete):
        return False
    for parent, child in ancestors(file, delete.call):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            break
        if isinstance(parent, ast.While) and child in parent.body:
            return bool(constant(parent.test) in (True, 1)) and _contains(file, parent, result.call)
    return False


class _Removals:
    """Finds the calls that delete files, themselves or through functions of the app."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._known: dict[ast.AST, bool] = {}

    def happen_in(self, site: Site) -> bool:
        """Return whether a call deletes a file and nothing inside it survives the failure."""
        return self._happen_in(site, 0)

    def _happen_in(self, site: Site, depth: int) -> bool:
        if deletes(self._app, site):
            return True
        functions = self._app.calls.callees(site) if depth < _DEEPEST else ()
        return any(self._deletes(function, depth + 1) for function in functions)

    def _deletes(self, function: Function, depth: int) -> bool:
        if function.node not in self._known:
            self._known[function.node] = False  # while its calls are looked at
            file, scope = function.scope.file, function.scope
            self._known[function.node] = any(
                self._happen_in(site, depth)
                for site in self._app.calls.calls_in(file, scope)
                if not is_survived(file, site.call, by_returning=True)
                and not _only_after_an_error(site)
            )
        return self._known[function.node]


def _only_after_an_error(site: Site) -> bool:
    """Return whether a call stands in a handler of its own function."""
    for parent, _child in ancestors(site.file, site.call):
        if isinstance(parent, ast.ExceptHandler):
            return True
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
    return False


def _blocks_around(site: Site) -> Iterator[Site]:
    """Yield what makes the context managers around a call whose value is used after them."""
    file = site.file
    for parent, child in ancestors(file, site.call):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if not isinstance(parent, ast.With | ast.AsyncWith) or child not in parent.body:
            continue
        made = [each for item in parent.items for each in _managers(file, parent, item)]
        made = [each for each in made if not is_survived(file, each)]
        if made and _takes_out(file, parent, is_caught=is_survived(file, parent)):
            yield from (Site(each, site.scope) for each in made)


def _managers(
    file: SourceFile, block: ast.With | ast.AsyncWith, item: ast.withitem
) -> Iterator[ast.Call]:
    """Yield the calls that make the managers of a `with` item, those on its ExitStack included."""
    made = item.context_expr
    if not isinstance(made, ast.Call):
        return
    if file.qualified(made.func) not in _STACKS:
        yield made
        return
    name = file.segment(item.optional_vars) if item.optional_vars is not None else ""
    for node in walk_own(block.body):
        if isinstance(node, ast.Call) and file.segment(node.func) == f"{name}.enter_context":
            yield from (given for given in node.args if isinstance(given, ast.Call))


def _deletes_at_the_end(app: Application, removals: _Removals, made: Site) -> Iterator[Site]:
    """Yield the unprotected deletes of a context manager of the app when its block ends."""
    ends = [
        function
        for kind in app.constants.classes(made.call.func, made.scope)
        for function in app.constants.members(kind, "__exit__")
    ]
    ends += app.calls.functions(made.call.func, made.scope)
    for function in ends:
        scope = function.scope
        for site in app.calls.calls_in(scope.file, scope):
            if (
                not is_survived(site.file, site.call)
                and _runs_at_the_end(function, site)
                and removals.happen_in(site)
            ):
                yield site


def _runs_at_the_end(function: Function, site: Site) -> bool:
    """Return whether a call is in `__exit__`, or after the `yield` of a generator."""
    node, file = function.node, site.file
    if isinstance(node, ast.Lambda):
        return False
    if node.name == "__exit__":
        return True
    if not any(file.qualified(each) in _GENERATORS for each in node.decorator_list):
        return False
    return not _only_after_an_error(site) and any(
        isinstance(each, ast.Yield) and each.lineno < site.call.lineno
        for each in walk_own(node.body)
    )


def _takes_out(file: SourceFile, block: ast.With | ast.AsyncWith, *, is_caught: bool) -> bool:
    """Return whether a value that is computed in a block is used outside it."""
    for node in walk_own(block.body):
        if _gives_a_value(node):
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return not is_caught
    return not is_caught and names_used_after(file, block, assigned(block.body))


def _gives_a_value(node: ast.AST) -> bool:
    """Return whether a node returns or yields more than a constant, such as an exit code."""
    if not isinstance(node, ast.Return | ast.Yield) or node.value is None:
        return False
    return not isinstance(node.value, ast.Constant)


def _loses(delete: Site, result: Site) -> bool:
    """Return whether a delete runs between a result and the place that hands it on."""
    file = delete.file
    for parent, _child in ancestors(file, delete.call):
        if isinstance(parent, ast.ExceptHandler) and not _contains(file, parent, result.call):
            return False  # it runs only after an error
    for parent, child in ancestors(file, delete.call):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            break
        if isinstance(parent, ast.Try) and child in parent.finalbody:
            inside = _contains(file, parent, result.call) and not _contains_any(
                file, parent.finalbody, result.call
            )
            if inside:
                return _hands_on(file, parent, delete.call)
        if isinstance(parent, ast.If) and _in_other_branch(file, parent, delete, result):
            return False
    if delete.call.lineno <= (result.call.end_lineno or result.call.lineno):
        return False
    return not _left_before(file, result.call) and is_used_after(file, delete.call, result.call)


def _in_other_branch(file: SourceFile, node: ast.If, delete: Site, result: Site) -> bool:
    if not _contains(file, node, result.call):
        return False
    return _in(file, node.body, result.call) != _in(file, node.body, delete.call)


def _contains(file: SourceFile, node: ast.AST, inner: ast.AST) -> bool:
    return any(parent is node for parent, _ in ancestors(file, inner))


def _contains_any(file: SourceFile, nodes: Iterable[ast.AST], inner: ast.AST) -> bool:
    return any(_contains(file, node, inner) for node in nodes)


def _in(file: SourceFile, block: Iterable[ast.stmt], inner: ast.AST) -> bool:
    return any(statement is inner or _contains(file, statement, inner) for statement in block)


def _hands_on(file: SourceFile, node: ast.Try, delete: ast.Call) -> bool:
    """Return whether a `try` returns or yields a value, or its names are used after it."""
    body = [*node.body, *node.orelse]
    if any(_gives_a_value(each) for each in walk_own(body)):
        return True
    return names_used_after(file, delete, assigned(body))


def _left_before(file: SourceFile, result: ast.Call) -> bool:
    """Return whether the statement with the result leaves the function itself."""
    for parent, _child in ancestors(file, result):
        if isinstance(parent, ast.Return):
            return True
        if isinstance(parent, ast.stmt):
            return False
    return False


def _between(file: SourceFile, call: ast.Call, what: str) -> Finding:
    from winasr_doctor.appsource.edits import add_keyword

    old = file.segment(call)
    if file.qualified(call.func) == "shutil.rmtree":
        action = add_keyword(file, call, "ignore_errors", "True")
        new = f"{old.rstrip(') ')}, ignore_errors=True)"
        title = "Leave a locked folder behind"
        steps: tuple[str, ...] = (f"In {file.spot(call)}, replace: {old}", f"with: {new}")
    else:
        action = None
        title = "Go on if the file is locked"
        steps = (
            f"In {file.spot(call)}, replace: {old}",
            f"with: with contextlib.suppress(OSError): {old}",
            "and import contextlib",
        )
    remedy = Remedy(title, steps, automatic=action is not None, action=action)
    return found(warning, CODE, file, call, what, [remedy, _RETRY])


def _around(file: SourceFile, call: ast.Call) -> Finding:
    from winasr_doctor.appsource.edits import add_keyword

    action = add_keyword(file, call, "ignore_cleanup_errors", "True")
    old = file.segment(call)
    inner = old[old.index("(") + 1 : -1].strip().rstrip(",")
    new = f"{file.segment(call.func)}({inner + ', ' if inner else ''}ignore_cleanup_errors=True)"
    steps = (f"In {file.spot(call)}, replace: {old}", f"with: {new}")
    remedy = Remedy(
        "Leave a locked folder behind", steps, automatic=action is not None, action=action
    )
    what = f"{_WHY}: TemporaryDirectory() cleans up before the result leaves the with block"
    return found(warning, CODE, file, call, what, [remedy, _RETRY])


_RETRY = Remedy(
    "Retry while the lock lasts",
    ("Delete with: winasr_doctor.rmtree(path), which retries and never raises for a lock",),
)


@check(CODE)
def cleans_up_before_returning(host: Machine) -> Iterable[Finding]:
    """The app's own cleanup can throw a finished result away.

    **What.** Deleting, moving or renaming files after a transcription and before its result is
    returned or used; `TemporaryDirectory()`, or a context manager of the app that deletes, around
    loading or transcribing. With NeMo, and with packages for Whisper.
    **Why.** Windows does not delete a file that a scanner, a sync client or the app itself has
    open: the call raises WinError 32, and the text that was already computed is lost. In `finally`
    it also hides the real error.
    **Decided by.** The delete comes after the result in the same function, directly or through a
    function of the app, or in the `finally` of a `try` that returns it, and nothing catches OSError
    around it. `suppress(FileNotFoundError)` and `missing_ok=True` do not help against a lock.
    `ignore_errors`, `ignore_cleanup_errors`, `onexc` and handlers that go on are silent, and so is
    cleanup that only runs after an error or after the result was used. A handler that gives the
    result's name another value or skips its use loses it as well, and in a `while True` loop the
    delete ends the loop, so that nobody answers the next request.
    **Do.** Suppress OSError around the cleanup, or use `ignore_cleanup_errors=True`.
    **Source.** learn.microsoft.com, "DeleteFileW function"; docs.python.org,
    `tempfile.TemporaryDirectory`; 10 of 20 public NeMo apps lose an answer this way.
    """
    return _RUN(host)


_RUN = over_app(CODE, _look, "no cleanup can throw a result away")
