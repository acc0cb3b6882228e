"""Patches modules that are imported after the guard was entered."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Collection, Sequence
from types import ModuleType

Loaded = Callable[[ModuleType], None]


class ImportWatcher(importlib.abc.MetaPathFinder):
    """A finder that finds nothing itself and reports when watched modules are executed."""

    def __init__(self, names: Collection[str], loaded: Loaded) -> None:
        """Create the finder; put it first in `sys.meta_path`.

        Args:
            names: The modules to watch.
            loaded: Called with each module before its importer sees it.
        """
        self._names = names
        self._loaded = loaded

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a watched module with the other finders and watch its execution."""
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            if finder is self or isinstance(finder, ImportWatcher):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _WatchingLoader(spec.loader, self._loaded)
                return spec
        return None


class _WatchingLoader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, loaded: Loaded) -> None:
        self._loader = loader
        self._loaded = loaded

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._loaded(module)
