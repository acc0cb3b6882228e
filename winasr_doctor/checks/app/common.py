"""What the APP checks share: findings at a node, and what surrounds it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile, respect_silence
from winasr_doctor.appsource.syntax import last_name, text_of
from winasr_doctor.checks.app.local import LOOKS, LocalCheck, Look, local_findings
from winasr_doctor.checks.base import CheckFunction
from winasr_doctor.checks.deferred import NO_SOURCE
from winasr_doctor.findings import Evidence, Finding, Remedy, Step, ok, skip, unknown
from winasr_doctor.findings.actions import EditSource
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.appsource.index import Part

FileCheck = Callable[[Application, SourceFile], Iterable[Finding]]
AppCheck = Callable[[Application], Iterable[Finding]]


def over_files(code: str, look: FileCheck, clean: str) -> CheckFunction:
    """Turn a function that looks at one file into a check.

    Args:
        code: The check's code.
        look: Yields findings made by `found`, which carry their node.
        clean: The summary if no file has a finding.
    """

    def look_at_all(app: Application) -> Iterator[Finding]:
        for file in app.files:
            yield from look(app, file)
            app.relieve()

    return over_app(code, look_at_all, clean)


def over_each_file(
    code: str,
    look: LocalCheck,
    clean: str,
    *needs: tuple[tuple[str, ...], ...],
    fold: bool = False,
    applies: Callable[[Application], bool] = bool,
    hint: Callable[[str], bool] = bool,
) -> CheckFunction:
    """Turn a function that needs only one file into a check.

    Args:
        code: The check's code.
        look: Yields findings made by `found`.
        clean: The summary if no file has a finding.
        needs: What a file must contain to be parsed: one of these, and of it one text of each
            group.
        fold: Whether upper and lower case are the same in `needs`.
        applies: Whether the app matters at all.
        hint: Returns whether a text that contains what is needed may matter.
    """
    LOOKS[code] = Look(look, needs, fold, applies, hint)
    return over_app(code, lambda app: local_findings(app)[code], clean)


def over_app(code: str, look: AppCheck, clean: str) -> CheckFunction:
    """Turn a function that looks at the whole app into a check.

    Args:
        code: The check's code.
        look: Yields findings made by `found`.
        clean: The summary if there is no finding.
    """

    def run(host: Machine) -> Iterator[Finding]:
        app = host.app
        if not app.files:
            yield _nothing_to_examine(app)
            return
        app.relieve()
        findings = [each for each in look(app) if each != _NEVER_RUNS]
        yield from findings
        if not findings:
            yield ok(clean, {"files": len(app.files)})

    run.__name__ = f"run_{code}"
    return run


def _nothing_to_examine(app: Application) -> Finding:
    if app.roots:
        return unknown("none of the app's source could be examined", {"given": list(app.roots)})
    return skip(NO_SOURCE)


def found(
    make: Callable[[str, Evidence, Iterable[Remedy]], Finding],
    code: str,
    file: SourceFile,
    node: ast.AST,
    summary: str,
    remedies: Iterable[Remedy],
) -> Finding:
    """Return a finding at a node, marked as silenced if the author has silenced it there.

    `over_app` leaves it out if the node is in code that never runs.

    Args:
        make: `error`, `warning` or `info`.
        code: The check's code.
        file: The file.
        node: What the finding points at.
        summary: What is wrong, without the place.
        remedies: Ways to solve it.
    """
    if never_runs(file, node):
        return _NEVER_RUNS
    evidence: dict[str, object] = {"source": file.lines[getattr(node, "lineno", 1) - 1].strip()}
    evidence.update(file.cell_of(node))
    if file.cells:
        remedies = [_by_hand(remedy) for remedy in remedies]
    finding = make(summary, evidence, remedies).at(file.location(node))
    return respect_silence(finding, file, node, code)


def _by_hand(remedy: Remedy) -> Remedy:
    """Return a remedy for a notebook, which `fix` never edits."""
    steps = (*remedy.steps, "Do this in the notebook: fix does not edit notebooks")
    return Remedy(remedy.title, steps)


def edit(
    file: SourceFile,
    node: ast.AST,
    title: str,
    old: str,
    new: str,
    action: EditSource | None = None,
) -> Remedy:
    """Return a remedy that edits one place.

    Args:
        file: The file.
        node: The place.
        title: What the edit achieves.
        old: The present text, for people.
        new: The new text, for people.
        action: The edit itself, if it is certain to be right.
    """
    steps = (Step(f"In {file.spot(node)}, replace {old} with", new, "python"),)
    return Remedy(title, steps, automatic=action is not None, action=action)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, or `None`."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def constant(node: ast.AST | None) -> object:
    """Return a literal's value, `...` for anything else."""
    return node.value if isinstance(node, ast.Constant) else ...


