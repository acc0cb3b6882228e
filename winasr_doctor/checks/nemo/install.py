"""NEM001, NEM002, NEM007, NEM008: whether NeMo is installed and can be imported on Windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from winasr_doctor._util.dated import Dated
from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell
from winasr_doctor.checks.advice import (
    doctor_command,
    known,
    pip_install,
    shell_of,
    with_doctor,
    with_python,
)
from winasr_doctor.checks.base import check
from winasr_doctor.checks.environment.torch import torch_for
from winasr_doctor.checks.nemo.common import (
    NEMO,
    PIP_READS,
    Release,
    nemo_version,
    release,
)
from winasr_doctor.checks.predicted_errors import foretold, named_by
from winasr_doctor.checks.versions import newer_than_known
from winasr_doctor.findings import (
    Change,
    Evidence,
    Finding,
    Install,
    Remedy,
    Stage,
    Step,
    info,
    ok,
    resting_on,
    skip,
    warning,
)
from winasr_doctor.machine.base import Machine

if TYPE_CHECKING:
    from winasr_doctor.machine.interpreters.model import FoundEnvironment, FoundEnvironments
    from winasr_doctor.machine.model import PythonRuntime

_NAMED = 3
"""Other environments that are named."""

FIRST_KNOWN: Release = (2, 0, 0)
"""The oldest NeMo whose requirements are known here."""

NEEDED: Dated[tuple[tuple[str, Release], ...]] = Dated(
    "what NeMo's speech models need",
    dt.date(2026, 11, 21),
    (
        ("braceexpand", (2, 0, 0)),
        ("datasets", (2, 0, 0)),
        ("huggingface-hub", (2, 0, 0)),
        ("hydra-core", (2, 0, 0)),
        ("kaldialign", (2, 7, 3)),
        ("lhotse", (2, 0, 0)),
        ("librosa", (2, 0, 0)),
        ("lightning", (2, 1, 0)),
        ("numba", (2, 0, 0)),
        ("nv-one-logger-core", (2, 5, 3)),
        ("nv-one-logger-pytorch-lightning-integration", (2, 5, 3)),
        ("nv-one-logger-training-telemetry", (2, 5, 3)),
        ("omegaconf", (2, 0, 0)),
        ("onnx", (2, 0, 0)),
        ("pandas", (2, 0, 0)),
        ("scikit-learn", (2, 0, 0)),
        ("sentencepiece", (2, 0, 0)),
        ("soundfile", (2, 0, 0)),
        ("transformers", (2, 0, 0)),
        ("webdataset", (2, 0, 0)),
    ),
    "block each Requires-Dist of the newest NeMo's [asr] in turn and restore a model",
)
"""Distributions that NeMo needs to import or restore a speech model, and the first NeMo that needs
them. Sources: the wheels' `Requires-Dist` of `[asr]`; each blocked in turn while NeMo 3.0.0
imported, restored and transcribed."""


@check("NEM001", reads=(*PIP_READS, "gpus", "neighbours"))
def not_installed(host: Machine) -> Iterable[Finding]:
    """NeMo is not installed for this Python.

    **What.** Whether the interpreter that runs this scan has `nemo-toolkit`.
    **Why.** A common mistake is to scan with one Python and run the app with another. The scan then
    reports the packages of the wrong one.
    **Decided by.** The installed distributions on this interpreter's path. Nothing is imported.
    If there is none, the other environments of this machine are listed.
    **Do.** Scan the app's own environment with `--python`, or install NeMo for this one.
    **Source.** NeMo's installation guide: the distribution is `nemo_toolkit`, the extra `[asr]`.
    """
    version = host.packages.version(NEMO)
    if version is not None:
        yield ok(f"NeMo {version} is installed", {"nemo_toolkit": version})
        return
    elsewhere = _elsewhere(host)
    evidence: Evidence = {"nemo_toolkit": None}
    summary = "NeMo is not installed for this Python, so the scan could not examine it"
    if elsewhere:
        nearest = elsewhere[0]
        evidence = {**evidence, "environments": [each.path for each in elsewhere]}
        summary += f"; {nearest.path} has NeMo {nearest.framework}"
    there = [_scan_the_other(host, elsewhere)] if elsewhere else []
    yield warning(summary, evidence, [*there, _other_python_or_nemo(host)])


def _elsewhere(host: Machine) -> list[FoundEnvironment]:
    """Return other environments that have NeMo; none if they cannot be listed."""
    found: FoundEnvironments | None = known(host, "neighbours")
    python: PythonRuntime | None = known(host, "python")
    prefix = python.prefix if python else None
    return [
        each
        for each in (found.items if found else ())
        if each.framework is not None and each.path != prefix
    ]


def _scan_the_other(host: Machine, elsewhere: Sequence[FoundEnvironment]) -> Remedy:
    quote = quoted_for_powershell if host.system.os == "windows" else quoted_for_posix
    commands = [
        doctor_command(host, f"scan --python {quote(each.path)}") for each in elsewhere[:_NAMED]
    ]
    return Remedy(
        "If the app has its own Python, scan that one",
        tuple(Step("Run", command, shell_of(host)) for command in commands),
        change=Change(Stage.ELSEWHERE, "app"),
    )


def _other_python_or_nemo(host: Machine) -> Remedy:
    """Return the remedy for both reasons why NeMo is not there."""
    nemo = Install(("nemo_toolkit[asr]",))
    torch = () if host.packages.version("torch") else (torch_for(host),)
    return Remedy(
        "Scan with the app's own Python, or install NeMo for this one",
        (
            with_doctor(host, "If the app has its own Python, find its environment", "envs"),
            with_doctor(host, "Then scan that one", "scan --python PATH"),
            *(with_python(host, "Else install torch first", each.arguments) for each in torch),
            with_python(host, "Install NeMo" if torch else "Else install NeMo", nemo.arguments),
        ),
        change=Change(Stage.PACKAGES, installs=(*torch, nemo)),
    )


@check("NEM002", reads=PIP_READS, windows_only=True)
def cannot_import(host: Machine) -> Iterable[Finding]:
    """This version of NeMo cannot be imported on Windows.

    **What.** The version of NeMo.
    **Why.** NeMo 2.0 to 2.2 uses `signal.SIGKILL` while it is imported. Windows has no such
    signal: `AttributeError: module 'signal' has no attribute 'SIGKILL'`.
    **Decided by.** The version: 2.0.0 or later, and before 2.3.0.
    **Do.** Install a newer NeMo.
    **Source.** `nemo/utils/exp_manager.py` in the wheels 2.0.0, 2.1.0 and 2.2.1 (has it), 2.3.0
    and later (fixed), 1.23.0 (does not have it).
    """
    yield from foretold(host, "NEM002")


@check("NEM007", reads=("packages",), windows_only=True)
def unsupported_platform(host: Machine) -> Iterable[Finding]:
    """NVIDIA does not support NeMo on Windows.

    **What.** Whether NeMo is used on native Windows.
    **Why.** Recent versions work there, but NVIDIA does not promise it: a bug that only Windows has
    may stay unfixed.
    **Decided by.** The operating system.
    **Do.** Nothing, if it works. Otherwise use Linux in WSL 2, which is supported.
    **Source.** NeMo's README, table of platforms: "Windows amd64: No support yet".
    """
    version = nemo_version(host)
    yield info(
        f"NVIDIA does not support NeMo {version} on native Windows yet",
        {"nemo_toolkit": version, "system": host.system.name},
        [
            Remedy(
                "If all else fails, run it under Linux in WSL 2",
                (
                    Step(
                        "In PowerShell as administrator",
                        "wsl --install",
                        "powershell",
                        needs_admin=True,
                    ),
                    "Restart, open Ubuntu, and install the app and NeMo there.",
                    "Keep models and audio inside WSL (/home/...), not below /mnt/c.",
                ),
            )
        ],
    )


@check("NEM008", reads=PIP_READS)
def missing_dependency(host: Machine) -> Iterable[Finding]:
    """NeMo is installed without packages that its speech models need.

    **What.** The distributions that NeMo's speech classes import.
    **Why.** NeMo hides the missing package: it catches the import error, tries the abstract base
    class instead and says `Can't instantiate abstract class ASRModel`.
    **Decided by.** The distributions that `[asr]` requires in the installed version and that NeMo
    3.0.0 needed to restore a model. Other packages do not count.
    **Do.** Install NeMo with its extra `[asr]`, not `nemo_toolkit` alone.
    **Source.** `nemo/core/classes/common.py`; the wheels' metadata.
    """
    version = nemo_version(host)
    installed = release(version)
    if installed < FIRST_KNOWN:
        yield skip(f"the requirements of NeMo {version} are not known; the list starts at 2.0.0")
        return
    found = _missing(host, version)
    yield resting_on(NEEDED, found, beyond=newer_than_known("nemo_toolkit", version))


def _missing(host: Machine, version: str) -> Finding:
    needed = [name for name, since in NEEDED.rows if release(version) >= since]
    missing = [name for name in needed if host.packages.version(name) is None]
    evidence = {"nemo_toolkit": version, "missing": missing}
    if not missing:
        return ok(f"NeMo {version} has all {len(needed)} packages its speech models need", evidence)
    wanted = Install((f"nemo_toolkit[asr]=={version}",))
    if host.system.os == "windows" and NEMO in named_by(host, "NEM002"):
        wanted = Install(("nemo_toolkit[asr]",), flags=("--upgrade",))
    return warning(
        f"NeMo {version} lacks {', '.join(missing)}; loading a model may then only say \"Can't"
        ' instantiate abstract class ASRModel"',
        evidence,
        [pip_install(host, "Install what the speech models need", wanted, repairs=NEMO)],
    )
