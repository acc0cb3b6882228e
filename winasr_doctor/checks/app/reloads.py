"""Finds models that a page loads again for every click."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name
from winasr_doctor.appsource.words import Use
from winasr_doctor.checks.app.common import enclosing_function
from winasr_doctor.checks.app.executors import Overlap, runs
from winasr_doctor.checks.app.gradio_events import events_of
from winasr_doctor.checks.app.locking import is_cached
from winasr_doctor.checks.app.speech import speech_of

if TYPE_CHECKING:
    from winasr_doctor.appsource.call_sites import CallPaths, Site
    from winasr_doctor.appsource.index import Scope


class Loading(NamedTuple):
    """The calls of one framework.

    Attributes:
        loads: The calls that load a model.
        runs: The calls that transcribe, and what leads to them.
        changes_the_process: Whether these change more than the model, such as the current
            directory, so that models of their own are not safe either.
    """

    loads: tuple[Site, ...]
    runs: CallPaths
    changes_the_process: bool = True


def loading_pages(app: Application, fresh: CallPaths, work: Loading) -> Iterator[Overlap]:
    """Yield the loads that happen again for every click on a page of Gradio or Streamlit.

    Args:
        app: The app.
        fresh: The loads that happen each time, and what leads to them.
        work: The calls that load models and run them.
    """
    for event in events_of(app):
        if not runs(app, event.work, event.scope, work.runs):
            continue  # such as a button that loads the model
        bodies = {function.node for function in app.calls.functions(event.work, event.scope)}
        for site in fresh.sites.values():
            if enclosing_function(site.file, site.call) in bodies and not is_cached(site):
                yield site.file, site.call, "this event loads the model every time"
    for site in work.loads:
        if site.call in fresh.sites and _is_rerun(app, site):
            what = "Streamlit runs this script again for every click, and loads the model again"
            yield site.file, site.call, what


def has_its_own(app: Application, site: Site, fresh: CallPaths) -> bool:
    """Return whether a call transcribes with a model that its function has just loaded.

    So it does with a model of an object that is only made where it is used.

    Args:
        app: The app.
        site: The call.
        fresh: The loads that happen each time, and what leads to them.
    """
    from winasr_doctor.appsource.index import Value  # lazy: only an app with source has an index

    receiver = site.call.func.value if isinstance(site.call.func, ast.Attribute) else None
    if isinstance(receiver, ast.Attribute) and last_name(receiver.value) == "self":
        return _is_made_for_each_use(app, site)
    if not isinstance(receiver, ast.Name) or site.function is None:
        return False
    bindings = site.scope.bindings.get(receiver.id, ())
    made = [each.expr for each in bindings if isinstance(each, Value)]
    return len(made) == len(bindings) > 0 and all(_is_fresh(each, fresh) for each in made)


def _is_made_for_each_use(app: Application, site: Site) -> bool:
    """Return whether every object of a method's class is kept in a local name only."""
    owner = site.function.owner if site.function is not None else None
    name = getattr(owner.node, "name", "") if owner is not None else ""
    made = [
        (call, scope)
        for file in (app.words.files_with(name, Use.CALLED) if name else ())
        for part in file.index.about(name)
        for call, scope in part.calls
        if last_name(call.func) == name
    ]
    return bool(made) and all(_is_kept_locally(call, scope) for call, scope in made)


def _is_kept_locally(call: ast.Call, scope: Scope) -> bool:
    """Return whether what a call returns is bound to a name of a function, and not returned."""
    names = {
        name
        for name, bindings in scope.bindings.items()
        for binding in bindings
        if getattr(binding, "expr", None) is call
    }
    returned = {each.id for each in scope.returns if isinstance(each, ast.Name)}
    return isinstance(scope.node, _FUNCTIONS) and bool(names) and names.isdisjoint(returned)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _is_fresh(made: ast.expr, fresh: CallPaths) -> bool:
    """Return whether a value is a load, or what a chain such as `load().cuda()` returns."""
    while isinstance(made, ast.Call):
        if made in fresh.sites:
            return True
        made = made.func.value if isinstance(made.func, ast.Attribute) else made.func
    return False


def _is_rerun(app: Application, load: Site) -> bool:
    """Return whether a script of Streamlit makes a call each time it runs."""
    if not app.words.count("streamlit"):
        return False
    return any(
        site.function is None and _is_script(app, site.file)
        for site in app.calls.spread([load], lambda site: not is_cached(site)).sites.values()
        if not is_cached(site)
    )


def _is_script(app: Application, file: SourceFile) -> bool:
    """Return whether a file uses Streamlit and no other file imports it, which happens once."""
    if "streamlit" not in speech_of(app).packages(file):
        return False
    name = PurePath(file.path).stem
    return not any(
        name in imported.split(".")
        for other in app.words.files_with(name)
        if other is not file
        for imported in other.imports.values()
    )
