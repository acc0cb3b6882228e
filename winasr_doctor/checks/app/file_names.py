"""APP020: a file name with a colon, which Windows does not allow."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import found, over_each_file, values_of
from winasr_doctor.checks.app.posix import asks_for_the_system
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

CODE = "APP020"
_CLOCKS = ("datetime.datetime", "datetime.datetime.now", "datetime.datetime.utcnow")
_NOW = frozenset({"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"})
_COLONS = ("%H:", ":%M", ":%S", "%M:", "%T", "%X", "%c", "%R")
_MARKS = ("isoformat(", "now()", "utcnow()", "today()", "ctime(", *_COLONS)

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
_JOINS = frozenset({"join", "joinpath", "Path", "str", "format", "with_name", "fspath", "lower"})


def _look(file: SourceFile) -> Iterator[Finding]:
    for call, _scope in file.index.calls:
        for path in _paths_of(file, call):
            if _has_a_colon(file, path) and not asks_for_the_system(file, call):
                yield _finding(file, call)
                break


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
    elif method == "open" and isinstance(call.func, ast.Attribute):
        yield call.func.value


def _has_a_colon(file: SourceFile, path: ast.expr, met: set[str] | None = None) -> bool:
    """Return whether a path contains a time of day with colons.

    Args:
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
    elif isinstance(path, ast.Call) and last_name(path.func) in _JOINS:
        parts = path.args
    return _is_a_time(file, path) or any(_has_a_colon(file, part, met) for part in parts)


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


def _finding(file: SourceFile, call: ast.Call) -> Finding:
    return found(
        warning,
        CODE,
        file,
        call,
        "the name has the colons of a time in it: Windows refuses it with OSError 22, or writes"
        " into a hidden stream of an empty file",
        [
            Remedy(
                "Write the time without colons",
                (f'In {file.spot(call)}, use strftime("%Y-%m-%d_%H-%M-%S")',),
            )
        ],
    )


@check(CODE)
def names_files_with_colons(host: Machine) -> Iterable[Finding]:
    """A file name has a colon, which Windows does not allow.

    **What.** Names with `datetime.now().isoformat()`, `str(datetime.now())`, or `strftime` with
    `%H:%M`, given to `open`, `makedirs`, `soundfile.write` and other calls that create a file.
    **Why.** On NTFS a colon begins the name of a stream. With two colons, the call fails with
    OSError 22 after all the work; with one, the text goes into a stream of an empty file, where
    nobody finds it.
    **Decided by.** The expression, also through names that are assigned once, and attributes and
    methods of the same file. `date.isoformat()`, `replace(":", "-")` and code that asks for the
    system are silent.
    **Do.** Write the time as `%H-%M-%S`.
    **Source.** learn.microsoft.com, "Naming Files, Paths, and Namespaces" (reserved characters) and
    "File Streams"; docs.python.org, `datetime.isoformat`.
    """
    return _RUN(host)


_RUN = over_each_file(
    CODE, _look, "no file name has a colon", (("datetime", "strftime", "ctime"), _MARKS)
)
