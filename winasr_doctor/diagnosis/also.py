"""The other errors beside the one that a diagnosis is about, each with its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.recognising import in_chain

_MOST = 5
_LONGEST = 120


class Other(NamedTuple):
    """Another error that was found.

    Attributes:
        id: Of the known error; `None` where no entry fits.
        says: Its class and the first line of its message, shortened.
        cause: What the entry says of it; empty without one.
    """

    id: str | None
    says: str
    cause: str = ""


def others_in(
    chains: Iterable[Chain], told: Collection[str | None], but: ErrorNode | None = None
) -> tuple[Other, ...]:
    """Return the other errors in chains of exceptions, each once and the first few.

    Args:
        chains: Chains of exceptions.
        told: Ids that are told already.
        but: The exception that the diagnosis is about; given, only known errors of the same chain
            are returned, as the rest is what it led to.
    """
    seen = {name for name in told if name}
    found: list[Other] = []
    for chain in chains:
        for other in _in_chain(chain, but):
            name = other.id or other.says
            if name not in seen:
                seen.add(name)
                found.append(other)
    return tuple(found[:_MOST])


def _in_chain(chain: Chain, but: ErrorNode | None) -> Iterator[Other]:
    known = [match for match in in_chain(chain) if match.entry.role in ("cause", "wrapper")]
    for match in known if but is not None else known[:1]:
        if match.node is not but:
            says = _says(match.node.kind, match.node.message)
            yield Other(match.entry.id, says, match.entry.cause)
    if but is None and not known and chain:
        yield Other(None, _says(chain[0].kind, chain[0].message))


def _says(kind: str, message: str) -> str:
    first = " ".join(message.strip().partition("\n")[0].split())
    text = f"{kind}: {first}".strip(": ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
