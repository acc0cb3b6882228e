"""APP020: a file name with characters that Windows does not allow."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import constant, found, over_each_file, values_of
from winasr_doctor.checks.app.posix import asks_for_the_system
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

CODE = "APP020"
_CLOCKS = ("datetime.datetime", "datetime.datetime.now", "datetime.datetime.utcnow")
_NOW = frozenset({"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"})
_COLONS = ("%H:", ":%M", ":%S", "%M:", "%T", "%X", "%c", "%R")
_MARKS = ("isoformat(", "now()", "utcnow()", "today()", "ctime(", *_COLONS)

_DOWNLOADERS = ("yt_dlp", "youtube_dl", "pytube", "pafy", "feedparser")
"""Packages that give the titles of videos and of podcasts as they are on the web."""
_REFUSED = frozenset('<>:"|?*')
_TITLES = frozenset({"title", "fulltitle"})

_OPENERS = frozenset(
    {
        *("open", "os.mkdir", "os.makedirs", "os.rename", "os.replace", "shutil.move"),
        *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "wave.open"),
        *("soundfile.write", "torchaudio.save", "scipy.io.wavfile.write", "codecs.open"),
        *("io.open", "logging.FileHandler", "soundfile.SoundFile"),
    }
)
"""Functions that create what their arguments name."""
_METHODS = frozenset({"write_text", "write_bytes", "touch", "mkdir", "to_csv", "to_excel"})
_MOST_NAMES = 30
"""The most names that one path is followed through, each once."""
_MOST_VALUES = 8
"""The most values of an attribute or a method that are followed."""
_IsRisky = Callable[[SourceFile, ast.expr], bool]
_JOINS = frozenset({"join", "joinpath", "Path", "str", "format", "with_name", "fspath"})
_SAME = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "replace"})
"""Methods that leave the characters which Windows refuses; `replace` only if it names others."""


def _look(file: SourceFile) -> Iterator[Finding]:
    downloads = any(meant.startswith(_DOWNLOADERS) for meant in file.imports.values())
    for call, _scope in file.index.calls:
        paths = list(_paths_of(file, call))
        if any(_has(_is_a_time, file, path) for path in paths):
            named = _with_colons
        elif downloads and any(_has(_is_a_title, file, path) for path in paths):
            named = _with_a_title
        else:
            continue
        if not asks_for_the_system(file, call):
            yield named(file, call)


def _paths_of(file: SourceFile, call: ast.Call) -> Iterator[ast.expr]:
    """Yield the expressions that name a file or folder which a call creates."""
    name = file.qualified(call.func) or ""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in _OPENERS:
        yield from call.args[:2]
        yield from (item.value for item in call.keywords if item.arg in {"file", "filename"})
    elif method in _METHODS:
        yield from call.args[:1] if method.startswith("to_") else ()
        if isinstance(call.func, ast.Attribute):
            yield call.func.value
    elif method == "download" and any(n.startswith("pytube.") for n in file.imports.values()):
        yield from (item.value for item in call.keywords if item.arg == "filename")
    elif method == "open" and isinstance(call.func, ast.Attribute):
        yield call.func.value


def _has(is_risky: _IsRisky, file: SourceFile, path: ast.expr, met: set[str] | None = None) -> bool:
    """Return whether a path contains something risky.

    Args:
        is_risky: Returns whether an expression is.
        file: The file.
        path: The path, or a part of it.
        met: The names that were followed already.
    """
    met = set() if met is None else met
    parts: list[ast.expr] = []
    if isinstance(path, ast.Name | ast.Attribute) or _is_on_self(path):
        parts = _values_of(file, path, met)
    elif isinstance(path, ast.JoinedStr):
        parts = path.values
    elif isinstance(path, ast.FormattedValue) and path.format_spec is None:
        parts = [path.value]
    elif isinstance(path, ast.BinOp):
        parts = [path.left, path.right]
    elif isinstance(path, ast.Tuple):
        parts = path.elts
    elif isinstance(path, ast.Call):
        parts = _kept_by(path)
    return is_risky(file, path) or any(_has(is_risky, file, part, met) for part in parts)


def _kept_by(call: ast.Call) -> list[ast.expr]:
    """Return what a call puts into its result without replacing what Windows does not allow."""
    name = last_name(call.func)
    if name in _JOINS:
        return [*call.args, *(item.value for item in call.keywords)]
    if name not in _SAME or not isinstance(call.func, ast.Attribute):
        return []
    replaced = constant(call.args[0]) if name == "replace" and call.args else ""
    careful = not isinstance(replaced, str) or not _REFUSED.isdisjoint(replaced)
    return [] if careful else [call.func.value]


def _values_of(file: SourceFile, path: ast.expr, met: set[str]) -> list[ast.expr]:
    """Return what a name, an attribute or a method of the same object gives, the first time."""
    name = last_name(path.func if isinstance(path, ast.Call) else path)
    key = f"{type(path).__name__} {name}"
    if key in met or len(met) > _MOST_NAMES:
        return []
    met.add(key)
    if isinstance(path, ast.Name):
        values = values_of(file, path)
        return values if len(values) == 1 else []
    values = _stored(file, name) if isinstance(path, ast.Attribute) else _returned(file, name)
    return values if len(values) <= _MOST_VALUES else []


def _is_on_self(call: ast.expr) -> bool:
    """Return whether an expression calls a method of the same object."""
    function = call.func if isinstance(call, ast.Call) else None
    return isinstance(function, ast.Attribute) and last_name(function.value) == "self"


def _stored(file: SourceFile, name: str) -> list[ast.expr]:
    """Return what the objects of a file store under an attribute's name."""
    return [
        value
        for part in file.index.parts
        for _target, value, _scope in part.attribute_stores.get(name, ())
    ]


