"""Makes `shutil.rmtree` walk folders by path, as on Windows.

Python on POSIX removes folders through file descriptors, which Windows does not offer. Python 3.10
to 3.13 choose in each call of `rmtree`, by `shutil._use_fd_functions`; since Python 3.14 `shutil`
chooses once, on import, and stores the function as `shutil._rmtree_impl`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from winasr_doctor._util.private_names import RMTREE_BY_PATH, RMTREE_SWITCH, RMTREE_WAY


def go_by_path() -> Callable[[], None]:
    """Make `shutil.rmtree` run the code that Windows uses, in every thread.

    Returns:
        A function that undoes this.

    Raises:
        MissingNameError: This Python has no known switch for that.
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
    """Make `shutil.rmtree` run the code that Windows uses until the block ends.

    Raises:
        MissingNameError: This Python has no known switch for that.
    """
    undo = go_by_path()
    try:
        yield
    finally:
        undo()
