"""What stands in two files of the project is the same in both."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from winasr_doctor.cli import COMMANDS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
TOX = (ROOT / "tox.ini").read_text(encoding="utf-8")
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def load(*names: str) -> Any:
    return yaml.safe_load(ROOT.joinpath(*names).read_text(encoding="utf-8"))


@pytest.mark.parametrize("tool", ["ruff", "zizmor"])
def test_a_commit_is_checked_with_the_versions_that_tox_uses(tool: str):
    hooks = {repo["repo"]: repo.get("rev") for repo in load(".pre-commit-config.yaml")["repos"]}
    (rev,) = (rev for name, rev in hooks.items() if name.endswith(f"/{tool}-pre-commit"))
    assert re.findall(rf"^    {tool}==(.+)$", TOX, re.MULTILINE) == [rev.removeprefix("v")]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_a_form_asks_for_commands_that_exist(form: Path):
    text = form.read_text(encoding="utf-8")
    assert set(re.findall(r"python -m winasr_doctor ([a-z]\S+)", text)) <= set(COMMANDS)
    if form.stem != "config":
        asked = [each["id"] for each in load(".github", "ISSUE_TEMPLATE", form.name)["body"]]
        assert len(asked) == len(set(asked))
        assert re.search(r"winasr_doctor (bug-report|snapshot -o machine\.json)", text)


def test_there_is_a_form_for_each_kind_of_report():
    assert {form.stem for form in FORMS} == {"bug", "known-error", "false-alarm", "config"}


def test_dependencies_are_kept_up_to_date_once_a_month_and_together():
    updates = load(".github", "dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {
        "github-actions",
        "pip",
        "pre-commit",
    }
    assert {each["schedule"]["interval"] for each in updates} == {"monthly"}
    assert all(each["groups"] for each in updates)


def test_what_is_broken_at_random_exists_and_so_do_its_tests():
    table = tomllib.loads((ROOT / "tools/mutants/mutants.toml").read_text(encoding="utf-8"))
    package = ROOT / "winasr_doctor"
    assert [name for name in table["tests"] if not (package / name).exists()] == []
    named = [test for tests in table["tests"].values() for test in tests]
    assert [test for test in named if not (ROOT / test).exists()] == []


def test_every_folder_of_tests_on_the_real_nemo_exists():
    source = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    folders = re.findall(r'^    "([\w/]+)": \(.*\),$', source, re.MULTILINE)
    assert len(folders) == 7
    assert [folder for folder in folders if not (ROOT / "tests" / folder).is_dir()] == []
