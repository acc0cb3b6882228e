"""ENV: torch and the GPU."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from msgspec import Struct

from winasr_doctor.checks.advice import known, python_command
from winasr_doctor.checks.base import check
from winasr_doctor.dated import Dated
from winasr_doctor.findings import Finding, Remedy, error, ok, resting_on, skip, unknown, warning
from winasr_doctor.host.base import Host
from winasr_doctor.host.model import TorchBuild


class CudaBuild(Struct, frozen=True):
    """A CUDA version, its oldest Windows driver, and the part of torch's index for it."""

    cuda: str
    driver: float
    wheels: str


CUDA_BUILDS = Dated(
    "CUDA versions with their oldest driver and torch's index",
    dt.date(2026, 11, 21),
    (
        CudaBuild("13.0", 580.0, "cu130"),
        CudaBuild("12.9", 528.33, "cu129"),
        CudaBuild("12.8", 528.33, "cu128"),
        CudaBuild("12.6", 528.33, "cu126"),
        CudaBuild("11.8", 452.39, "cu118"),
    ),
    "compare NVIDIA's 'CUDA Toolkit Release Notes', tables of driver versions, and pytorch.org,"
    " 'Get Started', which names torch's indexes",
)
"""Newest first. The driver is the oldest that runs the CUDA major version at all (minor version
compatibility). Source: NVIDIA, "CUDA Toolkit Release Notes", tables of driver versions; indexes
from pytorch.org, "Get Started"."""


def _number(version: str) -> float:
    match = re.match(_MAJOR_AND_MINOR, version)
    return float(match[0]) if match else 0.0


_MAJOR_AND_MINOR = r"[0-9]{1,9}(\.[0-9]{1,9})?(?![0-9])"


def _torch_index(driver: str | None, cuda: str | None) -> str:
    """Choose torch's index for a driver: the newest CUDA it serves, 12.8 if nothing is known."""
    for build in CUDA_BUILDS.rows:
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
        found = warning(
            f"torch {torch.version} cannot use the {gpus.items[0].name} in this machine",
            {"torch": torch.version, "gpus": [gpu.name for gpu in gpus.items]},
            [_install_torch(host, _torch_index(gpus.driver, gpus.cuda))],
        )
        yield resting_on(CUDA_BUILDS, found)
    else:
        yield ok(f"torch {torch.version} is built for CUDA {torch.cuda}")


@check("ENV004", reads=("packages", "gpus", "python"), windows_only=True)
def driver_is_too_old(host: Host) -> Iterable[Finding]:
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
    if torch is None or torch.cuda is None or gpus.driver is None:
        yield skip("there is no CUDA torch together with an NVIDIA driver")
        return
    newest = _number(CUDA_BUILDS.rows[0].cuda)
    beyond = f"CUDA {torch.cuda}" if _number(torch.cuda) > newest else None
    yield resting_on(CUDA_BUILDS, _driver(host, torch, gpus.driver, torch.cuda), beyond=beyond)


def _driver(host: Host, torch: TorchBuild, driver: str, cuda: str) -> Finding:
    wanted = int(_number(cuda))
    needed = next((b for b in CUDA_BUILDS.rows if int(_number(b.cuda)) == wanted), None)
    if needed is None:
        return unknown(
            f"which driver CUDA {cuda} needs is not known", {"driver": driver, "torch_cuda": cuda}
        )
    if _number(driver) >= needed.driver:
        return ok(f"driver {driver} serves CUDA {cuda}")
    return error(
        f"driver {driver} cannot serve CUDA {cuda}, which torch {torch.version} needs"
        f" ({needed.driver:g} or newer does)",
        {"driver": driver, "torch_cuda": cuda, "needed": needed.driver},
        [
            Remedy(
                "Update the NVIDIA driver",
                (f"Install {needed.driver:g} or newer from nvidia.com/drivers", "Restart"),
            ),
            _install_torch(host, _torch_index(driver, None)),
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
    found = warning(
        "torch is not installed in this environment",
        {"prefix": host.python.prefix},
        [
            Remedy("Run the doctor in the app's environment", ("Activate it and scan again",)),
            Remedy("Install torch", (python_command(host, install),)),
        ],
    )
    yield resting_on(CUDA_BUILDS, found)
