"""Finds, decodes and parses the app's files. One bad file never stops the others."""

from __future__ import annotations

import ast
import os
import stat
import sys
from collections.abc import Iterable, Iterator

from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.pins import Pin
from winasr_doctor.appsource.source_file import Cell, SourceFile

MAX_SOURCE_BYTES = 5_000_000
"""Larger files are generated data; parsing one would cost gigabytes of memory."""

SUFFIXES = (".py", ".pyw", ".ipynb")

SKIPPED_FOLDERS = frozenset(
    {
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "build",
        "node_modules",
        "site-packages",
    }
)
"""Folders below a given one that hold no source of the app; any with a pyvenv.cfg is another."""

OTHERS_FOLDERS = frozenset(
    {
        *("test", "tests", "testing", "vendor", "vendored", "_vendor", "third_party", "thirdparty"),
        *("3rdparty", "third-party", "external", "extern"),
    }
)
"""Folders of tests and of other people's code, which are left out unless they are given."""

OTHERS_FILES = ("test_*.py", "*_test.py", "conftest.py")
"""Files of tests. Source: pytest, "Conventions for Python test discovery"."""

_MOUNT_POINT = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT, a junction. Source: Microsoft, [MS-FSCC] 2.1.2.1."""


class SourcePathError(ValueError):
    """The path does not exist; the message is one sentence."""


class _CannotExamineError(Exception):
    """Why a file is left out; the message completes `cannot examine FILE: ...`."""


def read_application(
    paths: Iterable[str | os.PathLike[str]],
    *,
    pins: Iterable[Pin] = (),
    exclude: Iterable[str] = (),
) -> Application:
    """Read the app's Python source without running any of it.

    Args:
        paths: Files, and folders that are searched for `*.py`, `*.pyw` and `*.ipynb`. Links to
            folders and the `SKIPPED_FOLDERS` are skipped. Tests and vendored code below a folder
            are left out.
        pins: Revisions to check besides those in the source.
        exclude: Glob patterns of files and folders to leave out, matched against the name and
            against the path below the given folder.

    Returns:
        The parsed files; those that could not be read or parsed are named in `unreadable`, tests
        and vendored code in `left_out`.

    Raises:
        SourcePathError: A path does not exist.
    """
    roots = tuple(os.fspath(path) for path in paths)
    patterns = tuple(pattern.rstrip("/\\") for pattern in exclude if pattern.strip("/\\ "))
    unreadable: list[str] = []
    left_out: list[str] = []
    found: list[str] = []
    for root in roots:
        found.extend(_files_of(root, patterns, unreadable, left_out))
    return Application(
        files=tuple(_parsed(_once(found), unreadable)),
        pins=tuple(pins),
        unreadable=tuple(unreadable),
        roots=roots,
        left_out=tuple(map(_shown, left_out)),
    )


def _files_of(
    root: str, patterns: tuple[str, ...], unreadable: list[str], left_out: list[str]
) -> Iterator[str]:
    try:
        mode = os.stat(root).st_mode  # noqa: PTH116 - a pathlib.Path would rewrite the path
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SourcePathError(f"there is no file or folder {_shown(root)!r}") from error
    except OSError as error:
        unreadable.append(_sentence(root, _reason(error)))
        return
    if stat.S_ISDIR(mode):
        empty = True
        for path in _walk(root, patterns, unreadable, left_out):
            empty = False
            yield path
        if empty:
            unreadable.append(f"there is no Python file to examine in {_shown(root)}")
    elif not stat.S_ISREG(mode):
        unreadable.append(_sentence(root, "it is neither a file nor a folder"))
    elif not _is_excluded(root, patterns):
        yield root


def _walk(
    root: str, patterns: tuple[str, ...], unreadable: list[str], left_out: list[str]
) -> Iterator[str]:
    pending = [(root, "")]
    while pending:
        folder, below = pending.pop()
        try:
            with os.scandir(folder) as entries:
                children = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            unreadable.append(_sentence(folder, _reason(error)))
            continue
        if below and any(child.name == "pyvenv.cfg" for child in children):
            continue
        folders = []
        for child in children:
            relative = f"{below}{child.name}"
            if _is_excluded(relative, patterns):
                continue
            is_folder = _is_own_folder(child)
            if _is_others(child.name, is_folder=is_folder):
                left_out.append(_below(root, child) + "/" * is_folder)
            elif is_folder:
                if child.name not in SKIPPED_FOLDERS:
                    folders.append((child.path, f"{relative}/"))
            elif child.name.lower().endswith(SUFFIXES) and child.is_file():
                yield _below(root, child)
        pending.extend(reversed(folders))


def _below(root: str, child: os.DirEntry[str]) -> str:
    """Return an entry's path: `app.py`, not `./app.py`, if the given folder is `.`."""
    return child.path[2:] if root == "." else child.path


