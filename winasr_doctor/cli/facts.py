"""The facts of this machine for the remedies of known errors."""

from __future__ import annotations

from functools import lru_cache

from winasr_doctor.catalogue.templates import Lookup


def of_this_machine() -> Lookup:
    """Return what gives facts of this interpreter and, when one is asked for, of the GPU."""
    from winasr_doctor.diagnosis.facts import of_gpu, of_this_interpreter

    def lookup(fact: str) -> str | None:
        if fact.startswith("gpu"):
            return of_gpu(_gpu(), of_this_interpreter)(fact)
        return of_this_interpreter(fact)

    return lookup


@lru_cache(maxsize=1)
def _gpu() -> str | None:
    """Return the name of the first NVIDIA GPU, from `nvidia-smi`."""
    from winasr_doctor.host import NotApplicable, Unreadable
    from winasr_doctor.host.live import LiveHost

    try:
        gpus = LiveHost().gpus.items
    except (Unreadable, NotApplicable):
        return None
    return gpus[0].name if gpus else None
