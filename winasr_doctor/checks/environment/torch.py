"""ENV: torch and the GPU."""

from __future__ import annotations

import re
from collections.abc import Iterable

from winasr_doctor.catalogue.machines import of_host
from winasr_doctor.catalogue.tables import builds, cuda_of, oldest_driver
from winasr_doctor.checks.advice import pip_install, with_doctor
from winasr_doctor.checks.base import check
from winasr_doctor.checks.predicted_errors import remedies_of
from winasr_doctor.findings import (
    Finding,
    Install,
    Remedy,
    error,
    ok,
    resting_on,
    skip,
    unknown,
    warning,
)
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import TorchBuild

_INDEX = "https://download.pytorch.org/whl"
_READS = ("packages", "gpus", "python")
_USUAL_BUILD = "cu126"
"""For a GPU that is not in the table: this build has code for the most generations."""
_MAJOR_AND_MINOR = r"[0-9]{1,9}(\.[0-9]{1,9})?(?![0-9])"


def _number(version: str) -> float:
    match = re.match(_MAJOR_AND_MINOR, version)
    return float(match[0]) if match else 0.0


def _remedies(host: Machine, known_error: str) -> tuple[Remedy, ...]:
    from winasr_doctor.catalogue.reading import read_one  # lazy: only a finding needs it

    return remedies_of(host, read_one("torch", known_error))


def _resting_on_builds(found: Finding, beyond: str | None = None) -> Finding:
    from winasr_doctor.catalogue.tables.aging import GPU_BUILDS

    return resting_on(GPU_BUILDS, found, beyond=beyond)


@check("ENV003", reads=_READS)
def torch_ignores_the_gpu(host: Machine) -> Iterable[Finding]:
    """Torch is a CPU build on a machine with an NVIDIA GPU.

    **What.** torch's build and the machine's GPUs.
    **Why.** Transcription takes many times as long and looks like a hang. On Windows, PyPI's torch
    is the CPU build.
    **Decided by.** `torch/version.py` names no CUDA while `nvidia-smi` lists a device.
    **Do.** Install the CUDA build from torch's own index.
    **Source.** pytorch.org, "Get Started".
    """
    torch = host.packages.torch
    gpus = host.gpus
    if torch is None or not gpus.items:
        yield skip("there is no torch" if torch is None else "there is no NVIDIA GPU")
    elif torch.cuda is None:
        found = warning(
            f"torch {torch.version} cannot use the {gpus.items[0].name} in this machine",
            {"torch": torch.version, "gpus": [gpu.name for gpu in gpus.items]},
            _remedies(host, "torch-cpu-build"),
        )
        yield _resting_on_builds(found)
    else:
        yield ok(f"torch {torch.version} is built for CUDA {torch.cuda}")


@check("ENV004", reads=_READS, windows_only=True)
def driver_is_too_old(host: Machine) -> Iterable[Finding]:
    """The NVIDIA driver is too old for torch's CUDA.

    **What.** The driver's version and the CUDA version torch was built for.
    **Why.** `torch.cuda.is_available()` is False, or the first kernel fails.
    **Decided by.** NVIDIA's table of the oldest driver for each CUDA version. A CUDA that is newer
    than the table is a warning at most.
    **Do.** Update the driver, or install torch for an older CUDA.
    **Source.** NVIDIA, "CUDA Toolkit Release Notes".
    """
    torch = host.packages.torch
    gpus = host.gpus
    driver = next((each for each in (gpus.driver, gpus.cuda) if each and _number(each)), None)
    if torch is None or torch.cuda is None or driver is None:
        yield skip("there is no CUDA build of torch, or no NVIDIA driver")
        return
    newest = max(cuda for build in builds() if (cuda := cuda_of(build.tag)) is not None)
    beyond = (
        f"CUDA {torch.cuda}" if _number(torch.cuda) > _number(f"{newest[0]}.{newest[1]}") else None
    )
    yield _resting_on_builds(_driver(host, torch, torch.cuda), beyond=beyond)


def _driver(host: Machine, torch: TorchBuild, cuda: str) -> Finding:
    """Judge by the driver's version, or by the CUDA it supports if only that is known."""
    gpus, major = host.gpus, int(_number(cuda))
    needed = oldest_driver(major)
    evidence = {"driver": gpus.driver, "driver_cuda": gpus.cuda, "torch_cuda": cuda}
    if needed is None:
        return unknown(f"the driver that CUDA {cuda} needs is not known", evidence)
    if gpus.driver and _number(gpus.driver):
        named, serves = f"driver {gpus.driver}", _number(gpus.driver) >= needed
    else:
        named, serves = f"a driver for CUDA {gpus.cuda}", int(_number(gpus.cuda or "")) >= major
    if serves:
        return ok(f"{named} supports CUDA {cuda}")
    return error(
        f"{named} does not support CUDA {cuda}, which torch {torch.version} needs"
        f" ({needed:g} or newer does)",
        {**evidence, "needed": needed},
        _remedies(host, "cuda-driver"),
    )


@check("ENV012", reads=("packages", "python", "gpus"))
def torch_is_missing(host: Machine) -> Iterable[Finding]:
    """Torch is not installed in this environment.

    **What.** Installed distributions.
    **Why.** NeMo needs it. Perhaps the doctor and the app run in different environments.
    **Decided by.** No distribution called torch. If NeMo is missing too, only NEM001 says so.
    **Do.** Scan the app's own environment with `--python`, or install torch.
    **Source.** nemo_toolkit's requirements.
    """
    if host.packages.torch or host.packages.version("torch"):
        yield ok(f"torch {host.packages.version('torch')} is installed")
        return
    if host.packages.version("nemo-toolkit") is None:
        yield skip("NeMo is not installed either; see NEM001")
        return
    found = warning(
        "torch is not installed in this environment",
        {"prefix": host.python.prefix},
        [
            Remedy(
                "Scan the app's environment",
                (
                    with_doctor(host, "Find it", "envs"),
                    with_doctor(host, "Scan it", "scan --python PATH"),
                ),
            ),
            pip_install(host, "Install torch", torch_for(host)),
        ],
    )
    yield _resting_on_builds(found)


def torch_for(host: Machine) -> Install:
    """Return the installation of torch that suits a machine's GPU.

    Args:
        host: The machine; reads `gpus` and `packages`.
    """
    facts = of_host(host)
    index = facts("gpu_tag") or (_USUAL_BUILD if facts("gpu") else "cpu")
    return Install(("torch",), f"--index-url {_INDEX}/{index}")
