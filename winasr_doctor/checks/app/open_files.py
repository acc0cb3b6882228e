"""APP011: a file that the app opens twice, or deletes while it has it open itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import (
    ancestors,
    calls_in,
    constant,
    enclosing_function,
    found,
    in_order,
    keyword,
    over_each_file,
    parts_where,
    walk_own,
)
from winasr_doctor.checks.app.deletes import FUNCTIONS
from winasr_doctor.checks.app.text_hints import may_delete
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

CODE = "APP011"
_TEMPORARY = frozenset({"tempfile.NamedTemporaryFile", "NamedTemporaryFile"})
_ONLY_TEXT = frozenset(
    {
        *("print", "str", "repr", "len", "format", "debug", "info", "warning", "error", "append"),
        *("basename", "dirname", "splitext", "abspath", "exists", "isfile", "getsize", "stat"),
        *("Path", "PurePath", "join", "fspath", "startswith", "endswith", "log", "write_text_name"),
    }
)
"""Calls that do not open a file whose name they get."""
_READERS = frozenset(
    {
        *("open", "io.open", "wave.open", "av.open", "soundfile.SoundFile", "tarfile.open"),
        *("zipfile.ZipFile", "cv2.VideoCapture", "PIL.Image.open", "fitz.open"),
        *("moviepy.editor.VideoFileClip", "moviepy.editor.AudioFileClip"),
        *("moviepy.VideoFileClip", "moviepy.AudioFileClip", "audioread.audio_open"),
        *("moviepy.video.io.VideoFileClip.VideoFileClip", "imageio.get_reader"),
        *("moviepy.audio.io.AudioFileClip.AudioFileClip", "sox_io.open", "h5py.File"),
    }
)
"""What keeps the file it reads open until `close()`; the garbage collector may come too late."""
_CLOSES = frozenset({"close", "release", "terminate", "__exit__"})
_UNLINK_METHODS = frozenset({"unlink", "rename", "replace"})


def _look(file: SourceFile) -> Iterator[Finding]:
    if "NamedTemporaryFile" in file.text:
        yield from _opened_twice(file)
        yield from _temporary_deleted(file)
    if "mkstemp" in file.text:
        yield from _descriptor_left_open(file)
    yield from _deleted_while_open(file)


def _opened_twice(file: SourceFile) -> Iterator[Finding]:
    for call in _calls_where(file, lambda text: "NamedTemporaryFile" in text):
        if file.qualified(call.func) not in _TEMPORARY or _may_be_shared(call):
            continue
        for name, block in _names(file, call):
            use = _use_by_name(file, name, block)
            if use is not None:
                yield found(
                    warning,
                    CODE,
                    file,
                    call,
                    f"this file is opened a second time by its name (line {use.lineno}), which"
                    " Windows refuses while it is open here",
                    [_close_first(file, call)],
                )
                break


def _temporary_deleted(file: SourceFile) -> Iterator[Finding]:
    """Find `NamedTemporaryFile(delete=False)` that is deleted before it is closed."""
    for call in _calls_where(file, lambda text: "NamedTemporaryFile" in text):
        if file.qualified(call.func) not in _TEMPORARY or _may_be_deleted(call):
            continue
        around = enclosing_function(file, call) or file.outermost
        for name, block in _names(file, call):
            paths = {f"{name}.name"} | {
                file.segment(target)
                for node in walk_own(getattr(around, "body", []))
                if isinstance(node, ast.Assign) and file.segment(node.value) == f"{name}.name"
                for target in node.targets
            }
            for delete in (each for path in paths for each in _deletes_of(file, around, path)):
                inside = any(parent in block for parent, _ in ancestors(file, delete))
                if inside and not _is_closed(file, around, name, call.lineno, delete.lineno):
                    yield _still_open(file, delete, f"{name} (line {call.lineno}) is still open")
                    break


def _calls_where(file: SourceFile, matters: Callable[[str], bool]) -> Iterator[ast.Call]:
    """Yield at least the calls in the functions whose text matters."""
    return calls_in(parts_where(file, matters, ("tempfile", "os", "shutil")))


def _may_be_deleted(call: ast.Call) -> bool:
    """Return whether a temporary file shares deletion, which `delete=False` does not."""
    given = keyword(call, "delete")
    return given is None or constant(given) is not False


def _may_be_shared(call: ast.Call) -> bool:
    """Return whether the file is not deleted on closing, and so can be opened again."""
    for name in ("delete", "delete_on_close"):
        given = keyword(call, name)
        if given is not None and constant(given) is not True:
            return True
    return any(item.arg is None for item in call.keywords)


def _names(file: SourceFile, call: ast.Call) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Yield the name that a call's result gets, with the statements that may use it."""
    for parent, child in ancestors(file, call):
        if isinstance(parent, ast.withitem) and isinstance(parent.optional_vars, ast.Name):
            block = file.parent_of(parent)
            yield parent.optional_vars.id, getattr(block, "body", [])
            return
        if isinstance(parent, ast.Call) and last_name(parent.func) == "enter_context":
            continue
        if isinstance(parent, ast.Assign) and child is parent.value:
            target = parent.targets[0]
            around = enclosing_function(file, parent) or file.outermost
            following = [s for s in around.body if (s.end_lineno or 0) > parent.lineno]
            if isinstance(target, ast.Name | ast.Attribute):
                yield file.segment(target), following
            return
        if isinstance(parent, ast.stmt):
            return


