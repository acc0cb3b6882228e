"""What the guard replaces in NeMo: a table, and how each line of it is put in place and undone."""

from __future__ import annotations

import functools
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, ClassVar, NamedTuple

from winasr_doctor.nemo_guard import phases
from winasr_doctor.nemo_guard.directory import GuardedDirectory, guarded_for
from winasr_doctor.nemo_guard.events import Phase
from winasr_doctor.nemo_guard.mutex import Mutex


class Replacement:
    """One attribute of NeMo's, before and while the guard is on."""

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


class Target(NamedTuple):
    """One module of NeMo that is patched while a guard is on.

    Attributes:
        module: Its name.
        parent: A package whose presence means that the module must exist.
        subject: What is not guarded when it has changed shape.
        patch: Returns what to replace; nothing: the shape is unknown.
    """

    module: str
    parent: str
    subject: str
    patch: Callable[[ModuleType], Patch]


class _GuardedTempfile(ModuleType):
    """The `tempfile` module as NeMo sees it: all of it, with another `TemporaryDirectory`."""

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


class TemporaryFolders:
    """Replaces `tempfile`, or a `TemporaryDirectory` imported from it, in one module."""

    def __init__(self, phase: Phase, methods: Mapping[str, Phase] | None = None) -> None:
        """Say what the module's folders are for.

        Args:
            phase: What they are usually for.
            methods: Methods, as `Class.method`, whose folders are for something else.
        """
        directory = guarded_for(phase)
        self._guarded: dict[str, tuple[object, object]] = {
            "tempfile": (tempfile, _guarded_tempfile(directory)),
            "TemporaryDirectory": (tempfile.TemporaryDirectory, directory),
        }
        self._methods = methods or {}

    def __call__(self, module: ModuleType) -> Patch:
        """Return what to replace; nothing: the shape is unknown."""
        folders = [
            Replacement(module, name, guarded)
            for name, (real, guarded) in self._guarded.items()
            if vars(module).get(name) is real
        ]
        return Patch([*folders, *self._calls(module)] if folders else [])

    def _calls(self, module: ModuleType) -> Iterator[Replacement]:
        for dotted, phase in self._methods.items():
            owner, _, name = dotted.partition(".")
            kind = vars(module).get(owner)
            method = vars(kind).get(name) if isinstance(kind, type) else None
            if isinstance(method, FunctionType):
                yield Replacement(kind, name, phases.during(phase, method))


def _patch_restore_from(module: ModuleType) -> Patch:
    """Make `ModelPT.restore_from` put NeMo's global state in order when it fails.

    `SaveRestoreConnector` sets `AppState().is_model_being_restored` and resets it only when all
    went well; the next model that is built from scratch then believes that it is being restored
    from a folder that is gone (NeMo 3.0.0, save_restore_connector.py and modelPT.py).
    """
    owner = getattr(module, "ModelPT", None)
    original = vars(owner).get("restore_from") if isinstance(owner, type) else None
    if not isinstance(original, classmethod) or not hasattr(module, "AppState"):
        return Patch()
    function = original.__func__

    @functools.wraps(function)
    def restore_from(cls: type, *args: Any, **options: Any) -> object:  # noqa: ANN401
        with _Restoring(module.AppState):
            return function(cls, *args, **options)

    assert isinstance(owner, type)  # noqa: S101 - or `original` were None
    return Patch([Replacement(owner, "restore_from", classmethod(restore_from))])


class _Restoring:
    """A load under way; when one fails and no other is under way, nothing is being restored."""

    _mutex = Mutex()
    _under_way: ClassVar[weakref.WeakSet[_Restoring]] = weakref.WeakSet()
    """Those that have begun; one whose end an interrupt has kept Python from calling goes too."""

    def __init__(self, app_state: Callable[[], Any]) -> None:
        self._state = app_state()
        self._paths_before = len(getattr(self._state, "_all_model_restore_paths", ()))

    def __enter__(self) -> None:
        self._mutex.run(self._under_way.add, self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._mutex.run(self._end, kind is not None)
        finally:
            self._under_way.discard(self)

    def _end(self, failed: bool) -> None:
        if failed and set(self._under_way) <= {self}:
            self._state.is_model_being_restored = False
            self._state.nemo_file_folder = None
            paths = getattr(self._state, "_all_model_restore_paths", None)
            if isinstance(paths, list):
                del paths[self._paths_before :]
        self._under_way.discard(self)


TARGETS = (
    Target(
        "nemo.core.connectors.save_restore_connector",
        "nemo.core",
        Phase.LOADING.label,
        TemporaryFolders(Phase.LOADING, {"SaveRestoreConnector.save_to": Phase.SAVING}),
    ),
    Target(
        "nemo.collections.asr.parts.mixins.transcription",
        "nemo.collections.asr",
        Phase.TRANSCRIBING.label,
        TemporaryFolders(Phase.TRANSCRIBING),
    ),
    Target(
        "nemo.core.classes.modelPT",
        "nemo.core",
        "the state that a failed load leaves behind",
        _patch_restore_from,
    ),
)


def version_of_nemo() -> str:
    """Return NeMo's version as far as it is imported."""
    return str(getattr(sys.modules.get("nemo"), "__version__", "(unknown version)"))
