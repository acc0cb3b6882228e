"""Runs others' tests with and without the sharing rules, and prints a table: `python tools/world`.

Each package's source distribution is fetched from the package index, with its tests, and each known
leak in the release before and after its fix. What is done is written to a file at once, one line of
JSON a package, so that a run that was ended goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import tomllib
from leaks import examine_leak
from suites import Workshop, examine_suite
from table import table

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Examine what is not done yet; return 1 if a known leak was not told from its fix."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/world")
    parser.add_argument("names", nargs="*", help="packages or leaks; default: all")
    parser.add_argument("--work", type=Path, default=Path("world"), help="a folder to work in")
    parser.add_argument("--shard", default="1/1", help="as 2/3: the second third")
    parser.add_argument("--pairs", type=int, default=3, help="runs of each suite in turn (3)")
    parser.add_argument(
        "--seconds", type=float, default=300, help="after which a run is ended (300)"
    )
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    options = parser.parse_args()
    known = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))
    number, of = map(int, options.shard.split("/"))
    work = Workshop(options.work.resolve(), options.pairs, options.seconds)
    done = work.done()
    todo = [*known["suite"].items(), *known["leak"].items()]
    for name, entry in todo[number - 1 :: of]:
        if name in done or (options.names and name not in options.names):
            continue
        examine = examine_suite if name in known["suite"] else examine_leak
        try:
            result = examine(work, name, entry)
        except (OSError, RuntimeError, StopIteration) as error:  # the others go on
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            continue
        done[name] = result
        work.keep(result)
        print(json.dumps(result), file=sys.stderr, flush=True)
    text = table(done, known)
    print(text)
    if options.markdown is not None:
        options.markdown.write_text(text + "\n", encoding="utf-8")
    leaks = [done[name] for name in known["leak"] if name in done]
    return int(any(not one["before"] or one["after"] for one in leaks))


if __name__ == "__main__":
    raise SystemExit(main())
