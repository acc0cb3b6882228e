"""Finds the calls of an app that load a NeMo model or compute a result with one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name, text_of
from winasr_doctor.checks.app.common import keyword
from winasr_doctor.checks.app.handlers import handled_here
from winasr_doctor.frameworks.nemo import idioms
from winasr_doctor.frameworks.whisper.names import (
    LOADERS,
    ONE_AT_A_TIME,
    PIPELINES,
    RECOGNISERS,
    SPEECH_TASK,
)

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths, Site
    from winasr_doctor.appsource.index import Scope


class Work(Enum):
    """What a call does."""

    LOAD = "load"
    RUN = "run"


def speech_of(app: Application) -> Speech:
    """Return the speech calls of an app; all checks share the answer."""
    known: Speech | None = vars(app).get("_speech")
    if known is None:
        known = vars(app)["_speech"] = Speech(app)
    return known


class Speech:
    """The calls of an app that load NeMo models or run them, directly or through its functions.

    Args:
        app: The app.
    """

    def __init__(self, app: Application) -> None:
        self.app = app
        self._packages: dict[SourceFile, frozenset[str]] = {}

    @cached_property
    def uses_nemo(self) -> bool:
        """Whether a file of the app imports NeMo."""
        return any(map(self.imports_nemo, self.naming_nemo))

    def imports_whisper(self, file: SourceFile) -> bool:
        """Return whether a file imports a package for Whisper."""
        return file in self._naming_whisper and not RECOGNISERS.isdisjoint(self.packages(file))

    @cached_property
    def _naming_whisper(self) -> dict[SourceFile, None]:
        """The files that may import a package for Whisper, by their text."""
        files = self.app.words.files_containing(*RECOGNISERS)
        return dict.fromkeys(file for file in files if _IMPORTS_WHISPER.search(file.text))

    def imports_nemo(self, file: SourceFile) -> bool:
        """Return whether a file imports NeMo."""
        return file in self.naming_nemo and "nemo" in self.packages(file)

    @cached_property
    def naming_nemo(self) -> dict[SourceFile, None]:
        """The files that contain the name of NeMo's package."""
        return dict.fromkeys(self.app.words.files_with("nemo"))

    def packages(self, file: SourceFile) -> frozenset[str]:
        """Return the top-level packages that a file imports."""
        if file not in self._packages:
            names = {name.partition(".")[0] for name in file.imports.values()}
            names.update(_imported_by_name(file))
            self._packages[file] = frozenset(names)
        return self._packages[file]

    def may_be_nemos(self, file: SourceFile) -> bool:
        """Return whether an unknown object's method in a file is taken for NeMo's.

        It is if the file imports NeMo, or if another file of the app does and this one imports no
        other speech recogniser.
        """
        packages = self.packages(file)
        return "nemo" in packages or (
            self.uses_nemo and packages.isdisjoint(idioms.OTHER_RECOGNISERS)
        )

    @cached_property
    def direct(self) -> dict[Work, tuple[Site, ...]]:
        """The calls of NeMo's own methods, by what they do."""
        found: dict[Work, list[Site]] = {Work.LOAD: [], Work.RUN: []}
        for file in self.app.words.files_containing(*_NAMES) if self.uses_nemo else ():
            for work, site in self._direct_in(file):
                found[work].append(site)
                if self.app.shelf is not None:
                    self.app.shelf.keep([site.file])
            self.app.relieve()
        return {work: tuple(sites) for work, sites in found.items()}

    @cached_property
    def loads(self) -> CallPaths:
        """The calls that load a model, and everything that leads to them."""
        return self.app.calls.spread(self.direct[Work.LOAD])

    @cached_property
    def runs(self) -> CallPaths:
        """The calls that compute a result, and everything that leads to them."""
        return self.app.calls.spread(self.direct[Work.RUN])

    @cached_property
    def exposed(self) -> dict[Work, CallPaths]:
        """The same calls, as far as an error can get out that nobody has logged or ended yet."""
        return {
            work: self.app.calls.spread(sites, lambda site: not handled_here(site))
            for work, sites in self.direct.items()
        }

    @cached_property
    def whisper(self) -> tuple[Site, ...]:
        """The calls that transcribe with a package for Whisper or a pipeline of transformers."""
        from winasr_doctor.appsource.call_sites import Site

        calls = self.app.calls
        methods = (
            Site(call, scope)
            for file in self.app.words.files_containing(".transcribe")
            if self.imports_whisper(file)
            for part in file.index.about("transcribe")
            for call, scope in part.calls
            if isinstance(call.func, ast.Attribute)
            and call.func.attr == "transcribe"
            and not calls.functions(call.func, scope)
        )
        pipelines = (
            Site(call, scope)
            for file in self._with_pipelines
            for call, scope in file.index.calls
            if self._is_a_pipeline(call.func, scope)
        )
        return (*methods, *pipelines)

    def _is_a_pipeline(self, expr: ast.expr, scope: Scope) -> bool:
        """Return whether an object is a pipeline of transformers that transcribes."""
        from winasr_doctor.appsource.inferred_values import CallResult

        terms = self.app.constants.terms(expr, scope)
        return any(isinstance(term, CallResult) and self._makes_a_pipeline(*term) for term in terms)

    def _makes_a_pipeline(self, call: ast.Call, scope: Scope) -> bool:
        """Return whether a call makes a pipeline of transformers that transcribes."""
        constants = self.app.constants
        if PIPELINES.isdisjoint(constants.imported_names(call.func, scope)):
            return False
        task = call.args[0] if call.args else keyword(call, "task")
        tasks = constants.literals(task, scope) if task is not None else ()
        return not tasks or any(each.value == SPEECH_TASK for each in tasks)

    @cached_property
    def _with_pipelines(self) -> list[SourceFile]:
        """The files that import transformers and name the task of a speech pipeline."""
        words = self.app.words
        importing = set(words.files_containing("from transformers", "import transformers"))
        naming = [file for file in words.files_containing(SPEECH_TASK) if file in importing]
        return [file for file in naming if "transformers" in self.packages(file)]

    @cached_property
    def whisper_runs(self) -> CallPaths:
        """The `whisper` calls, and everything that leads to them."""
        return self.app.calls.spread(self.whisper)

    @cached_property
    def whisper_one_at_a_time(self) -> tuple[Site, ...]:
        """The `whisper` calls on a model that must not transcribe twice at once."""
        return tuple(
            site
            for site in self.whisper
            if isinstance(site.call.func, ast.Attribute)
            and not ONE_AT_A_TIME.isdisjoint(
                self.app.calls.origins(site.call.func.value, site.scope)
            )
        )

    @cached_property
    def is_used(self) -> bool:
        """Whether a file of the app imports NeMo, a package for Whisper or a speech pipeline."""
        return (
            self.uses_nemo
            or bool(self._with_pipelines)
            or any(map(self.imports_whisper, self._naming_whisper))
        )

    @cached_property
    def whisper_loads(self) -> tuple[Site, ...]:
        """The calls that load a model with a package for Whisper, or make a speech pipeline."""
        from winasr_doctor.appsource.call_sites import Site

        names = frozenset(name.rpartition(".")[2] for name in LOADERS)
        models = (
            Site(call, scope)
            for file in self._naming_whisper
            if self.imports_whisper(file)
            for part in file.index.about(*names)
            for call, scope in part.calls
            if last_name(call.func) in names and file.qualified(call.func) in LOADERS
        )
        pipelines = (
            Site(call, scope)
            for file in self._with_pipelines
            for call, scope in file.index.calls
            if self._makes_a_pipeline(call, scope)
        )
        found = (*models, *pipelines)
        if self.app.shelf is not None:
            self.app.shelf.keep(site.file for site in found)
        return found

    @cached_property
    def whisper_exposed(self) -> CallPaths:
        """The calls that load or run Whisper, as far as an error can get out; see `exposed`."""
        calls = [*self.whisper, *self.whisper_loads]
        return self.app.calls.spread(calls, lambda site: not handled_here(site))

    def within(self, file: SourceFile, *works: Work) -> tuple[Site, ...]:
        """Return the calls of a file that do one of these, by default any.

        Args:
            file: The file.
            works: What the calls do.
        """
        found: dict[ast.Call, Site] = {}
        for work in works or tuple(Work):
            reach = self.loads if work is Work.LOAD else self.runs
            found.update((site.call, site) for site in reach.within(file))
        return tuple(found.values())

    def is_direct(self, call: ast.Call) -> bool:
        """Return whether a call is one of NeMo's own methods."""
        return call in self._direct_calls

    @cached_property
    def _direct_calls(self) -> frozenset[ast.Call]:
        return frozenset(site.call for sites in self.direct.values() for site in sites)

    def _direct_in(self, file: SourceFile) -> Iterator[tuple[Work, Site]]:
        from winasr_doctor.appsource.call_sites import Site

        text = file.text
        if not any(name in text for name in _NAMES):
            return
        names = (*_CALLED, *_renamed_methods(file))
        parts = file.index.parts if _CALLS_AN_OBJECT in text else file.index.about(*names)
        for call, scope in (each for part in parts for each in part.calls):
            function = call.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            if isinstance(function, ast.Attribute) and (work := _work(name)):
                if self._is_nemos(file, Site(call, scope), function.value, name):
                    yield work, Site(call, scope)
            elif not name and self._runs_a_value(call, scope):
                yield Work.RUN, Site(call, scope)
            for argument in (*call.args, *(item.value for item in call.keywords)):
                owner, method = _bound_method(argument) or (argument, "")
                work = _work(method)
                if work is not None and self._is_nemos(file, Site(call, scope), owner, method):
                    yield from ((work, s) for s in self.app.calls.handed_over(argument, scope))

    def _is_nemos(self, file: SourceFile, site: Site, owner: ast.expr, name: str) -> bool:
        known = idioms.is_nemos(self.app.calls.origins(owner, site.scope))
        if known is not None:
            return known
        if name in idioms.RUNS_OF_KNOWN_MODELS:
            return False
        if self.app.calls.functions(site.call.func, site.scope) and site.call.func is not owner:
            return False  # the app's own method, which is followed
        return self.may_be_nemos(file)

    def _runs_a_value(self, call: ast.Call, scope: object) -> bool:
        """Return whether a plain name is a bound method of a model, or a model that is called."""
        from winasr_doctor.appsource.index import Scope, Value  # lazy: only source has one

        if not isinstance(call.func, ast.Name) or not isinstance(scope, Scope):
            return False
        for around in scope.enclosing():
            for binding in around.bindings.get(call.func.id, ()):
                if not isinstance(binding, Value) or binding.path or binding.iterated:
                    continue
                bound = _bound_method(binding.expr)
                if bound is not None and bound[1] in idioms.RUNS:
                    known = idioms.is_nemos(self.app.calls.origins(bound[0], binding.scope))
                    return self.may_be_nemos(scope.file) if known is None else known
        if _CALLS_AN_OBJECT not in scope.file.text:
            return False
        names = self.app.constants.imported_names(call.func, scope)
        return idioms.is_called_model(self.app.calls.origins(call.func, scope)) and not any(
            name.endswith(".NeuralDiarizer") for name in names
        )


