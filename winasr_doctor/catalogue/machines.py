"""Provides facts of a recorded or scanned machine, for remedies and for checks."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from winasr_doctor.catalogue.deriving import derived
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable

if TYPE_CHECKING:
    from winasr_doctor.catalogue.templates import Lookup

SECTIONS = MappingProxyType(
    {
        "version": ("packages",),
        "next_major": ("packages",),
        "belongs": ("packages",),
        "torch": ("packages",),
        "torch_tag": ("packages",),
        "torch_index": ("packages",),
        "torch_cuda": ("packages",),
        "torchaudio": ("packages",),
        "torchvision": ("packages",),
        "torchcodec": ("packages",),
        "gpu": ("gpus",),
        "gpu_arch": ("gpus",),
        "gpu_tag": ("gpus", "packages"),
        "gpu_index": ("gpus", "packages"),
        "kernels": ("gpus", "packages"),
        "driver_cuda": ("gpus",),
        "env": ("environment",),
        "tool": ("audio_tools",),
        "python": ("python",),
        "python_version": ("python",),
        "hf_home": ("environment", "hub_cache"),
        "temp": ("places",),
        "os": (),
    }
)
"""Facts of `catalogue.templates`, without the part after a colon, and the sections they need."""

_ABSENT = "absent:"
_NOT_A_NAME = r"[-_.]+"


def of_host(host: Machine) -> Lookup:
    """Return a lookup for the facts of a machine; it returns `None` for an unreadable one.

    It also answers `absent:FACT`, with `yes` if it is known that there is no such thing.

    Args:
        host: The machine. A section is read when a fact needs it.
    """
    known = deciding(host)

    def lookup(name: str) -> str | None:
        asked = name.removeprefix(_ABSENT)
        try:
            value = known(asked)
        except (Unreadable, NotApplicable):
            return None
        if asked == name:
            return value
        return "yes" if value is None else None

    return lookup


def deciding(host: Machine) -> Lookup:
    """Return a lookup for the facts of a machine that raises if one could not be read.

    So `None` means that there is no such thing, or that the tables do not know it.

    Args:
        host: The machine. A section is read when a fact needs it; see `SECTIONS`.
    """
    return derived(_Raw(host))


class _Raw:
    """The raw facts of a machine; see `deriving.derived`."""

    def __init__(self, host: Machine) -> None:
        self._host = host
        self._versions: dict[str, str] | None = None

    def __call__(self, name: str) -> str | None:
        head, _, argument = name.partition(":")
        if head == "installed":
            return self._installed(argument)
        if head == "env":
            return self._host.environment.get(argument)
        if head == "tool":
            tool: str | None = getattr(self._host.audio_tools, argument, None)
            return tool
        reader = getattr(self, f"_{name}", None) if name in _RAW else None
        return None if reader is None else reader()

    def _installed(self, package: str) -> str | None:
        packages = self._host.packages
        if package == "torch" and packages.torch is not None:
            return packages.torch.version
        if self._versions is None:
            self._versions = {_normal(name): each for name, each in packages.versions.items()}
        return self._versions.get(_normal(package))

    def _torch_build(self) -> str | None:
        """Return the CUDA build that torch names; PyPI's Linux build has no local version."""
        torch = self._host.packages.torch
        cuda = None if torch is None else torch.cuda
        return None if cuda is None else f"cu{cuda.replace('.', '')}"

    def _gpus(self) -> str | None:
        return "\n".join(gpu.name for gpu in self._host.gpus.items) or None

    def _driver(self) -> str | None:
        return self._host.gpus.driver

    def _driver_cuda(self) -> str | None:
        return self._host.gpus.cuda

    def _python(self) -> str | None:
        return self._host.python.executable or None

    def _python_version(self) -> str:
        return ".".join(map(str, self._host.python.release[:2]))

    def _os(self) -> str:
        return self._host.system.os

    def _shell(self) -> str:
        return "powershell" if self._host.system.os == "windows" else "posix"

    def _temp(self) -> str | None:
        place = self._host.places.first("tempfile")
        return None if place is None else place.path

    def _hf_home(self) -> str | None:
        home = self._host.environment.get("HF_HOME")
        return home or re.sub(r"[\\/]hub$", "", self._host.hub_cache.path)


_RAW = frozenset(
    (
        "torch_build", "gpus", "driver", "driver_cuda", "python", "python_version", "os", "shell",
        "temp", "hf_home",
    )
)  # fmt: skip


@lru_cache(maxsize=1024)
def _normal(package: str) -> str:
    return re.sub(_NOT_A_NAME, "-", package).lower()
