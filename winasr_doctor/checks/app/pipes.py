"""APP015: a program whose output nobody reads while the app waits for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import pairwise

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import text_of
from winasr_doctor.checks.app.common import (
    ancestors,
    enclosing_function,
    found,
    in_order,
    keyword,
    over_each_file,
    values_of,
    walk_own,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

CODE = "APP015"
_STREAMS = ("stdout", "stderr")
_ERRORS_ONLY = frozenset({"quiet", "panic", "fatal", "error", "-8", "0", "8", "16"})
"""ffmpeg's log levels up to errors. Source: ffmpeg's documentation, "Generic options"."""

_PIPE = frozenset({"subprocess.PIPE", "asyncio.subprocess.PIPE"})


def _look(file: SourceFile) -> Iterator[Finding]:
    for call, _scope in file.index.calls:
        if file.qualified(call.func) != "subprocess.Popen":
            continue
        piped = [
            name
            for name in _STREAMS
            if _is_pipe(file, keyword(call, name)) and not _is_silent(file, call, name)
        ]
        name = _name_of(file, call)
        waits = _waits_in_vain(file, call, name, piped) if piped and name else None
        if waits is not None:
            yield _finding(file, name, *waits)


def _finding(file: SourceFile, name: str, node: ast.expr, stream: str) -> Finding:
    if isinstance(node, ast.Call):
        steps = [
            f"In {file.spot(node)}, replace: {file.segment(node)}",
            f"with: output, errors = {name}.communicate()",
        ]
    else:
        use = f"use {name}.communicate() instead, or read {name}.{stream} in a thread"
        steps = [f"In {file.spot(node)}, {use}"]
    return found(
        warning,
        CODE,
        file,
        node,
        f"nobody reads {name}.{stream} while this waits: the program stops as soon as the"
        " pipe is full, which on Windows is after 4 KB",
        [Remedy("Read while you wait", tuple(steps))],
    )


def _is_pipe(file: SourceFile, value: ast.expr | None) -> bool:
    return value is not None and file.qualified(value) in _PIPE


def _is_silent(file: SourceFile, call: ast.Call, stream: str) -> bool:
    """Return whether this is ffmpeg, and writes nothing or next to nothing to a stream.

    It logs to stderr, unless it is told to log errors only. Its output is stdout only if it is
    named as `-` or `pipe:`.
    """
    command = call.args[0] if call.args else keyword(call, "args")
    if isinstance(command, ast.Name):
        values = values_of(file, command)
        command = values[0] if len(values) == 1 else None
    if not isinstance(command, ast.List) or not command.elts:
        return False
    parts = [text_of(part) or "" for part in command.elts]
    if parts[0] not in {"ffmpeg", "ffmpeg.exe"}:
        return False
    levels = {level for option, level in pairwise(parts) if option in {"-loglevel", "-v"}}
    is_quiet = bool(levels & _ERRORS_ONLY)
    if stream == "stderr":
        return is_quiet
    merged = keyword(call, "stderr")
    logs = merged is not None and file.qualified(merged) == "subprocess.STDOUT" and not is_quiet
    return not logs and not any(part == "-" or part.startswith("pipe:") for part in parts)


def _name_of(file: SourceFile, call: ast.Call) -> str:
    parent = file.parent_of(call)
    if isinstance(parent, ast.Assign):
        return file.segment(parent.targets[0])
    if isinstance(parent, ast.withitem) and parent.optional_vars is not None:
        return file.segment(parent.optional_vars)
    return ""


_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _waits_in_vain(
    file: SourceFile, call: ast.Call, name: str, piped: list[str]
) -> tuple[ast.expr, str] | None:
    """Return what waits for a program, and a stream that nobody reads then.

    A read of one stream waits as well if the other one is read only after it, or never.
    """
    around = enclosing_function(file, call) or file.tree
    nodes = [n for n in walk_own(around.body) if getattr(n, "lineno", 0) >= call.lineno]
    unread = dict.fromkeys(piped)
    first: ast.Attribute | None = None
    for node, in_thread in _uses(file, nodes, name):
        if node.attr == "communicate":
            return None
        if node.attr in unread:
            unread.pop(node.attr)
            if first is not None:
                return first, node.attr
        if not unread or in_thread:
            continue
        parent = file.parent_of(node)
        if node.attr in _STREAMS and isinstance(parent, ast.Attribute | ast.For):
            first = first or node
        if isinstance(parent, ast.Call) and parent.func is node and _waits(file, node):
            return parent, next(iter(unread))
    if first is not None and unread and not _is_handed_on(file, nodes, name):
        return first, next(iter(unread))
    return None


def _uses(
    file: SourceFile, nodes: list[ast.AST], name: str
) -> Iterator[tuple[ast.Attribute, bool]]:
    """Yield the attributes of a program that are used, and whether a function in there does it."""
    for node in in_order(nodes):
        is_inner = isinstance(node, _INNER)
        for part in ast.walk(node) if is_inner else (node,):
            if isinstance(part, ast.Attribute) and file.segment(part.value) == name:
                yield part, is_inner


def _waits(file: SourceFile, method: ast.Attribute) -> bool:
    return method.attr == "wait" or (method.attr == "poll" and _in_a_loop(file, method))


def _is_handed_on(file: SourceFile, nodes: list[ast.AST], name: str) -> bool:
    """Return whether others may read a program's output too: it is an attribute, or passed on."""
    return not name.isidentifier() or any(
        isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Load)
        and not isinstance(file.parent_of(node), ast.Attribute)
        for node in nodes
    )


def _in_a_loop(file: SourceFile, node: ast.AST) -> bool:
    """Return whether a node is the condition of a `while` loop that reads nothing."""
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.While):
            reads = any(
                isinstance(each, ast.Attribute) and each.attr in {*_STREAMS, "communicate"}
                for each in walk_own(parent.body)
            )
            return child is parent.test and not reads
        if isinstance(parent, ast.stmt):
            return False
    return False


@check(CODE)
def waits_without_reading(host: Machine) -> Iterable[Finding]:
    """The app waits for a program whose output nobody reads.

    **What.** `Popen(..., stdout=PIPE)` or `stderr=PIPE`, then `wait()` or a loop over `poll()`
    before that stream is read; both, and one is read before the other, or alone.
    **Why.** The program stops when the pipe is full, and the app waits for it forever. On Windows
    an anonymous pipe of Python holds about 4 KB, on Linux 64 KB, so ffmpeg's or NeMo's log fits
    there and not here.
    **Decided by.** No `communicate()` and no use of the stream between `Popen` and `wait()`, nor in
    a function that is defined there. The stdout of an ffmpeg that writes to a file is silent, and
    so is the stderr of one that logs errors only.
    **Do.** Use `communicate()`, or do not ask for the pipe.
    **Source.** docs.python.org, `subprocess.Popen.wait` and `Popen.stderr` (on deadlocks);
    learn.microsoft.com, "CreatePipe function" (`nSize` 0 means the default size); Linux pipe(7).
    """
    return _RUN(host)


_RUN = over_each_file(
    CODE, _look, "no program waits for somebody to read its output", (("Popen",), ("PIPE",))
)
