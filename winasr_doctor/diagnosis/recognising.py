"""The known errors of the catalogue in a chain of exceptions and in a pasted text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor import catalogue
from winasr_doctor.catalogue.matching import folded
from winasr_doctor.diagnosis.nodes import Chain, ErrorNode, chains_in

_DEEPER = 1.5
"""What a place further inside counts: the inner exception is nearer to the cause."""
_LONGEST_CHAIN = 200
"""Exceptions of a chain that are looked at: half from each end."""
_AROUND = 20
_LINES = 8
_LONGEST_LINE = 4_000


def in_chain(chain: Chain) -> list[catalogue.Match]:
    """Return the known errors in a chain, the best first, each once."""
    if len(chain) > _LONGEST_CHAIN:
        chain = chain[: _LONGEST_CHAIN // 2] + chain[-_LONGEST_CHAIN // 2 :]
    found = (
        match._replace(score=match.score + _DEEPER * depth)
        for depth, node in enumerate(chain)
        for match in catalogue.match(node, chain)
    )
    return _once(catalogue.in_order(found))


def _once(matches: Iterable[catalogue.Match]) -> list[catalogue.Match]:
    best: dict[str, catalogue.Match] = {}
    for match in matches:
        best.setdefault(match.entry.id, match)
    return list(best.values())


def roles_in(chain: Chain) -> set[str]:
    """Return the roles of the known errors in a chain."""
    return {match.entry.role for match in in_chain(chain)}


def events_in(text: str) -> list[Chain]:
    """Return what a text tells of: its exceptions, and messages that have no exception."""
    chains = chains_in(text)
    told = {folded(line) for chain in chains for node in chain for line in node.message.split("\n")}
    told -= {""}
    return chains + [(node,) for node in native_nodes(text) if not _is_told(node, told)]


def in_text(text: str) -> list[catalogue.Match]:
    """Return the known errors in a pasted text, the best first, each once."""
    found = [match for chain in events_in(text) for match in in_chain(chain)]
    return _once(catalogue.in_order(found))


def _is_told(node: ErrorNode, told: set[str]) -> bool:
    """Return whether the first line belongs to the message of an exception."""
    first = folded(node.message.partition("\n")[0]).strip()
    return any(first.endswith(line.strip()) for line in told)


def native_nodes(text: str) -> Iterator[ErrorNode]:
    """Iterate over messages of native code and of apps, which name no exception class.

    A line counts if an entry of the catalogue knows a part of it; lines that follow belong to it.
    """
    wanted = catalogue.catalogue().literals_in(text)
    if not wanted:
        return
    lines = [line[:_LONGEST_LINE] for line in text.splitlines()]
    shown = [folded(line).strip() for line in lines]
    last = -1
    for number, line in enumerate(shown):
        if number <= last or not _is_known(line, shown[number + 1 : number + 2], wanted):
            continue
        last = _end(shown, number)
        message = "\n".join(lines[number : last + 1])
        log = tuple(lines[max(0, number - _AROUND) : number])
        yield ErrorNode("", message, log=log)


def _is_known(line: str, following: list[str], wanted: list[str]) -> bool:
    """Return whether a wanted text stands in a line, or begins in it and ends in the next."""
    pair = " ".join((line, *following))
    return any(
        one in line or (one in pair and not any(one in other for other in following))
        for one in wanted
    )


def _end(shown: list[str], start: int) -> int:
    """Return the last line of the paragraph that starts here."""
    end = start
    for number in range(start + 1, min(start + _LINES, len(shown))):
        if not shown[number].strip() or "traceback (most recent" in shown[number]:
            break
        end = number
    return end
