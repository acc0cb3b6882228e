"""Known errors as data: one TOML file each below `entries/`, and the code that reads them.

Exported names are imported on first use: a scan needs few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winasr_doctor.catalogue.conditions import Node
    from winasr_doctor.catalogue.matching import Catalogue, Match, in_order
    from winasr_doctor.catalogue.reading import CatalogueError, all_entries
    from winasr_doctor.catalogue.schema import (
        Condition,
        KnownError,
        RemedyTemplate,
        Sample,
        Source,
        StepTemplate,
    )

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Condition",
    "KnownError",
    "Match",
    "Node",
    "RemedyTemplate",
    "Sample",
    "Source",
    "StepTemplate",
    "all_entries",
    "by_id",
    "catalogue",
    "in_order",
    "match",
    "search",
]

_HOMES = {
    **dict.fromkeys(("Catalogue", "Match", "in_order"), "matching"),
    **dict.fromkeys(("CatalogueError", "all_entries"), "reading"),
    **dict.fromkeys(
        ("Condition", "KnownError", "RemedyTemplate", "Sample", "Source", "StepTemplate"), "schema"
    ),
    "Node": "conditions",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import an exported name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the package's catalogue, read once; an empty one if it cannot be read."""
    from winasr_doctor.catalogue.matching import Catalogue  # lazy: a scan needs none of it
    from winasr_doctor.catalogue.reading import CatalogueError, all_entries

    try:
        return Catalogue(all_entries().values())
    except CatalogueError:  # a diagnosis must not fail because the catalogue cannot be read
        return Catalogue(())


def by_id(name: str) -> KnownError | None:
    """Return the entry with an id, if there is one."""
    from winasr_doctor.catalogue.reading import all_entries

    return all_entries().get(name.strip().casefold())


def match(node: Node, chain: Sequence[Node] = ()) -> list[Match]:
    """Return the known errors that match an exception, the most specific first.

    Args:
        node: The exception or native message.
        chain: The chain it belongs to, outermost first.
    """
    return catalogue().match(node, chain)


def search(wanted: str, *, limit: int = 8) -> list[KnownError]:
    """Return the known errors that fit a quoted message or some words, the best match first."""
    from winasr_doctor.catalogue.reading import all_entries
    from winasr_doctor.catalogue.searching import search as search_in

    return search_in(all_entries().values(), wanted, limit=limit)
