"""Reads the tables, each once and only when asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
_UNSIGNED = 2**32


class Build(NamedTuple):
    """A CUDA build of torch.

    Attributes:
        tag: Its local version, such as `cu126`, and the last part of its index.
        capabilities: Compute capabilities it has kernels for.
        torch: Versions of torch that are published with it, as a specifier.
    """

    tag: str
    capabilities: tuple[tuple[int, int], ...]
    torch: str

    def runs_on(self, capability: tuple[int, int]) -> bool:
        """Return whether a GPU runs its code: same generation, not newer than the GPU."""
        return any(c[0] == capability[0] and c <= capability for c in self.capabilities)


class Partner(NamedTuple):
    """Versions (major and minor) that belong to one torch."""

    torch: str
    torchaudio: str
    torchvision: str
    torchcodec: str


@lru_cache
def table(name: str) -> Mapping[str, Any]:
    """Return a table's content by its file's name without suffix."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache
def builds() -> tuple[Build, ...]:
    """Return the CUDA builds of torch, oldest first."""
    return tuple(
        Build(row["tag"], tuple(map(_capability, row["capabilities"])), row["torch"])
        for row in table("gpu_builds")["builds"]
    )


def _capability(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def capability_of(gpu: str) -> tuple[int, int] | None:
    """Return the compute capability of a GPU.

    Args:
        gpu: Its name as `nvidia-smi` gives it, such as `NVIDIA GeForce RTX 5090`.
    """
    for row in table("gpu_builds")["names"]:
        if re.search(row["pattern"], gpu, re.IGNORECASE):
            return _capability(row["capability"])
    return None


def tag_for(capability: tuple[int, int], torch: str | None = None) -> str | None:
    """Return the newest build that runs on a GPU.

    Args:
        capability: The GPU's compute capability, such as (12, 0).
        torch: The version that must be published with it, such as `2.6.0`; any if `None`.

    Returns:
        The tag, or `None` where no build fits, such as RTX 50 with torch 2.6.
    """
    fitting = [b for b in builds() if b.runs_on(capability) and _published(b, torch)]
    return fitting[-1].tag if fitting else None


def _published(build: Build, torch: str | None) -> bool:
    from packaging.specifiers import SpecifierSet

    return torch is None or SpecifierSet(build.torch).contains(torch, prereleases=True)


@lru_cache
def torch_partners() -> Mapping[str, Partner]:
    """Return the partners by torch's major and minor version, such as `2.6`."""
    rows = (Partner(**row) for row in table("torch_partners")["partners"])
    return {row.torch: row for row in rows}


def partner_of(torch: str, package: str) -> str | None:
    """Return the major and minor version of a package that belongs to a torch.

    Args:
        torch: Its version, such as `2.6.0` or `2.6.0+cu126`.
        package: `torchaudio`, `torchvision` or `torchcodec`.
    """
    release = torch.partition("+")[0]
    row = torch_partners().get(".".join(release.split(".")[:2]))
    return None if row is None else str(getattr(row, package))


def cuda_error(number: int) -> str | None:
    """Return what a CUDA error number means, if it is known."""
    found = table("numbers")["cuda"].get(str(number))
    return None if found is None else str(found)


def exit_code(number: int) -> str | None:
    """Return what a process's exit code means; a negative one is the same 32 bits."""
    found = table("numbers")["exit"].get(str(number % _UNSIGNED))
    return None if found is None else str(found)


def installable(module: str) -> str | None:
    """Return the package to install for a module; `None` where a plain `pip install` is wrong.

    That is so for torch and its partners, of which PyPI has the CPU build, and for modules that
    Windows does not have.
    """
    posix, cpu_build = table("packages")["posix_only"], table("packages")["cpu_build"]
    names = (*posix["names"], *posix["none_on_windows"], *cpu_build["names"])
    return None if module.partition(".")[0] in names else package_of(module)


def package_of(module: str) -> str:
    """Return the package that has a module; its own name where no other is known."""
    names = table("packages")["packages"]
    return str(names.get(module) or names.get(module.partition(".")[0]) or module.partition(".")[0])
