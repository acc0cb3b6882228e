"""Chooses the device for a model, and explains a missing package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from winasr_doctor._util.devices import DeviceKind, DeviceName
from winasr_doctor._util.foreign_exceptions import first_line
from winasr_doctor._util.installation import install_extra
from winasr_doctor.asr.errors import DeviceError, MissingPackageError
from winasr_doctor.findings import Remedy


def choose_device(device: DeviceName) -> str:
    """Return the device to load a model to.

    Args:
        device: The requested device; `auto` is the first GPU if torch can use one, else the CPU.

    Returns:
        Torch's name of the device.

    Raises:
        MissingPackageError: torch cannot be imported.
        DeviceError: The device does not exist, or this torch cannot use it.
    """
    with needed("torch"):
        import torch
    if device.kind is DeviceKind.AUTO:
        return "cuda:0" if torch.cuda.is_available() else "cpu"
    if device.kind is DeviceKind.MPS and not torch.backends.mps.is_available():
        raise _no_device("mps", "torch finds no GPU of Apple's that it can use")
    if device.kind is not DeviceKind.CUDA:
        return str(device.kind.value)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.number >= count:
        raise _no_device(f"cuda:{device.number}", _why_no_cuda(torch.version.cuda, count))
    return f"cuda:{device.number}"


@contextmanager
def needed(package: str) -> Iterator[None]:
    """Import a package in the block.

    Args:
        package: The package's name for people.

    Raises:
        MissingPackageError: It cannot be imported; the error says why and what to do.
    """
    try:
        yield
    except Exception as error:
        raise _missing(package, error) from error


def _missing(package: str, error: BaseException) -> MissingPackageError:
    return MissingPackageError(
        f"{package} cannot be imported: {first_line(error).rstrip('.')}.",
        (
            Remedy(
                "Install or repair it",
                (
                    install_extra("asr"),
                    "python -m winasr_doctor scan --select NEM --select ENV says what is broken",
                ),
            ),
        ),
    )


def _why_no_cuda(cuda: str | None, count: int) -> str:
    if cuda is None:
        return "the torch that is installed was built without CUDA"
    if count == 0:
        return "torch finds no NVIDIA GPU, or no driver for it"
    return f"there are {count}, counted from 0"


def _no_device(device: str, why: str) -> DeviceError:
    return DeviceError(
        f"The model cannot be loaded on {device}: {why}.",
        (
            Remedy(
                "Use another device, or fix this one",
                (
                    'Load it with device="auto" or device="cpu"',
                    "python -m winasr_doctor scan --select ENV says what keeps torch from the GPU",
                ),
            ),
        ),
    )
