"""The pip commands of a plan: each package is installed once, in the environment that stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from winasr_doctor.findings.changes import Change, Install, package_name
from winasr_doctor.findings.model import Remedy
from winasr_doctor.findings.steps import Step


def installs_all(done: Iterable[Install], wanted: Iterable[Install]) -> bool:
    """Return whether commands install all packages that others install, in no other version.

    The versions of torch's partners belong to the torch that they are installed for, so those that
    come with another torch are the right ones.
    """
    have = {package_name(each): each for one in done for each in one.requirements}
    asked = {package_name(each): each for one in wanted for each in one.requirements}
    with_another_torch = "torch" in have and "torch" not in asked
    for name, each in asked.items():
        other = have.get(name)
        if other is None:
            return False
        if "==" in each and "==" in other and each != other and not with_another_torch:
            return False
    return True


def united(remedies: Sequence[tuple[Remedy, Change]]) -> tuple[Step, ...]:
    """Return the steps of remedies that install the same packages.

    Args:
        remedies: The one that installs most first, each with its change.

    Returns:
        Its steps; versions that the others ask for are in its command.
    """
    first, change = remedies[0]
    steps = tuple(map(Step.of, first.steps))
    if len(change.installs) != 1:
        return steps
    (wanted,) = change.installs
    for _remedy, other in remedies[1:]:
        for each in other.installs:
            wanted = wanted.joined(each) or wanted
    return tuple(_rewritten(step, change.installs[0], wanted) for step in steps)


def _rewritten(step: Step, before: Install, after: Install) -> Step:
    if after == before or Install.parse(step.command) is None:
        return step
    python = step.command.partition(" -m pip install ")[0]
    command = f"{python} {after.arguments}"
    return Step(step.words, command, step.shell, needs_admin=step.needs_admin)


def in_new_environment(
    remedy: Remedy, change: Change, installs: Iterable[Install]
) -> tuple[Step, ...]:
    """Return the steps that make an environment and install packages in it.

    Args:
        remedy: Makes the environment.
        change: What it changes, with the packages that it keeps.
        installs: Packages that other findings ask for; their versions win.
    """
    steps = tuple(map(Step.of, remedy.steps))
    wanted = _without_repetition(each.in_a_new_environment() for each in installs)
    if not wanted:
        return steps
    asked = frozenset(name for each in wanted for name in each.names)
    kept = [left for each in change.installs if (left := each.without(asked)) is not None]
    packages = [step for step in steps if Install.parse(step.command)]
    others = [step for step in steps if step not in packages]
    new = [
        install_step(change.python, each) for each in sorted((*kept, *wanted), key=_indexed_first)
    ]
    return (*others[:-1], *new, *others[-1:])


def _without_repetition(installs: Iterable[Install]) -> list[Install]:
    found: list[Install] = []
    for each in installs:
        shared = [other for other in found if other.names & each.names]
        if not shared:
            found.append(each)
            continue
        joined = shared[0].joined(each)
        if joined is not None:
            found[found.index(shared[0])] = joined
            continue
        taken = frozenset(name for other in shared for name in other.names)
        left = each.without(taken)
        if left is not None:
            found.append(left)
    return found


def _indexed_first(install: Install) -> bool:
    """Sort key: packages from torch's own index first, so that pip keeps that build."""
    return not install.index


def install_step(python: str, wanted: Install) -> Step:
    """Return the step that installs packages with an interpreter of the new environment.

    Args:
        python: The interpreter as commands name it; with `&` for PowerShell.
        wanted: The packages.
    """
    names = " and ".join(sorted(wanted.names))
    command = f"{python} {wanted.arguments}"
    return Step(f"Install {names} there", command, "powershell" if python[:1] == "&" else "sh")
