"""APP015: a program whose output nobody reads while the app waits for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

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
        wait = _wait_before_reading(file, call, name, piped) if piped and name else None
        if wait is not None:
            node, stream = wait
            yield found(
                warning,
                CODE,
                file,
                node,
                f"nobody reads {name}.{stream} while this waits: the program stops as soon as the"
                " pipe is full, which on Windows is after 4 KB",
                [
                    Remedy(
                        "Read while you wait",
                        (
                            f"In {file.spot(node)}, replace: {file.segment(node)}",
                            f"with: output, errors = {name}.communicate()",
                        ),
                    )
                ],
            )


def _is_pipe(file: SourceFile, value: ast.expr | None) -> bool:
    return value is not None and file.qualified(value) in _PIPE


def _is_silent(file: SourceFile, call: ast.Call, stream: str) -> bool:
    """Return whether this is ffmpeg, which logs to stderr, and its output is not a pipe."""
    command = call.args[0] if call.args else keyword(call, "args")
    if isinstance(command, ast.Name):
        values = values_of(file, command)
        command = values[0] if len(values) == 1 else None
    if stream != "stdout" or not isinstance(command, ast.List) or not command.elts:
        return False
    parts = [text_of(part) or "" for part in command.elts]
    pipes = any(part == "-" or part.startswith("pipe:") for part in parts)
    return parts[0] in {"ffmpeg", "ffmpeg.exe"} and not pipes


def _name_of(file: SourceFile, call: ast.Call) -> str:
    parent = file.parent_of(call)
    if isinstance(parent, ast.Assign):
        return file.segment(parent.targets[0])
    if isinstance(parent, ast.withitem) and parent.optional_vars is not None:
        return file.segment(parent.optional_vars)
    return ""


_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _wait_before_reading(
    file: SourceFile, call: ast.Call, name: str, piped: list[str]
) -> tuple[ast.Call, str] | None:
    """Return the call that waits for a program, and a stream that was not read before it."""
    around = enclosing_function(file, call) or file.tree
    nodes = [n for n in walk_own(around.body) if getattr(n, "lineno", 0) >= call.lineno]
    unread = dict.fromkeys(piped)
    for node in in_order(nodes):
        if isinstance(node, _INNER):  # read in a thread
            parts = [part for part in ast.walk(node) if isinstance(part, ast.Attribute)]
            read = set(map(file.segment, parts))
            unread = dict.fromkeys(each for each in unread if f"{name}.{each}" not in read)
        text = file.segment(node) if isinstance(node, ast.Attribute) else ""
        if text == f"{name}.communicate":
            return None
        if text in {f"{name}.{stream}" for stream in piped}:
            unread.pop(text.rpartition(".")[2], None)
        parent = file.parent_of(node)
        if text == f"{name}.wait" and isinstance(parent, ast.Call) and parent.func is node:
            return (parent, next(iter(unread))) if unread else None
        polls = text == f"{name}.poll" and unread and _in_a_loop(file, node)
        if polls and isinstance(parent, ast.Call):
            return (parent, next(iter(unread)))
    return None


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
    before that stream is read.
    **Why.** The program stops when the pipe is full, and the app waits for it forever. On Windows
    an anonymous pipe of Python holds about 4 KB, on Linux 64 KB, so ffmpeg's or NeMo's log fits
    there and not here.
    **Decided by.** No `communicate()` and no use of the stream between `Popen` and `wait()`, nor in
    a function that is defined there. The stdout of an ffmpeg that writes to a file is silent.
    **Do.** Use `communicate()`, or do not ask for the pipe.
    **Source.** docs.python.org, `subprocess.Popen.wait` (the note on deadlocks);
    learn.microsoft.com, "CreatePipe function" (`nSize` 0 means the default size); Linux pipe(7).
    """
    return _RUN(host)


_RUN = over_each_file(
    CODE, _look, "no program waits for somebody to read its output", (("Popen",), ("PIPE",))
)
