"""Makes the plan: every remedy of a report once, in the order in which it must be done.

A finding may offer several remedies; the plan takes one. It prefers remedies that also cure other
findings, so that few things have to be done. Notes need no remedy and have no place in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from winasr_doctor.findings.changes import Change, Install, Stage
from winasr_doctor.findings.model import Remedy, Report, Result, Severity, Status, worst_first
from winasr_doctor.findings.plan import PlanStep, RemedyPlan
from winasr_doctor.findings.planned_packages import in_new_environment, installs_all, united
from winasr_doctor.findings.steps import INSTALL_DOCTOR, Step

_USUAL_STAGE = {"APP": Stage.SOURCE, "REV": Stage.SOURCE, "NEM": Stage.FILES}
"""The stage of a family's remedies that do not name one; `SETTINGS` for the others."""


class ChosenRemedy(Struct, frozen=True):
    """A remedy that was chosen for a finding."""

    result: Result
    remedy: Remedy

    @property
    def change(self) -> Change:
        """What the remedy changes, at least its stage and its subject."""
        known = self.remedy.change
        if known is not None and (known.about or known.stage in _ONE_SUBJECT):
            return known
        usual = _USUAL_STAGE.get(self.result.family, Stage.SETTINGS)
        return Change(known.stage if known else usual, self.remedy.title)


_FALLBACK = ("Or ", "If ")

_ONE_SUBJECT = frozenset({Stage.PYTHON, Stage.PACKAGES, Stage.TEMP})


def plan_of(report: Report) -> RemedyPlan:
    """Return what to do about a report.

    Args:
        report: The report; redacted or not. The plan says nothing that the report does not say.
    """
    if report.plan is not None:
        return report.plan
    groups = _grouped(_chosen(report.results))
    moved = _moved(groups)
    planned = [step for group in groups if (step := _planned(group, groups, moved)) is not None]
    planned.sort(key=lambda step: (step.stage, _has_no_index(step)))
    return RemedyPlan(tuple(_each_check_once(planned)))


def _chosen(results: Iterable[Result]) -> list[ChosenRemedy]:
    """Choose one remedy for each finding, those without an alternative first."""
    waiting = sorted(filter(_needs_a_remedy, results), key=worst_first)
    options = {id(result): list(_options(result)) for result in waiting}
    waiting.sort(key=lambda result: len(options[id(result)]) > 1)
    wanted = Counter(each.change for mine in options.values() for each in mine)
    moves = any(change.stage is Stage.PYTHON for change in wanted)

    def worth(option: ChosenRemedy) -> tuple[bool, bool, int, bool]:
        stage = option.change.stage
        mine = Counter(each.change for each in options[id(option.result)])
        others = ((each, number - mine[each]) for each, number in wanted.items())
        cured = sum(number for each, number in others if _achieves(option.change, each))
        installs = moves and stage is Stage.PACKAGES  # in the new environment, with the others
        return stage is Stage.ELSEWHERE, installs, cured, option.remedy.automatic

    chosen: list[ChosenRemedy] = []
    done: dict[Change, None] = {}
    for result in waiting:
        mine = options[id(result)]
        covered = (each for each in mine if any(_achieves(one, each.change) for one in done))
        choice = next(covered, None) or max(mine, key=worth)
        chosen.append(choice)
        done[choice.change] = None
    return sorted(chosen, key=lambda choice: worst_first(choice.result))


def _needs_a_remedy(result: Result) -> bool:
    if not result.remedies:
        return False
    serious = result.severity in {Severity.ERROR, Severity.WARNING}
    return serious or result.status is Status.UNKNOWN


def _options(result: Result) -> Iterator[ChosenRemedy]:
    """Yield a finding's remedies, but only the first one of those that achieve the same.

    A fallback, `Or ...` or `If ...`, is for those who cannot do what stands before it.
    """
    seen: list[ChosenRemedy] = []
    for rank, remedy in enumerate(result.remedies):
        if rank and remedy.title.startswith(_FALLBACK):
            continue
        option = ChosenRemedy(result, remedy)
        if not any(_achieves(other.change, option.change) for other in seen):
            seen.append(option)
            yield option


def _achieves(done: Change, wanted: Change) -> bool:
    """Return whether a change makes another one unnecessary."""
    if done.stage is not wanted.stage:
        return False
    if done.stage is Stage.PYTHON:
        return bool(wanted.about in ("", done.about) or (done.about and wanted.about.endswith("+")))
    if wanted.repairs and wanted.repairs != done.repairs:
        return any(wanted.repairs in each.names for each in done.installs)
    if done.stage is Stage.PACKAGES and done.installs and wanted.installs:
        return installs_all(done.installs, wanted.installs)
    return done.about == wanted.about