def _is_others(name: str, *, is_folder: bool) -> bool:
    """Return whether a folder or file holds tests or vendored code."""
    from fnmatch import fnmatch

    if is_folder:
        return name.lower() in OTHERS_FOLDERS
    return any(fnmatch(name, pattern) for pattern in OTHERS_FILES)


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder and not a link or junction to one."""
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        # Before Python 3.12 a junction looks like a folder; a OneDrive placeholder is one.
        tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    except OSError:
        return False
    return bool(tag != _MOUNT_POINT)


def _is_excluded(relative: str, patterns: tuple[str, ...]) -> bool:
    if not patterns:
        return False
    from fnmatch import fnmatch

    name = relative.replace("\\", "/").rpartition("/")[2]
    return any(
        # The leading slash lets `**/tests/*` match a folder at the top as well.
        fnmatch(name, pattern) or fnmatch(relative, pattern) or fnmatch(f"/{relative}", pattern)
        for pattern in patterns
    )


def _once(paths: Iterable[str]) -> Iterator[str]:
    """Skip files that were found before, under whatever name."""
    met: set[str] = set()
    for path in paths:
        real = os.path.normcase(os.path.realpath(path))
        if real not in met:
            met.add(real)
            yield path


def _parsed(paths: Iterable[str], unreadable: list[str]) -> list[SourceFile]:
    import warnings

    from winasr_doctor.appsource.paused_gc import collector_paused

    parsed = []
    with warnings.catch_warnings(), collector_paused():
        # The parser's remarks on the app's style ("invalid escape sequence") are not our concern.
        warnings.simplefilter("ignore")
        for path in paths:
            try:
                parsed.append(_parse(path))
            except _CannotExamineError as reason:
                unreadable.append(_sentence(path, str(reason)))
    return parsed


def _parse(path: str) -> SourceFile:
    from winasr_doctor.appsource.suppressions import LongListError, silences

    document = _read(path)
    cells: tuple[Cell, ...] = ()
    if path.lower().endswith(".ipynb"):
        text, cells = _notebook(document)
    else:
        text = _decode(document)
    tree = _tree(text, _shown(path))
    try:
        silenced = silences(text, tree)
    except LongListError as error:
        raise _CannotExamineError(str(error)) from error
    return SourceFile(path=_shown(path), text=text, tree=tree, silenced=silenced, cells=cells)


def _notebook(document: bytes) -> tuple[str, tuple[Cell, ...]]:
    from winasr_doctor.appsource.notebooks import NotebookError, read_notebook

    try:
        return read_notebook(document)
    except NotebookError as error:
        raise _CannotExamineError(str(error)) from error


def _read(path: str) -> bytes:
    try:
        return read_regular(path, MAX_SOURCE_BYTES)
    except (OSError, ValueError) as error:
        raise _CannotExamineError(_reason(error)) from error


def _decode(document: bytes) -> str:
    """Decode as Python does: byte-order mark, then PEP 263 comment, else UTF-8."""
    import io
    import tokenize

    if document.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _CannotExamineError("it is saved as UTF-16, which Python does not read; use UTF-8")
    if b"\0" in document:
        line = document[: document.index(b"\0")].count(b"\n") + 1
        raise _CannotExamineError(f"line {line} contains a null byte")
    encoding = "utf-8"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(document).readline)
        text = document.decode(encoding)
    except UnicodeDecodeError as error:
        line = document[: error.start].count(b"\n") + 1
        raise _CannotExamineError(f"line {line} is not valid {encoding}") from error
    except (SyntaxError, LookupError, UnicodeError, RecursionError) as error:
        what = getattr(error, "msg", None) or error
        raise _CannotExamineError(f"its encoding cannot be used ({what})") from error
    if "\0" in text:  # a codec can produce one from other bytes
        line = text[: text.index("\0")].count("\n") + 1
        raise _CannotExamineError(f"line {line} contains a null byte")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tree(text: str, path: str) -> ast.Module:
    from winasr_doctor.appsource.limits import too_costly

    if reason := too_costly(text):
        raise _CannotExamineError(reason)
    try:
        return ast.parse(text, path)
    except SyntaxError as error:
        raise _CannotExamineError(_not_valid(text, error)) from error
    except (RecursionError, MemoryError) as error:
        raise _CannotExamineError("it is nested too deeply for Python to parse") from error
    except (ValueError, OverflowError) as error:
        raise _CannotExamineError(f"it is not Python ({error})") from error


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


def _sentence(path: str, reason: str) -> str:
    return f"cannot examine {_shown(path)}: {reason}"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _shown(path: str) -> str:
    """Return a path that every report can print: a name that is not Unicode gets `?` marks."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
