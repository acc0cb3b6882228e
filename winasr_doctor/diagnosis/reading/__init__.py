"""Reads anything that people paste: tracebacks in every form, logs, native messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading.cleaning import cleaned, rendered
from winasr_doctor.diagnosis.reading.encoding import decode
from winasr_doctor.diagnosis.reading.escapes import spread, unescaped
from winasr_doctor.diagnosis.reading.events import Event
from winasr_doctor.diagnosis.reading.large import reduced, relevant
from winasr_doctor.diagnosis.reading.messages import is_message
from winasr_doctor.diagnosis.reading.order import in_order
from winasr_doctor.diagnosis.reading.panels import without_panels
from winasr_doctor.diagnosis.reading.parsing import Parser
from winasr_doctor.diagnosis.reading.patterns import HEAD
from winasr_doctor.diagnosis.reading.prefixes import divided, unquoted
from winasr_doctor.diagnosis.reading.recognised import corrected, is_recognised
from winasr_doctor.diagnosis.reading.unwrapping import unwrapped
from winasr_doctor.diagnosis.reading.wrappers import is_wrapper, opened

__all__ = ["decode", "is_wrapper", "opened", "read", "reduced", "tells_of_error"]

_LAYERS = 4
"""Maximum number of nested levels of escapes, entities and wrapping that are undone."""
_RULE = lazy_pattern(r"^-{30,}$", re.MULTILINE)
_ECHOED = 40


def read(text: str | bytes) -> list[Chain]:
    """Find every exception, with those it hides, in a text such as a log.

    Args:
        text: Tracebacks in any form, with anything around and before them. Of a text larger than a
            mebibyte, only the parts that mention errors are read; memory and time are bounded.

    Returns:
        One chain per traceback, per line that names an exception, and per message without any (its
        node has no `kind`), in the order of the text. In a text of few lines every line counts as a
        message, since apps phrase errors in their own words: use `tells_of_error` to find those
        that do.
    """
    kept = relevant(decode(text) if isinstance(text, bytes) else text)
    return [opened(event.chain(), read) for event in _events(kept) if event.nodes]


def tells_of_error(chain: Chain) -> bool:
    """Return whether a chain has an exception, or a message that clearly reports an error."""
    return any(
        node.kind or node.frames or node.winerror is not None or is_message(node.message)
        for node in chain
    )


def _events(text: str) -> list[Event]:
    text = cleaned(text)
    if is_recognised(text):
        text = corrected(text)
    lines = in_order(without_panels(_lines(text)))
    filled = sum(bool(line.strip()) for line in lines)
    pretty = _RULE.search(text) is not None and HEAD.search(text) is None
    parser = Parser(pretty=pretty, lines=filled)
    parser.read(divided(lines))
    messages = parser.messages
    if parser.events:
        messages = [event for event in messages if tells_of_error(event.chain())]
    found = [*_without_echoes(parser.events), *messages]
    return sorted(found, key=lambda event: event.number)


def _lines(text: str) -> Sequence[str]:
    for _ in range(_LAYERS):
        rows = unwrapped(unquoted(text.split("\n")))
        lines = [part for row in rows for part in unescaped(row)]
        inner = "\n".join(lines)
        shown = rendered(cleaned(inner) if len(lines) != len(rows) else inner)
        if shown == inner and len(lines) == len(rows):
            break
        text = shown
    return [part for line in lines for part in spread(line)]


def _without_echoes(events: Sequence[Event]) -> list[Event]:
    """Leave out log lines that only repeat the exception of a traceback."""
    told = {
        key
        for event in events
        for node in event.every_node()
        if node.frames or len(event.nodes) > 1
        for key in _keys(node)
    }
    reported = {event.nodes[0].kind for event in events if event.nodes and not event.announced}
    return [
        event
        for event in events
        if not _repeats(event, told)
        and not (event.announced and event.nodes and event.nodes[0].kind in reported)
    ]


def _repeats(event: Event, told: set[tuple[object, ...]]) -> bool:
    if len(event.nodes) != 1 or event.members or event.nodes[0].frames:
        return False
    return any(key in told for key in _keys(event.nodes[0]))


def _keys(node: ErrorNode) -> list[tuple[object, ...]]:
    first = node.message.partition("\n")[0]
    keys: list[tuple[object, ...]] = [(node.kind, first.strip("'\"")[:_ECHOED])]
    if node.winerror is not None or node.errno is not None:
        keys.append((node.kind, node.winerror, node.errno, node.path))
    return keys
