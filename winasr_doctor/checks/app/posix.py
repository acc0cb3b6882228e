"""APP014: what Windows does not have: fork, signals, /tmp and POSIX programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import (
    ancestors,
    calls_in,
    constant,
    enclosing_function,
    found,
    keyword,
    line_of,
    over_each_file,
    parts_where,
    walk_own,
)
from winasr_doctor.checks.app.renames import replacing_renames
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.appsource.index import Part

CODE = "APP014"
_MODULES = frozenset(
    {"fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "crypt", "syslog", "uvloop"}
)
"""uvloop is not of the standard library, but cannot be installed on Windows."""
_SIGNALS = frozenset(
    {
        *("SIGKILL", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE"),
        *("SIGSTOP", "SIGCONT", "SIGTSTP", "alarm", "setitimer", "pause", "pthread_kill"),
    }
)
_OS = frozenset(
    {
        *("fork", "forkpty", "killpg", "getpgid", "setsid", "setpgrp", "geteuid", "getuid", "nice"),
        *("mkfifo", "sysconf", "getloadavg", "sched_getaffinity", "chown", "wait", "statvfs"),
        *("uname", "getgid", "sched_setaffinity", "setpgid"),
    }
)
_LACKING = _SIGNALS | _OS
_METHODS = frozenset({"fork", "forkserver"})
_PROGRAMS = frozenset(
    {
        *("rm", "cp", "mv", "ls", "cat", "grep", "which", "kill", "pkill", "killall", "bash", "sh"),
        *("touch", "chmod", "python3", "pip3", "sed", "awk", "head", "tail", "wc", "ln", "pgrep"),
        *("nohup", "sudo", "apt", "apt-get", "lsof", "df", "du", "free", "ps", "uname", "wget"),
        *("open", "xdg-open", "aplay", "arecord", "env", "true", "false", "test"),
        *("xdotool", "ydotool", "wtype", "wl-copy", "wl-paste", "xclip", "xsel", "notify-send"),
        *("pactl", "paplay", "parecord", "pbcopy", "osascript", "afplay"),
    }
)
_STARTERS = frozenset(
    {
        *("subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call"),
        *("subprocess.check_output", "subprocess.getoutput", "os.system", "os.popen"),
        *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"),
        *("subprocess.getstatusoutput",),
    }
)
_ASKS = ("sys.platform", "os.name", "platform.system", "platform.platform", "IS_WINDOWS", "WIN32")
_CALLS = (
    "get_context",
    "set_start_method",
    "subprocess",
    "os.system",
    "popen",
    "create_subprocess",
    "add_signal_handler",
)
_TELLING = re.compile(
    r"get_context|set_start_method|add_signal_handler|preexec_fn|\.(?:sh|bash)\b"
    rf"""|["']\s*(?:{"|".join(map(re.escape, sorted(_PROGRAMS)))})["'\s{{]"""
)
"""What a function contains if a call in it needs a POSIX system."""

_SEARCH_PATHS = frozenset({"PATH", "PYTHONPATH"})


_Need = tuple["ast.AST", str, str]
"""What needs a POSIX system: the node, what goes wrong, and what to do instead."""


def _look(file: SourceFile) -> Iterator[Finding]:
    lines: set[int] = set()
    found_here = (
        *(*_calls(file), *_attributes(file), *_imports(file), *_paths(file)),
        *(*_separators(file), *_renames(file)),
    )
    for node, what, instead in sorted(found_here, key=lambda each: line_of(each[0])):
        if line_of(node) in lines or is_for_posix(file, node):
            continue
        lines.add(line_of(node))
        remedy = Remedy("Use what Windows has", (f"In {file.spot(node)}, {instead}",))
        yield found(warning, CODE, file, node, what, [remedy])


def _parts(file: SourceFile, *texts: str) -> Iterator[Part]:
    """Yield at least the parts of a file that contain one of these texts."""
    modules = ("os", "signal", "subprocess", "asyncio")
    return parts_where(file, lambda text: any(each in text for each in texts), modules)


