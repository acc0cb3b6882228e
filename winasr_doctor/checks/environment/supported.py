"""ENV010: whether NeMo has wheels for this Python."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import known, pip_install
from winasr_doctor.checks.base import check
from winasr_doctor.checks.new_environment import NEW_ENVIRONMENT_READS, python_remedy
from winasr_doctor.checks.versions import (
    NEWEST,
    WHEELS,
    Wheels,
    minor,
    release,
    wheels_for,
)
from winasr_doctor.findings import (
    Evidence,
    Finding,
    Install,
    Remedy,
    error,
    ok,
    resting_on,
    warning,
)
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import PythonRuntime

_WORD_SIZE = 64
_MOST_USED = "3.12"
"""The Python to recommend, if it has wheels."""


@check("ENV010", reads=NEW_ENVIRONMENT_READS)
def python_is_not_supported(host: Machine) -> Iterable[Finding]:
    """NeMo does not support this Python.

    **What.** The interpreter's version, implementation and word size, and which NeMo is installed.
    **Why.** Where a package that NeMo needs has no wheel for this Python, pip builds it from
    source, which needs a compiler, takes long and often fails.
    **Decided by.** 64-bit CPython, and the table of wheels, which lists the Pythons that have them
    for each NeMo on Windows. The installed NeMo counts, or else the newest one. Missing wheels are
    an error, or a warning if NeMo is installed anyway. A Python or a NeMo that is newer than the
    table is a warning at most.
    **Do.** Use a Python that has wheels, or a NeMo that has wheels for this Python.
    **Source.** The package index, resolved with uv for 64-bit Windows, wheels only.
    """
    python = host.python
    evidence = {
        "version": python.version,
        "bits": python.bits,
        "implementation": python.implementation,
    }
    unusable = _unusable(python)
    if unusable:
        yield error(unusable, evidence, [python_remedy(host, _MOST_USED)])
    else:
        yield _by_the_table(host, evidence)


def _unusable(python: PythonRuntime) -> str:
    """Return why no NeMo runs on this Python, or nothing."""
    if python.bits != _WORD_SIZE:
        return "torch needs a 64-bit Python; this one has 32 bits"
    if python.implementation != "CPython":
        return f"torch does not run on {python.implementation}"
    if python.release[:2] < min(minor(name) for row in WHEELS.rows.values() for name in row):
        return f"Python {python.version} is too old for NeMo"
    return ""


def _by_the_table(host: Machine, evidence: Evidence) -> Finding:
    packages = known(host, "packages")
    installed: str | None = packages.version("nemo-toolkit") if packages else None
    nemo = installed or NEWEST.rows["nemo_toolkit"]
    wheels = wheels_for(nemo, host.python.release[:2])
    evidence = {**evidence, "nemo_toolkit": installed, "no_wheel": list(wheels.missing)}
    named = f"Python {host.python.release[0]}.{host.python.release[1]}"
    known_python = wheels.beyond != named
    if known_python and (not wheels.missing or host.system.os != "windows"):
        return _good(host, nemo, wheels, evidence)
    remedies = list(_remedies(host, nemo, wheels))
    if not known_python:
        found = warning(
            f"It is not known whether NeMo {nemo} has wheels for {named}", evidence, remedies
        )
    elif installed:
        found = warning(
            f"NeMo {nemo} is installed, but some packages it needs have no wheels for {named} on"
            f" Windows ({', '.join(wheels.missing)}): installing or repairing it needs a compiler",
            evidence,
            remedies,
        )
    else:
        found = error(
            f"NeMo {nemo}, the newest, cannot be installed from wheels on {named}: there are none"
            f" for {', '.join(wheels.missing)}",
            evidence,
            remedies,
        )
    return resting_on(WHEELS, found, beyond=wheels.beyond)


def _good(host: Machine, nemo: str, wheels: Wheels, evidence: Evidence) -> Finding:
    """Return a pass. The table is about Windows, so on other systems the text claims less."""
    if wheels.beyond:
        text = f"There is no known problem with NeMo {nemo} on Python {host.python.version}"
    elif host.system.os == "windows":
        text = f"NeMo {nemo} has wheels for Python {host.python.version}"
    else:
        text = f"Python {host.python.version} is new enough for NeMo"
    return resting_on(WHEELS, ok(text, evidence), beyond=wheels.beyond)


def _remedies(host: Machine, nemo: str, wheels: Wheels) -> Iterable[Remedy]:
    if wheels.good:
        good = _MOST_USED if _MOST_USED in wheels.good else wheels.good[-1]
        yield python_remedy(host, good)
    newest = NEWEST.rows["nemo_toolkit"]
    better = wheels_for(newest, host.python.release[:2])
    if release(newest) > release(nemo) and not better.missing and better.beyond is None:
        yield pip_install(
            host,
            f"Use NeMo {newest}, which has wheels for this Python",
            Install((f"nemo_toolkit[asr]=={newest}",)),
        )