def _use_by_name(file: SourceFile, name: str, block: list[ast.stmt]) -> ast.Call | None:
    """Return the first call that gets the name of a file that is still open."""
    texts = {f"{name}.name"}
    for node in in_order(walk_own(block)):
        if isinstance(node, ast.Assign) and any(_has(file, node.value, texts)):
            texts |= {file.segment(target) for target in node.targets}
        if not isinstance(node, ast.Call):
            continue
        if file.segment(node.func) == f"{name}.close":
            return None
        if last_name(node.func) in _ONLY_TEXT:
            continue
        given = (*node.args, *(item.value for item in node.keywords))
        if any(found for argument in given for found in _has(file, argument, texts)):
            return node
    return None


def _has(file: SourceFile, node: ast.AST, texts: set[str]) -> Iterator[bool]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name | ast.Attribute) and file.segment(each) in texts:
            yield True


def _close_first(file: SourceFile, call: ast.Call) -> Remedy:
    return Remedy(
        "Close it before others open it",
        (
            f"In {file.spot(call)}, use a folder instead:"
            " folder = tempfile.mkdtemp(); path = os.path.join(folder, 'audio.wav')",
            "write to path and close it, then pass path on",
            "at the end: shutil.rmtree(folder, ignore_errors=True)",
        ),
    )


def _descriptor_left_open(file: SourceFile) -> Iterator[Finding]:
    """Find `mkstemp()` whose descriptor stays open while the file is deleted or moved."""
    for call in _calls_where(file, lambda text: "mkstemp" in text):
        if file.qualified(call.func) != "tempfile.mkstemp":
            continue
        statement = file.parent_of(call)
        around = enclosing_function(file, call) or file.tree
        descriptor, path = "", ""
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple):
            pair = statement.targets[0].elts
            descriptor, path = file.segment(pair[0]), file.segment(pair[-1])
        elif isinstance(statement, ast.Subscript):
            assigned = file.parent_of(statement)
            if isinstance(assigned, ast.Assign):
                path = file.segment(assigned.targets[0])
        if not path or (descriptor and _is_given_on(around, descriptor)):
            continue
        delete = next((d for d in _deletes_of(file, around, path) if d.lineno > call.lineno), None)
        if delete is not None:
            yield _still_open(
                file, delete, f"mkstemp() in line {call.lineno} left its descriptor open"
            )


def _is_given_on(around: ast.AST, name: str) -> bool:
    """Return whether a descriptor is passed to anything, such as `os.close` or `os.fdopen`."""
    return any(
        isinstance(node, ast.Call)
        and any(isinstance(a, ast.Name) and a.id == name for a in node.args)
        for node in ast.walk(around)
    )


def _deleted_while_open(file: SourceFile) -> Iterator[Finding]:
    for call in _calls_where(file, may_delete):
        if not call.args or file.qualified(call.func) not in _READERS:
            continue
        path = file.segment(call.args[0])
        around = enclosing_function(file, call) or file.outermost
        if isinstance(call.args[0], ast.Constant) and not isinstance(call.args[0].value, str):
            continue
        holder, block = _holder(file, call)
        if not holder:
            continue
        for delete in _deletes_of(file, around, path):
            inside = block is None or any(
                parent is block for parent, _child in ancestors(file, delete)
            )
            if delete.lineno <= call.lineno or not inside:
                continue
            if not _is_closed(file, around, holder, call.lineno, delete.lineno):
                yield _still_open(
                    file, delete, f"{holder} (line {call.lineno}) still has this file open"
                )
                break


