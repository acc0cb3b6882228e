"""APP003 and APP004: errors whose cause is lost, or that are recognised by their message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.checks.app.common import (
    LOAD_METHODS,
    TRANSCRIBE,
    ancestors,
    edit,
    found,
    functions_around,
    nemo_calls,
    over_files,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    import ast

BROAD = frozenset({"Exception", "BaseException", "OSError", "IOError", "PermissionError"})
_LOG = 'logging.getLogger(__name__).exception("transcription failed")'
KEEPS_CAUSE = frozenset(
    {"exception", "format_exc", "print_exc", "format_exception", "print_exception", "diagnose",
     "exc_info", "__context__", "__cause__", "TracebackException", "capture_exception"}
)  # fmt: skip
SHOWN_ONLY = ("gradio.Error", "gradio.Warning", "fastapi.HTTPException", "flask.abort")
"""Exceptions of which a user sees only the text, so raising one does not keep the cause."""


def _look_for_lost_causes(app: Application, file: SourceFile) -> Iterator[Finding]:
    import ast

    speech = nemo_calls(app, file, TRANSCRIBE, *LOAD_METHODS)
    if not speech:
        return
    inside = functions_around(file, speech)
    for node in file.parents:
        if not isinstance(node, ast.Try):
            continue
        if not any(_is_speech(part, speech, inside) for part in _walk_all(node.body)):
            continue
        for handler in node.handlers:
            if handler.name and _is_broad(file, handler.type) and _loses(file, handler):
                yield found(
                    warning,
                    "APP003",
                    file,
                    handler,
                    f"only the text of {handler.name!r} is shown; the error that WinError 32 hides"
                    " is in its __context__ and gets lost",
                    [_keep_the_chain(file, handler)],
                )


def _keep_the_chain(file: SourceFile, handler: ast.ExceptHandler) -> Remedy:
    from winasr_doctor.appsource.edits import log_exception

    action = log_exception(file, handler, "transcription failed")
    line = file.location(handler).line
    return Remedy(
        "Keep the whole chain",
        (
            Step(
                f"In {file.path}, as the first line of the block at line {line}, add",
                _LOG,
                "python",
            ),
            Step("Explain the log", "python -m winasr_doctor explain app.log"),
        ),
        automatic=action is not None,
        action=action,
    )


def _walk_all(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    import ast

    for statement in statements:
        yield from ast.walk(statement)


def _is_speech(node: ast.AST, speech: tuple[ast.Call, ...], inside: frozenset[str]) -> bool:
    import ast

    if not isinstance(node, ast.Call):
        return False
    return node in speech or (isinstance(node.func, ast.Name) and node.func.id in inside)


def _is_broad(file: SourceFile, kind: ast.expr | None) -> bool:
    import ast

    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any((file.qualified(item) or file.segment(item)) in BROAD for item in kinds)


def _loses(file: SourceFile, handler: ast.ExceptHandler) -> bool:
    import ast

    shown = False
    for node in _walk_all(handler.body):
        if isinstance(node, ast.Raise) and not _only_shown(file, node):
            return False
        if isinstance(node, ast.Attribute) and node.attr in KEEPS_CAUSE:
            return False
        if isinstance(node, ast.Name) and node.id in KEEPS_CAUSE:
            return False
        if isinstance(node, ast.keyword) and node.arg == "exc_info":
            return False
        if isinstance(node, ast.Name) and node.id == handler.name:
            shown = True
    return shown


def _only_shown(file: SourceFile, node: ast.Raise) -> bool:
    import ast

    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return raised is not None and (file.qualified(raised) or "") in SHOWN_ONLY


@check("APP003")
def loses_the_cause(host: Machine) -> Iterable[Finding]:
    """An except block shows only the error's text and loses the hidden cause.

    **What.** Broad `except` blocks around loading or transcribing that use the error as text.
    **Why.** When cleanup fails, the exception is WinError 32, and the real one (out of memory, a
    stereo file) is only in its `__context__`. `str(e)` throws that away.
    **Decided by.** The block uses its exception, but does not re-raise it, log it with its
    traceback, or look at `__context__` or `__cause__`. Raising `gr.Error(str(e))` does not keep it.
    **Do.** Log with `logging.exception`, or show the whole chain.
    **Source.** PEP 3134; CPython's `tempfile`; logs of several public NeMo applications.
    """
    return _RUN_LOST(host)


MARKERS = (
    *("winerror", "errno 13", "used by another process", "cannot access the file"),
    *("permission denied", "access is denied", "sharing violation"),
)
_TEXT_TESTS = frozenset(
    {"startswith", "endswith", "find", "index", "count", "search", "match", "fullmatch", "findall"}
)


def _look_for_matching(_app: Application, file: SourceFile) -> Iterator[Finding]:
    import ast

    if not any(marker in file.text.casefold() for marker in MARKERS):
        return
    for node in file.parents:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = node.value.casefold()
        if any(marker in text for marker in MARKERS) and _is_compared(file, node):
            yield found(
                warning,
                "APP004",
                file,
                node,
                "this compares the error's message, which Windows translates: the branch never runs"
                " on a system in another language",
                [
                    edit(
                        file,
                        node,
                        "Compare the number",
                        file.segment(node),
                        'getattr(error, "winerror", None) in (32, 33)',
                    )
                ],
            )


def _is_compared(file: SourceFile, node: ast.AST) -> bool:
    import ast

    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.Compare):
            return True
        if isinstance(parent, ast.Call):
            method = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
            return child in parent.args and method in _TEXT_TESTS
        if not isinstance(parent, ast.Tuple | ast.List | ast.Set):
            return False
    return False


@check("APP004")
def matches_message_text(host: Machine) -> Iterable[Finding]:
    """An error is recognised by its message, which Windows translates.

    **What.** Code that compares or searches for texts such as `WinError 32` or `being used by
    another process`.
    **Why.** Windows writes the message in the user's language, and Python versions word it
    differently. The branch never runs on other machines.
    **Decided by.** A string with such words in a comparison, `startswith`, `find` or `re.search`.
    **Do.** Compare `error.winerror` or `error.errno`.
    **Source.** docs.python.org, `OSError.winerror`; learn.microsoft.com, "FormatMessage function".
    """
    return _RUN_MATCHING(host)


_RUN_LOST = over_files("APP003", _look_for_lost_causes, "errors keep their cause")
_RUN_MATCHING = over_files("APP004", _look_for_matching, "no error is recognised by its message")
