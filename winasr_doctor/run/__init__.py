"""Runs an unmodified app with a safe TEMP and the guard on.

The app runs in a separate, plain `python SCRIPT ...`, so that its arguments, its `__main__`, its
tracebacks and its exit code are the usual ones. A `sitecustomize` on `PYTHONPATH` (`startup/`)
starts the guard before the app's first line, also in its worker processes.

Exported names are imported on first use: the app's processes need none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winasr_doctor.run.parent import Order, run
    from winasr_doctor.run.scratch import ScratchError
    from winasr_doctor.run.target import RunTarget, TargetError

__all__ = ["Order", "RunTarget", "ScratchError", "TargetError", "run"]

_HOMES = {
    **dict.fromkeys(("Order", "run"), "parent"),
    "ScratchError": "scratch",
    **dict.fromkeys(("RunTarget", "TargetError"), "target"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import an exported name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
