"""Keeps the Hub's libraries off the network while a model is restored from the cache.

Without this, each optional file that a repository does not have costs a request to the Hub, and 23
seconds of silent retries if the Hub cannot be reached (huggingface_hub `file_download.py` and
`utils/_http.py`, 2.4.0): loading a complete model took more than a minute and a half.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_here: ContextVar[bool] = ContextVar("winasr_doctor_network_off", default=False)
_lock = threading.Lock()
_users = 0
_before: Any = False


class _OffHere:
    """Replaces huggingface_hub's `HF_HUB_OFFLINE`: true in our context, unchanged elsewhere."""

    def __bool__(self) -> bool:
        return _here.get() or bool(_before)


def is_off() -> bool:
    """Return whether huggingface_hub refuses to use the network, as with `HF_HUB_OFFLINE=1`."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


@contextmanager
def network_off() -> Iterator[None]:
    """Keep huggingface_hub and transformers off the network in this context.

    Other threads are not affected: they may download in the meantime.
    """
    global _users, _before  # noqa: PLW0603 - one switch for the whole process
    from huggingface_hub import constants

    with _lock:
        if not _users:
            _before = constants.HF_HUB_OFFLINE
            constants.HF_HUB_OFFLINE = _OffHere()
        _users += 1
    token = _here.set(True)
    try:
        yield
    finally:
        _here.reset(token)
        with _lock:
            _users -= 1
            if not _users:
                constants.HF_HUB_OFFLINE = _before
