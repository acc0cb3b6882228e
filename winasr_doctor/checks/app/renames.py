"""Finds renames that replace a file, which only POSIX systems do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name, text_of
from winasr_doctor.checks.app.common import (
    calls_in,
    constant,
    enclosing_function,
    keyword,
    line_of,
    parts_where,
    values_of,
    walk_own,
)

_CARES = frozenset({"remove", "unlink", "exists", "lexists", "isfile", "is_file", "rmtree"})
"""Calls after which the target does not exist, or is asked for."""
_CAREFUL = ("unique", "available", "delete", "remove", "backup", "rotate", "download")
"""Words in the names of functions that take care of it; a download starts because it is missing."""
_DOWNLOADS = ("requests.", "httpx.", "urllib.", "huggingface_hub.", "aiohttp.")
_DIFFERS = frozenset(
    {
        *("mkstemp", "mkdtemp", "mktemp", "uuid4", "uuid1", "token_hex", "time", "time_ns", "now"),
        *("utcnow", "today", "strftime", "isoformat", "gettempdir"),
    }
)
"""Calls that give another name each time."""
_PATHS = frozenset({"Path", "with_suffix", "with_name", "with_stem", "joinpath", "resolve"})
_FOLDERS = ("dir", "folder")


def replacing_renames(file: SourceFile) -> Iterator[ast.Call]:
    """Yield the calls that rename a file to a name that exists from the second time on.

    `os.rename` and `Path.rename` raise FileExistsError (WinError 183) on Windows then, and replace
    the file on POSIX systems. Source: docs.python.org, `os.rename`, `pathlib.Path.rename`.
    `shutil.move` does not: it copies the file if the rename fails (CPython, `shutil.py`).

    Args:
        file: The file.
    """
    if "rename(" not in file.text:
        return
    for call in calls_in(parts_where(file, lambda text: "rename" in text, ("os",))):
        pair = _renamed(file, call)
        if pair is not None and _exists_already(file, call, *pair):
            yield call


def _renamed(file: SourceFile, call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """Return the old and the new name if a call renames a file."""
    if file.qualified(call.func) == "os.rename":
        names = (*call.args[:2], *(keyword(call, each) for each in ("src", "dst")))
        given = [each for each in names if each is not None]
        return (given[0], given[1]) if len(given) > 1 else None
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "rename":
        return None
    if len(call.args) != 1 or call.keywords or file.qualified(call.func) is not None:
        return None
    old, new = call.func.value, call.args[0]
    return (old, new) if _is_a_path(file, old) or _is_a_path(file, new) else None


def _is_a_path(file: SourceFile, node: ast.expr) -> bool:
    """Return whether an expression is one of pathlib, as far as its function shows."""
    if isinstance(node, ast.Name):
        return any(_is_a_path(file, v) for v in values_of(file, node) if not _is_name(v))
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div)
    return isinstance(node, ast.Call) and last_name(node.func) in _PATHS


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _exists_already(file: SourceFile, call: ast.Call, old: ast.expr, new: ast.expr) -> bool:
    """Return whether the new name is that of an earlier run, and nobody takes care of it."""
    around = enclosing_function(file, call)
    nodes = list(walk_own(around.body if around is not None else file.outermost.body))
    before = [node for node in nodes if 0 < line_of(node) <= call.lineno]
    text = file.segment(new)
    if any(word in text.casefold() for word in _FOLDERS) or _is_cared_for(file, before, call):
        return False
    if _differs(file, new):
        return False
    if _is_fixed(file, new):
        return True
    return _is_made_from(file, old, text) or any(_reads(file, node, text) for node in before)


def _is_cared_for(file: SourceFile, before: list[ast.AST], rename: ast.Call) -> bool:
    for call in before:
        if not isinstance(call, ast.Call) or call is rename:
            continue
        name = last_name(call.func)
        if name in _CARES or any(word in name.casefold() for word in _CAREFUL):
            return True
        if (file.qualified(call.func) or "").startswith(_DOWNLOADS):
            return True
    return False


def _differs(file: SourceFile, new: ast.expr) -> bool:
    """Return whether a name has something in it that is another one each time."""
    values = [new, *(values_of(file, new) if isinstance(new, ast.Name) else ())]
    return any(
        isinstance(part, ast.Call) and last_name(part.func) in _DIFFERS
        for value in values
        for part in ast.walk(value)
    )


def _is_fixed(file: SourceFile, path: ast.expr) -> bool:
    """Return whether a path is the literal name of a file."""
    if isinstance(path, ast.Name):
        values = values_of(file, path)
        return len(values) == 1 and not _is_name(values[0]) and _is_fixed(file, values[0])
    if isinstance(path, ast.Call) and last_name(path.func) == "Path" and len(path.args) == 1:
        return _is_fixed(file, path.args[0])
    return "." in (text_of(path) or "").strip(".")


def _is_made_from(file: SourceFile, old: ast.expr, new: str) -> bool:
    """Return whether the old name is the new one with something added, such as `.tmp`."""
    made = values_of(file, old) if isinstance(old, ast.Name) else [old]
    return len(made) == 1 and any(
        isinstance(part, ast.expr) and part is not made[0] and file.segment(part) == new
        for part in ast.walk(made[0])
    )


def _reads(file: SourceFile, node: ast.AST, path: str) -> bool:
    """Return whether a node opens a path for reading, or hands it to ffmpeg as its input."""
    if isinstance(node, ast.List):
        pairs = pairwise(node.elts)
        return any(text_of(one) == "-i" and path == file.segment(two) for one, two in pairs)
    if not isinstance(node, ast.Call) or not node.args or file.segment(node.args[0]) != path:
        return False
    mode = node.args[1] if len(node.args) > 1 else keyword(node, "mode")
    is_read = mode is None or "r" in str(constant(mode))
    return file.qualified(node.func) == "open" and is_read
