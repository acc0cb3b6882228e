"""Recognises calls that delete or move files, and whether their failure would be survived."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import ancestors, constant, keyword
from winasr_doctor.checks.app.handlers import is_broad, suppresses

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import Site

FUNCTIONS = frozenset(
    {
        *("os.remove", "os.unlink", "os.rmdir", "os.rename", "os.replace", "os.renames"),
        *("os.removedirs", "shutil.rmtree", "shutil.move"),
    }
)
METHODS = frozenset({"unlink", "rmdir", "rename", "replace", "cleanup"})
"""Methods of `pathlib.Path` and of `TemporaryDirectory`."""

TEMPORARY = frozenset({"tempfile.TemporaryDirectory"})
_PATHS = ("pathlib.Path", "pathlib.WindowsPath", "tempfile.TemporaryDirectory")


def deletes(app: Application, site: Site) -> bool:
    """Return whether a call deletes or moves a file or a folder."""
    call = site.call
    name = site.file.qualified(call.func)
    if name in FUNCTIONS:
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in METHODS:
        return False
    owner = call.func.value
    if call.func.attr in {"unlink", "rmdir"}:
        return name is None or not name.startswith(("os.", "shutil."))
    made = app.calls.origins(owner, site.scope)
    return any(each.startswith(_PATHS) for each in made)


def is_survived(file: SourceFile, node: ast.AST, *, by_returning: bool = False) -> bool:
    """Return whether a failure of a delete is caught near it, or cannot happen.

    Args:
        file: The file.
        node: The delete.
        by_returning: Whether a handler that returns counts, as in a function that only deletes.
    """
    if isinstance(node, ast.Call) and _ignores_errors(node):
        return True
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.Try) and child in parent.body:
            if any(_ends_it(file, each, by_returning=by_returning) for each in parent.handlers):
                return True
        elif isinstance(parent, ast.With | ast.AsyncWith) and child in parent.body:
            if any(suppresses(file, item.context_expr) for item in parent.items):
                return True
        elif isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
    return False


def _ignores_errors(call: ast.Call) -> bool:
    for name in ("ignore_errors", "ignore_cleanup_errors"):
        given = keyword(call, name)
        if given is not None and constant(given) is not False:
            return True
    if last_name(call.func) == "rmtree":
        if len(call.args) > 1 and constant(call.args[1]) is True:
            return True
        return keyword(call, "onerror") is not None or keyword(call, "onexc") is not None
    return False


def _ends_it(file: SourceFile, handler: ast.ExceptHandler, *, by_returning: bool) -> bool:
    """Return whether a block catches a locked file and goes on behind the `try`."""
    leaves = ast.Raise if by_returning else ast.Raise | ast.Return
    if not is_broad(file, handler.type):
        return False
    return not any(
        isinstance(node, leaves) for statement in handler.body for node in ast.walk(statement)
    )
