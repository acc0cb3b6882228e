"""All contestants, all schedules."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from survival.contestants import Contestant, Way
from survival.schedules import Schedule
from survival.table import Result
from survival.trial import World, prepared, run

_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own is made in it


@contextmanager
def _scratch() -> Iterator[Path]:
    """Make a folder, in memory where there is one: tens of thousands of trees come and go."""
    where = _MEMORY if os.name == "posix" and os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="survival-", dir=where) as folder:
        yield Path(folder)


def _prepared(contestant: Contestant, say: Callable[[str], None]) -> Way | None:
    if contestant.version is None:
        say(f"{contestant.name}: {contestant.package} is not installed")
        return None
    try:
        return contestant.prepare()
    except ImportError as error:  # Python's own tests are not everywhere, for example
        say(f"{contestant.name}: {error}")
        return None


def run_all(
    contestants: Sequence[Contestant],
    schedules: Sequence[Schedule],
    world: Callable[[Schedule], World],
    say: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Let every contestant load under every schedule.

    Args:
        contestants: Who.
        schedules: What happens, the same for all.
        world: Makes the world of one trial.
        say: Called with progress messages.

    Returns:
        One for each contestant; without outcomes if its package is not installed.
    """
    results = []
    ways = [(one, _prepared(one, say)) for one in contestants]
    with _scratch() as folder, prepared(folder) as place:
        for contestant, way in ways:
            if way is None:
                results.append(Result(contestant, ()))
                continue
            say(f"{contestant.name} ...")
            outcomes = [run(way, each, world(each), place) for each in schedules]
            results.append(Result(contestant, outcomes))
    return results
