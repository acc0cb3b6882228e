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
    DIARIZING = "diarizing"
    VERIFYING = "comparing speakers"
    ENHANCING = "enhancing"

    @property
    def label(self) -> str:
        """The phase as shown to people."""
        return self.value


class FolderSite(NamedTuple):
    """A module that makes temporary folders with `tempfile.TemporaryDirectory`.

    Attributes:
        module: Its name.
        phase: What the folders are usually for.
        parent: A package whose presence means that the module must exist and make folders; `None`
            if releases may do without it. If one makes them elsewhere, that place is reported.
        methods: Methods, as `Class.method`, whose folders have another purpose.
    """

    module: str
    phase: Phase
    parent: str | None = None
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


class DownloadSite(NamedTuple):
    """A module that downloads into a partial file and then moves that into place.

    Attributes:
        module: Its name.
        parent: A package whose presence means that the module must exist.
        partial: The ends of the names of files that it deletes itself once it is done with them.
        repeatable: Functions that can be called again: they find what is complete.
        transfers: Functions that delete their partial file in a `finally`, which hides the error of
            the transfer if the file is locked.
        links: Functions, with the path of the link as the second argument, that make a link.
        forget_links: Called with the module and that path when a link was refused. It has the
            module copy instead, and returns whether that is possible.
    """

    module: str
    parent: str
    partial: tuple[str, ...]
    repeatable: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    forget_links: Callable[[ModuleType, str], bool] = lambda _module, _path: False

    @property
    def subject(self) -> str:
        """What is not guarded if the module has a different shape."""
        return "downloads"

    @property
    def functions(self) -> tuple[str, ...]:
        """All functions that are wrapped."""
        return (*self.repeatable, *self.transfers, *self.links)


Site = FolderSite | StateSite | DownloadSite


class Framework(NamedTuple):
    """A framework whose temporary folders, or downloads, are guarded.

    Attributes:
        name: What people call it.
        package: What Python calls it.
        sites: The places where it makes folders, leaves state behind or downloads.
        unguarded: Modules and packages that use `tempfile` and are left alone, with the reason.
    """

    name: str
    package: str
    sites: tuple[Site, ...]
    unguarded: Mapping[str, str] = MappingProxyType({})

    def knows(self, module: str) -> bool:
        """Return whether a module is guarded, or is left alone for a reason."""
        if any(site.module == module for site in self.sites):
            return True
        return any(module == name or module.startswith(f"{name}.") for name in self.unguarded)

    @property
    def version(self) -> str:
        """Its version, if it is imported."""
        return str(getattr(sys.modules.get(self.package), "__version__", "(unknown version)"))
