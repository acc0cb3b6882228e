"""APP017: commands with paths that cmd.exe or ffmpeg reads differently on Windows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name, text_of
from winasr_doctor.checks.app.common import constant, found, is_fixed, keyword, over_each_file
from winasr_doctor.checks.app.filters import OPTIONS, paths_in_filters
from winasr_doctor.checks.app.posix import asks_for_the_system
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, warning
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.appsource.index import Scope

CODE = "APP017"
_SHELLS = frozenset(
    {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
    | {"asyncio.create_subprocess_shell"}
)
_EXECS = frozenset(f"os.exec{kind}" for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe"))
_WITH_SHELL = frozenset({"run", "Popen", "call", "check_call", "check_output"})


def _look(file: SourceFile) -> Iterator[Finding]:
    for call, scope in file.index.calls:
        if not call.args or not _uses_a_shell(file, call) or asks_for_the_system(file, call):
            continue
        why = _problem(file, call.args[0], scope)
        if why:
            steps = (
                f"In {file.spot(call)}, pass a list and leave out shell=True:",
                'subprocess.run(["ffmpeg", "-i", path, output], check=True)',
            )
            yield found(warning, CODE, file, call, why, [Remedy("Use no shell", steps)])
    for node, why in paths_in_filters(file, _texts(file)):
        escape = (
            f"In {file.spot(node)}, escape the path and put it in single quotes:",
            r"escaped = str(path).replace('\\', '/').replace(':', r'\:')",
            "f\"subtitles='{escaped}'\"",
        )
        also = Remedy(
            "Use the file's name alone",
            ("Start ffmpeg with cwd=path.parent and give the filter path.name",),
        )
        yield found(warning, CODE, file, node, why, [Remedy("Escape the path", escape), also])

    yield from _split_by_exec(file)


def _split_by_exec(file: SourceFile) -> Iterator[Finding]:
    """Find `os.exec...` with arguments that are not fixed, which Windows splits at spaces."""
    for call, _scope in file.index.calls:
        if file.qualified(call.func) not in _EXECS or asks_for_the_system(file, call):
            continue
        if any('"' in str(constant(part)) for part in ast.walk(call)):
            continue  # it adds the quotes itself
        if any(not isinstance(part, ast.Constant) for part in call.args[1:]):
            what = (
                "Windows joins the arguments without quotes: a path with a space, such as that of"
                " sys.executable below Program Files, reaches the new program in pieces"
            )
            steps = (
                f"In {file.spot(call)}, start a program and end this one:",
                "sys.exit(subprocess.call([sys.executable, *sys.argv]))",
            )
            yield found(warning, CODE, file, call, what, [Remedy("Use subprocess", steps)])


def _texts(file: SourceFile) -> Iterator[tuple[ast.expr, list[str | ast.expr]]]:
    """Yield the texts that may be filters of ffmpeg, with their parts."""
    if not any(option in file.text for option in OPTIONS):
        return
    for node in file.parents:
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call):
            parts = list(_parts(node))
            if len(parts) > 1 and not isinstance(file.parent_of(node), ast.BinOp):
                yield node, parts


def _uses_a_shell(file: SourceFile, call: ast.Call) -> bool:
    name = file.qualified(call.func) or ""
    if name in _SHELLS:
        return True
    module, _, function = name.rpartition(".")
    is_subprocess = module == "subprocess" and function in _WITH_SHELL
    return is_subprocess and constant(keyword(call, "shell")) is True


def _problem(file: SourceFile, command: ast.expr, scope: Scope) -> str:
    """Return what goes wrong with the values in a command line, or an empty text."""
    from winasr_doctor.appsource.index import Value  # lazy: only an app with source has an index

    if isinstance(command, ast.Name):
        for around in scope.enclosing():
            for binding in around.bindings.get(command.id, ()):
                if isinstance(binding, Value) and not isinstance(binding.expr, ast.Name):
                    return _problem(file, binding.expr, scope)
        return ""
    parts = list(_parts(command))
    if any(_is_posix_quoted(file, part) for part in parts if isinstance(part, ast.expr)):
        return "shlex.quote() quotes for POSIX shells; cmd.exe takes its ' as part of the name"
    for number, part in enumerate(parts):
        if isinstance(part, str) or is_fixed(file, part) or _has_quotes(part):
            continue
        before = parts[number - 1] if number else ""
        text = before if isinstance(before, str) else ""
        quote = text[-1:]
        if quote == "'":
            return "cmd.exe does not treat ' as a quote: it splits a path at its spaces"
        if quote != '"' and not _is_no_path(part) and number and "pip install" not in text:
            return "the shell splits a path at its spaces, such as C:\\Users\\Ada Lovelace"
    return ""


def _has_quotes(value: ast.expr) -> bool:
    """Return whether a value brings its own double quotes, such as `'"' + path + '"'`."""
    texts = [text_of(part) or "" for part in ast.walk(value) if isinstance(part, ast.expr)]
    return any(text.startswith('"') for text in texts) and any(t.endswith('"') for t in texts)


def _parts(command: ast.expr) -> Iterator[str | ast.expr]:
    """Yield the fixed texts and the values of a command line, in order."""
    if isinstance(command, ast.Constant) and isinstance(command.value, str):
        yield command.value
    elif isinstance(command, ast.JoinedStr):
        for part in command.values:
            yield part.value if isinstance(part, ast.FormattedValue) else str(constant(part))
    elif isinstance(command, ast.BinOp) and isinstance(command.op, ast.Add):
        yield from _parts(command.left)
        yield from _parts(command.right)
    elif isinstance(command, ast.BinOp) and isinstance(command.op, ast.Mod):
        yield from _filled(command.left, command.right, "%s")
    elif isinstance(command, ast.Call) and isinstance(command.func, ast.Attribute):
        yield from _parts_of_call(command, command.func)
    else:
        yield command


def _parts_of_call(command: ast.Call, method: ast.Attribute) -> Iterator[str | ast.expr]:
    if method.attr == "format":
        values = ast.Tuple([*command.args, *(k.value for k in command.keywords)], ast.Load())
        yield from _filled(method.value, values, "{")
    elif method.attr != "join":
        yield command


def _filled(template: ast.expr, values: ast.expr, mark: str) -> Iterator[str | ast.expr]:
    text = constant(template)
    if not isinstance(text, str):
        return
    items = list(values.elts) if isinstance(values, ast.Tuple) else [values]
    pieces = text.split(mark)
    for piece, value in zip(pieces, items, strict=False):
        yield piece.partition("}")[2] if mark == "{" and piece is not pieces[0] else piece
        yield value


def _is_posix_quoted(file: SourceFile, value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and file.qualified(value.func) in {
        "shlex.quote",
        "pipes.quote",
        "shlex.join",
    }


def _is_no_path(value: ast.expr) -> bool:
    """Return whether a value is no path, by its name: a number, a language, a package."""
    if isinstance(value, ast.Constant):
        return not isinstance(value.value, str)
    if isinstance(value, ast.Call):
        return last_name(value.func) in {"int", "len", "float", "round"}
    name = last_name(value).casefold()
    return name in _NO_PATHS or name.endswith(tuple(f"_{word}" for word in _NO_PATHS))


_NO_PATHS = (
    *("rate", "sr", "port", "pid", "num", "count", "channels", "bitrate", "fps", "seconds"),
    *("lang", "language", "device", "codec", "package", "duration", "start", "end", "index"),
)


@check(CODE)
def quotes_for_another_shell(host: Machine) -> Iterable[Finding]:
    r"""A path goes into a command that cmd.exe or ffmpeg reads differently.

    **What.** `shell=True` and `os.system` with paths put into the text of the command; ffmpeg
    filters such as `subtitles=`, `ass=`, `movie=` and `fontfile=` with a path in them; `os.execv`
    and its kin with arguments that are not literals.
    **Why.** On Windows the shell is cmd.exe. It does not know single quotes, so `'{path}'` and
    `shlex.quote` leave quotes in the name, and without quotes a folder such as `C:\Users\Ada
    Lovelace` ends at its space. Windows profiles have such names; Linux servers rarely do. In a
    filter, ffmpeg takes the colon of `C:` for the end of an option, also within single quotes, and
    a backslash for an escape: no subtitles appear, or ffmpeg ends with "Invalid argument". And
    `os.execv` puts no quotes around its arguments, so that a path with a space arrives in pieces.
    **Decided by.** A value in the command that has no double quotes around it. Fixed commands,
    numbers and lists are silent, and so is a function that asks for the system. In a filter, a path
    that is not escaped, or only once and without quotes. Names without a folder are silent, and so
    is a file that escapes colons elsewhere.
    **Do.** Pass a list and no shell; write the path in a filter as `'C\:/folder/file.srt'`.
    **Source.** docs.python.org, `subprocess` ("Security Considerations") and `shlex.quote` (only
    for POSIX shells); learn.microsoft.com, "cmd" and "_exec, _wexec functions" (spaces); FFmpeg,
    doc/filters.texi, "Notes on filtergraph escaping"; tried with ffmpeg 9.0.2.
    """
    return _RUN(host)


_STARTED = ("subprocess", "os.system", "popen", "create_subprocess_shell", "from os")
_RUN = over_each_file(
    CODE,
    _look,
    "no path goes through a shell or an ffmpeg filter",
    (_STARTED, ("shell", "os.system", "popen", "getoutput")),
    (("os.exec",),),
    (("from os import",), ("execl", "execv")),
    (OPTIONS, ("ffmpeg", "-vf", "filter_complex")),
)
