"""What a scan costs, beside what Python itself costs.

    python benchmarks/scan.py

prints, in one run and as medians of repeated runs: the CPU time of a bare `python -c pass` and
of scanning a recorded machine (text and JSON), the peak memory of both, and the time that ten
thousand snapshots take in one process.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPEATS = 15
SNAPSHOTS = 10_000
MACHINES = Path(__file__).resolve().parent.parent / "examples" / "machines"


def child_cost(*arguments: str) -> tuple[float, float]:
    """Run Python and return the CPU seconds and the peak memory (MB) of that process."""
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(*arguments: str) -> tuple[float, float]:
    """Return the medians of `REPEATS` runs: CPU milliseconds and peak memory in MB."""
    costs = [child_cost(*arguments) for _ in range(REPEATS)]
    return (
        statistics.median(cpu for cpu, _ in costs) * 1000,
        statistics.median(memory for _, memory in costs),
    )


def fleet_seconds() -> float:
    """Scan `SNAPSHOTS` snapshots, decoding each one, and return the CPU seconds."""
    from winasr_doctor import scan
    from winasr_doctor.host import RecordedHost
    from winasr_doctor.host.recorded import decode_snapshot

    documents = [file.read_bytes() for file in sorted(MACHINES.glob("*.json"))]
    start = time.process_time()
    for number in range(SNAPSHOTS):
        scan(RecordedHost(decode_snapshot(documents[number % len(documents)])))
    return time.process_time() - start


def main() -> None:
    """Measure and print both sides."""
    healthy = str(MACHINES / "healthy.json")
    scan = ("-m", "winasr_doctor", "scan", "--snapshot", healthy)
    print(f"Python {platform.python_version()}, {REPEATS} runs each, medians")
    base_cpu, base_memory = medians("-c", "pass")
    print(f"{'python -c pass':<26} {base_cpu:7.0f} ms CPU {base_memory:7.1f} MB")
    for name in ("text", "json"):
        cpu, memory = medians(*scan, "--format", name)
        print(
            f"{'scan --format ' + name:<26} {cpu:7.0f} ms CPU {memory:7.1f} MB"
            f"   +{cpu - base_cpu:.0f} ms (at most 150), {memory:.0f} MB (at most 60)"
        )
    seconds = fleet_seconds()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{SNAPSHOTS} snapshots in one process: {seconds:.1f} s CPU (at most 60), {peak:.0f} MB")


if __name__ == "__main__":
    main()
