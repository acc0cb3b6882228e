"""Runs others' tests with and without the sharing rules, and prints a table: `python tools/world`.

Each package's source distribution is fetched from the package index, with its tests, and each known
leak in the release before and after its fix. Each result is kept in a file of its own, so that a
run that was ended goes on where it was. To divide the work, give each machine a shard, such as
`--shard 2/3`; put all result files into one folder `WORK/results`; print the table with `--merge`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomllib

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "shards"))

from leaks import examine_leak  # noqa: E402
from sharding import Results, share  # noqa: E402
from suites import Workshop, examine_suite  # noqa: E402
from table import table  # noqa: E402


def main() -> int:
    """Examine what is not done yet; return 1 if a known leak was not told from its fix."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/world")
    parser.add_argument("names", nargs="*", help="packages or leaks; default: all")
    parser.add_argument("--work", type=Path, default=Path("world"), help="a folder to work in")
    parser.add_argument("--shard", default="1/1", help="as 2/3: the second third")
    parser.add_argument("--merge", action="store_true", help="print the table, and run nothing")
    parser.add_argument("--pairs", type=int, default=3, help="runs of each suite in turn (3)")
    parser.add_argument(
        "--seconds", type=float, default=300, help="after which a run is ended (300)"
    )
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    options = parser.parse_args()
    known = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))
    names = [*known["suite"], *known["leak"]]
    results = Results(options.work.resolve() / "results")
    if not options.merge:
        work = Workshop(options.work.resolve(), options.pairs, options.seconds)
        mine = share(names, options.shard)
        _examine([name for name in mine if name in (options.names or names)], known, work, results)
    done = results.all()
    text = table(done, known)
    print(text)
    missing = [name for name in names if name not in done] if options.merge else []
    if missing:
        print(f"missing: {', '.join(missing)}", file=sys.stderr)
    if options.markdown is not None:
        options.markdown.write_text(text + "\n", encoding="utf-8")
    leaks = [done[name] for name in known["leak"] if name in done]
    return int(bool(missing) or any(not one["before"] or one["after"] for one in leaks))


def _examine(
    names: Iterable[str], known: Mapping[str, Any], work: Workshop, results: Results
) -> None:
    """Examine what is not done yet, and keep each result at once."""
    for name in names:
        if results.get(name) is not None:
            continue
        suite = known["suite"].get(name)
        try:
            if suite is not None:
                result = examine_suite(work, name, suite)
            else:
                result = examine_leak(work, name, known["leak"][name])
        except (OSError, RuntimeError, StopIteration) as error:  # the others go on
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            continue
        results.keep(name, result)
        print(json.dumps(result), file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
