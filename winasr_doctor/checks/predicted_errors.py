"""Known errors that a scan predicts from the catalogue's descriptions of machines.

In `[[preflight]]`, an entry of the catalogue describes ("pictures") a machine that will have the
error, and names the check that reports it. Each such check is one call to `foretold`. The sentence
and the remedies come from the entry, so `explain` and a scan say the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from winasr_doctor._util.dated import Dated
from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.comparing import fits
from winasr_doctor.catalogue.machines import deciding, of_host
from winasr_doctor.catalogue.preflight import foretold_by
from winasr_doctor.checks.advice import shell_of
from winasr_doctor.checks.versions import NEWEST, newer_than_known
from winasr_doctor.findings import (
    Change,
    Evidence,
    Finding,
    Install,
    Remedy,
    Severity,
    Shell,
    Stage,
    Status,
    Step,
    ok,
    resting_on,
    skip,
    unknown,
)
from winasr_doctor.findings.actions import Constrain
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable

if TYPE_CHECKING:
    from winasr_doctor.catalogue.preflight import Foretold, Preflight
    from winasr_doctor.catalogue.schema import KnownError, StepTemplate
    from winasr_doctor.catalogue.templates import Lookup

FORETOLD = Dated(
    "which installed versions, builds and GPUs known errors come from",
    dt.date(2026, 11, 29),
    "winasr_doctor/catalogue/entries",
    "compare the [[preflight]] blocks of the catalogue with the newest releases",
)
"""The catalogue's descriptions of machines. Each entry names its sources."""

_PINNED = lazy_pattern(
    r"""["'](?P<name>[\w.-]+)(?:\[[\w,-]+\])?(?P<versions>[<>=!][^"'\s]*)["']|(?P<option>--\w\S*)"""
)
_KEEP_OUT = {"--index-url", "--force-reinstall"}
_WORDS = {"python_version": "Python {}", "gpu": "{}", "torch_cuda": "CUDA {}"}
_OF_GPU = {"gpu", "gpu_arch", "kernels"}


def foretold(host: Machine, check: str) -> Iterator[Finding]:
    """Yield the findings of one check that reports known errors.

    Args:
        host: The machine; the check declares the sections that its pictures and their remedies
            need (`catalogue.machines.SECTIONS`).
        check: The check's code.

    Returns:
        One finding for each known error that this machine will have. If there is none, one finding
        that says what was compared, that there is nothing to compare, or what could not be read.
    """
    for finding in _judged(host, check):
        judged = finding.status in (Status.FAIL, Status.PASS)
        yield resting_on(FORETOLD, finding, beyond=_beyond(finding)) if judged else finding


def _judged(host: Machine, check: str) -> list[Finding]:
    facts = deciding(host)
    found: list[Finding] = []
    compared: set[str] = set()
    unread: Unreadable | None = None
    for entry in foretold_by(check):
        for picture in entry.preflight:
            compared.update(_installed(picture, facts))
            try:
                if _fits(picture, facts):
                    found.append(_finding(host, entry, picture, facts))
                    break
            except Unreadable as missing:
                unread = missing
    if found:
        return found
    if unread is not None:
        return [unknown(unread.reason, {"reason": unread.reason})]
    if not compared:
        return [skip("none of the packages that this check compares is installed")]
    names = sorted(compared)
    return [ok(f"no known error affects the installed {', '.join(names)}", {"compared": names})]


def named_by(host: Machine, check: str) -> set[str]:
    """Return the packages that a check's findings are about, by their normalised names.

    Args:
        host: The machine; the calling check declares the sections that the other one needs.
        check: The code of the check that reports them.
    """
    facts = deciding(host)
    pictures = [picture for entry in foretold_by(check) for picture in entry.preflight]
    return {name for each in pictures if _surely_fits(each, facts) for name in each.packages()}


def _surely_fits(picture: Preflight, facts: Lookup) -> bool:
    try:
        return _fits(picture, facts)
    except Unreadable:
        return False


def _installed(picture: Preflight, facts: Lookup) -> Iterator[str]:
    names = list(picture.packages())
    if all(facts(f"installed:{name}") for name in names):
        yield from names


