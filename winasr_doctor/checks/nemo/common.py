"""What the NeMo checks share: versions as numbers."""

from __future__ import annotations

from winasr_doctor.checks.versions import Release, release
from winasr_doctor.machine.base import Machine, NotApplicable

__all__ = ["NEMO", "PIP_READS", "Release", "nemo_version", "release"]

NEMO = "nemo-toolkit"

PIP_READS = ("packages", "python")
"""Sections that the functions here read; a check that calls them declares these too."""


def nemo_version(host: Machine) -> str:
    """Return the installed NeMo's version.

    Args:
        host: The machine; reads `packages`.

    Raises:
        NotApplicable: NeMo is not installed; only NEM001 reports that.
    """
    version = host.packages.version(NEMO)
    if version is None:
        raise NotApplicable("NeMo is not installed")
    return version
