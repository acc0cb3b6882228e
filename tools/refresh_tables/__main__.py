"""Makes the tables of versions anew: `python tools/refresh_tables [--write] [--python 3.16]`.

It asks the package index through uv, prints what would change, and writes it when asked to. What no
index can tell is listed with how to check it by hand.
"""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import uv
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from winasr_doctor._util.dated import BY_COMMAND
from winasr_doctor.checks.nemo.pairs import REQUIREMENTS
from winasr_doctor.checks.versions import NEWEST, WHEELS, release
from winasr_doctor.tables import TABLES

FOLDER = Path(__file__).resolve().parents[2] / "winasr_doctor" / "data" / "tables"

Rows = dict[str, Any]


def newest(ask: uv.Run) -> Rows:
    """Return the newest release of each distribution of the table."""
    return {name: uv.newest(name, ask) for name in sorted(NEWEST.rows)}


def wheels(nemo: str, more_pythons: Iterable[str], ask: uv.Run) -> Rows:
    """Return the table of wheels, with a row for the newest NeMo.

    Args:
        nemo: The newest NeMo.
        more_pythons: Pythons to add, such as `3.16`.
        ask: Runs uv.
    """
    old = WHEELS.rows
    releases = sorted({nemo, *old}, key=release, reverse=True)
    pythons = dict.fromkeys([*next(iter(old.values())), *more_pythons])
    rows: Rows = {}
    for each in releases:
        rows[each] = {}
        for python in pythons:
            print(f"resolving NeMo {each} for Python {python} ...", file=sys.stderr, flush=True)
            rows[each][python] = uv.without_wheels(f"nemo_toolkit[asr]=={each}", python, ask)
    return rows


def requirement_changes(releases: Iterable[str], ask: uv.Run) -> list[str]:
    """Return where NeMo's metadata says something else than the table of requirements.

    Args:
        releases: NeMo releases to look at.
        ask: Runs uv.
    """
    told = []
    for nemo in releases:
        declared = _declared(uv.requirements_of("nemo_toolkit", nemo, ask))
        for limit in REQUIREMENTS.rows:
            if not limit.nemo_from <= release(nemo) < limit.nemo_below:
                continue
            wanted = Requirement(limit.pip.strip('"'))
            found = declared.get(limit.distribution, set())
            if not _parts(wanted.specifier) <= found:
                names = ", ".join(sorted(f"{op}{version}" for op, version in found)) or "nothing"
                told.append(f"NeMo {nemo} requires {limit.distribution} {names}, not {wanted}")
    return told


def _declared(lines: Iterable[str]) -> dict[str, set[tuple[str, Version]]]:
    """Return what `[asr]` declares of each distribution, put together from all its lines."""
    found: dict[str, set[tuple[str, Version]]] = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate({"extra": "asr"}):
            found.setdefault(requirement.name.lower(), set()).update(_parts(requirement.specifier))
    return found


def _parts(specifiers: SpecifierSet) -> set[tuple[str, Version]]:
    return {(each.operator, Version(each.version.removesuffix(".*"))) for each in specifiers}


def document(rows: Rows, made: dt.date) -> str:
    """Return a table's file."""
    return json.dumps({"made": made.isoformat(), "rows": rows}, indent=1) + "\n"


def update(name: str, rows: Rows, made: dt.date, *, write: bool) -> str:
    """Return the difference to a table's file, and write it if asked to.

    Args:
        name: The file's name, without `.json`.
        rows: The new rows.
        made: The date of today.
        write: Whether to change the file.
    """
    file = FOLDER / f"{name}.json"
    before, after = file.read_text(encoding="utf-8"), document(rows, made)
    if write:
        file.write_text(after, encoding="utf-8", newline="\n")
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), file.name, f"{file.name}, now", lineterm=""
    )
    return "\n".join(lines)


def by_hand() -> str:
    """Return what no index can tell, with how to check it."""
    lines = [
        f"* {table.name}, made {table.made}: {table.renew}"
        for table in TABLES
        if table.renew != BY_COMMAND
    ]
    return "\n".join(["To check by hand; then change the date in the source:", *lines])


def main(
    arguments: list[str] | None = None,
    ask: uv.Run = uv.run,
    today: Callable[[], dt.date] = lambda: dt.datetime.now().astimezone().date(),
) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python tools/refresh_tables", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables")
    parser.add_argument("--python", action="append", default=[], help="a Python to add: 3.16")
    given = parser.parse_args(arguments)
    try:
        latest = newest(ask)
        rows = wheels(latest["nemo_toolkit"], given.python, ask)
        changes = requirement_changes(rows, ask)
        print(update("newest", latest, today(), write=given.write))
        print(update("nemo-wheels", rows, today(), write=given.write))
        print("\n".join(changes))
    except (uv.ResolutionError, OSError) as error:
        print(f"Error: the package index could not be asked: {error}", file=sys.stderr)
        return 1
    print(by_hand())
    if given.write:
        print("Now run: python docs/generate_checks.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
