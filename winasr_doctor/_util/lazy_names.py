"""Lets a package offer names of its modules without importing these until a name is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

Lookup = tuple[Callable[[str], object], Callable[[], list[str]]]


def lazy_names(package: str, modules: Mapping[str, str]) -> Lookup:
    """Return a package's `__getattr__` and `__dir__` (PEP 562).

    Args:
        package: Its full name.
        modules: By public name, the module in the package that defines it.
    """

    def find(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return find, lambda: sorted(modules)