def _returned(file: SourceFile, name: str) -> list[ast.expr]:
    """Return what the functions of a name in a file return."""
    return [
        value
        for scope in file.index.scopes
        if getattr(scope.node, "name", "") == name
        for value in scope.returns
    ]


def _is_a_time(file: SourceFile, node: ast.expr) -> bool:
    """Return whether an expression is the text of a time of day with colons."""
    if isinstance(node, ast.FormattedValue):
        if node.format_spec is None:
            return _is_now(file, node.value)
        return _shows_colons(getattr(node.format_spec, "values", ()))
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    if name == "strftime":
        return _shows_colons(node.args)
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    texts = [*node.args[:1]] if name == "str" else [owner] if name == "isoformat" else []
    return any(each is not None and _is_now(file, each) for each in texts) or (
        file.qualified(node.func) in {"time.ctime", "time.asctime"}
    )


def _is_a_title(_file: SourceFile, node: ast.expr) -> bool:
    """Return whether an expression is `info["title"]`, `info.get("title")` or `video.title`."""
    if isinstance(node, ast.Subscript):
        return constant(node.slice) in _TITLES
    if isinstance(node, ast.Call) and last_name(node.func) == "get" and node.args:
        return constant(node.args[0]) in _TITLES
    return isinstance(node, ast.Attribute) and node.attr in _TITLES


def _shows_colons(formats: Iterable[ast.AST]) -> bool:
    """Return whether a format of a time has colons."""
    literals = [each.value for each in formats if isinstance(each, ast.Constant)]
    return any(mark in str(text) for text in literals for mark in _COLONS)


def _is_now(file: SourceFile, node: ast.expr) -> bool:
    """Return whether an expression is a `datetime`, with a time of day."""
    if isinstance(node, ast.Name):
        values = values_of(file, node)
        return len(values) == 1 and not isinstance(values[0], ast.Name) and _is_now(file, values[0])
    if not isinstance(node, ast.Call):
        return False
    return last_name(node.func) in _NOW and (file.qualified(node.func) or "").startswith(_CLOCKS)


def _with_a_title(file: SourceFile, call: ast.Call) -> Finding:
    what = (
        'the file name contains a title from the web: Windows refuses : ? " | and * in names'
        " (OSError 22 or WinError 123)"
    )
    use = """re.sub(r'[<>:"/\\\\|?*]', "_", title)"""
    return _finding(file, call, what, "Replace what Windows does not allow", use)


def _with_colons(file: SourceFile, call: ast.Call) -> Finding:
    what = (
        "the file name contains the colons of a time: Windows refuses it with OSError 22, or writes"
        " into a hidden stream of an empty file"
    )
    use = 'strftime("%Y-%m-%d_%H-%M-%S")'
    return _finding(file, call, what, "Write the time without colons", use)


def _finding(file: SourceFile, call: ast.Call, what: str, title: str, use: str) -> Finding:
    remedy = Remedy(title, (f"In {file.spot(call)}, use {use}",))
    return found(warning, CODE, file, call, what, [remedy])


@check(CODE)
def names_files_with_reserved_characters(host: Machine) -> Iterable[Finding]:
    """A file name may have characters that Windows does not allow.

    **What.** Names with `datetime.now().isoformat()`, `str(datetime.now())`, or `strftime` with
    `%H:%M`, given to `open`, `makedirs`, `soundfile.write` and other calls that create a file. Also
    names with the title of a video or an episode, in a file that imports yt-dlp, pytube or
    feedparser.
    **Why.** On NTFS a colon begins the name of a stream. With two colons, the call fails with
    OSError 22 after all the work; with one, the text goes into a stream of an empty file, where
    nobody finds it. Titles often have a colon or a question mark.
    **Decided by.** The expression, also through names that are assigned once, and attributes and
    methods of the same file. `date.isoformat()`, `replace(":", "-")` and code that asks for the
    system are silent; so is a title that goes through any other function, such as `re.sub` or
    `sanitize_filename`.
    **Do.** Write the time as `%H-%M-%S`; replace the reserved characters in a title.
    **Source.** learn.microsoft.com, "Naming Files, Paths, and Namespaces" (reserved characters) and
    "File Streams"; docs.python.org, `datetime.isoformat`; yt-dlp, `utils.sanitize_filename`;
    pytube 15, `streams.py` (it takes `filename` as it is; pytubefix replaces the characters).
    """
    return _RUN(host)


_RUN = over_each_file(
    CODE,
    _look,
    "no file name has characters that Windows does not allow",
    (("datetime", "strftime", "ctime"), _MARKS),
    (_DOWNLOADERS, tuple(sorted(_TITLES))),
)