def _grouped(chosen: Sequence[ChosenRemedy]) -> list[list[ChosenRemedy]]:
    """Group the remedies that achieve the same, the one that achieves most first."""
    groups: list[list[ChosenRemedy]] = []
    for choice in chosen:
        for group in groups:
            if _achieves(group[0].change, choice.change):
                group.append(choice)
                break
            if all(_achieves(choice.change, each.change) for each in group):
                group.insert(0, choice)
                break
        else:
            groups.append([choice])
    return groups


def _moved(groups: Sequence[Sequence[ChosenRemedy]]) -> Change | None:
    """Return the change to another environment, if the plan has one."""
    changes = (group[0].change for group in groups)
    return next((each for each in changes if each.stage is Stage.PYTHON), None)


def _planned(
    group: Sequence[ChosenRemedy], groups: Sequence[Sequence[ChosenRemedy]], moved: Change | None
) -> PlanStep | None:
    first = group[0]
    stage, members = first.change.stage, list(group)
    if stage is Stage.PACKAGES and moved is not None and first.change.installs:
        return None  # done in the new environment
    if stage is Stage.PYTHON:
        packages = [each for each in groups if each[0].change.installs and each is not group]
        packages = [each for each in packages if each[0].change.stage is Stage.PACKAGES]
        used = [choice.change for each in packages for choice in _used(each)]
        installs = [one for change in used for one in change.installs]
        steps = in_new_environment(first.remedy, first.change, installs)
        members += [choice for each in packages for choice in each]
    elif stage is Stage.PACKAGES:
        steps = united([(each.remedy, each.change) for each in _used(group)])
    elif stage is Stage.TEMP:
        steps = tuple(map(Step.of, first.remedy.steps))
    else:
        steps = _joined(each.remedy for each in group)
    if moved is not None and stage > Stage.PYTHON:
        steps = tuple(_with_new_python(step, moved) for step in steps if step != INSTALL_DOCTOR)
    return PlanStep(
        title=first.remedy.title,
        steps=steps,
        automatic=all(each.remedy.automatic for each in members),
        cures=tuple(dict.fromkeys(each.result.code for each in members)),
        stage=stage,
    )


def _used(group: Sequence[ChosenRemedy]) -> list[ChosenRemedy]:
    """Return the choices of a group without repairs of a version that the first one replaces."""
    first = group[0].change.repairs
    return [each for each in group if each.change.repairs in ("", first)]


def _joined(remedies: Iterable[Remedy]) -> tuple[Step, ...]:
    """Return the steps of remedies with one title; commands after the same words become one."""
    joined: dict[str, Step] = {}
    for remedy in remedies:
        for step in map(Step.of, remedy.steps):
            known = joined.setdefault(step.words, step)
            lines = dict.fromkeys([*known.command.split("\n"), *step.command.split("\n")])
            if known.command and step.command and known.shell == step.shell:
                joined[step.words] = Step(
                    step.words, "\n".join(lines), step.shell, needs_admin=step.needs_admin
                )
    return tuple(joined.values())


def _has_no_index(step: PlanStep) -> bool:
    """Sort key: torch's own index first, so that pip keeps that build of torch afterwards."""
    return not any("-index-url " in each.command for each in step.steps)


def _with_new_python(step: Step, moved: Change) -> Step:
    """Return a step with the new interpreter in place of the one that is replaced."""
    before, after = moved.replaces, moved.python
    if step.shell in ("cmd", ""):
        before, after = _in_double_quotes(before), _in_double_quotes(after)
    if not step.command.startswith(f"{before} "):
        return step
    command = after + step.command.removeprefix(before)
    return Step(step.words, command, step.shell, needs_admin=step.needs_admin)


def _in_double_quotes(python: str) -> str:
    """Return an interpreter as cmd and Windows' services name it, from PowerShell's words."""
    path = python.removeprefix("& ").removeprefix("'").removesuffix("'").replace("''", "'")
    return f'"{path}"'


def _each_check_once(planned: Sequence[PlanStep]) -> Iterator[PlanStep]:
    """Leave out steps without a change, such as `pip check`, that a later remedy repeats."""
    from msgspec.structs import replace  # lazy: few plans need it

    for rank, each in enumerate(planned):
        later = {step.command for other in planned[rank + 1 :] for step in other.steps}
        again = [step for step in each.steps if step.command in later and _only_looks(step)]
        if each.stage is Stage.PACKAGES and again:
            steps = tuple(step for step in each.steps if step not in again)
            yield replace(each, steps=steps or each.steps)
        else:
            yield each


def _only_looks(step: Step) -> bool:
    return bool(step.command) and Install.parse(step.command) is None
