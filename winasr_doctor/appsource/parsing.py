"""Decodes and parses one file of the app, or says why that is not possible."""

from __future__ import annotations

import ast
import sys

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.appsource.parts import Cell

MAX_SOURCE_BYTES = 5_000_000
"""Larger files are generated data; parsing one would cost gigabytes of memory."""


class CannotExamineError(Exception):
    """Why a file is left out; the message completes `cannot examine FILE: ...`."""


def read_content(path: str) -> tuple[str, tuple[Cell, ...]]:
    """Return the text of a script or notebook, and a notebook's cells.

    Args:
        path: The file; its name tells a notebook.

    Raises:
        CannotExamineError: It cannot be read or decoded, or would cost too much to parse.
    """
    from winasr_doctor.appsource.limits import too_costly

    try:
        document = read_regular(path, MAX_SOURCE_BYTES)
    except (OSError, ValueError) as error:
        raise CannotExamineError(getattr(error, "strerror", None) or str(error)) from error
    is_notebook = path.lower().endswith(".ipynb")
    text, cells = _notebook(document) if is_notebook else (_decode(document), ())
    if reason := too_costly(text):
        raise CannotExamineError(reason)
    return text, cells


def parse(text: str, path: str) -> ast.Module:
    """Return the syntax tree of a file.

    Args:
        text: The decoded text.
        path: The path shown to the user.

    Raises:
        CannotExamineError: It is not valid for this Python.
    """
    import warnings

    try:
        with warnings.catch_warnings():
            # The parser's remarks on the app's style ("invalid escape sequence") are not our
            # concern.
            warnings.simplefilter("ignore")
            return ast.parse(text, path)
    except SyntaxError as error:
        raise CannotExamineError(_not_valid(text, error)) from error
    except (RecursionError, MemoryError) as error:
        raise CannotExamineError("it is nested too deeply for Python to parse") from error
    except (ValueError, OverflowError) as error:
        raise CannotExamineError(f"it is not Python ({error})") from error


def _notebook(document: bytes) -> tuple[str, tuple[Cell, ...]]:
    from winasr_doctor.appsource.notebooks import NotebookError, read_notebook

    try:
        return read_notebook(document)
    except NotebookError as error:
        raise CannotExamineError(str(error)) from error


def _decode(document: bytes) -> str:
    """Decode as Python does: byte-order mark, then PEP 263 comment, else UTF-8."""
    import io
    import tokenize

    if document.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CannotExamineError("it is saved as UTF-16, which Python does not read; use UTF-8")
    if b"\0" in document:
        line = document[: document.index(b"\0")].count(b"\n") + 1
        raise CannotExamineError(f"line {line} contains a null byte")
    encoding = "utf-8"
    try:
        if not _is_plain(document):
            encoding, _ = tokenize.detect_encoding(io.BytesIO(document).readline)
        text = document.decode(encoding)
    except UnicodeDecodeError as error:
        line = document[: error.start].count(b"\n") + 1
        raise CannotExamineError(f"line {line} is not valid {encoding}") from error
    except (SyntaxError, LookupError, UnicodeError, RecursionError) as error:
        what = getattr(error, "msg", None) or error
        raise CannotExamineError(f"its encoding cannot be used ({what})") from error
    if "\0" in text:  # a codec can produce one from other bytes
        line = text[: text.index("\0")].count("\n") + 1
        raise CannotExamineError(f"line {line} contains a null byte")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_plain(document: bytes) -> bool:
    """Return whether a document is ASCII at its start and names no encoding there."""
    start = b"\n".join(document.split(b"\n", 2)[:2])
    return start.isascii() and b"coding" not in start


def _not_valid(text: str, error: SyntaxError) -> str:
    """Say which newer Python can read the file, or else give this one's error."""
    from winasr_doctor.appsource.newer_python import needed_python

    newer = needed_python(text, error)
    if newer is not None:
        return (
            f"this file needs Python {newer.version} or newer (line {newer.line} has"
            f" {newer.feature}); run the scan with it"
        )
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    line = f"line {error.lineno}" if error.lineno else "it"
    return f"{line} is not valid Python {version} ({error.msg})"
