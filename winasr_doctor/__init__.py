"""Finds, explains and survives Windows file locks around NVIDIA NeMo speech recognition."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import takes half of this package's
if TYPE_CHECKING:
    from winasr_doctor._guard import guard
    from winasr_doctor.asr import diarize, load_model, transcribe
    from winasr_doctor.diagnosis import diagnose
    from winasr_doctor.locks import RetryPolicy, rmtree, sweep
    from winasr_doctor.locks.holders import holders_of
    from winasr_doctor.scanning import scan
    from winasr_doctor.version import __version__

_PUBLIC = {
    "__version__": "version",
    "RetryPolicy": "locks",
    "diagnose": "diagnosis",
    "diarize": "asr",
    "guard": "_guard",
    "holders_of": "locks.holders",
    "load_model": "asr",
    "rmtree": "locks",
    "scan": "scanning",
    "sweep": "locks",
    "transcribe": "asr",
}
"""Public name to the module that defines it; imported when first used."""

__all__ = [
    "RetryPolicy",
    "__version__",
    "diagnose",
    "diarize",
    "guard",
    "holders_of",
    "load_model",
    "rmtree",
    "scan",
    "sweep",
    "transcribe",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
