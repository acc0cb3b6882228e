"""Maps each section to the module that reads it.

Each thread imports the modules it needs, so that a scan of few sections starts fast.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from winasr_doctor.machine.base import NotApplicable

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

Reader = Callable[["LiveMachine"], Any]
"""Takes the host, for its options and for other sections; returns a section's value."""


def _module(name: str) -> Reader:
    def read(host: LiveMachine) -> Any:  # noqa: ANN401 - each section has its own type
        return import_module(f"winasr_doctor.machine.live.{name}").read(host)

    return read


def _windows_module(name: str) -> Reader:
    def read(host: LiveMachine) -> Any:  # noqa: ANN401 - each section has its own type
        if sys.platform != "win32":
            raise NotApplicable("only on Windows")
        return import_module(f"winasr_doctor.machine.live.{name}").read(host)

    return read


READERS: Mapping[str, Reader] = {
    "system": _module("system"),
    "account": _module("account"),
    "environment": _module("environment"),
    "python": _module("python"),
    "interpreter": _module("interpreter"),
    "packages": _module("packages"),
    "places": _module("places"),
    "volumes": _module("volumes"),
    "leftovers": _module("leftovers"),
    "sync_roots": _module("sync_roots"),
    "defender": _windows_module("defender"),
    "security_products": _windows_module("security_products"),
    "search_index": _windows_module("search_index"),
    "memory": _module("memory"),
    "gpus": _module("gpus"),
    "audio_tools": _module("audio_tools"),
    "hub_cache": _module("hub_cache"),
    "model_files": _module("model_files"),
}

AFTER_OTHERS = frozenset({"volumes", "leftovers", "model_files"})
"""Sections whose readers wait for another section before they can begin."""

OF_THE_INTERPRETER = frozenset({"interpreter", "python", "packages", "places", *AFTER_OTHERS})
"""Sections that wait for the other interpreter if the scan is about one."""