def _calls(file: SourceFile) -> Iterator[_Need]:
    if not any(word in file.text for word in _CALLS) or not _TELLING.search(file.text):
        return
    for call in calls_in(file.index.matching(_TELLING)):
        name = last_name(call.func)
        if name in {"get_context", "set_start_method"}:
            given = call.args[0] if call.args else keyword(call, "method")
            if constant(given) in _METHODS:
                what = f"Windows cannot {constant(given)}: {name}() raises ValueError"
                yield call, what, 'use "spawn", or leave it out'
        elif name == "add_signal_handler":
            what = "asyncio has no signal handlers on Windows: NotImplementedError"
            yield call, what, "use signal.signal(), or catch NotImplementedError"
        elif (file.qualified(call.func) or "") in _STARTERS:
            if keyword(call, "preexec_fn") is not None:
                what = "preexec_fn raises ValueError on Windows"
                yield call, what, "leave it out on Windows"
            program = _program(call)
            if program in _PROGRAMS or program.endswith((".sh", ".bash")):
                what = f"Windows has no program {program!r}: this ends in WinError 2 or exit code 1"
                yield call, what, _instead_of(program)


def _program(call: ast.Call) -> str:
    """Return the program that a call starts, if it is written out."""
    given = call.args[0] if call.args else keyword(call, "args")
    if isinstance(given, ast.BinOp):
        given = given.left
    if isinstance(given, ast.List | ast.Tuple):
        given = given.elts[0] if given.elts else None
        text = constant(given)
        return text if isinstance(text, str) else ""
    if isinstance(given, ast.JoinedStr) and given.values:
        given = given.values[0]
    text = constant(given)
    return text.split()[0] if isinstance(text, str) and text.strip() else ""


def _instead_of(program: str) -> str:
    if program in {"python3", "pip3"}:
        return "start sys.executable, such as [sys.executable, ...]"
    if program in {"rm", "cp", "mv", "touch", "ls", "which", "cat"}:
        return "use shutil and pathlib instead of the program"
    return "use a Python function or a program that Windows has"


def _attributes(file: SourceFile) -> Iterator[_Need]:
    if not _mentions(file.text):
        return
    for node in file.index.nodes_of(_parts(file, *_LACKING)):
        if not isinstance(node, ast.Attribute | ast.Name) or isinstance(node.ctx, ast.Store):
            continue
        if last_name(node) not in _LACKING and last_name(node) not in file.imports:
            continue
        module, _, name = (file.qualified(node) or "").rpartition(".")
        if module == "signal" and name in _SIGNALS:
            yield node, f"Windows has no signal.{name}: AttributeError", _kill(name)
        elif module == "os" and name in _OS:
            what = f"Windows has no os.{name}: AttributeError"
            yield node, what, "leave it out on Windows, or use psutil"


_DOTTED = (
    rf"signal\.(?:{'|'.join(sorted(_SIGNALS))})\b|os\.(?:{'|'.join(sorted(_OS))})\b"
    r"|from (?:os|signal) import"
)


def _mentions(text: str) -> bool:
    named = "os." in text or "signal" in text or "from os" in text
    return named and re.search(_DOTTED, text) is not None


def _kill(name: str) -> str:
    if name == "SIGKILL":
        return "use process.kill() of subprocess or psutil, or signal.SIGTERM"
    return "leave it out on Windows; use threading.Timer instead of an alarm"


def _imports(file: SourceFile) -> Iterator[_Need]:
    if not any(f"import {name}" in file.text or f"from {name}" in file.text for name in _MODULES):
        return
    for node in file.index.nodes_of(file.index.importing):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in _MODULES.intersection(names):
            what = f"Windows has no module {name}: ModuleNotFoundError"
            yield node, what, "import it only on other systems"


def _paths(file: SourceFile) -> Iterator[_Need]:
    if "/tmp" not in file.text and "/dev/" not in file.text:  # noqa: S108 - what is searched for
        return
    made = _made_folders(file)
    for node in file.index.nodes_of(_parts(file, "/tmp", "/dev/")):  # noqa: S108 - what is searched for
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = node.value
        if not (text == "/tmp" or text.startswith(("/tmp/", "/dev/"))):  # noqa: S108
            continue
        if _is_one_of_several(file, node) or text.startswith(made):
            continue
        if _is_used_as_path(file, node):
            if text.startswith("/dev/"):
                yield node, f"Windows has no {text}", "use os.devnull or subprocess.DEVNULL"
            else:
                what = "Windows has no /tmp: this means C:\\tmp, which usually does not exist"
                yield node, what, "use tempfile.gettempdir()"


