"""Provides facts of this interpreter for remedies, without importing or starting anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from winasr_doctor.catalogue import tables
from winasr_doctor.catalogue.deriving import derived

if TYPE_CHECKING:
    from winasr_doctor.catalogue import Match
    from winasr_doctor.catalogue.templates import Lookup


@lru_cache(maxsize=64)
def version_of(package: str) -> str | None:
    """Return the installed version of a package, such as `2.6.0+cu126`; `None` if there is none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except (PackageNotFoundError, ValueError, OSError):
        return None


def _hf_home() -> str:
    from pathlib import Path

    return os.environ.get("HF_HOME") or str(Path.home() / ".cache" / "huggingface")


def _temp() -> str:
    import tempfile  # importing it with its dependencies takes longer than reading all facts

    return tempfile.gettempdir()


_INTERPRETER: MappingProxyType[str, Callable[[], str | None]] = MappingProxyType(
    {
        "python": lambda: sys.executable or None,
        "python_version": lambda: f"{sys.version_info[0]}.{sys.version_info[1]}",
        "hf_home": _hf_home,
        "temp": _temp,
    }
)


def raw_of_interpreter(name: str) -> str | None:
    """Return a raw fact about this interpreter; nothing is imported or started."""
    head, _, argument = name.partition(":")
    if head == "installed":
        return version_of(argument)
    reader = _INTERPRETER.get(name)
    try:
        return None if reader is None else reader()
    except (OSError, RuntimeError, ValueError):  # no home folder, no usable TEMP
        return None


def of_this_interpreter(name: str) -> str | None:
    """Return a fact about this interpreter; see `catalogue.templates.FACTS`."""
    return derived(raw_of_interpreter)(name)


def of_match(match: Match, machine: Lookup) -> Lookup:
    """Add facts from the error itself to those of a machine: its path and captured groups."""

    def lookup(fact: str) -> str | None:
        head, _, argument = fact.partition(":")
        if fact == "path":
            return match.node.path
        if head == "match":
            return match.groups.get(argument)
        if head == "package":
            module = match.groups.get(argument)
            return None if module is None else tables.installable(module)
        return machine(fact)

    return lookup
