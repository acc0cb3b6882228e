"""What the APP checks share: which calls are NeMo's, and what surrounds a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile, respect_silence
from winasr_doctor.checks.base import CheckFunction
from winasr_doctor.findings import Evidence, Finding, Remedy, Step, ok, skip
from winasr_doctor.findings.actions import EditSource
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    import ast

LOAD_METHODS = frozenset({"restore_from", "from_pretrained", "load_model"})
TRANSCRIBE = "transcribe"

OTHER_RECOGNISERS = (
    *(
        "whisper",
        "faster_whisper",
        "whisperx",
        "openai",
        "vosk",
        "speech_recognition",
        "pywhispercpp",
    ),
    *(
        "stable_whisper",
        "mlx_whisper",
        "assemblyai",
        "deepgram",
        "funasr",
        "espnet2",
        "speechbrain",
    ),
)
"""Packages with their own `transcribe`, which these checks ignore."""

FileCheck = Callable[[Application, SourceFile], Iterable[Finding]]


def over_files(code: str, look: FileCheck, clean: str) -> CheckFunction:
    """Turn a function that looks at one file into a check.

    Args:
        code: The check's code.
        look: Yields findings made by `found`, which carry their node.
        clean: The summary if no file has a finding.
    """

    def run(host: Machine) -> Iterator[Finding]:
        app = host.app
        if not app.files:
            yield skip("no app source was given; use --app PATH")
            return
        silent = True
        for file in app.files:
            for finding in look(app, file):
                silent = False
                yield finding
        if silent:
            yield ok(clean, {"files": len(app.files)})

    run.__name__ = f"run_{code}"
    return run


def found(
    make: Callable[[str, Evidence, Iterable[Remedy]], Finding],
    code: str,
    file: SourceFile,
    node: ast.AST,
    summary: str,
    remedies: Iterable[Remedy],
) -> Finding:
    """Return a finding at a node, marked as silenced if the author has silenced it there.

    Args:
        make: `error`, `warning` or `info`.
        code: The check's code.
        file: The file.
        node: What the finding points at.
        summary: What is wrong; the location is put in front.
        remedies: Ways to solve it.
    """
    location = file.location(node)
    line = file.lines[(location.line or 1) - 1].strip()
    where = f"{location.file}:{location.line}"
    finding = make(f"{where}: {summary}", {"source": line}, remedies).at(location)
    return respect_silence(finding, file, node, code)


def edit(
    file: SourceFile,
    node: ast.AST,
    title: str,
    old: str,
    new: str,
    action: EditSource | None = None,
) -> Remedy:
    """Return a remedy that edits one place.

    Args:
        file: The file.
        node: The place.
        title: What the edit achieves.
        old: The present text, for people.
        new: The new text, for people.
        action: The edit itself, if it is certain to be right.
    """
    line = file.location(node).line
    steps = (Step(f"In {file.path}, line {line}, replace {old} with", new, "python"),)
    return Remedy(title, steps, automatic=action is not None, action=action)


def uses_nemo(app: Application, file: SourceFile) -> bool:
    """Return whether `transcribe` in this file is NeMo's.

    It is if the file imports NeMo, or if another file of the app does and this one imports no
    other speech recogniser.
    """
    modules = _modules(file)
    if "nemo" in modules:
        return True
    if any(other in modules for other in OTHER_RECOGNISERS):
        return False
    return any("nemo" in _modules(other) for other in app.files)


def _modules(file: SourceFile) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in file.imports.values())


def calls(file: SourceFile, *methods: str) -> Iterator[ast.Call]:
    """Yield the calls of a method with one of these names, in the order of the source."""
    import ast

    for call, _scope in file.index.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in methods:
            yield call


def nemo_calls(app: Application, file: SourceFile, *methods: str) -> tuple[ast.Call, ...]:
    """Return the calls of NeMo's methods with one of these names."""
    if not any(method in file.text for method in methods) or not uses_nemo(app, file):
        return ()
    return tuple(
        call
        for call in calls(file, *methods)
        if not (file.qualified(call.func) or "nemo").startswith(OTHER_RECOGNISERS)
    )


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, or `None`."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def constant(node: ast.AST | None) -> object:
    """Return a literal's value, `...` for anything else."""
    import ast

    return node.value if isinstance(node, ast.Constant) else ...


def ancestors(file: SourceFile, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each ancestor of a node, innermost first, with its child on the path to the node."""
    parents = file.parents
    child = node
    while (parent := parents.get(child)) is not None:
        yield parent, child
        child = parent


def enclosing_function(
    file: SourceFile, node: ast.AST
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost `def` around a node, or `None` at module level."""
    import ast

    for parent, _child in ancestors(file, node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return parent
    return None


def functions_around(file: SourceFile, nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names of the functions that contain any of these nodes directly."""
    around = (enclosing_function(file, node) for node in nodes)
    return frozenset(function.name for function in around if function is not None)
