"""Selects the module for this system; all of them have the same few functions."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from winasr_doctor.locks.holders.windows import (
        own_holds,
        path_of_descriptor,
        path_of_mapping,
        sources,
    )
elif sys.platform == "linux":
    from winasr_doctor.locks.holders.linux import (
        own_holds,
        path_of_descriptor,
        path_of_mapping,
        sources,
    )
else:
    from winasr_doctor.locks.holders.other import (
        own_holds,
        path_of_descriptor,
        path_of_mapping,
        sources,
    )

__all__ = [
    "own_holds",
    "path_of_descriptor",
    "path_of_mapping",
    "sources",
]
