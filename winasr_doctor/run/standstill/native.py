"""Asks py-spy, if it is installed, which native functions the threads of a process are in."""

from __future__ import annotations

from winasr_doctor._util import bounded_child
from winasr_doctor._util.programs import find

NOT_SHOWN = "native functions are not shown: that needs py-spy on PATH (`pip install py-spy`)"

_LIMIT = 20.0
"""Seconds; py-spy reads the symbols of every library."""

_MOST_OUTPUT = 50_000
_MOST_LINES = 100
_HEADER = 3
"""Lines about the process itself, before the first thread."""


def native_stacks(pid: int) -> tuple[str, ...]:
    """Return the lines of `py-spy dump --native`; none if it is missing or may not look.

    Args:
        pid: The process's number.
    """
    program = find("py-spy")
    if program is None:
        return ()
    command = (program, "dump", "--native", "--pid", str(pid))
    said = bounded_child.run(command, limit=_LIMIT, most=_MOST_OUTPUT, flood=_MOST_OUTPUT)
    text = said.stdout.decode("utf-8", "replace") if said.code == 0 else ""
    return tuple(text.rstrip().splitlines()[_HEADER : _HEADER + _MOST_LINES])
