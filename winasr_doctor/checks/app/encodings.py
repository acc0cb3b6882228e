"""APP016: text written or read in the code page of the machine."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import structs

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.checks.app.common import (
    ancestors,
    calls_in,
    constant,
    found,
    keyword,
    over_app,
    over_each_file,
    parts_where,
)
from winasr_doctor.checks.app.local import local_findings
from winasr_doctor.checks.app.prints import (
    CODE_PAGE,
    is_piped,
    may_print_them,
    prints_of,
    writes_utf8,
)
from winasr_doctor.checks.app.speech import speech_of
from winasr_doctor.checks.app.text_hints import (
    may_leave_the_encoding_open,
    part_may_leave_it_open,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Severity, Step, info, ok, warning
from winasr_doctor.machine.base import Machine

CODE = "APP016"
_PROGRAMS = frozenset({"run", "Popen", "check_output", "getoutput", "getstatusoutput"})
_TRIGGERS = ("open(", "write_text", "read_text", "subprocess")
_ASCII_PROGRAMS = frozenset({"git", "nvidia-smi", "uname", "where", "pip"})
"""Programs whose output is nearly always ASCII."""
_OTHER_OPENERS = ("Image", "wave", "zip", "tar", "gzip", "av.")
UTF8_CODE_PAGE = 65001
_NUMBERS = frozenset({"getpid", "int", "len", "float", "time", "round", "time_ns", "getppid"})
_ENCODING_PLACE = {"open": 3, "write_text": 1, "read_text": 0}


def _look(file: SourceFile) -> Iterator[Finding]:
    matters = partial(part_may_leave_it_open, runs_programs="subprocess" in file.text)
    for call in calls_in(parts_where(file, matters, ("io", "codecs", "subprocess"))):
        name = file.qualified(call.func)
        if name in {"open", "io.open", "codecs.open"} or _is_path_open(file, call, name):
            yield from _opened(file, call, name)
        elif isinstance(call.func, ast.Attribute) and call.func.attr in _ENCODING_PLACE:
            is_written = call.func.attr == "write_text"
            if call.func.attr == "open" or _has_encoding(call, call.func.attr):
                continue
            if not (is_written and call.args and _is_ascii(call.args[0])):
                yield _finding(file, call, is_written=is_written)
        elif _reads_text(file, call, name or ""):
            what = "this decodes the program's output in the machine's code page"
            yield _report(file, call, warning, what, 'encoding="utf-8", errors="replace"')


def _is_path_open(file: SourceFile, call: ast.Call, name: str | None) -> bool:
    """Return whether this is `path.open("w")`: a method called open with a mode of its own."""
    if name is not None or not isinstance(call.func, ast.Attribute) or call.func.attr != "open":
        return False
    mode = constant(call.args[0] if call.args else keyword(call, "mode"))
    is_mode = isinstance(mode, str) and 0 < len(mode) <= len("rt+") and set(mode) <= set("rwaxt+")
    return is_mode and not file.segment(call.func.value).startswith(_OTHER_OPENERS)


def _opened(file: SourceFile, call: ast.Call, name: str | None) -> Iterator[Finding]:
    if name == "codecs.open":
        return
    place = 0 if name is None else 1
    given = keyword(call, "mode") or (call.args[place] if len(call.args) > place else None)
    mode = "r" if given is None else constant(given)
    if call.args and "devnull" in file.segment(call.args[0]).casefold():
        return
    if not isinstance(mode, str) or "b" in mode or _has_encoding(call, "open", place - 1):
        return
    is_written = bool(set(mode) & set("wax+"))
    if _is_ascii_only(file, call, is_written=is_written):
        return
    yield _finding(file, call, is_written=is_written)


def _has_encoding(call: ast.Call, method: str, shift: int = 0) -> bool:
    place = _ENCODING_PLACE[method] + (shift if method == "open" else 0)
    starred = any(item.arg is None for item in call.keywords)
    return starred or keyword(call, "encoding") is not None or len(call.args) > place


def _is_ascii_only(file: SourceFile, call: ast.Call, *, is_written: bool) -> bool:
    """Return whether a file holds only JSON as Python writes it, which is ASCII by default."""
    for parent, _child in ancestors(file, call):
        if isinstance(parent, ast.Call) and _is_json(parent, is_written=is_written):
            return True
        if isinstance(parent, ast.With | ast.AsyncWith):
            used = [
                node
                for statement in parent.body
                for node in ast.walk(statement)
                if isinstance(node, ast.Call) and _handles_text(node)
            ]
            return bool(used) and all(_is_json(node, is_written=is_written) for node in used)
        if isinstance(parent, ast.stmt):
            return False
    return False


def _handles_text(call: ast.Call) -> bool:
    return last_name(call.func) in {
        *("write", "writelines", "read", "readline", "readlines", "dump", "load", "safe_load"),
        *("safe_dump", "writer", "DictWriter", "reader", "DictReader", "print", "loads", "dumps"),
    }


def _is_json(call: ast.Call, *, is_written: bool) -> bool:
    function = call.func
    is_module = isinstance(function, ast.Attribute) and last_name(function.value) == "json"
    if is_module and last_name(function) in {"dump", "dumps"}:
        given = keyword(call, "ensure_ascii")
        return given is None or constant(given) is True
    if is_module and last_name(function) in {"load", "loads"}:
        return True
    if is_written and last_name(function) == "write" and call.args:
        return _is_ascii(call.args[0])
    return False


def _is_ascii(text: ast.expr) -> bool:
    """Return whether a text is ASCII: a literal, JSON as Python writes it, or a number."""
    inner = [node for node in ast.walk(text) if isinstance(node, ast.Call)]
    if inner and last_name(inner[0].func) == "dumps":
        return _is_json(inner[0], is_written=True)
    if len(inner) > 1 and last_name(inner[0].func) == "str":
        return last_name(inner[1].func) in _NUMBERS
    return isinstance(text, ast.Constant) and str(text.value).isascii()


def _reads_text(file: SourceFile, call: ast.Call, name: str) -> bool:
    module, _, name = name.rpartition(".")
    if module != "subprocess" or name not in _PROGRAMS or keyword(call, "encoding") is not None:
        return False
    if any(item.arg is None for item in call.keywords) or _program(call) in _ASCII_PROGRAMS:
        return False
    if name in {"getoutput", "getstatusoutput"}:
        return True
    is_text = any(constant(keyword(call, each)) is True for each in ("text", "universal_newlines"))
    captures = (
        name == "check_output"
        or constant(keyword(call, "capture_output")) is True
        or any(
            (value := keyword(call, each)) is not None
            and file.qualified(value) == "subprocess.PIPE"
            for each in ("stdout", "stderr")
        )
    )
    return is_text and captures


def _program(call: ast.Call) -> str:
    """Return the program that a call starts, if it is written out."""
    given = call.args[0] if call.args else None
    if isinstance(given, ast.List | ast.Tuple) and given.elts:
        given = given.elts[0]
    text = constant(given)
    return text.partition(" ")[0] if isinstance(text, str) else ""


def _finding(file: SourceFile, call: ast.Call, *, is_written: bool) -> Finding:
    if is_written:
        what = (
            "this writes text in the machine's code page, which cannot hold every transcript"
            " (UnicodeEncodeError)"
        )
        return _report(file, call, warning, what, 'encoding="utf-8"')
    what = "this reads text in the machine's code page, which garbles UTF-8"
    return _report(file, call, info, what, 'encoding="utf-8"')


def _report(
    file: SourceFile, call: ast.Call, make: type | object, what: str, argument: str
) -> Finding:
    old = file.segment(call)
    new = f"{old[:-1].rstrip().rstrip(',')}, {argument})"
    steps = (f"In {file.spot(call)}, replace: {old}", f"with: {new}")
    remedy = Remedy("Name the encoding", steps)
    return found(make, CODE, file, call, what, [remedy])  # type: ignore[arg-type]


def _look_at_prints(file: SourceFile) -> Iterator[Finding]:
    """Find the first print that a pipe cannot take; one cure is enough for all."""
    prints = list(prints_of(file))
    if prints:
        characters = "".join(dict.fromkeys("".join(each.characters for each in prints)))[:_SHOWN]
        what = (
            f"{CODE_PAGE} lacks {' '.join(characters)}: once the output goes into a pipe or a file,"
            f" this print raises UnicodeEncodeError (prints like this here: {len(prints)})"
        )
        steps = (
            Step(
                "Where the program starts",
                'sys.stdout.reconfigure(encoding="utf-8", errors="replace")',
                "python",
            ),
        )
        outside = Step("In the terminal, before it starts", "$env:PYTHONUTF8 = '1'", "powershell")
        remedies = [Remedy("Write UTF-8", steps), Remedy("Switch Python to UTF-8", (outside,))]
        yield found(info, CODE, file, prints[0].call, what, remedies)


def _look_everywhere(app: Application) -> Iterator[Finding]:
    yield from local_findings(app)[CODE]
    for each in local_findings(app)[_PRINTS]:
        path = each.location.file if each.location is not None else None
        if path is not None and each.severity is Severity.INFO and is_piped(app, path):
            yield structs.replace(each, severity=Severity.WARNING)
        else:
            yield each


def _is_utf8(host: Machine) -> bool:
    """Return whether Python writes UTF-8 on this machine unless it is told otherwise."""
    if host.system.os != "windows":
        return False  # the app will run on another machine
    is_newer = host.python.release >= (3, 15, 0)
    return is_newer or host.python.utf8_mode or host.system.ansi_code_page == UTF8_CODE_PAGE


@check(CODE, reads=("system", "python"))
def leaves_the_encoding_open(host: Machine) -> Iterable[Finding]:
    """Text is written or read without an encoding, so Windows uses its old code page.

    **What.** `open`, `Path.open`, `write_text` and `read_text` in text mode, and `subprocess` with
    `text=True` that captures output, all without `encoding`, in an app that uses NeMo or a package
    for Whisper. Also `print` of a literal with characters such as emoji that cp1252 lacks.
    **Why.** Until Python 3.14 the default on Windows is the ANSI code page, such as cp1252: writing
    a Polish or Japanese transcript raises UnicodeEncodeError after all the work, and ffmpeg's
    output with an é in a file name raises UnicodeDecodeError. A console takes every character, but
    `app.py > log.txt`, a service and a program that reads a pipe do not.
    **Decided by.** No `encoding` argument. Binary modes and JSON as Python writes it (ASCII) are
    silent. Reading is only a note. So is a print, once for each file, unless the app itself starts
    that script and reads its output. Prints to stderr, which escapes what it cannot write, and in
    notebooks are silent, and so are all prints of an app that sets the encoding of its output
    (`reconfigure`, `PYTHONUTF8`, `PYTHONIOENCODING`). Everything is silent on a Windows whose
    Python is 3.15 or newer or in UTF-8 mode, or whose code page is UTF-8.
    **Do.** Pass `encoding="utf-8"`; at the start, call `sys.stdout.reconfigure(encoding="utf-8")`.
    **Source.** docs.python.org, `open`, "Text Encoding" and `sys.stdout` (pipes, `stderr`); PEP 528
    (the console); PEP 597; PEP 686 (UTF-8 from 3.15).
    """
    if host.app.files and _is_utf8(host):
        return [ok("Python reads and writes UTF-8 on this machine")]
    return _RUN(host)


_SHOWN = 5
"""The most characters that a finding names."""

_PRINTS = f"{CODE} print"
"""The name under which prints are looked for: other files matter, and other apps."""

over_each_file(
    CODE,
    _look,
    "",
    (_TRIGGERS,),
    applies=lambda app: speech_of(app).is_used,
    hint=may_leave_the_encoding_open,
)
over_each_file(
    _PRINTS,
    _look_at_prints,
    "",
    (("print", "stdout"),),
    applies=lambda app: speech_of(app).is_used and not writes_utf8(app),
    hint=may_print_them,
)
_RUN = over_app(CODE, _look_everywhere, "every text file names its encoding")
