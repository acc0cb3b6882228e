"""The way `shutil.rmtree` goes through a folder: by paths, as on Windows.

Python on POSIX removes folders through their descriptors, and Windows has none. Python 3.10 to
3.13 choose in each call of `rmtree`, by `shutil._use_fd_functions`; since Python 3.14 `shutil`
chooses once, when it is imported, and keeps the function as `shutil._rmtree_impl`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from winasr_doctor._util.private_names import RMTREE_BY_PATH, RMTREE_SWITCH, RMTREE_WAY


def go_by_path() -> Callable[[], None]:
    """Let `shutil.rmtree` take the code that Windows runs, in every thread.

    Returns:
        A function that takes this back.

    Raises:
        MissingNameError: This Python has no such switch that we know.
    """
    if os.name == "nt":
        return lambda: None
    if sys.version_info >= (3, 14):
        name, before, wanted = RMTREE_WAY.name, RMTREE_WAY.get(), RMTREE_BY_PATH.get()
    else:
        name, before, wanted = RMTREE_SWITCH.name, RMTREE_SWITCH.get(), False
    setattr(shutil, name, wanted)
    return lambda: setattr(shutil, name, before)


@contextmanager
def by_path() -> Iterator[None]:
    """Let `shutil.rmtree` take the code that Windows runs until the block ends.

    Raises:
        MissingNameError: This Python has no such switch that we know.
    """
    undo = go_by_path()
    try:
        yield
    finally:
        undo()
