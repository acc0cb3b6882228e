"""What the NeMo checks share: versions as numbers, and pip commands."""

from __future__ import annotations

from winasr_doctor.checks.advice import python_command
from winasr_doctor.checks.versions import Release, release
from winasr_doctor.findings import Remedy
from winasr_doctor.machine.base import Machine, NotApplicable

__all__ = ["NEMO", "PIP_READS", "Release", "nemo_version", "pip_install", "release"]

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


def pip_install(host: Machine, title: str, requirements: str) -> Remedy:
    """Return the remedy that installs packages with the examined interpreter.

    Args:
        host: The machine; reads `python`, as far as it can be read.
        title: What the remedy achieves.
        requirements: Quoted for a shell, such as `"lhotse>=1.32.2"`.
    """
    return Remedy(
        title,
        (
            f"Run: {python_command(host, f'-m pip install {requirements}')}",
            f"Check that the packages fit together: {python_command(host, '-m pip check')}",
        ),
    )
