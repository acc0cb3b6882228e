"""The command line of the speed table."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from pathlib import Path

from speed import expected
from speed.case import Case
from speed.cases import CASES
from speed.machine import description, is_wheel
from speed.measuring import Measured, can_run, measure
from speed.table import broken, left_out, table

EXPLANATION = """\
Each row has two sides that do the same work, first without winasr_doctor, then with it. They are
measured alternately in the same processes, after one warm-up run of each unless a run takes many
seconds. Numbers are medians with the range from the fastest to the slowest repeat; a ratio is
that of the medians. CPU time includes child processes; peak memory is that of a process in which
only this side ran, with pyperf in it unless the side is a command.
"""

START, END = "<!-- Written by benchmarks/speed.py. -->", "<!-- End of what it writes. -->"
"""Where a page has its measurements; the rest of the page stays as it is."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, or check against expectations; return 1 if something is too slow."""
    parser = argparse.ArgumentParser(
        prog="speed.py", description="What winasr_doctor costs, beside the same without it."
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="a case, or a pattern such as 'rmtree-*'"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few repeats, no peak memory, no large cases"
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write the table there, into the marked part of the page",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values, for pyperf")
    parser.add_argument("--check", type=Path, metavar="FILE", help="compare ratios with this file")
    parser.add_argument("--list", action="store_true", help="list the cases")
    options = parser.parse_args(arguments)
    chosen = _chosen(options.only or ["*"])
    if not chosen:
        parser.error(f"there is no such case; there are {', '.join(CASES)}")
    if options.list:
        for case in chosen:
            print(f"{case.name:<22} {case.title}")
        return 0
    if options.check:
        return _check(chosen, options.check)
    return _measure(chosen, options)


def into(page: str, text: str) -> str:
    """Return a page with new measurements; without a place for them, it is only these."""
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    return f"{before}{start}\n\n{text}\n{end}{after}" if end else text


def _chosen(patterns: list[str]) -> list[Case]:
    return [case for case in CASES.values() if any(fnmatch.fnmatch(case.name, p) for p in patterns)]


def _check(chosen: list[Case], file: Path) -> int:
    entries = expected.read(file)
    unknown = entries.keys() - CASES.keys()
    if unknown:
        raise SystemExit(f"{file}: there is no case {', '.join(sorted(unknown))}")
    cases = [case for case in chosen if case.name in entries and can_run(case)]
    if not cases:
        raise SystemExit(f"{file} expects nothing of these cases")
    passed = True
    for verdict in expected.check(cases, entries):
        print(verdict, flush=True)
        passed = passed and verdict.passed
    if not passed:
        print(f"If that is meant, write the new ratio into {file}, and why into the commit.")
    return 0 if passed else 1


def _measure(chosen: list[Case], options: argparse.Namespace) -> int:
    measured: list[Measured] = []
    start = time.monotonic()
    if not is_wheel():
        print("a source tree is measured; commands of a wheel start earlier", file=sys.stderr)
    if options.quick:
        chosen = [case for case in chosen if not case.large]
    for case in filter(can_run, chosen):
        began = time.monotonic()
        measured.append(measure(case, quick=options.quick))
        seconds = time.monotonic() - began
        print(f"measured {case.name} in {seconds:.0f} s", file=sys.stderr, flush=True)
    seconds = time.monotonic() - start
    about = description((each.suite for each in measured), seconds)
    lines = [*about, "", EXPLANATION, *table(measured)]
    lines += left_out(case for case in chosen if not can_run(case))
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    if options.markdown:
        page = options.markdown.read_text("utf-8") if options.markdown.exists() else ""
        options.markdown.write_text(into(page, text), encoding="utf-8")
    if options.json and measured:
        whole = measured[0].suite
        for each in measured[1:]:
            for benchmark in each.suite:
                whole.add_benchmark(benchmark)
        whole.dump(str(options.json), replace=True)
    late = broken(measured)
    if late:
        print(f"a promise is broken: {', '.join(late)}", file=sys.stderr)
    return 1 if late else 0
