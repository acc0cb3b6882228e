"""Facts in a remedy's steps: `{{torch}}`, `{{version:numpy}}`, `{{match:module}}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

from winasr_doctor.catalogue.schema import Remedy, Step

FACTS = MappingProxyType(
    {
        "torch": "the installed torch without its build, such as 2.6.0",
        "torch_tag": "the build of the installed torch: cu126, cpu ...",
        "torch_index": "the index that has this build of torch",
        "gpu": "the name of the GPU",
        "gpu_tag": "the build of torch that has kernels for this GPU, such as cu128",
        "gpu_index": "the index that has this build of torch",
        "torchaudio": "the torchaudio that belongs to the installed torch",
        "torchvision": "the torchvision that belongs to the installed torch",
        "torchcodec": "the torchcodec that belongs to the installed torch",
        "python": "the full path of the interpreter",
        "python_version": "its version, such as 3.11",
        "hf_home": "the folder of the Hub's cache",
        "temp": "the temporary folder",
        "path": "the path that the error names",
    }
)
"""Plain facts and what they are."""

PARAMETRIC = MappingProxyType(
    {
        "version": "the installed version of a package: {{version:numpy}}",
        "next_major": "the major version after the installed one: {{next_major:gradio}}",
        "match": "what a named group of the entry's regex caught: {{match:module}}",
        "package": "the package that brings the caught module: {{package:module}}",
    }
)
"""Facts with an argument."""

_FACT = re.compile(r"\{\{\s*([a-z_]+(?::[\w.-]+)?)\s*\}\}")

Lookup = Callable[[str], "str | None"]
"""Gives the value of a fact, such as `torch` or `version:numpy`; `None` where it is not known."""


def facts_in(text: str) -> list[str]:
    """Return the names of the facts that a template uses."""
    return _FACT.findall(text)


def is_fact(name: str) -> bool:
    """Return whether a fact of this name exists."""
    head, colon, argument = name.partition(":")
    return head in PARAMETRIC and bool(argument) if colon else head in FACTS


def fill(step: Step, lookup: Lookup) -> Step:
    """Return a step with its facts filled in, or its fallback where one is not known."""
    names = facts_in(step.text + step.command)
    values = {name: lookup(name) for name in names}
    if any(value is None for value in values.values()):
        return Step(text=step.unknown, needs_admin=step.needs_admin)
    return Step(
        text=_filled(step.text, values),
        command=_filled(step.command, values),
        needs_admin=step.needs_admin,
    )


def _filled(template: str, values: dict[str, str | None]) -> str:
    return _FACT.sub(lambda found: values[found[1]] or "", template)


def applicable(remedies: tuple[Remedy, ...], lookup: Lookup) -> Iterator[Remedy]:
    """Iterate over the remedies whose `when` does not contradict what is known."""
    for remedy in remedies:
        if all(_holds(lookup(fact), wanted) for fact, wanted in remedy.when.items()):
            yield remedy


def _holds(value: str | None, wanted: tuple[str, ...]) -> bool:
    return value is None or any(_is(value, one) for one in wanted)


def _is(value: str, wanted: str) -> bool:
    if not wanted.startswith(("<", ">", "=", "!", "~")):
        return value == wanted
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(wanted).contains(value, prereleases=True)
    except InvalidVersion:
        return False
