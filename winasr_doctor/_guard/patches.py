"""What the guard replaces in a framework's modules, and how it is put in place and undone."""

from __future__ import annotations

import functools
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any, ClassVar, NamedTuple

from winasr_doctor._guard import phases
from winasr_doctor._guard.directory import GuardedDirectory, guarded_for
from winasr_doctor._guard.mutex import Mutex
from winasr_doctor.frameworks.sites import FolderSite, Framework, StateSite, Undo


class Replacement:
    """One attribute of a framework's, before and while the guard is on."""

    def __init__(self, owner: Any, name: str, value: object) -> None:  # noqa: ANN401
        """Note what to replace; nothing is replaced yet.

        Args:
            owner: A module or class that has the attribute itself.
            name: The attribute.
            value: What it is to be.
        """
        self._owner = owner
        self._name = name
        self._value = value
        self._before = vars(owner)[name]

    def put(self) -> None:
        """Replace the attribute, unless somebody else has since."""
        self._swap(self._before, self._value)

    def undo(self) -> None:
        """Put the attribute back, unless somebody else has replaced it since."""
        self._swap(self._value, self._before)

    def _swap(self, old: object, new: object) -> None:
        if vars(self._owner).get(self._name) is old:
            setattr(self._owner, self._name, new)


class Patch(tuple[Replacement, ...]):
    """What is replaced in one module. Each part can be repeated after an interrupt."""

    __slots__ = ()

    def put(self) -> None:
        """Replace all of it that is as it was."""
        for each in self:
            each.put()

    def undo(self) -> None:
        """Put back all of it that is as we left it."""
        for each in self:
            each.undo()


class _GuardedTempfile(ModuleType):
    """`tempfile` as a framework sees it: all of it, with another `TemporaryDirectory`."""

    TemporaryDirectory: ClassVar[type[GuardedDirectory]]

    def __getattr__(self, name: str) -> object:
        return getattr(tempfile, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(tempfile, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(tempfile, name)

    def __dir__(self) -> list[str]:
        return dir(tempfile)


def _guarded_tempfile(directory: type[GuardedDirectory]) -> ModuleType:
    class Guarded(_GuardedTempfile):
        TemporaryDirectory = directory

    return Guarded("tempfile")


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


def _find(dotted: str, module: ModuleType) -> tuple[object, str, object]:
    """Return a class, the name of its method, and the method; `None` if it is not there."""
    class_name, _, name = dotted.partition(".")
    owner = vars(module).get(class_name)
    return owner, name, vars(owner).get(name) if isinstance(owner, type) else None


def _patch_state(site: StateSite, module: ModuleType) -> Patch:
    """Let a class method put global state in order when it fails."""
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
    """A load under way; when one fails and no other is under way, nothing is being restored."""

    _mutex = Mutex()
    _under_way: ClassVar[weakref.WeakSet[_Restoring]] = weakref.WeakSet()
    """Those that have begun; one whose end an interrupt has kept Python from calling goes too."""

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
        framework: Whose module it is.
        site: What is known about it.
        patch: Returns what to replace; nothing: the shape is unknown.
    """

    framework: Framework
    site: FolderSite | StateSite
    patch: Callable[[ModuleType], Patch]

    @property
    def module(self) -> str:
        """The module's name."""
        return self.site.module


def targets_of(frameworks: Iterable[Framework]) -> tuple[PatchTarget, ...]:
    """Return what is patched in some frameworks."""
    return tuple(
        PatchTarget(framework, site, _patch_of(site))
        for framework in frameworks
        for site in framework.sites
    )


def _patch_of(site: FolderSite | StateSite) -> Callable[[ModuleType], Patch]:
    if isinstance(site, StateSite):
        return functools.partial(_patch_state, site)
    return functools.partial(_patch_folders, site, _guarded_tempfile(guarded_for(site.phase)))
