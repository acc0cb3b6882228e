"""The load: what NeMo does with a temporary folder, with any way of making and removing it.

`install` puts it in the place of NeMo's own module, so that `winasr_doctor.guard` finds it there.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Protocol

Directory = Callable[[], AbstractContextManager[object]]
"""Makes the folder and removes it at the end of a `with` block."""


class Job(Protocol):
    """What a load works on."""

    def write(self, folder: str) -> object:
        """Write the files; return what goes on reading them, as lhotse's sampler does."""

    def compute(self, reader: object) -> str:
        """Return the result, or raise the real error."""


Load = Callable[[Directory], str]

STANDS_FOR = "nemo.core.connectors.save_restore_connector"
"""NeMo's module whose `tempfile` the guard replaces."""


def load(job: Job, directory: Directory) -> str:
    """Do the job in a temporary folder, as `SaveRestoreConnector` and `transcribe` do.

    Args:
        job: What to do.
        directory: The way of making and removing the folder.

    Returns:
        The result.
    """
    with directory() as folder:
        reader = job.write(str(folder))
        return job.compute(reader)


def install() -> ModuleType:
    """Put a module with a `tempfile` of its own in NeMo's place, for the rest of the process.

    Raises:
        RuntimeError: The real NeMo is there.
    """
    module = sys.modules.get(STANDS_FOR)
    if module is None:
        module = ModuleType(STANDS_FOR)
        module.tempfile = tempfile  # type: ignore[attr-defined]
        module.stand_in = True  # type: ignore[attr-defined]
        sys.modules[STANDS_FOR] = module
    if not hasattr(module, "stand_in"):
        raise RuntimeError("NeMo is imported in this process: the stand-in would be in its way")
    return module
