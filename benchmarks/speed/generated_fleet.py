"""Writes the snapshots of a fleet: the recorded machines, varied by a seed."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

MACHINES = Path(__file__).resolve().parents[2] / "examples" / "machines"

NEMO = ("2.5.3", "2.6.1", "2.7.3", "3.0.0")
TORCH = ("2.7.1+cu126", "2.8.0+cu128", "2.9.1+cu128", "2.9.1+cpu")
DRIVERS = ("551.86", "560.94", "572.16", "581.29")
PYTHONS = ("3.10.11", "3.11.9", "3.12.10", "3.13.5")
SITES = ("Berlin", "Oslo", "Turin")
PACKED = 0.3
"""The share of snapshots that are compressed."""


def write_fleet(folder: Path, count: int, seed: int = 0) -> Path:
    """Write snapshots, the same for the same seed.

    Args:
        folder: Where to write them, in a folder for each site.
        count: How many.
        seed: Of the random numbers.
    """
    drawn = random.Random(seed)  # noqa: S311 - nothing secret
    recorded = [json.loads(file.read_bytes()) for file in sorted(MACHINES.glob("*.json"))]
    for site in SITES:
        (folder / site).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        machine = _varied(json.loads(json.dumps(drawn.choice(recorded))), drawn)
        document = json.dumps(machine).encode()
        target = folder / drawn.choice(SITES) / f"PC-{number:05}.json"
        if drawn.random() < PACKED:
            target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(document))
        else:
            target.write_bytes(document)
    return folder


def _varied(machine: dict[str, Any], drawn: random.Random) -> dict[str, Any]:
    sections = machine["sections"]
    torch = drawn.choice(TORCH)
    versions = sections["packages"]["versions"]
    versions.update({"nemo-toolkit": drawn.choice(NEMO), "torch": torch})
    cuda = {"cu126": "12.6", "cu128": "12.8"}.get(torch.partition("+")[2])
    sections["packages"]["torch"] = {"version": torch, "cuda": cuda}
    sections["python"]["version"] = drawn.choice(PYTHONS)
    if (sections.get("gpus") or {}).get("driver"):
        sections["gpus"]["driver"] = drawn.choice(DRIVERS)
    return machine
