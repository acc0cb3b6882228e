"""Finds out from an app's source whether a line belongs to a loop that sleeps.

A loop such as `while not os.path.exists(name): time.sleep(0.1)` waits, although only one of its
lines says so: a thread that is asked between two sleeps stands in another one.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from winasr_doctor.run.standstill.source_locks import parsed
from winasr_doctor.run.standstill.stacks import StackFrame


def is_in_sleeping_loop(frame: StackFrame) -> bool:
    """Return whether a function is in a loop that calls `sleep`.

    Args:
        frame: The function, with the line that runs.
    """
    return any(frame.line in lines for lines in _sleeping_loops(frame.file))


@lru_cache(maxsize=64)
def _sleeping_loops(file: str) -> tuple[range, ...]:
    """Return the lines of each loop in a file that calls `sleep`."""
    return tuple(
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(parsed(file))
        if isinstance(node, (ast.While, ast.For, ast.AsyncFor)) and _sleeps(node)
    )


def _sleeps(loop: ast.AST) -> bool:
    called = (node.func for node in ast.walk(loop) if isinstance(node, ast.Call))
    return any(
        (isinstance(each, ast.Name) and each.id == "sleep")
        or (isinstance(each, ast.Attribute) and each.attr == "sleep")
        for each in called
    )