def _separators(file: SourceFile) -> Iterator[_Need]:
    """Yield the search paths that are put together with a colon."""
    if not any(name in file.text for name in _SEARCH_PATHS):
        return
    for node in file.index.nodes_of(_parts(file, *_SEARCH_PATHS)):
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        value = node.value
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not isinstance(target, ast.Subscript) or constant(target.slice) not in _SEARCH_PATHS:
            continue
        added = isinstance(node, ast.AugAssign)
        old = added or any(constant(part) in _SEARCH_PATHS for part in ast.walk(value))
        if old and any(map(_is_a_colon, _pieces(value))):
            what = f"Windows separates the folders in {constant(target.slice)} by a semicolon"
            yield target, f"{what}: this makes one wrong folder of them", "use os.pathsep"


def _renames(file: SourceFile) -> Iterator[_Need]:
    for call in replacing_renames(file):
        what = "Windows does not rename over a file that exists: WinError 183 from the second time"
        yield call, what, "use os.replace() or Path.replace()"


def _pieces(value: ast.AST) -> Iterator[object]:
    """Yield the literals that a text is put together from."""
    if isinstance(value, ast.BinOp):
        yield from (*_pieces(value.left), *_pieces(value.right))
    elif isinstance(value, ast.JoinedStr):
        yield from map(constant, value.values)
    elif isinstance(value, ast.Call) and last_name(value.func) == "join":
        yield constant(getattr(value.func, "value", None))
    else:
        yield constant(value)


def _is_a_colon(piece: object) -> bool:
    """Return whether a literal separates folders by a colon, which is not that of a drive."""
    if not isinstance(piece, str):
        return False
    return re.search(r"(?<![A-Za-z]):$|[^;:]{2}:$|^:(?!\\)", piece) is not None


def _made_folders(file: SourceFile) -> tuple[str, ...]:
    """Return the folders below /tmp that the app makes itself."""
    names: dict[str, str] = {}
    inside = (scope for part in file.index.about("/tmp") for scope in part.scopes)  # noqa: S108
    for scope in (file.index.module, *inside):
        for name, bindings in scope.bindings.items():
            expr = getattr(bindings[0], "expr", None)
            if isinstance(expr, ast.Call) and last_name(expr.func) == "Path" and expr.args:
                expr = expr.args[0]
            value = constant(expr)
            if isinstance(value, str):
                names[name] = value
    made = []
    for call in calls_in(_parts(file, "mkdir", "makedirs")):
        if last_name(call.func) in {"makedirs", "mkdir"}:
            for node in ast.walk(call):
                value = constant(node)
                if isinstance(node, ast.Name):
                    value = names.get(node.id)
                if isinstance(value, str) and value.startswith("/tmp"):  # noqa: S108
                    made.append(value)
    return tuple(made)


def _is_one_of_several(file: SourceFile, node: ast.expr) -> bool:
    """Return whether a folder is in a list of folders that are allowed or looked for."""
    parent = file.parent_of(node)
    if isinstance(parent, ast.Call) and last_name(parent.func) == "Path":
        return isinstance(file.parent_of(parent), _LISTS)
    return isinstance(parent, _LISTS) and constant(node) == "/tmp"  # noqa: S108


_LISTS = (ast.List, ast.Tuple, ast.Set)


def _is_used_as_path(file: SourceFile, node: ast.expr) -> bool:
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.Compare | ast.Subscript | ast.Expr | ast.comprehension):
            return False
        if isinstance(parent, ast.Call):
            name = last_name(parent.func)
            return child is not parent.func and name not in {
                *("startswith", "endswith", "print", "replace", "info", "debug", "add_argument"),
                *("getenv", "get", "strip", "lstrip", "removeprefix", "find"),
            }
        if isinstance(parent, ast.Assign | ast.AnnAssign | ast.arguments | ast.Return):
            return True
        if isinstance(parent, ast.stmt):
            return False
    return False


