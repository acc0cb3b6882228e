"""Facts of this interpreter for the steps of remedies; nothing is imported or started for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType

from winasr_doctor.catalogue import Match, tables
from winasr_doctor.catalogue.templates import Lookup

_INDEX = "https://download.pytorch.org/whl/"


@lru_cache(maxsize=64)
def version_of(package: str) -> str | None:
    """Return the installed version of a package, such as `2.6.0+cu126`; `None` without one."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except (PackageNotFoundError, ValueError, OSError):
        return None


def _torch() -> str | None:
    installed = version_of("torch")
    return None if installed is None else installed.partition("+")[0]


def _torch_tag() -> str | None:
    """Return the build of torch: its local version, which PyPI's CPU build has not."""
    installed = version_of("torch")
    if installed is None:
        return None
    return installed.partition("+")[2] or "cpu"


def _torch_index() -> str | None:
    tag = _torch_tag()
    return None if tag in (None, "cpu") else _INDEX + str(tag)


def _partner(package: str) -> Callable[[], str | None]:
    def partner() -> str | None:
        torch = _torch()
        return None if torch is None else tables.partner_of(torch, package)

    return partner


def _hf_home() -> str:
    from pathlib import Path

    return os.environ.get("HF_HOME") or str(Path.home() / ".cache" / "huggingface")


def _temp() -> str:
    import tempfile  # with what it needs, it takes longer to import than all facts to read

    return tempfile.gettempdir()


_PLAIN: MappingProxyType[str, Callable[[], str | None]] = MappingProxyType(
    {
        "torch": _torch,
        "torch_tag": _torch_tag,
        "torch_index": _torch_index,
        "torchaudio": _partner("torchaudio"),
        "torchvision": _partner("torchvision"),
        "torchcodec": _partner("torchcodec"),
        "python": lambda: sys.executable or None,
        "python_version": lambda: f"{sys.version_info[0]}.{sys.version_info[1]}",
        "hf_home": _hf_home,
        "temp": _temp,
    }
)


def of_this_interpreter(name: str) -> str | None:
    """Return a fact about the interpreter that runs this; see `catalogue.templates.FACTS`."""
    head, _, argument = name.partition(":")
    if head == "version":
        return (version_of(argument) or "").partition("+")[0] or None
    if head == "next_major":
        installed = version_of(argument) or ""
        major = installed.partition(".")[0]
        return str(int(major) + 1) if major.isdigit() else None
    reader = _PLAIN.get(name)
    try:
        return None if reader is None else reader()
    except (OSError, RuntimeError, ValueError):  # no home folder, no usable TEMP
        return None


def of_gpu(name: str | None, machine: Lookup) -> Lookup:
    """Add what follows from the name of the GPU to the facts of a machine.

    Args:
        name: As `nvidia-smi` gives it, such as `NVIDIA GeForce RTX 5090`.
        machine: The other facts.
    """

    def lookup(fact: str) -> str | None:
        if not fact.startswith("gpu") or name is None:
            return machine(fact)
        if fact == "gpu":
            return name
        capability = tables.capability_of(name)
        tag = None if capability is None else tables.tag_for(capability, machine("torch"))
        return tag if tag is None or fact == "gpu_tag" else _INDEX + tag

    return lookup


def of_match(match: Match, machine: Lookup) -> Lookup:
    """Add what the error itself says to the facts of a machine: its path, captured groups."""

    def lookup(fact: str) -> str | None:
        head, _, argument = fact.partition(":")
        if fact == "path":
            return match.node.path
        if head == "match":
            return match.groups.get(argument)
        if head == "package":
            module = match.groups.get(argument)
            return None if module is None else tables.installable(module)
        return machine(fact)

    return lookup
