"""The plan is sound on machines on which several things are wrong at once."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache

from powershell_grammar import problem

from winasr_doctor._util.paths import is_inside
from winasr_doctor.checks.advice import SCRATCH_BYTES
from winasr_doctor.checks.versions import release
from winasr_doctor.findings import Install, Report, Stage, plan_of
from winasr_doctor.findings.steps import INSTALL_DOCTOR
from winasr_doctor.machine import RecordedMachine
from winasr_doctor.machine.crawl_scope import is_included
from winasr_doctor.scanning import scan

from .varied_machines import DOCTOR, varied

SEEDS = range(100 * int(os.environ.get("WINASR_DOCTOR_FUZZ", "1")))
HOSTS = [varied(seed) for seed in SEEDS]


@cache
def scanned(seed: int) -> tuple[RecordedMachine, Report]:
    return HOSTS[seed], scan(HOSTS[seed])


def on_each(holds):
    """Make a test that tries all machines and names the first ones on which it fails."""

    def test():
        broken = {}
        for seed in SEEDS:
            try:
                holds(*scanned(seed))
            except AssertionError as error:
                broken[seed] = str(error).partition("\n")[0]
        assert not broken, f"{len(broken)} machines: {list(broken.items())[:5]}"

    return test


def lines_of(step):
    return [line for line in step.command.split("\n") if line]


def installs_of(plan):
    found = [Install.parse(line) for step in plan.commands for line in lines_of(step)]
    return [each for each in found if each is not None]


@on_each
def test_nothing_is_said_twice(host, report):
    plan = plan_of(report)
    titles = Counter(each.title for each in plan.remedies)
    lines = Counter(line for step in plan.commands for line in lines_of(step))
    assert max(titles.values(), default=1) == 1, titles
    assert max(lines.values(), default=1) == 1, lines
    packages = Counter(name for each in installs_of(plan) for name in each.names)
    assert max(packages.values(), default=1) == 1, packages


@on_each
def test_what_others_need_comes_first(host, report):
    stages = [each.stage for each in plan_of(report).remedies]
    assert stages == sorted(stages)


@on_each
def test_every_error_and_warning_is_cured_or_says_why_not(host, report):
    cured = {code for each in plan_of(report).remedies for code in each.cures}
    serious = {r.code for r in report.results if r.severity in ("error", "warning")}
    assert serious <= cured


@on_each
def test_no_scratch_folder_where_it_would_be_as_bad(host, report):
    made = re.findall(r"New-Item .*-Path '([^']+)'", "\n".join(commands(report)))
    drives = {volume.root: volume for volume in host.volumes.items}
    for folder in made:
        drive = drives[folder[:3]]
        assert drive.drive_type == "fixed"
        assert drive.free is None or drive.free >= SCRATCH_BYTES
        assert not any(is_inside(folder, root.path, "windows") for root in host.sync_roots.items)
        assert not is_included(host.search_index.rules, folder)


def commands(report):
    return [line for step in plan_of(report).commands for line in lines_of(step)]


@on_each
def test_a_cuda_build_stays_one(host, report):
    torch = host.packages.torch
    for each in installs_of(plan_of(report)):
        if torch is not None and torch.cuda and "torch" in each.names:
            assert each.index.rpartition("/")[2].startswith("cu"), each


@on_each
def test_a_fallback_is_not_the_plan(host, report):
    installed = host.packages.version("nemo-toolkit")
    for each in plan_of(report).remedies:
        assert not each.title.startswith(("Or ", "If there is none"))
    for each in installs_of(plan_of(report)):
        for requirement in each.requirements if installed else ():
            name, exactly, version = requirement.partition("==")
            if name.startswith("nemo_toolkit") and exactly:
                assert release(version) >= release(installed)


@on_each
def test_a_new_environment_replaces_the_old_one(host, report):
    plan = plan_of(report)
    if Stage.PYTHON not in [each.stage for each in plan.remedies]:
        return
    old = host.python.executable.replace("'", "''")
    for line in commands(report):
        assert not (old in line and " -m pip install " in line), line
        assert not (old in line and " winasr_doctor run" in line), line
    assert INSTALL_DOCTOR not in [step for each in plan.remedies for step in each.steps]
    created = [line for line in commands(report) if " -m venv " in line]
    assert len(created) == 1


@on_each
def test_a_service_is_told_what_a_service_can_do(host, report):
    if host.account.kind == "user":
        return
    assert not [line for line in commands(report) if line.startswith("winget ")]
    for step in plan_of(report).commands:
        assert "winasr_doctor run" not in step.command or "service" in step.words
        assert '""' not in step.command


@on_each
def test_the_doctor_runs_where_it_is_installed(host, report):
    new = r"C:\venvs\asr"
    for line in commands(report):
        if "-m winasr_doctor" in line and host.python.doctor and " run " not in line:
            assert DOCTOR in line or new in line, line


@on_each
def test_every_command_parses(host, report):
    for step in plan_of(report).commands:
        for line in lines_of(step) if step.shell == "powershell" else ():
            assert problem(line) is None, line


def test_the_machines_differ():
    found = {r.code for seed in SEEDS for r in scanned(seed)[1].results if r.severity}
    assert len(found) > 25