def _holder(file: SourceFile, call: ast.Call) -> tuple[str, ast.AST | None]:
    """Return the name of the open file, and the `with` block that closes it, if any."""
    parent = file.parent_of(call)
    if isinstance(parent, ast.withitem):
        name = file.segment(parent.optional_vars) if parent.optional_vars else "the with block"
        return name, file.parent_of(parent)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name | ast.Attribute):
        return file.segment(parent.targets[0]), None
    return "", None


def _deletes_of(file: SourceFile, around: ast.AST, path: str) -> Iterator[ast.Call]:
    """Yield the calls in a function that delete or move a path, in the order of the source."""
    deletes = []
    for node in walk_own(getattr(around, "body", [])):
        if not isinstance(node, ast.Call):
            continue
        if file.qualified(node.func) in FUNCTIONS and node.args:
            target: ast.AST = node.args[0]
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _UNLINK_METHODS:
            target = node.func.value
        else:
            continue
        if file.segment(target) in {path, f"Path({path})", f"pathlib.Path({path})"}:
            deletes.append(node)
    yield from sorted(deletes, key=lambda node: node.lineno)


def _is_closed(file: SourceFile, around: ast.AST, holder: str, first: int, last: int) -> bool:
    """Return whether a reader is closed, or dropped, between two lines."""
    for node in walk_own(getattr(around, "body", [])):
        line = getattr(node, "lineno", 0)
        if not first < line <= last:
            continue
        if isinstance(node, ast.Delete) and any(file.segment(t) == holder for t in node.targets):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = file.segment(node.func.value)
            if node.func.attr in _CLOSES and (owner == holder or owner.startswith(f"{holder}.")):
                return True
        if isinstance(node, ast.With) and any(
            holder in {file.segment(item.context_expr), _name_in(file, item)} for item in node.items
        ):
            return True
        if isinstance(node, ast.Assign) and any(file.segment(t) == holder for t in node.targets):
            return True
    return False


def _name_in(file: SourceFile, item: ast.withitem) -> str:
    """Return the name that a `with` binds, which drops what had this name before."""
    return file.segment(item.optional_vars) if item.optional_vars is not None else ""


def _still_open(file: SourceFile, delete: ast.Call, why: str) -> Finding:
    return found(
        warning,
        CODE,
        file,
        delete,
        f"{why}: Windows refuses to delete or move it (WinError 32)",
        [Remedy("Close it first", (f"In {file.spot(delete)}, close it before this line",))],
    )


@check(CODE)
def opens_a_file_twice(host: Machine) -> Iterable[Finding]:
    """A file is opened twice, or deleted while the app itself has it open.

    **What.** A `NamedTemporaryFile` whose name is given to NeMo, ffmpeg or another opener while it
    is still open; one with `delete=False` that is deleted before it is closed, often inside its
    `with` block; a file that is deleted or moved while a reader of the app (MoviePy, `wave`, PyAV,
    soundfile, `open`, the descriptor of `mkstemp`) has it open.
    **Why.** Windows does not share such a file: the second open fails with Errno 13, the delete
    with WinError 32. On Linux both work, so tests pass there.
    **Decided by.** The name of the open file is an argument of a call before its `close()`.
    `delete=False` and `delete_on_close=False` allow a second open, so they silence that. For
    deletes: the same path, and no `close()`, `del` or end of the `with` block in between.
    **Do.** Close the file first; write temporary audio into a folder of your own.
    **Source.** docs.python.org, `tempfile.NamedTemporaryFile`; learn.microsoft.com, "DeleteFileW
    function"; MoviePy, "When to close() a clip"; public issues of NeMo, pydub and ReazonSpeech.
    """
    return _RUN(host)


_READING = tuple({name.rpartition(".")[2] for name in _READERS} - {"open"})
_RUN = over_each_file(
    CODE,
    _look,
    "no file is opened twice",
    (("NamedTemporaryFile",),),
    (("mkstemp",),),
    ((*sorted(_READING), "open(", "open (", "open as "),),
    hint=lambda text: "NamedTemporaryFile" in text or may_delete(text),
)
