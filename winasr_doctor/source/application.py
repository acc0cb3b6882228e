"""The app's source and pins, as the checks see them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Application:
    """What the user asked to have examined besides the machine."""

    files: tuple[object, ...] = ()
    unreadable: tuple[str, ...] = ()
