"""Exceptions of other people's classes: what is behind one, its text and its attributes.

Such a class may do anything: the `str()` of soundfile's LibsndfileError is known to fail, a
property may raise, a chain may be a cycle or have no end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

LONGEST_CHAIN = 100_000
"""Exceptions after which a walk ends."""


def walk(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, then its causes, contexts and group members, outermost first.

    A context that `raise ... from None` hides in a traceback is there, too.

    Args:
        error: Any exception; cycles and endless chains are survived.
    """
    return _reached([error], _behind)


def contexts(error: BaseException) -> Iterator[BaseException]:
    """Yield what was being handled when an exception was raised, the latest first.

    Other than in `walk`, neither the exception itself nor causes and group members.

    Args:
        error: Any exception; cycles and endless chains are survived.
    """
    return _reached(_context(error), _context)


def _reached(
    pending: list[BaseException], behind: Callable[[BaseException], Iterable[BaseException]]
) -> Iterator[BaseException]:
    seen: set[int] = set()
    while pending and len(seen) < LONGEST_CHAIN:
        exception = pending.pop()
        if id(exception) in seen:
            continue
        seen.add(id(exception))
        yield exception
        pending.extend(behind(exception))


def _context(exception: BaseException) -> list[BaseException]:
    return [] if exception.__context__ is None else [exception.__context__]


def _behind(exception: BaseException) -> Iterator[BaseException]:
    """Yield what comes after an exception, the last first."""
    members = attribute_of(exception, "exceptions")
    if isinstance(members, (tuple, list)):
        yield from (member for member in reversed(members) if isinstance(member, BaseException))
    yield from _context(exception)
    if exception.__cause__ is not None:
        yield exception.__cause__


def attribute_of(error: BaseException, name: str) -> object:
    """Return an attribute of an exception; `None` where there is none or reading it fails."""
    try:
        return getattr(error, name, None)
    except Exception:  # noqa: BLE001 - a property of somebody else's class may raise anything
        return None


def text_of(
    error: BaseException, otherwise: str = "", *, survive: type[BaseException] = Exception
) -> str:
    """Return the `str()` of an exception.

    Args:
        error: Any exception.
        otherwise: What to return if its `str()` fails.
        survive: What that may fail with.
    """
    try:
        return str(error)
    except survive:
        return otherwise


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's text; its class's name if it has no text."""
    lines = text_of(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
