"""Facts about the machine for the self-test: memory, the device's name, versions."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from typing import Any

from winasr_doctor.frameworks.nemo.names import DISTRIBUTIONS
from winasr_doctor.selftest.result import Peak
from winasr_doctor.version import __version__

PACKAGES = {"torch": "torch", **DISTRIBUTIONS, "numpy": "numpy"}
"""The relevant packages: their common names, and their names for pip."""

_KIB = 1024


def versions() -> dict[str, str]:
    """Return the versions of the relevant packages that are installed; nothing is imported."""
    found = {"winasr_doctor": __version__, "Python": platform.python_version()}
    for name, distribution in PACKAGES.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return found


def start_measuring(device: str) -> None:
    """Reset the GPU's peak memory, if there is a GPU to measure."""
    torch = _torch_with_gpu(device)
    if torch is not None:
        torch.cuda.reset_peak_memory_stats(None if device == "auto" else device)


def peak(device: str | None) -> Peak:
    """Return the peak memory use.

    Args:
        device: The model's device; `None` if no model was loaded.
    """
    torch = _torch_with_gpu(device or "")
    gpu = None if torch is None else int(torch.cuda.max_memory_allocated(device))
    return Peak(_process_peak(), gpu)


def name_of_device(device: str | None) -> str | None:
    """Return a device's name, such as `NVIDIA H200`; `None` if it is unknown."""
    torch = _torch_with_gpu(device or "")
    if torch is not None:
        return str(torch.cuda.get_device_name(device))
    return platform.processor() or None if device == "cpu" else None


def _torch_with_gpu(device: str) -> Any:  # noqa: ANN401 - the module torch
    """Return torch if it is imported and the device may be an NVIDIA GPU that it can use."""
    torch = sys.modules.get("torch")
    if torch is None or not (device == "auto" or device.startswith("cuda")):
        return None
    return torch if torch.cuda.is_available() else None


def _process_peak() -> int | None:
    """Return the process's peak in bytes.

    On Windows that is `PeakWorkingSetSize` (learn.microsoft.com, "PROCESS_MEMORY_COUNTERS
    structure"); elsewhere `ru_maxrss`, which Linux counts in KiB and macOS in bytes (their
    manual pages of getrusage(2)).
    """
    if sys.platform == "win32":
        import psutil

        try:
            return int(psutil.Process().memory_info().peak_wset)
        except (psutil.Error, OSError):
            return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * _KIB
