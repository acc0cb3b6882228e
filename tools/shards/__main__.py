"""Merges results of schedules that machines have run: `python tools/shards FOLDER`.

To run the third of eight shards, set `WINASR_DOCTOR_SHARD=3/8` and `WINASR_DOCTOR_RESULTS=FOLDER`
for `tox run -e schedules`. Put the result files of all machines into one folder to merge them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from merging import table
from sharding import Results


def main() -> int:
    """Print the table; return 1 if a schedule failed, or a piece is missing."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/shards")
    parser.add_argument("folder", type=Path, help="the folder with the result files")
    results = list(Results(parser.parse_args().folder).all().values())
    if not results:
        print("This code has no result there.")
        return 1
    pieces = {piece for each in results for piece in range(each["of"])}
    missing = sorted(pieces - {each["piece"] for each in results})
    failed = [each["failed"] for each in results if each["failed"]]
    print("\n".join(table(results)))
    if missing:
        print(f"\n{len(missing)} pieces are missing: {', '.join(map(str, missing))}")
    for each in failed:
        print(f"\nfailed: {each}")
    return int(bool(missing or failed))


if __name__ == "__main__":
    raise SystemExit(main())
