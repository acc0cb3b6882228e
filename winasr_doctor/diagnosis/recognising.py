"""Finds the catalogue's known errors in a chain of exceptions and in a pasted text."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from winasr_doctor import catalogue
from winasr_doctor.catalogue.conditions import folded
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading import decode, read, tells_of_error

_SURE = MappingProxyType({"certain": 1.0, "likely": 0.9, "guess": 0.8})
_WRAPPER = 0.4
_YIELDING = 0.3
"""The penalty for an entry that yields to another one of the chain."""
_KNOWN = ("cause", "wrapper")
_LONGEST_CHAIN = 200
"""Maximum number of exceptions of a chain that are examined: half from each end."""
_AROUND = 20
_LINES = 8
_LONGEST_LINE = 4_000
_LONGEST_TEXT = 1 << 20


def score(chain: Chain, node: ErrorNode) -> float:
    """Return how well an error of a chain is known: 0 for unknown, 1 for certain."""
    known = _known(chain, node)
    if known is None:
        return 0.0
    value = _WRAPPER if known.entry.role == "wrapper" else _SURE[known.confidence]
    if known.entry.yields_to and _ids(chain, but=node) & set(known.entry.yields_to):
        value -= _YIELDING
    return value


def _known(chain: Chain, node: ErrorNode) -> catalogue.Match | None:
    best = next(iter(catalogue.match(node, bounded(chain))), None)
    return best if best is not None and best.entry.role in _KNOWN else None


def _ids(chain: Chain, *, but: ErrorNode) -> set[str]:
    matches = (catalogue.match(node, chain) for node in bounded(chain) if node is not but)
    return {match.entry.id for found in matches for match in found}


def id_of(chain: Chain) -> str | None:
    """Return the id of the best known error in a chain."""
    found = [(score(chain, node), place) for place, node in enumerate(bounded(chain))]
    best, place = max(found, default=(0.0, 0))
    known = _known(chain, bounded(chain)[place]) if best else None
    return None if known is None else known.entry.id


def bounded(chain: Chain) -> Chain:
    """Return a chain, or only both ends of a very long one."""
    if len(chain) <= _LONGEST_CHAIN:
        return chain
    return chain[: _LONGEST_CHAIN // 2] + chain[-_LONGEST_CHAIN // 2 :]


def is_noise(chain: Chain) -> bool:
    """Return whether a chain is harmless."""
    best = [next(iter(catalogue.match(node, chain)), None) for node in bounded(chain)[:2]]
    roles = {None if match is None else match.entry.role for match in best}
    return roles == {"noise"}


def events_in(text: str | bytes) -> list[Chain]:
    """Return the events in a text: its exceptions, and messages without an exception.

    A text in which the reader finds nothing known may still contain a message of the catalogue that
    does not look like an error, such as a warning, or one that is only recognised by the words
    before an exception.
    """
    chains = [
        chain
        for chain in read(text)
        if tells_of_error(chain) or any(catalogue.match(node, chain) for node in bounded(chain))
    ]
    if any(score(chain, node) for chain in chains for node in bounded(chain)):
        return chains
    whole = decode(text) if isinstance(text, bytes) else text
    told = {folded(line).strip() for chain in chains for node in chain for line in _lines(node)}
    natives = native_nodes(whole[:_LONGEST_TEXT])
    found = [node for node in natives if _adds(node, told)]
    return [*chains, *((node,) for node in found)]


def _lines(node: ErrorNode) -> list[str]:
    return [line for line in node.message.split("\n") if line.strip()]


def _adds(node: ErrorNode, told: set[str]) -> bool:
    """Return whether a line says more than the exception's message in it.

    pip, for example, writes words before an exception that are needed to recognise it.
    """
    first = folded(node.message.partition("\n")[0]).strip()
    message = next((line for line in told if first.endswith(line)), None)
    if message is None:
        return True
    alone = ErrorNode("", message)
    return bool(score((node,), node)) and not score((alone,), alone)


def native_nodes(text: str) -> Iterator[ErrorNode]:
    """Iterate over messages without an exception class that contain a text of an entry."""
    wanted = catalogue.catalogue().literals_in(text)
    if not wanted:
        return
    lines = [line[:_LONGEST_LINE] for line in text.splitlines()]
    shown = [folded(line).strip() for line in lines]
    last = -1
    for number, line in enumerate(shown):
        if number <= last or not any(one in line for one in wanted):
            continue
        last = _end(shown, number)
        message = "\n".join(lines[number : last + 1])
        log = tuple(lines[max(0, number - _AROUND) : number])
        yield ErrorNode("", message, log=log)


def _end(shown: list[str], start: int) -> int:
    """Return the last line of the paragraph that starts here."""
    end = start
    for number in range(start + 1, min(start + _LINES, len(shown))):
        if not shown[number] or "traceback (most recent" in shown[number]:
            break
        end = number
    return end
