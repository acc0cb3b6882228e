r"""Finds `._pth` files, which replace an interpreter's search path.

They also override the option `-S`: with a line `import site`, the interpreter runs the code of the
environment's `.pth` files and `sitecustomize` whatever its options are. Since Python 3.11 this is
so on every system, before that on Windows. Tried with CPython 3.10 to 3.13 on Linux, and with 3.11
for Windows under Wine. Sources: docs.python.org, "Using Python on Windows: finding modules";
CPython's Modules/getpath.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_MOST_LINKS = 40


def beside(*programs: str) -> Path | None:
    """Return a `._pth` file that may be read when one of these programs starts.

    Args:
        programs: Interpreters; every link on the way to the real file counts.
    """
    folders = dict.fromkeys(each for program in programs for each in _folders(Path(program)))
    for folder in folders:
        try:
            found = sorted(folder.glob("*._pth"))
        except OSError:
            continue
        if found:
            return found[0]
    return None


def _folders(program: Path) -> Iterator[Path]:
    """Yield the folders of a program, of the files its links lead to, and of their libraries."""
    for each in (*_links(program), Path(os.path.realpath(program))):
        yield each.parent
        yield from (each.parent.parent / name for name in ("lib", "lib64"))


def _links(program: Path) -> Iterator[Path]:
    for _ in range(_MOST_LINKS):
        yield program
        try:
            program = program.parent / program.readlink()
        except (OSError, ValueError):
            return


def names(executable: Path, base: Path, minor: str, windows: bool) -> list[Path]:
    """Return the `._pth` files that an interpreter looks for, in its order.

    Args:
        executable: The interpreter.
        base: The folder of the installation that it belongs to.
        minor: Major and minor version, such as `3.12`.
        windows: Whether it is for Windows.
    """
    if not windows:
        return [executable.with_name(f"{executable.name}._pth")]
    library = f"python{minor.replace('.', '')}._pth"
    return [base / library, executable.with_suffix("._pth"), executable.with_name(library)]
