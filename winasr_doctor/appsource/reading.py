"""Finds, decodes and parses the app's files. One bad file never stops the others."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.pins import Pin
from winasr_doctor.appsource.source_file import SourceFile

if TYPE_CHECKING:
    from winasr_doctor.appsource.shelf import Shelf
    from winasr_doctor.appsource.words import Words

SMALL = 1_000_000
"""Bytes of source up to which an app is parsed as a whole and kept; about 35 MB of memory."""

PER_PROCESS = 20_000_000
"""Bytes of source for each process that helps. On two cores, a scan of 53 MB then takes a tenth to
a seventh less time; one of 11 MB would be faster, too, but take over twice the CPU time of
`ast.parse` (measured with Python 3.11, where two cores are the two threads of one)."""

FEW = 5
"""Files that are parsed as a whole, however large they are."""

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


def read_application(
    paths: Iterable[str | os.PathLike[str]],
    *,
    pins: Iterable[Pin] = (),
    exclude: Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
    in_processes: bool = False,
) -> Application:
    """Read the app's Python source without running any of it.

    Args:
        paths: Files, and folders that are searched for `*.py`, `*.pyw` and `*.ipynb`. Links to
            folders and the `SKIPPED_FOLDERS` are skipped. Tests and vendored code below a folder
            are left out.
        pins: Revisions to check besides those in the source.
        exclude: Glob patterns of files and folders to leave out, matched against the name and
            against the path below the given folder.
        progress: Called with a line about how far the reading is, if it takes seconds.
        in_processes: Whether other processes may examine files of a large app too. They import this
            program's main module again, so it must be one that may be imported.

    Returns:
        The files; those that could not be read or parsed are named in `unreadable`, tests and
        vendored code in `left_out`. A large app is parsed only as far as the checks need it.

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
    sources = tuple(_once(found))
    size = sum(map(_size, sources))
    is_small = len(sources) <= FEW or size <= SMALL
    shelf = None if is_small else _new_shelf(size, len(sources), progress)
    # lazy: reading no app should import nothing
    from winasr_doctor.appsource.paused_gc import collector_paused

    with collector_paused():
        files, words = _read_all(sources, unreadable, shelf, progress)
    app = Application(
        files=files,
        pins=tuple(pins),
        unreadable=tuple(unreadable),
        roots=roots,
        left_out=tuple(map(_shown, left_out)),
        shelf=shelf,
        helpers=_helpers(size) if shelf and in_processes else 0,
    )
    vars(app)["words"] = words
    return app


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


def _read_all(
    paths: Sequence[str],
    unreadable: list[str],
    shelf: Shelf | None,
    progress: Callable[[str], None] | None,
) -> tuple[tuple[SourceFile, ...], Words]:
    """Return the files that can be read, with the words in them.

    A small app is parsed and stays in memory. The files of a large one are read again when a check
    needs them, and only those are parsed.
    """
    from winasr_doctor.appsource.parsing import read_content
    from winasr_doctor.appsource.watch import SlowReading
    from winasr_doctor.appsource.words import Words

    words = Words()
    watch = SlowReading(None if shelf is None else progress, "Reading the app")
    files = []
    for number, path in enumerate(paths):
        watch.at(number, len(paths))
        read = partial(read_content, path)
        file = SourceFile(_shown(path), read=read, shelf=shelf, in_parts=shelf is not None)
        text = file.text
        if shelf is None:
            _ = file.tree, file.silenced
        if file.problem is not None:
            unreadable.append(_sentence(path, file.problem))
            continue
        words.add(file, text)
        files.append(file)
    return tuple(files), words


def _new_shelf(size: int, count: int, progress: Callable[[str], None] | None) -> Shelf:
    from winasr_doctor.appsource.shelf import Shelf

    return Shelf(size, count, progress)


def _helpers(size: int) -> int:
    from winasr_doctor._util.process_pool import helpers_for

    return helpers_for(size, PER_PROCESS)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a pathlib.Path would rewrite the path
    except (OSError, ValueError):
        return 0


def _sentence(path: str, reason: str) -> str:
    return f"cannot examine {_shown(path)}: {reason}"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _shown(path: str) -> str:
    """Return a path that every report can print: a name that is not Unicode gets `?` marks."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
