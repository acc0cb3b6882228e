"""Finds characters that a print cannot write into a pipe or file in the code page of Windows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import text_of
from winasr_doctor.checks.app.common import constant, keyword, made_of

CODE_PAGE = "cp1252"

_UTF8 = ("reconfigure", "PYTHONUTF8", "PYTHONIOENCODING", "getwriter", "TextIOWrapper")
"""What an app uses to write UTF-8 to its standard output."""

_STARTERS = frozenset({"subprocess.Popen", "subprocess.run", "subprocess.check_output"}) | {
    "asyncio.create_subprocess_exec"
}
_PRINTS = re.compile(r"\b(?:print|stdout\.write)\s*\(")
_ESCAPES = re.compile(r"\\[uUN]")

_LONGEST = 20
"""The most lines of a print that are looked at."""


class Print(NamedTuple):
    """A call that writes to the standard output what the code page lacks.

    Attributes:
        call: The call.
        characters: What cannot be written, each once.
    """

    call: ast.Call
    characters: str


def unwritable(text: str) -> str:
    """Return the characters of a text that the code page lacks, each once, in their order."""
    if text.isascii():
        return ""
    return "".join(c for c in dict.fromkeys(text) if not c.encode(CODE_PAGE, "ignore"))


def may_print_them(text: str) -> bool:
    """Return whether a file may print a character that the code page lacks.

    Args:
        text: The source. The character must be at most 20 lines below the start of its print.
    """
    if (text.isascii() and not _ESCAPES.search(text)) or not _PRINTS.search(text):
        return False
    left = 0
    for line in text.splitlines():
        left = _LONGEST if _PRINTS.search(line) else left - 1
        if left > 0 and (unwritable(line) or _ESCAPES.search(line)):
            return True
    return False


def prints_of(file: SourceFile) -> Iterator[Print]:
    """Yield the prints whose literals cannot be written in the code page.

    A notebook's output is UTF-8. Source: ipykernel, `iostream.py`, `OutStream.encoding`.

    Args:
        file: The file.
    """
    if file.cells:
        return
    for call, _scope in file.index.calls:
        if file.qualified(call.func) not in {"print", "sys.stdout.write"}:
            continue
        target = keyword(call, "file")
        if target is not None and file.qualified(target) != "sys.stdout":
            continue
        separators = [keyword(call, name) for name in ("sep", "end")]
        literals = [text for each in (*call.args, *separators) for text in _literals(each)]
        characters = unwritable("".join(literals))
        if characters:
            yield Print(call, characters)


def _literals(node: ast.expr | None) -> Iterator[str]:
    """Yield the literals that an expression puts into a text as they are."""
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from _literals(part)
    elif isinstance(node, ast.BinOp):
        yield from (*_literals(node.left), *_literals(node.right))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in {"format", "join"}:
            yield from _literals(node.func.value)
    else:
        yield text_of(node) or ""


def writes_utf8(app: Application) -> bool:
    """Return whether an app sets the encoding of its standard output anywhere."""
    return any(app.words.count(name) for name in _UTF8)


def is_piped(app: Application, path: str) -> bool:
    """Return whether an app starts one of its scripts and reads what it prints.

    Args:
        app: The app.
        path: The script's path.
    """
    name = re.split(r"[\\/]", path)[-1]
    return any(
        file.qualified(call.func) in _STARTERS and _reads(file, call) and _names(file, call, name)
        for file in app.words.files_containing(name)
        if name in file.text
        for part in file.index.about("PIPE", "capture_output", "check_output")
        for call, _scope in part.calls
    )


def _reads(file: SourceFile, call: ast.Call) -> bool:
    stdout = keyword(call, "stdout")
    piped = stdout is not None and (file.qualified(stdout) or "").endswith("subprocess.PIPE")
    captured = constant(keyword(call, "capture_output")) is True
    return piped or captured or file.qualified(call.func) == "subprocess.check_output"


def _names(file: SourceFile, call: ast.Call, name: str) -> bool:
    """Return whether a command names a script, directly or through names."""
    given = call.args[0] if call.args else keyword(call, "args")
    parts = made_of(file, given) if given is not None else []
    texts = [text_of(part) or "" for part in parts if isinstance(part, ast.expr)]
    return any(re.split(r"[\\/]", text)[-1] == name for text in texts)
