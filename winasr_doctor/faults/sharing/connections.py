"""Knows which connection to SQLite has which descriptor, and whether it was closed.

SQLite leaves a file open while another connection of this process has a lock on it, because to
close it would end that lock (os_unix.c, `unixClose`). It does not do that on Windows.
"""

from __future__ import annotations

import gc
import sys
import threading
from typing import Any

_GONE = 0
_connecting = threading.local()
_connections: dict[int, int] = {}
"""The `id` of each connection, which takes no weak reference, by its database's descriptor."""


def begin(descriptor: int | None) -> None:
    """Note that this thread is about to connect.

    Args:
        descriptor: What the database will be opened as; `None` if that is not a file, or not known.
    """
    _connecting.number = descriptor


def note(connection: object) -> None:
    """Note the connection that this thread has begun with, and what else had its `id` before.

    Args:
        connection: The connection; it may not be ready yet.
    """
    number = getattr(_connecting, "number", None)
    known = id(connection)
    for other, earlier in tuple(_connections.items()):
        if earlier == known:
            _connections[other] = _GONE
    if number is not None:
        _connections[number] = known
        _connecting.number = None


def is_closed(descriptor: int) -> bool:
    """Return whether a descriptor was opened for a connection that has been closed since.

    Args:
        descriptor: A descriptor of this process.
    """
    known = _connections.get(descriptor)  # not before Python 3.11, which has no event for it
    if known is None:
        return False
    kind = sys.modules["sqlite3"].Connection
    return not any(
        id(one) == known and isinstance(one, kind) and _is_open(one) for one in gc.get_objects()
    )


def _is_open(connection: Any) -> bool:  # noqa: ANN401 - of a module that may not be loaded
    try:
        _ = connection.total_changes  # may be asked for in any thread
    except Exception:  # noqa: BLE001 - a ProgrammingError, or it is not ready yet
        return False
    return True


def forget() -> None:
    """Forget all connections."""
    _connections.clear()
