"""Flattens a live exception and everything behind it into a chain."""

from __future__ import annotations

from collections.abc import Iterator

from winasr_doctor._util.foreign_exceptions import attribute_of, text_of, walk
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode, Frame, last_part
from winasr_doctor.diagnosis.reading.errors import node_from


def chain_of(error: BaseException) -> Chain:
    """Flatten an exception, its causes, contexts and group members.

    Args:
        error: Any exception; a failing `str()` is handled. The nodes keep the exceptions alive, and
            with them the frames and local variables of their tracebacks.
    """
    return tuple(node_of(exception) for exception in walk(error))


def node_of(exception: BaseException) -> ErrorNode:
    """Record one exception; a failing `str()` or property is handled.

    Codes and a path that only occur in the message count, as in a pasted text. A class of
    `__main__` has no module, as in a traceback (CPython, Lib/traceback.py).
    """
    kind, module = type(exception).__name__, str(type(exception).__module__)
    message = "\n".join([text_of(exception, "(its text cannot be shown)"), *_notes(exception)])
    said = node_from(kind, "" if module == "__main__" else module, message)
    winerror = _integer(attribute_of(exception, "winerror"))
    errno = _integer(attribute_of(exception, "errno"))
    path = attribute_of(exception, "filename")
    if isinstance(path, bytes):
        path = path.decode("utf-8", "replace")
    return said._replace(
        message=message,
        winerror=said.winerror if winerror is None else winerror,
        errno=said.errno if errno is None else errno,
        path=path if isinstance(path, str) else said.path,
        frames=tuple(_frames_of(exception)),
        exception=exception,
    )


def _notes(exception: BaseException) -> list[str]:
    """Return what `add_note` has added, which a traceback shows below the message (PEP 678)."""
    notes = attribute_of(exception, "__notes__")
    return [note for note in notes if isinstance(note, str)] if isinstance(notes, list) else []


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _frames_of(exception: BaseException) -> Iterator[Frame]:
    step = exception.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        path = code.co_filename
        yield Frame(last_part(path), code.co_name, path, step.tb_lineno)
        step = step.tb_next
