"""The command line of the survival table."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from survival import printing
from survival.contestants import CONTESTANTS, Contestant
from survival.schedules import Schedule, drawn
from survival.table import COLUMNS, Result
from survival.trial import World
from survival.windows import run_on

SCHEDULES, QUICK, ON_WINDOWS = 5000, 300, 60


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="survival.py", description="The survival table.")
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument("--schedules", type=int, default=SCHEDULES, metavar="N")
    how_many.add_argument(
        "--quick", action="store_const", const=QUICK, dest="schedules", help=f"{QUICK} schedules"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the first schedule")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="contestants whose names have this in them"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them there: .svg or .png")
    parser.add_argument("--json", action="store_true", help="print every outcome, nothing else")
    parser.add_argument(
        "--windows", metavar="RUN", help="also run a sample in real time on this Windows Python"
    )
    parser.add_argument("--windows-schedules", type=int, default=ON_WINDOWS, metavar="N")
    parser.add_argument(
        "--packages", help="a folder with more packages, behind those of this Python"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run the table.

    Args:
        given: The command line; this process's by default.

    Returns:
        The exit code: 0, or 2 when it cannot run here as asked.
    """
    arguments = _arguments(given)
    if arguments.packages:
        sys.path.append(arguments.packages)
    if arguments.plot is not None and importlib.util.find_spec("matplotlib") is None:
        print("--plot needs matplotlib (pip install matplotlib)", file=sys.stderr)
        return 2
    contestants = [
        one
        for one in CONTESTANTS
        if not arguments.only or any(part in one.name for part in arguments.only)
    ]
    if not contestants:
        print("no contestant of such a name", file=sys.stderr)
        return 2
    first = arguments.seed
    real = os.name == "nt"
    schedules = [drawn(seed, real=real) for seed in range(first, first + arguments.schedules)]
    results = _run(contestants, schedules)
    heading = (
        f"Real time: {_machine()}"
        if real
        else f"Virtual time, Windows' rules emulated: {_machine()}"
    )
    text, markdown = (tell(heading, schedules, results) for tell in (_report, _markdown))
    if arguments.json:
        print(json.dumps({**_as_json(results), "text": text, "markdown": markdown}))
        return 0
    print(text)
    if arguments.plot is not None:
        from survival.plot import draw

        draw(results, arguments.plot)
    if arguments.windows:
        sample = run_on(arguments.windows, arguments.windows_schedules, first, arguments.only or ())
        print(sample["text"])
        markdown += f"\n{sample['markdown']}"
    if arguments.markdown is not None:
        arguments.markdown.write_text(markdown, encoding="utf-8")
    return 0


def _run(contestants: Sequence[Contestant], schedules: Sequence[Schedule]) -> list[Result]:
    from survival.running import run_all

    world: Callable[[Schedule], World]
    if os.name == "nt":
        from survival.real import RealWorld

        world = RealWorld
    else:
        from survival.virtual import VirtualWorld

        world = VirtualWorld
    return run_all(contestants, schedules, world, lambda text: print(text, file=sys.stderr))


def _machine() -> str:
    name = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if os.name == "nt":
        from winasr_doctor.windows.win32 import wine_version

        wine = wine_version()
        name += f" (Wine {wine})" if wine else ""
    return f"{name}, Python {platform.python_version()}"


def _report(heading: str, schedules: Sequence[Schedule], results: Sequence[Result]) -> str:
    contestants = [result.contestant for result in results]
    return "\n".join(
        [
            heading,
            printing.schedule_line(schedules),
            *printing.contestant_lines(contestants),
            "",
            printing.as_text(printing.main_rows(results)),
            "",
            *[f"{column.title}: {column.means}" for column in COLUMNS],
            "",
            "Where ours does not win:",
            *printing.loss_lines(results),
            "",
            "The caller gets the result, or the real error [%], by kind",
            printing.as_text(printing.kind_rows(results, "right"), narrow=True),
            "",
            "No folder left when the call is over [%], by kind",
            printing.as_text(printing.kind_rows(results, "gone_at_once"), narrow=True),
            "",
        ]
    )


def _markdown(heading: str, schedules: Sequence[Schedule], results: Sequence[Result]) -> str:
    contestants = [result.contestant for result in results]
    return "\n".join(
        [
            f"{heading}. {printing.schedule_line(schedules)}.",
            "",
            printing.as_markdown(printing.main_rows(results)),
            "",
            "Where ours does not win:",
            "",
            *[f"* {line}" for line in printing.loss_lines(results)],
            "",
            "The contestants:",
            "",
            *[f"* {line}" for line in printing.contestant_lines(contestants)],
            "",
            "The caller gets the result, or the real error, in percent, by kind of lock:",
            "",
            printing.as_markdown(printing.kind_rows(results, "right")),
            "",
            "No folder left when the call is over, in percent, by kind of lock:",
            "",
            printing.as_markdown(printing.kind_rows(results, "gone_at_once")),
            "",
        ]
    )


def _as_json(results: Sequence[Result]) -> dict[str, object]:
    return {
        "machine": _machine(),
        "results": {
            result.contestant.name: {
                "version": result.contestant.version,
                "outcomes": [
                    {**{name: getattr(one, name) for name in _COUNTED}, "seed": one.schedule.seed}
                    for one in result.outcomes
                ],
            }
            for result in results
        },
    }


_COUNTED = (
    "right",
    "caught",
    "gone_at_once",
    "gone_later",
    "seconds",
    "outside_touched",
    "chmods_through_links",
    "loads",
    "caught_later",
)
