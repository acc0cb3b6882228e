"""Derives facts from the raw facts of a machine by means of the tables.

A remedy and the check that detects the same error in advance use the same facts.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

from winasr_doctor.catalogue import tables

if TYPE_CHECKING:
    from winasr_doctor.catalogue.templates import Lookup

_INDEX = "https://download.pytorch.org/whl/"


def derived(raw: Lookup) -> Lookup:
    """Add the derived facts to the raw facts of a machine.

    Args:
        raw: Returns `installed:PACKAGE` (a version with its local part), `torch_build` if it
            differs from that of the version, `gpus` (their names, one per line), `driver`,
            `driver_cuda`, and facts of `catalogue.templates.FACTS` that are not derived. Its
            exceptions are passed on.
    """
    known: dict[str, str | None] = {}

    def lookup(name: str) -> str | None:
        if name not in known:
            known[name] = read(name)
        return known[name]

    def read(name: str) -> str | None:
        head, _, argument = name.partition(":")
        if argument and head in _OF_PACKAGES:
            return _OF_PACKAGES[head](raw, argument)
        reader = _PLAIN.get(name)
        return raw(name) if reader is None else reader(raw)

    return lookup


def _version(raw: Lookup, package: str) -> str | None:
    return (raw(f"installed:{package}") or "").partition("+")[0] or None


def _next_major(raw: Lookup, package: str) -> str | None:
    major = (_version(raw, package) or "").partition(".")[0]
    return str(int(major) + 1) if major.isdigit() else None


def _build(raw: Lookup, package: str) -> str | None:
    return (raw(f"installed:{package}") or "").partition("+")[2] or None


def _belongs(raw: Lookup, package: str) -> str | None:
    """Return whether a partner of torch matches it, by version and CUDA."""
    torch, partner = raw("installed:torch"), raw(f"installed:{package}")
    if torch is None or partner is None:
        return None
    fits = tables.belongs(torch.partition("+")[0], package, partner.partition("+")[0])
    if fits is None:
        return None
    same = tables.same_cuda(package, _torch_tag(raw), _build(raw, package))
    return _yes(fits and same)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


_OF_PACKAGES: MappingProxyType[str, Callable[[Lookup, str], str | None]] = MappingProxyType(
    {"version": _version, "next_major": _next_major, "belongs": _belongs}
)


def _torch(raw: Lookup) -> str | None:
    return _version(raw, "torch")


def _torch_tag(raw: Lookup) -> str | None:
    """Return the build of torch: its local version, which PyPI's CPU build does not have."""
    installed = raw("installed:torch")
    if installed is None:
        return None
    return raw("torch_build") or installed.partition("+")[2] or "cpu"


def _torch_index(raw: Lookup) -> str | None:
    tag = _torch_tag(raw)
    return None if tag is None else _INDEX + tag


def _torch_cuda(raw: Lookup) -> str | None:
    cuda = tables.cuda_of(_torch_tag(raw) or "")
    return None if cuda is None else f"{cuda[0]}.{cuda[1]}"


def _partner(package: str) -> Callable[[Lookup], str | None]:
    def partner(raw: Lookup) -> str | None:
        torch = _torch(raw)
        return None if torch is None else tables.partner_of(torch, package)

    return partner


def _gpus(raw: Lookup) -> list[str]:
    return (raw("gpus") or "").splitlines()


def _gpu(raw: Lookup) -> str | None:
    return next(iter(_gpus(raw)), None)


def _capability(raw: Lookup) -> tuple[int, int] | None:
    name = _gpu(raw)
    return None if name is None else tables.capability_of(name)


def _gpu_arch(raw: Lookup) -> str | None:
    capability = _capability(raw)
    return None if capability is None else f"{capability[0]}.{capability[1]}"


def _gpu_tag(raw: Lookup) -> str | None:
    capability = _capability(raw)
    if capability is None:
        return None
    return tables.tag_for(capability, _torch(raw), _driver_cuda(raw))


def _driver_cuda(raw: Lookup) -> str | None:
    driver = raw("driver")
    return raw("driver_cuda") or (None if driver is None else tables.cuda_served(driver))


def _gpu_index(raw: Lookup) -> str | None:
    tag = _gpu_tag(raw)
    return None if tag is None else _INDEX + tag


def _kernels(raw: Lookup) -> str | None:
    """Return how many of the GPUs the installed torch supports: `all`, `some` or `none`."""
    torch, tag = _torch(raw), _torch_tag(raw)
    if torch is None or tag in (None, "cpu"):
        return None
    names = _gpus(raw)
    build = tables.build_of(str(tag), torch) if names else None  # reading the table is slowest
    if build is None:
        return None
    known = [found for name in names if (found := tables.capability_of(name)) is not None]
    runs = [build.may_run_on(capability) for capability in known]
    return None if not runs else "all" if all(runs) else "some" if any(runs) else "none"


_PLAIN: MappingProxyType[str, Callable[[Lookup], str | None]] = MappingProxyType(
    {
        "torch": _torch,
        "torch_tag": _torch_tag,
        "torch_index": _torch_index,
        "torch_cuda": _torch_cuda,
        "torchaudio": _partner("torchaudio"),
        "torchvision": _partner("torchvision"),
        "torchcodec": _partner("torchcodec"),
        "gpu": _gpu,
        "gpu_arch": _gpu_arch,
        "gpu_tag": _gpu_tag,
        "gpu_index": _gpu_index,
        "kernels": _kernels,
        "driver_cuda": _driver_cuda,
    }
)
