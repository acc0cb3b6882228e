"""Finds out from an app's source which lock a thread waits for, and which ones it holds.

A `threading.Lock` does not know its owner. But a thread that is inside the block of `with lock:`
holds that lock, and one that stands at the head of such a block waits for it.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from winasr_doctor.run.standstill.stacks import StackFrame, ThreadStack


class Grip(NamedTuple):
    """The locks of a thread, by their names in the source.

    Attributes:
        wanted: The lock that it waits for; `None` if it waits for none.
        held: Each lock that it holds, with the place where it took it.
    """

    wanted: str | None
    held: dict[str, str]


class _Block(NamedTuple):
    name: str
    head: int
    last: int


def grip(thread: ThreadStack) -> Grip:
    """Return what a thread holds and waits for.

    Args:
        thread: A thread that waits for a lock.
    """
    wanted: str | None = None
    held: dict[str, str] = {}
    for depth, frame in enumerate(_own(thread)):
        if depth == 0:
            wanted = _at_head(frame) or _acquired(frame)
        for block in _blocks(frame.file):
            if block.head < frame.line <= block.last:
                held.setdefault(block.name, f"{frame.name}:{block.head}")
    return Grip(wanted, held)


def ring(threads: tuple[ThreadStack, ...]) -> tuple[tuple[ThreadStack, ThreadStack, str], ...]:
    """Return threads that wait for each other in a ring: the first, the second, the lock's name.

    Args:
        threads: The threads of one process. A thread may also wait for itself.
    """
    grips = {thread.ident: grip(thread) for thread in threads}
    waits = {
        thread.ident: other
        for thread in threads
        for other in threads
        if grips[thread.ident].wanted in grips[other.ident].held
    }
    for first in threads:
        path = [first]
        while (following := waits.get(path[-1].ident)) is not None and len(path) <= len(threads):
            if following is first:
                pairs = zip(path, [*path[1:], first], strict=True)
                return tuple((a, b, grips[a.ident].wanted or "") for a, b in pairs)
            path.append(following)
    return ()


def _own(thread: ThreadStack) -> tuple[StackFrame, ...]:
    """Leave out the inner frames of `threading`."""
    frames = thread.frames
    while frames and frames[0].name.endswith("/threading.py"):
        frames = frames[1:]
    return frames


def _at_head(frame: StackFrame) -> str | None:
    return next((each.name for each in _blocks(frame.file) if each.head == frame.line), None)


def _acquired(frame: StackFrame) -> str | None:
    """Return the lock of a line such as `self.lock.acquire()`."""
    before, called, _ = frame.text.partition(".acquire(")
    return _last_name(before.split()[-1]) if called and before.split() else None


def parsed(file: str) -> ast.Module:
    """Return a source file's tree; an empty one if it cannot be read or parsed.

    Args:
        file: Its path.
    """
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return ast.Module([], [])


@lru_cache(maxsize=64)
def _blocks(file: str) -> tuple[_Block, ...]:
    """Return the blocks of `with` in a file that have one name or attribute at their head."""
    return tuple(
        _Block(_last_name(ast.unparse(node.items[0].context_expr)), node.lineno, _last_line(node))
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.With)
        and len(node.items) == 1
        and isinstance(node.items[0].context_expr, (ast.Name, ast.Attribute))
    )


def _last_line(node: ast.With) -> int:
    return node.end_lineno or node.lineno


def _last_name(expression: str) -> str:
    return expression.rpartition(".")[2]