def _fits(picture: Preflight, facts: Lookup) -> bool:
    """Return whether a machine meets all conditions of a picture.

    Raises:
        Unreadable: A condition could not be read, and the machine meets all others.
    """
    unread: Unreadable | None = None
    for name, wanted in picture.when.items():
        try:
            value = facts(name)
        except NotApplicable:
            return False
        except Unreadable as missing:
            unread = missing
            continue
        if not any(fits(value, one) for one in wanted):
            return False
    if unread is not None:
        raise unread
    return True


def _finding(host: Machine, entry: Foretold, picture: Preflight, facts: Lookup) -> Finding:
    from winasr_doctor.catalogue.reading import read_one  # lazy: only a finding needs it

    known = read_one(entry.family, entry.id)
    seen = dict(_seen(picture, facts))
    concluded = "" if picture.verified else " (concluded from versions, not tried)"
    summary = (
        f"{' with '.join(seen.values())}{concluded}: {picture.cause or known.cause} For more:"
        f" python -m winasr_doctor explain {entry.id}"
    )
    evidence: Evidence = {
        "known_error": entry.id,
        **seen,
        "verified": picture.verified,
    }
    remedies = remedies_of(host, known)
    return Finding(Status.FAIL, summary, Severity(picture.severity), evidence, remedies)


def _seen(picture: Preflight, facts: Lookup) -> Iterator[tuple[str, str]]:
    """Yield the deciding facts, each with its wording."""
    for fact in picture.when:
        head, _, argument = fact.partition(":")
        if head in ("version", "belongs"):
            yield from _versions(argument, facts, with_torch=head == "belongs")
        elif fact in _OF_GPU:
            yield "gpu", str(facts("gpu"))
            if fact == "kernels":
                yield from _versions("torch", facts)
        elif fact in _WORDS and facts(fact) is not None:
            yield fact, _WORDS[fact].format(facts(fact))
        elif head == "env":
            yield fact, f"{argument} set" if facts(fact) else f"no {argument}"
        elif head == "tool":
            yield fact, f"no {argument}"
        elif fact == "driver_cuda":
            yield fact, f"a driver for CUDA {facts(fact)}"


def _versions(
    package: str, facts: Lookup, *, with_torch: bool = False
) -> Iterator[tuple[str, str]]:
    installed = facts(f"installed:{package}")
    yield f"installed:{package}", f"{package} {installed}" if installed else f"no {package}"
    if with_torch:
        yield from _versions("torch", facts)


def _beyond(finding: Finding) -> str | None:
    """Return the package that is newer than those known when the catalogue was made."""
    for fact, words in finding.evidence.items():
        name = fact.removeprefix("installed:").replace("-", "_")
        if name in NEWEST.rows and name != fact and finding.status is Status.FAIL:
            newer = newer_than_known(name, str(words).rpartition(" ")[2])
            if newer is not None:
                return newer
    return None


def remedies_of(host: Machine, entry: KnownError) -> tuple[Remedy, ...]:
    """Return the remedies of a known error for a machine, with its facts and for its shell.

    Args:
        host: The machine; sections that could not be read are left out.
        entry: The known error.
    """
    from winasr_doctor.catalogue.showing import filled

    shell = shell_of(host)
    return tuple(
        Remedy(
            remedy.title,
            tuple(step_in_words(step, shell) for step in remedy.steps),
            action=None if number else _constraint(remedy.steps),
            change=_change(remedy.steps),
        )
        for number, remedy in enumerate(filled(entry, of_host(host)))
    )


def step_in_words(step: StepTemplate, shell: Shell) -> Step:
    """Return a step of a known error as a step of a remedy, for a shell."""
    admin = " (needs an administrator)" if step.needs_admin else ""
    in_shell = shell if step.command else ""
    return Step(f"{step.text}{admin}", step.command, in_shell, needs_admin=step.needs_admin)


def _change(steps: Iterable[StepTemplate]) -> Change | None:
    installs = tuple(found for step in steps if (found := Install.parse(step.command)))
    return Change(Stage.PACKAGES, installs=installs) if installs else None


def _constraint(steps: Iterable[StepTemplate]) -> Constrain | None:
    """Return a constraint that keeps pip from undoing a remedy with one pip command."""
    commands = [step.command for step in steps if " -m pip install " in step.command]
    found = [match for line in commands[:1] for match in _PINNED.finditer(line)]
    if len(commands) != 1 or any(match["option"] in _KEEP_OUT for match in found):
        return None
    pins = tuple(f"{match['name']}{match['versions']}" for match in found if match["name"])
    return Constrain(pins) if pins else None
