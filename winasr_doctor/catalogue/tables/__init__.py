"""Dated tables shared by remedies and the preflight; each is read once and only when needed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from winasr_doctor._util.toml import parsed
from winasr_doctor.catalogue.comparing import satisfies

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow to import
_UNSIGNED = 2**32
_NUMBERS = r"[0-9]{1,4}\.[0-9]{1,4}"
_SHORTEST_TAG = 2
"""Number of digits of a CUDA build such as cu92."""


class Build(Struct, frozen=True):
    """A CUDA build of torch.

    Attributes:
        tag: Its local version, such as `cu126`, and the last part of its index.
        capabilities: Compute capabilities that it has kernels for.
        perhaps: Capabilities on which the sources contradict each other.
        torch: Versions of torch published with it, as a specifier.
    """

    tag: str
    capabilities: tuple[tuple[int, int], ...]
    perhaps: tuple[tuple[int, int], ...]
    torch: str

    def runs_on(self, capability: tuple[int, int]) -> bool:
        """Return whether a GPU can run its code: same generation, not newer than the GPU."""
        return _runs(self.capabilities, capability)

    def may_run_on(self, capability: tuple[int, int]) -> bool:
        """Return whether a GPU is not known to be unsupported."""
        return self.runs_on(capability) or _runs(self.perhaps, capability)


def _runs(code: tuple[tuple[int, int], ...], capability: tuple[int, int]) -> bool:
    return any(c[0] == capability[0] and c <= capability for c in code)


class Partner(Struct, frozen=True):
    """Partner versions (major and minor) that match one torch."""

    torch: str
    torchaudio: str
    torchvision: str
    torchcodec: str
    torchcodec_fits: str = ""
    """The versions of torchcodec that work with it, as a specifier."""


@lru_cache
def table(name: str) -> Mapping[str, Any]:
    """Return a table's content by its file name without suffix."""
    with open(os.path.join(_HERE, f"{name}.toml"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        return parsed(file.read())


@lru_cache
def builds() -> tuple[Build, ...]:
    """Return the CUDA builds of torch, oldest first."""
    return tuple(
        Build(
            row["tag"],
            tuple(map(_capability, row["capabilities"])),
            tuple(map(_capability, row.get("perhaps", ()))),
            row["torch"],
        )
        for row in table("gpu_builds")["builds"]
    )


def _capability(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def capability_of(gpu: str) -> tuple[int, int] | None:
    """Return the compute capability of a GPU.

    Args:
        gpu: Its name as reported by `nvidia-smi`, such as `NVIDIA GeForce RTX 5090`.
    """
    for row in table("gpu_builds")["names"]:
        if re.search(row["pattern"], gpu, re.IGNORECASE):
            return _capability(row["capability"])
    return None


def build_of(tag: str, torch: str) -> Build | None:
    """Return a CUDA build of torch, if the table knows it.

    Args:
        tag: The build's tag, such as `cu126`.
        torch: The version, such as `2.6.0`.
    """
    return next((b for b in builds() if b.tag == tag and satisfies(torch, b.torch)), None)


def cuda_of(tag: str) -> tuple[int, int] | None:
    """Return the CUDA version of a build by its tag, such as (12, 6) for `cu126`."""
    digits = tag[2:]
    if not tag.startswith("cu") or not digits.isdecimal() or len(digits) < _SHORTEST_TAG:
        return None
    return int(digits[:-1]), int(digits[-1])


def tag_for(
    capability: tuple[int, int], torch: str | None = None, driver_cuda: str | None = None
) -> str | None:
    """Return the newest build that runs on a GPU.

    Args:
        capability: The GPU's compute capability, such as (12, 0).
        torch: The torch version that must be published for it, such as `2.6.0`; any if `None`.
        driver_cuda: The newest CUDA version that the driver supports, such as `12.9`. Builds up to
            that one come first, then those of the same major version, which this driver also runs.

    Returns:
        The tag, or `None` if no build fits, as for RTX 50 with torch 2.6.
    """
    fitting = [b.tag for b in builds() if b.runs_on(capability) and _published(b, torch)]
    if driver_cuda is not None and re.fullmatch(_NUMBERS, driver_cuda):
        served = _capability(driver_cuda)
        known = [(tag, cuda) for tag in fitting if (cuda := cuda_of(tag)) is not None]
        fitting = [tag for tag, cuda in known if cuda <= served]
        fitting = fitting or [tag for tag, cuda in known if cuda[0] <= served[0]]
    return fitting[-1] if fitting else None


def _published(build: Build, torch: str | None) -> bool:
    return torch is None or satisfies(torch, build.torch)


def oldest_driver(cuda: int) -> float | None:
    """Return the oldest Windows driver that runs a major version of CUDA, if it is known."""
    found = table("gpu_builds")["drivers"].get(str(cuda))
    return None if found is None else float(found)


@lru_cache
def torch_partners() -> Mapping[str, Partner]:
    """Return the partners by torch's major and minor version, such as `2.6`."""
    rows = (Partner(**row) for row in table("torch_partners")["partners"])
    return {row.torch: row for row in rows}


def partner_of(torch: str, package: str) -> str | None:
    """Return the major and minor version of a package that matches a torch.

    Args:
        torch: Its version, such as `2.6.0` or `2.6.0+cu126`.
        package: `torchaudio`, `torchvision` or `torchcodec`.
    """
    row = _row(torch)
    return None if row is None else str(getattr(row, package)) or None


def _row(torch: str) -> Partner | None:
    release = torch.partition("+")[0]
    return torch_partners().get(".".join(release.split(".")[:2]))


def belongs(torch: str, package: str, version: str) -> bool | None:
    """Return whether a partner's version matches a torch; `None` if that is unknown.

    Args:
        torch: Its version, such as `2.6.0`.
        package: `torchaudio`, `torchvision` or `torchcodec`.
        version: The partner's version.
    """
    row = _row(torch)
    if row is None or package not in Partner.__struct_fields__:
        return None
    wanted = row.torchcodec_fits if package == "torchcodec" else f"=={getattr(row, package)}.*"
    return bool(wanted) and satisfies(version, wanted)


def same_cuda(package: str, torch: str | None, partner: str | None) -> bool:
    """Return whether a partner of torch accepts torch's CUDA build.

    When imported, torchaudio compares the whole CUDA version, torchvision the major version. Builds
    without CUDA are not compared. Source: torchaudio, `_extension/utils.py`; torchvision,
    `extension.py`.

    Args:
        package: The partner.
        torch: The build of torch, such as `cu126`.
        partner: The build of the partner.
    """
    ours, theirs = cuda_of(torch or ""), cuda_of(partner or "")
    if ours is None or theirs is None or package == "torchcodec":
        return True
    return ours == theirs if package == "torchaudio" else ours[0] == theirs[0]


def cuda_served(driver: str) -> str | None:
    """Return the newest CUDA that a Windows driver is known to run, such as `12.0`.

    Args:
        driver: Its version, such as `576.80`.
    """
    number = re.match(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", driver)
    drivers = table("gpu_builds")["drivers"]
    served = [int(cuda) for cuda in drivers if number and float(number[0]) >= drivers[cuda]]
    return f"{max(served)}.0" if served else None


def cuda_error(number: int) -> str | None:
    """Return what a CUDA error number means, if it is known."""
    found = table("numbers")["cuda"].get(str(number))
    return None if found is None else str(found)


def exit_code(number: int) -> str | None:
    """Return what a process's exit code means; a negative one is the same 32 bits."""
    found = table("numbers")["exit"].get(str(number % _UNSIGNED))
    return None if found is None else str(found)


def installable(module: str) -> str | None:
    """Return the package to install for a module; `None` if a plain `pip install` is wrong.

    That is the case for torch and its partners, of which PyPI has the CPU build, and for modules
    that do not exist on Windows.
    """
    posix, cpu_build = table("packages")["posix_only"], table("packages")["cpu_build"]
    names = (*posix["names"], *posix["none_on_windows"], *cpu_build["names"])
    return None if module.partition(".")[0] in names else package_of(module)


def package_of(module: str) -> str:
    """Return the package that contains a module; the module's own name if no other is known."""
    names = table("packages")["packages"]
    return str(names.get(module) or names.get(module.partition(".")[0]) or module.partition(".")[0])
