"""The machine that was measured, as pyperf and psutil describe it; its name is left out."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Iterable

import psutil
import pyperf

from speed.worker import scratch_parent
from winasr_doctor.catalogue import preflight

_PACKAGES = ("nemo_toolkit", "torch", "transformers", "gradio", "pytest", "bandit", "ruff")
_SHORT = 120
"""Seconds up to which a run is not given in minutes."""


def description(suites: Iterable[pyperf.BenchmarkSuite], seconds: float) -> Iterable[str]:
    """Return lines about the run, the hardware, the system, its load and the versions.

    Args:
        suites: What was measured.
        seconds: How long that took.
    """
    from winasr_doctor import __version__

    python = f"{platform.python_implementation()} {platform.python_version()}"
    origin = "installed from a wheel" if is_wheel() else "in a source tree, where it starts later"
    took = f"{seconds:.0f} seconds" if seconds < _SHORT else f"{seconds / 60:.0f} minutes"
    yield f"* measured on {time.strftime('%Y-%m-%d')} in {took}"
    yield f"* winasr_doctor {__version__}, {origin}; {python}, {platform.platform()}"
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / 1024**3
    yield f"* {_processor()}, {cores} cores, {memory:.0f} GiB; files in {_filesystem()}"
    loads = [load for suite in suites for load in _loads(suite)]
    if loads:
        yield f"* load (runnable processes, average of a minute): {min(loads)} to {max(loads)}"
    versions = [f"{name} {version}" for name in _PACKAGES if (version := _version(name))]
    yield f"* {', '.join(versions)}; pyperf {pyperf.__version__}"


def is_wheel() -> bool:
    """Return whether the package that is measured was installed from a wheel.

    A source tree has no compiled catalogue, so commands read hundreds of files.
    """
    return os.path.exists(preflight.COMPILED)


def _processor() -> str:
    run = pyperf.Run([1.0], collect_metadata=True).get_metadata()
    return str(run.get("cpu_model_name") or platform.processor() or platform.machine())


def _loads(suite: pyperf.BenchmarkSuite) -> Iterable[float]:
    for benchmark in suite:
        for run in benchmark.get_runs():
            load = run.get_metadata().get("load_avg_1min")
            if load is not None:
                yield load


def _filesystem() -> str:
    """Return the type of the file system on which the trees are made."""
    scratch = os.path.realpath(scratch_parent())
    mounts = [
        part
        for part in psutil.disk_partitions(all=True)
        if os.path.commonpath([scratch, part.mountpoint]) == part.mountpoint
    ]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else "an unknown one"


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
