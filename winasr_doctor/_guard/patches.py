"""Replaces attributes in a framework's modules and restores them."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any, ClassVar, NamedTuple

from winasr_doctor._guard import phases
from winasr_doctor._guard.directory import guarded_for
from winasr_doctor._guard.downloads import PatientFiles, wrappers
from winasr_doctor._guard.mutex import Mutex
from winasr_doctor.frameworks.sites import (
    DownloadSite,
    FolderSite,
    Framework,
    Site,
    StateSite,
    Undo,
)


class Replacement:
    """One attribute of a framework, before and while the guard is on."""

    def __init__(self, owner: Any, name: str, value: object) -> None:  # noqa: ANN401
        """Record what to replace; nothing is replaced yet.

        Args:
            owner: The module or class that defines the attribute.
            name: The attribute's name.
            value: The value to set.
        """
        self._owner = owner
        self._name = name
        self._value = value
        self._before = vars(owner)[name]

    def put(self) -> None:
        """Replace the attribute, unless someone else has already replaced it."""
        self._swap(self._before, self._value)

    def undo(self) -> None:
        """Restore the attribute, unless someone else has replaced it since."""
        self._swap(self._value, self._before)

    def _swap(self, old: object, new: object) -> None:
        if vars(self._owner).get(self._name) is old:
            setattr(self._owner, self._name, new)


class Patch(tuple[Replacement, ...]):
    """All replacements in one module. Each operation can be repeated after an interrupt."""

    __slots__ = ()

    def put(self) -> None:
        """Replace every attribute that still has its original value."""
        for each in self:
            each.put()

    def undo(self) -> None:
        """Restore every attribute that still has our value."""
        for each in self:
            each.undo()


class _StandIn(ModuleType):
    """A module as a framework sees it: the same one with a few names of its own."""

    def __init__(self, real: ModuleType, ours: dict[str, object]) -> None:
        """Create it.

        Args:
            real: The module; all other names are read, set and deleted there.
            ours: The names that differ.
        """
        super().__init__(real.__name__)
        vars(self).update(ours, _real=real)

    def __getattr__(self, name: str) -> object:
        return getattr(vars(self)["_real"], name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(vars(self)["_real"], name, value)

    def __delattr__(self, name: str) -> None:
        delattr(vars(self)["_real"], name)

    def __dir__(self) -> list[str]:
        return dir(vars(self)["_real"])


def makes_folders(module: ModuleType) -> bool:
    """Return whether a module has `tempfile`, or `TemporaryDirectory`, under its own name."""
    names = vars(module)
    return (
        names.get("tempfile") is tempfile
        or names.get("TemporaryDirectory") is tempfile.TemporaryDirectory
    )


def _patch_folders(site: FolderSite, guarded: ModuleType, module: ModuleType) -> Patch:
    """Replace `tempfile`, or a `TemporaryDirectory` imported from it, in one module."""
    values: dict[str, tuple[object, object]] = {
        "tempfile": (tempfile, guarded),
        "TemporaryDirectory": (tempfile.TemporaryDirectory, guarded_for(site.phase)),
    }
    folders = [
        Replacement(module, name, ours)
        for name, (real, ours) in values.items()
        if vars(module).get(name) is real
    ]
    return Patch([*folders, *_patch_phases(site, module)] if folders else [])


def _patch_phases(site: FolderSite, module: ModuleType) -> Iterator[Replacement]:
    for dotted, phase in site.methods.items():
        owner, name, method = _find(dotted, module)
        if isinstance(method, FunctionType):
            yield Replacement(owner, name, phases.during(phase, method))


def _patch_downloads(site: DownloadSite, module: ModuleType) -> Patch:
    """Replace `os`, `shutil` and the functions that download, if the module has them all."""
    files = PatientFiles(site)
    ours = wrappers(site, module)
    ours |= {"os": _StandIn(os, files.of_os), "shutil": _StandIn(shutil, files.of_shutil)}
    real = vars(module)
    whole = (
        real.get("os") is os
        and real.get("shutil") is shutil
        and len(ours) == len(site.functions) + 2
    )
    return Patch(
        [Replacement(module, name, value) for name, value in ours.items()] if whole else []
    )


def _find(dotted: str, module: ModuleType) -> tuple[object, str, object]:
    """Return a class, a method's name and the method; `None` if it is missing."""
    class_name, _, name = dotted.partition(".")
    owner = vars(module).get(class_name)
    return owner, name, vars(owner).get(name) if isinstance(owner, type) else None


def _patch_state(site: StateSite, module: ModuleType) -> Patch:
    """Make a class method restore global state when it fails."""
    owner, name, original = _find(site.method, module)
    if not isinstance(original, classmethod) or not all(hasattr(module, n) for n in site.needs):
        return Patch()
    function = original.__func__

    @functools.wraps(function)
    def called(cls: type, *args: Any, **options: Any) -> object:  # noqa: ANN401
        with _Restoring(site.remember(module)):
            return function(cls, *args, **options)

    return Patch([Replacement(owner, name, classmethod(called))])


class _Restoring:
    """Counts loads in progress; once one fails and no other is running, restores the state."""

    _mutex = Mutex()
    _under_way: ClassVar[weakref.WeakSet[_Restoring]] = weakref.WeakSet()
    """Loads in progress. Weak, so that one that was interrupted before its end goes too."""

    def __init__(self, undo: Undo) -> None:
        self._undo = undo

    def __enter__(self) -> None:
        self._mutex.run(self._under_way.add, self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._mutex.run(self._end, kind is not None)
        finally:
            self._under_way.discard(self)

    def _end(self, failed: bool) -> None:
        if failed and set(self._under_way) <= {self}:
            self._undo()
        self._under_way.discard(self)


class PatchTarget(NamedTuple):
    """One module that is patched while a guard is on.

    Attributes:
        framework: The framework that the module belongs to.
        site: What is known about the module.
        patch: Returns what to replace; nothing if the module's shape is unknown.
    """

    framework: Framework
    site: Site
    patch: Callable[[ModuleType], Patch]

    @property
    def module(self) -> str:
        """The module's name."""
        return self.site.module

    @property
    def required(self) -> bool:
        """Whether every supported release has something to patch."""
        return self.site.parent is not None


def targets_of(frameworks: Iterable[Framework]) -> tuple[PatchTarget, ...]:
    """Return what to patch in some frameworks."""
    return tuple(
        PatchTarget(framework, site, _patch_of(site))
        for framework in frameworks
        for site in framework.sites
    )


def _patch_of(site: Site) -> Callable[[ModuleType], Patch]:
    if isinstance(site, StateSite):
        return functools.partial(_patch_state, site)
    if isinstance(site, DownloadSite):
        return functools.partial(_patch_downloads, site)
    guarded = _StandIn(tempfile, {"TemporaryDirectory": guarded_for(site.phase)})
    return functools.partial(_patch_folders, site, guarded)