def ancestors(file: SourceFile, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each ancestor of a node, innermost first, with its child on the path to the node."""
    child = node
    while (parent := file.parent_of(child)) is not None:
        yield parent, child
        child = parent


_NEVER_RUNS = skip("this code never runs")


def never_runs(file: SourceFile, node: ast.AST) -> bool:
    """Return whether a node is behind a statement that leaves, or under a condition that is false.

    `typing.TYPE_CHECKING` is false when a program runs. Source: docs.python.org, `typing`.
    """
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.If | ast.While) and child is not parent.test:
            is_met = _is_met(parent.test)
            if is_met is not None and is_met is not (child in parent.body):
                return True
        if isinstance(child, ast.stmt) and any(map(_leaves, _before(parent, child))):
            return True
    return False


def _is_met(test: ast.expr) -> bool | None:
    """Return what a condition is in every run; `None` if that is not known."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _is_met(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return False if last_name(test) == "TYPE_CHECKING" else None


def _before(parent: ast.AST, statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements before one in its block."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            yield from block[: block.index(statement)]


def _leaves(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return any(map(_leaves, statement.body)) and any(map(_leaves, statement.orelse))
    return isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break)


def walk_own(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes below these, without entering functions and classes."""
    from winasr_doctor.appsource.names import children_of  # lazy: only an app with source has nodes

    pending = list(statements)
    for node in pending:
        yield node
        if type(node) not in _SCOPES:
            pending.extend(children_of(node))


_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})


def parts_where(
    file: SourceFile, matters: Callable[[str], bool], modules: tuple[str, ...] = ()
) -> Iterator[Part]:
    """Yield at least the parts of a file whose text matters, in their order.

    Args:
        file: The file.
        matters: Returns whether a text matters.
        modules: If the file imports one of these, or something from it, under another name, all
            parts matter.
    """
    is_renamed = any(
        meant.startswith(modules) and meant.rpartition(".")[2] != name
        for name, meant in file.imports.items()
    )
    return file.index.parts if is_renamed else file.index.where(matters)


def calls_in(parts: Iterable[Part]) -> Iterator[ast.Call]:
    """Yield the calls in some parts of a file."""
    return (call for part in parts for call, _scope in part.calls)


def line_of(node: ast.AST) -> int:
    """Return the line a node starts in; 0 if it has none."""
    return getattr(node, "lineno", 0)


def in_order(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    """Return the nodes that have a place, in the order of the source."""
    placed = (node for node in nodes if hasattr(node, "lineno"))
    return sorted(placed, key=lambda node: (line_of(node), getattr(node, "col_offset", 0)))


def values_of(file: SourceFile, name: ast.Name) -> list[ast.expr]:
    """Return what is assigned to a name in the nearest function around it that assigns to it.

    Args:
        file: The file.
        name: The name.
    """
    around = [p for p, _ in ancestors(file, name) if isinstance(p, _FUNCTIONS)]
    for body in (*(function.body for function in around), file.outermost.body):
        values = [
            node.value
            for node in walk_own(body)
            if isinstance(node, ast.Assign)
            and any(isinstance(each, ast.Name) and each.id == name.id for each in node.targets)
        ]
        if values:
            return values
    return []


def is_fixed(file: SourceFile, value: ast.expr, *, without: str = "") -> bool:
    """Return whether a value is a literal text, or a name that only gets such texts.

    Args:
        file: The file.
        value: The value.
        without: Characters that it must not contain.
    """
    values = values_of(file, value) if isinstance(value, ast.Name) else [value]
    texts = [text_of(each) for each in values]
    return bool(texts) and all(
        text is not None and not any(mark in text for mark in without) for text in texts
    )


def made_of(file: SourceFile, value: ast.expr) -> list[ast.AST]:
    """Return the nodes that a value is made of, also through names of its function.

    Args:
        file: The file.
        value: The value.
    """
    found: list[ast.AST] = [value]
    names: set[str] = set()
    for node in found:  # grows while it is walked
        if isinstance(node, ast.Name) and node.id not in names:
            names.add(node.id)
            found.extend(values_of(file, node))
        found.extend(ast.iter_child_nodes(node))
    return found


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def enclosing_function(
    file: SourceFile, node: ast.AST
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost `def` around a node, or `None` at module level."""
    for parent, _child in ancestors(file, node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return parent
    return None
