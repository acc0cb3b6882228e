"""Rejects remedies with harmful advice, as given in public threads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from winasr_doctor.catalogue.schema import KnownError, RemedyTemplate, StepTemplate

_BUT_NOT = re.compile(
    r"\b(?:not|never|don't|without|instead of|rather than|no need)\b", re.IGNORECASE
)


class Rule(NamedTuple):
    """Forbidden advice; it may be mentioned after "not" or "never" in the same sentence.

    Attributes:
        pattern: How to recognise it.
        why: Why it is wrong, as the end of a sentence.
        only_first: Whether it is forbidden only in the first remedy.
    """

    pattern: re.Pattern[str]
    why: str
    only_first: bool = False


def _rule(pattern: str, why: str, *, only_first: bool = False) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), why, only_first)


_PROTECTION = (
    r"defender|antivirus|virus scanner|scanner|real-time protection|protection|firewall"
    r"|smart app control|controlled folder access|app control|tls inspection"
)
_PIP = r"(?:pip|uv pip) install\b"

RULES = (
    _rule("KMP_DUPLICATE_LIB_OK", "it hides two OpenMP runtimes, and results may be wrong"),
    _rule(r"verify\s*=\s*False|CURL_CA_BUNDLE\s*=\s*(?:\"\"|''|$)|HF_HUB_DISABLE_SSL|PYTHONHTTPSVERIFY",
          "it switches the check of certificates off"),
    _rule("--trusted-host", "it switches the check of certificates off"),
    _rule("--break-system-packages", "it damages the system's Python"),
    _rule(r"\b(?:disable|turn(?:ing)? off|switch(?:ing)? off|deactivate|uninstall|stop)\b"
          rf"[^.;]{{0,40}}\b(?:{_PROTECTION})\b", "it weakens the machine"),
    _rule(rf"\b(?:turn|switch)\b[^.;]{{0,40}}\b(?:{_PROTECTION})\b[^.;]{{0,20}}\boff\b",
          "it weakens the machine"),
    _rule(r"exclu\w*[^.;]{0,60}(?:%TEMP%|\bTEMP\b)",
          "an exclusion of TEMP weakens the machine and does not work"),
    _rule(r"weights_only\s*=\s*False|TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD",
          "it runs code from the file, so it is never the first remedy", only_first=True),
    _rule(r"share\s*=\s*True", "it makes the app public, so it is never the first remedy",
          only_first=True),
    _rule(r"developer mode", "it relaxes more than links, so it is never the first remedy",
          only_first=True),
    _rule("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "it is slow, so it is never the first remedy",
          only_first=True),
    _rule(r"\bSystem32\b|dll-files|dllme", "single DLLs from elsewhere do not belong there"),
    _rule(r"\b(?:edit|patch|change)\b[^.;]{0,40}\bsite-packages\b",
          "the next installation undoes it"),
    _rule("force_map_dataset", "it does not help"),
    _rule(r"lhotse\s*(?:==\s*1\.(?:[0-2]\d|3[01])|<)", "older versions of lhotse do not help"),
    _rule(r"\bLM\b.*set-executionpolicy|set-executionpolicy(?!.*-Scope (?:Process|CurrentUser))",
          "it changes the policy of the whole machine"),
)  # fmt: skip

_PINS = re.compile(
    r"numpy\s*<\s*2|setuptools\s*<\s*\d|huggingface_hub\s*<\s*1|transformers\s*<|pydantic\s*=="
    r"|numpy\s*==\s*1",
    re.IGNORECASE,
)
_ADMIN = re.compile(
    r"\bHKLM\b|vc_redist|net (?:stop|start)\b|\bbcdedit\b|\bdism\b|\bsfc\b|takeown|icacls"
    r"|VisualStudio\.\d+\.BuildTools",
    re.IGNORECASE,
)
_TORCH = re.compile(
    rf"{_PIP}[^|&;]*(?<![\w-])[\"']?torch[\"']?(?:\s|$|[=<>~!])(?P<rest>[^|&;]*)", re.IGNORECASE
)
_GRADIO = re.compile(
    rf"{_PIP}[^|&;]*(?<![\w-])[\"']?gradio(?![\w-])(?P<rest>[^\s|&;]*)", re.IGNORECASE
)


def broken_rules(entry: KnownError) -> Iterator[str]:
    """Yield a sentence for each rule that an entry's remedies break."""
    for number, remedy in enumerate(entry.remedies, 1):
        for text in _texts(remedy):
            yield from _forbidden(text, first=number == 1)
        if not remedy.steps:
            yield f"remedy {number} has no steps"
        for step in remedy.steps:
            yield from (f"remedy {number}: {problem}" for problem in _of_step(step))
    if entry.remedies and all(any(s.needs_admin for s in r.steps) for r in entry.remedies):
        yield "every remedy needs an administrator; add one that does not"
    yield from _pin_first(entry)


def _texts(remedy: RemedyTemplate) -> Iterator[str]:
    yield remedy.title
    for step in remedy.steps:
        yield from filter(None, (step.text, step.unknown, step.command, step.unknown_command))


def _forbidden(text: str, *, first: bool) -> Iterator[str]:
    for rule in RULES:
        found = rule.pattern.search(text)
        if found is None or (rule.only_first and not first):
            continue
        if _BUT_NOT.search(text[: found.end()]):
            continue
        yield f"the remedy {text!r} is forbidden: {rule.why}"


def _of_step(step: StepTemplate) -> Iterator[str]:
    if not step.text.strip():
        yield "a step has no text"
    if "\n" in step.command:
        yield f"the command {step.command!r} has more than one line"
    for check in (_torch, _gradio):
        for text in (step.command, step.unknown_command, step.text, step.unknown):
            yield from check(text)
    if _ADMIN.search(step.command + step.text) and not step.needs_admin:
        yield f"the step {step.text!r} needs needs_admin = true"


def _torch(text: str) -> Iterator[str]:
    found = _TORCH.search(text)
    if found is None:
        return
    if "torch==" not in found[0] or "--index-url" not in text:
        yield f"{text!r} may replace a CUDA build: write torch==VERSION and --index-url"
    elif "--force-reinstall" in text and "--no-deps" not in text:
        yield f"{text!r} reinstalls everything that torch needs: add --no-deps"
    if "/whl/cpu" in text:
        yield f"{text!r} replaces a CUDA build by the CPU build"


def _gradio(text: str) -> Iterator[str]:
    found = _GRADIO.search(text)
    if found is not None and not re.match(r"[^\"']*(?:==|<|~=)", found["rest"]):
        yield f"{text!r} may change Gradio's major version: add an upper bound"


def _pin_first(entry: KnownError) -> Iterator[str]:
    """Pinning a shared package breaks others: updating the outdated package must come first."""
    if len(entry.remedies) == 1:
        return
    for step in (step for remedy in entry.remedies[:1] for step in remedy.steps):
        found = _PINS.search(step.command)
        if found:
            yield (
                f"the pin {found[0]!r} stands first; give the update of the package that is too"
                " old first, the pin second, and say who needs the newer version"
            )
