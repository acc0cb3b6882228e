"""Selects the real error among several, without naming it.

A `Score` says how well an error is known, so that any table of known errors can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from winasr_doctor.diagnosis.nodes import Chain, ErrorNode
from winasr_doctor.diagnosis.reading import is_wrapper

Score = Callable[[Chain, ErrorNode], float]
"""How sure it is that an error of a chain is a known one: 0 for unknown, 1 for certain."""

_FOLLOW_UPS = frozenset(
    {
        "CancelledError",
        "GeneratorExit",
        "ClosedResourceError",
        "BrokenResourceError",
        "EndOfStream",
        "WouldBlock",
        "StopIteration",
        "StopAsyncIteration",
        "BrokenPipeError",
        "EOFError",
    }
)
"""Errors that other tasks or processes raise because one has failed."""
_IGNORED = ("Exception ignored in", "--- Logging error ---", "was never retrieved")
_NAME = 80
_MOST_NAMES = 6


def best_first(
    chains: Sequence[Chain], score: Score, is_ours: Callable[[Chain], bool]
) -> list[int]:
    """Return the indexes of chains, the most important first.

    A known error comes before an unknown one, a traceback before a line of a log, and exceptions
    that Python only printed, such as "Exception ignored in", come last. Of several known errors the
    earliest comes first, since the others usually follow from it; of unknown ones the last, which
    ended the run.

    Args:
        chains: All chains of a text, in order.
        score: Returns how well an error is known.
        is_ours: Returns whether a chain is of the kind that this tool is about, such as a file
            lock.
    """

    def key(number: int) -> tuple[float, ...]:
        chain = chains[number]
        known = max((score(chain, node) for node in chain), default=0.0)
        ours = is_ours(chain)
        in_time = -number if known or ours else number
        importance = 2 if known else int(ours)
        return (
            not _is_ignored(chain) and not _is_follow_up(chain),
            importance,
            _quality(chain),
            known,
            in_time,
        )

    return sorted(range(len(chains)), key=key, reverse=True)


def _quality(chain: Chain) -> int:
    if any(node.frames and (node.kind or node.message) for node in chain):
        return 2
    return int(any(node.kind for node in chain))


def _is_follow_up(chain: Chain) -> bool:
    return all(node.kind in _FOLLOW_UPS for node in chain)


def _is_ignored(chain: Chain) -> bool:
    return any(word in line for node in chain[:1] for line in node.log[-2:] for word in _IGNORED)


def real_error(candidates: Chain, chain: Chain, score: Score) -> ErrorNode | None:
    """Return the real error among the exceptions of a chain.

    The deepest known one explains the others. If none is known, it is the reported one, but not one
    that only carries others, such as a group.

    Args:
        candidates: The exceptions that can be the real error, outermost first.
        chain: The whole chain.
        score: Returns how well an error is known.
    """
    left = _unless_empty(candidates, lambda node: not is_wrapper(node))
    left = _unless_empty(left, lambda node: node.kind not in _FOLLOW_UPS)
    scored = [(score(chain, node), place) for place, node in enumerate(left)]
    known = [each for each in scored if each[0] > 0]
    if known:
        return left[max(known)[1]]
    return left[0] if left else None


def _unless_empty(nodes: Chain, is_wanted: Callable[[ErrorNode], bool]) -> Chain:
    return tuple(filter(is_wanted, nodes)) or nodes


def names_of(
    chains: Iterable[Chain], chosen: Chain, score: Score, id_of: Callable[[Chain], str | None]
) -> tuple[str, ...]:
    """Return short names of the other errors in a text, without duplicates.

    Args:
        chains: The others, the most important first.
        chosen: The chain that was diagnosed.
        score: Returns how well an error is known; unknown messages are not named.
        id_of: Returns the id of the known error in a chain, which is added; each one is named only
            once.
    """
    told: set[str | None] = {id_of(chosen), *map(_name, chosen)}
    names: dict[str, None] = {}
    for chain in chains:
        node = real_error(chain, chain, score)
        if node is None or not (node.kind or node.winerror or score(chain, node)):
            continue
        name, known_as = _name(node), id_of(chain)
        if name in told or (known_as is not None and known_as in told):
            continue
        told.add(known_as)
        names[f"{name} [{known_as}]" if known_as else name] = None
    shown = list(names)
    more = len(shown) - _MOST_NAMES
    return (*shown[:_MOST_NAMES], f"and {more} more") if more > 0 else tuple(shown)


def _name(node: ErrorNode) -> str:
    text = " ".join(node.message[: 4 * _NAME].split())
    whole = f"{node.kind}: {text}" if node.kind and text else node.kind or text
    return whole if len(whole) <= _NAME else f"{whole[:_NAME]} ..."
