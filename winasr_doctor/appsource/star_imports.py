"""Resolves what the app's modules get from each other with `from module import *`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from winasr_doctor.appsource.index import Scope
from winasr_doctor.appsource.modules import Modules

MAX_MODULES = 200
"""The most modules to visit for one name; beyond them the answer is what was found so far."""


class Stars:
    """Finds the modules that bind a name which another module imports with `*`.

    The answers are cached: every file of an app may ask for the same ones.
    """

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._imported: dict[Scope, tuple[Scope, ...]] = {}
        self._homes: dict[tuple[str, Scope], tuple[Scope, ...]] = {}

    def homes(self, name: str, scope: Scope) -> Sequence[Scope]:
        """Return the modules that bind a name, up to a limit.

        Each module is visited once, because modules may import `*` from each other.

        Args:
            name: The name.
            scope: The module that uses the name without binding it.
        """
        key = (name, scope)
        if key not in self._homes:
            self._homes[key] = tuple(self._find(name, scope))
        return self._homes[key]

    def _find(self, name: str, scope: Scope) -> Iterator[Scope]:
        pending, visited = [scope], {scope}
        while pending and len(visited) <= MAX_MODULES:
            module = pending.pop()
            if module is not scope and name in module.bindings:
                yield module
                continue
            unseen = [star for star in self._from(module) if star not in visited]
            visited.update(unseen)
            pending.extend(reversed(unseen))

    def _from(self, scope: Scope) -> Sequence[Scope]:
        """Return the modules from which a module imports `*`."""
        if scope not in self._imported:
            files = (self._modules.find(s.module, s.level, s.file) for s in scope.stars)
            found = (file.index.module for file in files if file is not None)
            self._imported[scope] = tuple(dict.fromkeys(found))
        return self._imported[scope]
