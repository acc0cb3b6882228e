"""Fills facts into a remedy's steps: `{{torch}}`, `{{version:numpy}}`, `{{match:module}}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.commands import typed
from winasr_doctor.catalogue.comparing import ABSENT, fits
from winasr_doctor.catalogue.schema import RemedyTemplate, StepTemplate

FACTS = MappingProxyType(
    {
        "torch": "the installed torch without its build, such as 2.6.0",
        "torch_tag": "the build of the installed torch: cu126, cpu ...",
        "torch_index": "the index that has this build of torch",
        "torch_cuda": "the CUDA version of this build, such as 12.6",
        "gpu": "the name of the GPU",
        "gpu_arch": "its compute capability, such as 8.9",
        "gpu_tag": "the build of torch that has kernels for this GPU, such as cu128",
        "gpu_index": "the index that has this build of torch",
        "kernels": "for how many of the GPUs the installed torch has code: all, some or none",
        "driver_cuda": "the newest CUDA version that the NVIDIA driver serves",
        "torchaudio": "the torchaudio that belongs to the installed torch",
        "torchvision": "the torchvision that belongs to the installed torch",
        "torchcodec": "the torchcodec that belongs to the installed torch",
        "python": "the full path of the interpreter",
        "python_version": "its version, such as 3.11",
        "hf_home": "the folder of the Hub's cache",
        "temp": "the temporary folder",
        "os": "windows, linux or darwin",
        "path": "the path that the error names",
    }
)
"""Plain facts and their meaning."""

PARAMETRIC = MappingProxyType(
    {
        "version": "the installed version of a package: {{version:numpy}}",
        "belongs": "whether a partner belongs to the installed torch, yes or no",
        "env": "an environment variable: {{env:HF_ENDPOINT}}",
        "tool": "the path of a program: {{tool:ffmpeg}}",
        "next_major": "the major version after the installed one: {{next_major:gradio}}",
        "match": "what a named group of the entry's regex caught: {{match:module}}",
        "package": "the package that brings the caught module: {{package:module}}",
    }
)
"""Facts with an argument."""

_FACT = lazy_pattern(r"\{\{\s*([a-z_]+(?::[\w.-]+)?)\s*\}\}")

Lookup = Callable[[str], "str | None"]
"""Returns the value of a fact, such as `torch` or `version:numpy`; `None` if it is unknown."""


def facts_in(text: str) -> list[str]:
    """Return the names of the facts that a template uses."""
    return _FACT.findall(text)


def is_fact(name: str) -> bool:
    """Return whether a fact of this name exists."""
    head, colon, argument = name.partition(":")
    return head in PARAMETRIC and bool(argument) if colon else head in FACTS


def fill(step: StepTemplate, lookup: Lookup) -> StepTemplate:
    """Return a step with its facts filled in, or its fallback if one is unknown."""
    names = facts_in(step.text + step.command)
    values = {name: lookup(name) for name in names}
    if any(value is None for value in values.values()):
        text, command = step.unknown, step.unknown_command
    else:
        text, command = _filled(step.text, values), _filled(step.command, values)
    return StepTemplate(
        text=text,
        command=typed(command, lookup("shell"), lookup("python")) if command else "",
        needs_admin=step.needs_admin,
    )


def _filled(template: str, values: dict[str, str | None]) -> str:
    return _FACT.sub(lambda found: values[found[1]] or "", template)


def fitted(remedies: tuple[RemedyTemplate, ...], lookup: Lookup) -> tuple[RemedyTemplate, ...]:
    """Return the remedies that fit a machine, the best first, with its facts filled in.

    Args:
        remedies: The remedies of an entry.
        lookup: Facts of the machine. It answers `absent:FACT` if it is known that there is no such
            thing.
    """
    fitting = [remedy for remedy in remedies if _may_hold(remedy.when, lookup)]
    steps = [_steps(remedy, lookup) for remedy in fitting]
    ordered = sorted(
        (pair for pair in zip(fitting, steps, strict=True) if pair[1]),
        key=lambda pair: not _surely_holds(pair[0].first_when, lookup),
    )
    return tuple(RemedyTemplate(title=remedy.title, steps=filled) for remedy, filled in ordered)


def _steps(remedy: RemedyTemplate, lookup: Lookup) -> tuple[StepTemplate, ...]:
    return tuple(fill(step, lookup) for step in remedy.steps if _may_hold(step.when, lookup))


def _may_hold(when: Mapping[str, tuple[str, ...]], lookup: Lookup) -> bool:
    """Return whether no known fact contradicts some conditions."""
    return all(_holds(fact, wanted, lookup) is not False for fact, wanted in when.items())


def _surely_holds(when: Mapping[str, tuple[str, ...]], lookup: Lookup) -> bool:
    return bool(when) and all(_holds(fact, wanted, lookup) for fact, wanted in when.items())


def _holds(fact: str, wanted: tuple[str, ...], lookup: Lookup) -> bool | None:
    value = lookup(fact)
    if value is None and lookup(f"{ABSENT}:{fact}") is None:
        return None
    return any(fits(value, one) for one in wanted)