def _raises_again(body: list[ast.stmt]) -> bool:
    """Return whether a block only reports its error and raises it, or another one from it.

    One that raises an error of its own, such as "this system has no alarms", has expected it.
    """
    last = body[-1]
    again = isinstance(last, ast.Raise) and (last.exc is None or last.cause is not None)
    return again and not any(
        isinstance(node, ast.Return | ast.Continue | ast.Break) for node in walk_own(body)
    )


def asks_for_the_system(file: SourceFile, node: ast.AST) -> bool:
    """Return whether the function around a node asks which system this is."""
    function = enclosing_function(file, node)
    return function is not None and any(word in file.segment(function) for word in _ASKS)


def is_for_posix(file: SourceFile, node: ast.AST) -> bool:
    """Return whether the code asks for the system first, or expects the failure."""
    if asks_for_the_system(file, node):
        return True
    for parent, child in ancestors(file, node):
        if isinstance(parent, ast.If | ast.IfExp | ast.While):
            test = file.segment(parent.test)
            if any(word in test for word in (*_ASKS, "hasattr", "exists", "which", "isdir")):
                return True
        expected = (
            isinstance(parent, ast.Try)
            and child in parent.body
            and not all(_raises_again(handler.body) for handler in parent.handlers)
        )
        if expected or (
            isinstance(parent, ast.With)
            and any("suppress(" in file.segment(item.context_expr) for item in parent.items)
        ):
            return True
        if isinstance(parent, ast.Call) and last_name(parent.func) in {"getattr", "hasattr"}:
            return True
        if isinstance(parent, ast.BoolOp):
            return any(word in file.segment(parent) for word in (*_ASKS, "hasattr"))
    return False


@check(CODE)
def needs_posix(host: Machine) -> Iterable[Finding]:
    """The app uses what only POSIX systems have.

    **What.** `get_context("fork")`, `signal.SIGKILL` and `alarm`, `os.fork`, `os.killpg`,
    `preexec_fn`, asyncio's `add_signal_handler`, modules such as `fcntl` or uvloop, paths below
    `/tmp` and `/dev`, programs such as `rm` and `python3`, and a `PATH` or `PYTHONPATH` that is put
    together with a colon.
    **Why.** Each raises on Windows, often only in the branch that runs after an error. After a
    `PATH` with a colon, ffmpeg is not found.
    **Decided by.** The name itself. Silent if the function or an `if` around it asks for the system
    (`sys.platform`, `os.name`, `platform.system`, `hasattr`), if a `try` with an `except` that does
    not raise again is around it, or if the app makes its folder below `/tmp` itself. A `rename`
    counts if the new name is a literal, if the old one is made from it (`path + ".tmp"`), or if the
    function has read it; it is silent if the function removes it or asks for it.
    **Do.** Use `spawn`, `process.kill()`, `tempfile.gettempdir()`, `sys.executable`, `shutil`,
    `os.pathsep`, `os.replace`.
    **Source.** docs.python.org: `multiprocessing` "Contexts and start methods", `signal`
    (availability), `os` (availability, `os.pathsep`, `rename`), `subprocess` (`preexec_fn`),
    asyncio ("Platform Support"), "Using Python on Windows"; uvloop's `setup.py`;
    learn.microsoft.com, "Naming Files, Paths, and Namespaces" (a path without a drive).
    """
    return _RUN(host)


_NEEDS = (
    ("'PATH'", '"PATH"', "PYTHONPATH"),
    *(_CALLS, tuple(f"signal.{name}" for name in sorted(_SIGNALS))),
    tuple(f"os.{name}" for name in sorted(_OS)),
    tuple(f"{word} {name}" for name in sorted(_MODULES) for word in ("import", "from")),
    ("/tmp", "/dev/"),  # noqa: S108 - what is searched for
)
_RUN = over_each_file(
    CODE,
    _look,
    "nothing in the app needs a POSIX system",
    *((each,) for each in _NEEDS),
    (("rename(",), ("os", "Path", "with_", "joinpath")),
    (("from os import",), tuple(sorted(_OS))),
    (("from signal import",), tuple(sorted(_SIGNALS))),
)
