"""Which of several errors is the real one; what it is called is somebody else's business.

How far an error is known is asked of a `Score`, so that any table of known errors can be used.
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
"""What other tasks or processes raise because one has failed."""
_IGNORED = ("Exception ignored in", "--- Logging error ---", "was never retrieved")
_NAME = 80
_MOST_NAMES = 6


def best_first(
    chains: Sequence[Chain], score: Score, is_ours: Callable[[Chain], bool]
) -> list[int]:
    """Return the places of chains, the one that matters most first.

    A known error comes before an unknown one, a traceback before a line of a log, and what Python
    could only print, such as "Exception ignored in", last. Of several known ones the first in
    time is taken, since the others mostly follow from it; of unknown ones the last, which ended
    the run.

    Args:
        chains: Everything that a text has, in its order.
        score: How far an error is known.
        is_ours: Whether a chain is of the kind that this tool is about, such as a file lock.
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
    """Return the real one of the exceptions of a chain.

    The deepest known one explains the others. Where none is known it is the one that was reported,
    not one that only carries others, such as a group.

    Args:
        candidates: Those that can be it, outermost first.
        chain: The whole chain.
        score: How far an error is known.
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
    """Return short names of the other errors of a text, each once.

    Args:
        chains: All but the chosen one, in the order in which they matter.
        chosen: The chain that was diagnosed.
        score: How far an error is known; messages that nobody knows are not named.
        id_of: The id of the known error in a chain, which is added; one is named only once.
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
