"""What the guard replaces in NeMo: a table, and how each line of it is put in place and undone."""

from __future__ import annotations

import functools
import sys
import tempfile
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from winasr_doctor.nemo_guard.directory import GuardedDirectory

Undo = Callable[[], None]


class Target(NamedTuple):
    """One module of NeMo that is patched while a guard is on.

    Attributes:
        module: Its name.
        parent: A package whose presence means that the module must exist.
        phase: What it does, to say what is not guarded when it has changed shape.
        patch: Puts the patch in place and returns how to undo it; `None`: the shape is unknown.
    """

    module: str
    parent: str
    phase: str
    patch: Callable[[ModuleType], Undo | None]


class _GuardedTempfile(ModuleType):
    """The `tempfile` module as NeMo sees it: all of it, with another `TemporaryDirectory`."""

    TemporaryDirectory = GuardedDirectory

    def __getattr__(self, name: str) -> object:
        return getattr(tempfile, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(tempfile, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(tempfile, name)

    def __dir__(self) -> list[str]:
        return dir(tempfile)


_PROXY = _GuardedTempfile("tempfile")
_REAL = (tempfile, tempfile.TemporaryDirectory)


def _patch_temporary_directory(module: ModuleType) -> Undo | None:
    """Replace `tempfile`, or a `TemporaryDirectory` imported from it, in one module."""
    undo: list[Undo] = []
    for name, guarded in (("tempfile", _PROXY), ("TemporaryDirectory", GuardedDirectory)):
        real = vars(module).get(name)
        if any(real is known for known in _REAL):
            undo.append(_replace(module, name, guarded))

    def undo_all() -> None:
        for step in undo:
            step()

    return undo_all if undo else None


def _patch_restore_from(module: ModuleType) -> Undo | None:
    """Make `ModelPT.restore_from` put NeMo's global state in order when it fails.

    `SaveRestoreConnector` sets `AppState().is_model_being_restored` and resets it only when all
    went well; the next model that is built from scratch then believes that it is being restored
    from a folder that is gone (NeMo 3.0.0, save_restore_connector.py and modelPT.py).
    """
    owner = getattr(module, "ModelPT", None)
    original = vars(owner).get("restore_from") if isinstance(owner, type) else None
    if not isinstance(original, classmethod) or not hasattr(module, "AppState"):
        return None
    function = original.__func__

    @functools.wraps(function)
    def restore_from(cls: type, *args: Any, **options: Any) -> object:  # noqa: ANN401
        with _Restoring(module.AppState):
            return function(cls, *args, **options)

    assert isinstance(owner, type)  # noqa: S101 - or `original` were None
    return _replace(owner, "restore_from", classmethod(restore_from))


class _Restoring:
    """A load under way; when one fails and no other is under way, nothing is being restored."""

    _lock = threading.Lock()
    _under_way = 0

    def __init__(self, app_state: Callable[[], Any]) -> None:
        self._state = app_state()
        self._paths_before = len(getattr(self._state, "_all_model_restore_paths", ()))

    def __enter__(self) -> None:
        with self._lock:
            _Restoring._under_way += 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._lock:
            _Restoring._under_way -= 1
            if kind is None or _Restoring._under_way:
                return
            self._state.is_model_being_restored = False
            self._state.nemo_file_folder = None
            paths = getattr(self._state, "_all_model_restore_paths", None)
            if isinstance(paths, list):
                del paths[self._paths_before :]


def _replace(owner: Any, name: str, value: object) -> Undo:  # noqa: ANN401
    before = vars(owner)[name]
    setattr(owner, name, value)

    def undo() -> None:
        if vars(owner).get(name) is value:  # or somebody else has patched it since
            setattr(owner, name, before)

    return undo


TARGETS = (
    Target(
        "nemo.core.connectors.save_restore_connector",
        "nemo.core",
        "loading",
        _patch_temporary_directory,
    ),
    Target(
        "nemo.collections.asr.parts.mixins.transcription",
        "nemo.collections.asr",
        "transcribing",
        _patch_temporary_directory,
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
