"""What a report about a fleet costs, beside reading the same files as JSON and no more."""

from __future__ import annotations

from pathlib import Path

from speed.case import MB, Case, Promise, Python
from speed.generated_fleet import write_fleet

READ_ALL = """
import gzip, json, pathlib
for file in pathlib.Path("fleet").rglob("*.json*"):
    document = file.read_bytes()
    json.loads(gzip.decompress(document) if file.suffix == ".gz" else document)
"""
REPORT = ("-m", "winasr_doctor", "fleet", "report", "fleet", "--format", "html", "-o", "fleet.html")


def fleet(folder: Path, count: int) -> Path:
    """Write a fleet and return the folder that it is in."""
    write_fleet(folder / "fleet", count)
    return folder


def _fleet(count: int, pairs: int, *promises: Promise) -> Case:
    return Case(
        name=f"fleet-{count}",
        group="Scan: a report about a fleet",
        title=f"{count:,} machines",
        theirs=Python("json.loads", ("-c", READ_ALL)),
        ours=Python("fleet report, HTML", REPORT),
        prepare=lambda folder: fleet(folder, count),
        size=count,
        pairs=pairs,
        processes=1,
        promises=promises,
        once=True,
        warms_up=pairs > 1,
    )


CASES = (
    _fleet(100, 5),
    _fleet(1_000, 3, Promise("memory", 120 * MB)),
    _fleet(10_000, 1, Promise("seconds", 30), Promise("memory", 120 * MB)),
    _fleet(50_000, 1, Promise("memory", 120 * MB)),
)
