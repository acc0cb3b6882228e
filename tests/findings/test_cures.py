"""What the plan says works: after it, a scan of the recorded machine is free of the findings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from winasr_doctor.checks.advice import SCRATCH_BYTES, scratch_folder
from winasr_doctor.findings import Install, PlanStep, Stage, plan_of
from winasr_doctor.machine import RecordedMachine, load_snapshot
from winasr_doctor.machine.model import Account, Place, TorchBuild
from winasr_doctor.machine.recorded import Sections
from winasr_doctor.scanning import scan
from winasr_doctor.testing import healthy_sections

from .varied_machines import varied

SEEDS = range(100 * int(os.environ.get("WINASR_DOCTOR_FUZZ", "1")))
MACHINES = sorted((Path(__file__).parents[2] / "examples" / "machines").glob("*.json"))
NOT_RECORDED = {"NEM006", "NEM010", "SYN005", "ENV005", "AVX007"}
"""Cured by hand: by another file, another place, Windows' settings or an uninstalled product."""


def free_space(host: RecordedMachine, _step: PlanStep) -> Sections:
    known = host.snapshot.sections
    items = tuple(replace(each, free=2 * SCRATCH_BYTES) for each in known.volumes.items)
    return replace(known, volumes=replace(known.volumes, items=items))


def use_another_python(host: RecordedMachine, step: PlanStep) -> Sections:
    known = install(host, step)
    found = re.search(r"py -(3\.\d+) ", "\n".join(each.command for each in step.steps))
    version = f"{found[1]}.13" if found else known.python.version
    python = replace(known.python, version=version, bits=64, store_build=False)
    places = tuple(each for each in known.places.items if each.role not in ("venv", "app"))
    return replace(known, python=python, places=replace(known.places, items=places))


HEALTHY = healthy_sections()["packages"].versions


def install(host: RecordedMachine, step: PlanStep) -> Sections:
    """Install what the commands of a step name; NeMo brings what it lacks or rules out."""
    known = host.snapshot.sections
    versions, torch = dict(known.packages.versions), known.packages.torch
    for each in step.steps:
        wanted = Install.parse(each.command)
        for requirement in wanted.requirements if wanted else ():
            name, version = re.fullmatch(
                r"([\w.-]+)(?:\[\w+\])?[<>=!~]*([\d.]*).*", requirement
            ).groups()
            name = name.replace("_", "-")
            versions[name] = version.rstrip(".") or HEALTHY.get(name, "9.0")
            if name == "nemo-toolkit":
                others = HEALTHY.keys() - {"torch", "transformers", "huggingface-hub"}
                versions.update({other: HEALTHY[other] for other in others - wanted.names})
                if versions[name] < "3":
                    versions["kaldialign"] = "0.9.1"
            if name == "torch":
                tag = wanted.index.rpartition("/")[2] or "cpu"
                cuda = f"{tag[2:4]}.{tag[4:]}" if tag.startswith("cu") else None
                torch = TorchBuild(version=f"{versions[name]}+{tag}", cuda=cuda)
                versions["torch"] = torch.version
    return replace(known, packages=replace(known.packages, versions=versions, torch=torch))


def use_the_scratch_folder(host: RecordedMachine, _step: PlanStep) -> Sections:
    known = host.snapshot.sections
    folder = scratch_folder(host)
    new = [
        Place(role=role, path=folder, resolved=folder, writable=True, volume=folder[:3])
        for role in ("tempfile", "TEMP", "TMP")
    ]
    replaced = ("scratch", "tempfile", "TEMP", "TMP")
    others = [each for each in known.places.items if each.role not in replaced]
    variables = {**known.environment.variables, "TEMP": folder, "TMP": folder}
    return replace(
        known,
        places=replace(known.places, items=(*others, *new)),
        environment=replace(known.environment, variables=variables),
        account=Account(kind=known.account.kind),
    )


def remove_exclusions(host: RecordedMachine, step: PlanStep) -> Sections:
    known = host.snapshot.sections
    fields = {
        "ExclusionPath": "excluded_paths",
        "ExclusionProcess": "excluded_processes",
        "ExclusionExtension": "excluded_extensions",
    }
    commands = "\n".join(each.command for each in step.steps)
    changed = {}
    for parameter, entry in re.findall(
        r"^Remove-MpPreference -(\w+) '(.*)'$", commands, re.MULTILINE
    ):
        before = changed.get(fields[parameter], getattr(known.defender, fields[parameter]))
        changed[fields[parameter]] = tuple(each for each in before if each != entry)
    return replace(known, defender=replace(known.defender, **changed))


def tidy(host: RecordedMachine, step: PlanStep) -> Sections:
    known = host.snapshot.sections
    if "TMP006" in step.cures:
        return replace(known, leftovers=replace(known.leftovers, items=()))
    places = tuple(each for each in known.places.items if each.role != "app")
    return replace(known, places=replace(known.places, items=places))


DONE: dict[Stage, Callable[[RecordedMachine, PlanStep], Sections]] = {
    Stage.ROOM: free_space,
    Stage.PYTHON: use_another_python,
    Stage.PACKAGES: install,
    Stage.TEMP: use_the_scratch_folder,
    Stage.FILES: tidy,
    Stage.SECURITY: remove_exclusions,
}


def left_after_its_plan(host: RecordedMachine) -> set[str]:
    """Do what the plan of a machine says, and return the cured findings that are still there."""
    plan = plan_of(scan(host))
    cured = set()
    for step in plan.remedies:
        if step.stage in DONE and not NOT_RECORDED.issuperset(step.cures):
            sections = DONE[step.stage](host, step)
            host = RecordedMachine(replace(host.snapshot, sections=sections))
            cured.update(step.cures)
    after = scan(host)
    left = {r.code for r in after.results if r.severity in ("error", "warning")}
    promised = {code for step in plan.remedies for code in step.cures if step.stage in DONE}
    assert promised <= cured | NOT_RECORDED
    return (cured - NOT_RECORDED) & left


@pytest.mark.parametrize("file", MACHINES, ids=[file.stem for file in MACHINES])
def test_after_the_plan_the_findings_that_it_cures_are_gone(file):
    assert not left_after_its_plan(RecordedMachine(load_snapshot(str(file))))


def test_so_it_is_where_several_things_are_wrong():
    left = {seed: left_after_its_plan(varied(seed)) for seed in SEEDS}
    assert {seed: codes for seed, codes in left.items() if codes} == {}
