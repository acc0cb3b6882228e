"""Known errors as data: one TOML file each below `entries/`, and the code that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from winasr_doctor.catalogue.conditions import Node
from winasr_doctor.catalogue.matching import Catalogue, Match, in_order
from winasr_doctor.catalogue.reading import CatalogueError, all_entries
from winasr_doctor.catalogue.schema import Condition, Entry, Remedy, Sample, Source, Step

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Condition",
    "Entry",
    "Match",
    "Node",
    "Remedy",
    "Sample",
    "Source",
    "Step",
    "all_entries",
    "by_id",
    "catalogue",
    "in_order",
    "match",
    "search",
]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue of the package, read once; an empty one where it cannot be read."""
    try:
        return Catalogue(all_entries().values())
    except CatalogueError:  # a diagnosis must not fail for want of names
        return Catalogue(())


def by_id(name: str) -> Entry | None:
    """Return the entry with an id, if there is one."""
    return all_entries().get(name.strip().casefold())


def match(node: Node, chain: Sequence[Node] = ()) -> list[Match]:
    """Return the known errors that fit one exception, the most specific first.

    Args:
        node: The exception or native message.
        chain: The chain it belongs to, outermost first.
    """
    return catalogue().match(node, chain)


def search(wanted: str, *, limit: int = 8) -> list[Entry]:
    """Return the known errors that a quoted message or words are about, the best first."""
    from winasr_doctor.catalogue.searching import search as search_in

    return search_in(all_entries().values(), wanted, limit=limit)
