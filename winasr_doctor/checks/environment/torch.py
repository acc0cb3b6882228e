"""ENV: torch and the GPU."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from winasr_doctor.checks.advice import known, python_command
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, error, ok, skip, warning
from winasr_doctor.host.base import Host


class CudaBuild(NamedTuple):
    """A CUDA version, its oldest Windows driver, and the part of torch's index for it."""

    cuda: str
    driver: float
    wheels: str


CUDA_BUILDS = (
    CudaBuild("13.0", 580.0, "cu130"),
    CudaBuild("12.9", 528.33, "cu129"),
    CudaBuild("12.8", 528.33, "cu128"),
    CudaBuild("12.6", 528.33, "cu126"),
    CudaBuild("11.8", 452.39, "cu118"),
)
"""Newest first. The driver is the oldest that runs the CUDA major version at all (minor version
compatibility). Source: NVIDIA, "CUDA Toolkit Release Notes", tables of driver versions; indexes
from pytorch.org, "Get Started"."""


def _number(version: str) -> float:
    match = _MAJOR_AND_MINOR.match(version)
    return float(match[0]) if match else 0.0


_MAJOR_AND_MINOR = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?(?![0-9])")


def _torch_index(driver: str | None, cuda: str | None) -> str:
    """Choose torch's index for a driver: the newest CUDA it serves, 12.8 if nothing is known."""
    for build in CUDA_BUILDS:
        if cuda and _number(build.cuda) <= _number(cuda):
            return build.wheels
        if cuda is None and driver and build.driver <= _number(driver):
            return build.wheels
    return "cu118" if cuda or driver else "cu128"


def _install_torch(host: Host, index: str) -> Remedy:
    command = f"-m pip install --force-reinstall torch --index-url {_INDEX}/{index}"
    return Remedy(
        f"Install torch's CUDA build ({index})",
        (
            python_command(host, command),
            python_command(host, '-c "import torch; print(torch.cuda.is_available())"'),
        ),
    )


_INDEX = "https://download.pytorch.org/whl"


@check("ENV003", reads=("packages", "gpus", "python"))
def torch_ignores_the_gpu(host: Host) -> Iterable[Finding]:
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
        yield warning(
            f"torch {torch.version} cannot use the {gpus.items[0].name} in this machine",
            {"torch": torch.version, "gpus": [gpu.name for gpu in gpus.items]},
            [_install_torch(host, _torch_index(gpus.driver, gpus.cuda))],
        )
    else:
        yield ok(f"torch {torch.version} is built for CUDA {torch.cuda}")


@check("ENV004", reads=("packages", "gpus", "python"), windows_only=True)
def driver_is_too_old(host: Host) -> Iterable[Finding]:
    """The NVIDIA driver is too old for torch's CUDA.

    **What.** The driver's version and the CUDA version torch was built for.
    **Why.** `torch.cuda.is_available()` is False, or the first kernel fails.
    **Decided by.** NVIDIA's table of the oldest driver for each CUDA version.
    **Do.** Update the driver, or install torch for an older CUDA.
    **Source.** NVIDIA, "CUDA Toolkit Release Notes".
    """
    torch = host.packages.torch
    gpus = host.gpus
    if torch is None or torch.cuda is None or gpus.driver is None:
        yield skip("there is no CUDA torch together with an NVIDIA driver")
        return
    wanted = _number(torch.cuda)
    needed = next((b for b in CUDA_BUILDS if int(_number(b.cuda)) == int(wanted)), None)
    if needed is None or _number(gpus.driver) >= needed.driver:
        yield ok(f"driver {gpus.driver} serves CUDA {torch.cuda}")
        return
    yield error(
        f"driver {gpus.driver} cannot serve CUDA {torch.cuda}, which torch {torch.version} needs"
        f" ({needed.driver:g} or newer does)",
        {"driver": gpus.driver, "torch_cuda": torch.cuda, "needed": needed.driver},
        [
            Remedy(
                "Update the NVIDIA driver",
                (f"Install {needed.driver:g} or newer from nvidia.com/drivers", "Restart"),
            ),
            _install_torch(host, _torch_index(gpus.driver, None)),
        ],
    )


@check("ENV012", reads=("packages", "python", "gpus"))
def torch_is_missing(host: Host) -> Iterable[Finding]:
    """Torch is not installed in this environment.

    **What.** Installed distributions.
    **Why.** NeMo needs it; perhaps the doctor runs in another environment than the app.
    **Decided by.** No distribution called torch.
    **Do.** Run the doctor with the app's own interpreter, or install torch.
    **Source.** nemo_toolkit's requirements.
    """
    if host.packages.torch or host.packages.version("torch"):
        yield ok(f"torch {host.packages.version('torch')} is installed")
        return
    gpus = known(host, "gpus")
    index = _torch_index(gpus.driver, gpus.cuda) if gpus and gpus.items else "cpu"
    install = f"-m pip install torch --index-url {_INDEX}/{index}"
    yield warning(
        "torch is not installed in this environment",
        {"prefix": host.python.prefix},
        [
            Remedy("Run the doctor in the app's environment", ("Activate it and scan again",)),
            Remedy("Install torch", (python_command(host, install),)),
        ],
    )