def _bound_method(expr: ast.expr) -> tuple[ast.expr, str] | None:
    """Return the object and the name of a bound method, also inside `partial` and `cast`."""
    while isinstance(expr, ast.Call) and expr.args:
        name = last_name(expr.func)
        if name == "getattr" and len(expr.args) > 1:
            return expr.args[0], text_of(expr.args[1]) or ""
        if name not in {"partial", "cast"}:
            return None
        expr = expr.args[name == "cast" and len(expr.args) > 1]
    return (expr.value, expr.attr) if isinstance(expr, ast.Attribute) else None


def _renamed_methods(file: SourceFile) -> Iterator[str]:
    """Yield the names at module level that stand for a bound method of a model."""
    from winasr_doctor.appsource.index import Value  # lazy: only an app with source has an index

    for name, bindings in file.index.module.bindings.items():
        for binding in bindings:
            bound = _bound_method(binding.expr) if isinstance(binding, Value) else None
            if bound is not None and bound[1] in idioms.RUNS:
                yield name


def _work(name: str) -> Work | None:
    if name in idioms.LOADS:
        return Work.LOAD
    return Work.RUN if name in idioms.RUNS or name in idioms.RUNS_OF_KNOWN_MODELS else None


_IMPORTS_WHISPER = re.compile(
    rf"\b(?:import|from)\s+(?:{'|'.join(sorted(RECOGNISERS))})\b|import_module|__import__"
)

_CALLS_AN_OBJECT = "NeuralDiarizer"
"""A class of models that are called themselves."""

_NAMES = (
    *(f".{name}" for name in (*idioms.LOADS, *idioms.RUNS)),
    *(f".{name}(" for name in idioms.RUNS_OF_KNOWN_MODELS),
    *(f'"{name}"' for name in idioms.RUNS),
    *idioms.CALLED_MODELS,
)
"""What a file must contain to load or run a model by itself."""

_CALLED = (
    *(*idioms.LOADS, *idioms.RUNS, *idioms.CALLED_MODELS),
    *(f".{name}" for name in idioms.RUNS_OF_KNOWN_MODELS),
)
"""What a part of such a file must contain to do so."""


def _imported_by_name(file: SourceFile) -> Iterator[str]:
    """Yield the packages that `import_module("...")` imports."""
    text = file.text
    if "import_module" not in text and "__import__" not in text:
        return
    for part in file.index.about("import_module", "__import__"):
        for call, _scope in part.calls:
            if last_name(call.func) in {"import_module", "__import__"} and call.args:
                yield (text_of(call.args[0]) or "").partition(".")[0]
