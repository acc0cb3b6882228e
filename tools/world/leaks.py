"""Runs a test that meets a known leak, with the release that has it and the one that mends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suites import SHARING, Workshop, run_tests


def examine_leak(work: Workshop, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether the leak is found in both releases.

    Args:
        work: Where.
        name: The leak's name.
        entry: Its table of `packages.toml`.
    """
    found = {}
    for when in ("before", "after"):
        requirement = f"{entry['package']}=={entry[when]}"
        python = work.environment(f"{name}-{when}", [requirement, *entry.get("needs", ())])
        folder = work.folder / f"{name}-{when}"
        (folder / "test_leak.py").write_text(entry["test"], encoding="utf-8")
        run = run_tests(python, folder, [*SHARING, "test_leak.py"], work.seconds)
        if not run.outcomes:
            raise RuntimeError(f"{requirement}: no test ran")
        found[when] = bool(run.refused)
    releases = {key: entry[key] for key in ("package", "before", "after")}
    return {"name": name, **found, "releases": releases}
