"""The places in a framework that the guard must know about, as values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType, ModuleType
from typing import NamedTuple

Undo = Callable[[], None]


class Phase(str, Enum):
    """The purpose of a temporary folder."""

    LOADING = "loading"
    SAVING = "saving"
    TRANSCRIBING = "transcribing"

    @property
    def label(self) -> str:
        """The phase as shown to people."""
        return self.value


class FolderSite(NamedTuple):
    """A module that makes temporary folders with `tempfile.TemporaryDirectory`.

    Attributes:
        module: Its name.
        parent: A package whose presence means that the module must exist.
        phase: What the folders are usually for.
        methods: Methods, as `Class.method`, whose folders have another purpose.
    """

    module: str
    parent: str
    phase: Phase
    methods: Mapping[str, Phase] = MappingProxyType({})

    @property
    def subject(self) -> str:
        """What is not guarded if the module has a different shape."""
        return self.phase.label


class StateSite(NamedTuple):
    """A class method that leaves global state behind when it fails.

    Attributes:
        module: The module of its class.
        parent: A package whose presence means that the module must exist.
        subject: The state, in words.
        method: The method, as `Class.method`.
        needs: What else the module must have.
        remember: Called with the module before a call. Returns a function that restores the state
            if the call fails and no other call is in progress.
    """

    module: str
    parent: str
    subject: str
    method: str
    needs: tuple[str, ...]
    remember: Callable[[ModuleType], Undo]


class Framework(NamedTuple):
    """A framework whose temporary folders are guarded.

    Attributes:
        name: What people call it.
        package: What Python calls it.
        sites: The places where it makes folders or leaves state behind.
    """

    name: str
    package: str
    sites: tuple[FolderSite | StateSite, ...]

    @property
    def version(self) -> str:
        """Its version, if it is imported."""
        return str(getattr(sys.modules.get(self.package), "__version__", "(unknown version)"))
