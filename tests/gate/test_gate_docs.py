"""docs/gate.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from winasr_doctor.cli import cli
from winasr_doctor.cli.config import load_gate
from winasr_doctor.gate import GateSettings
from winasr_doctor.gate.settings import read_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_table_of_the_page_is_accepted_and_names_every_setting(tmp_path: Path):
    file = tmp_path / "pyproject.toml"
    file.write_text(block("toml"), encoding="utf-8")
    settings = read_settings(load_gate(file))
    assert settings.accept[0].code == "SYN001"
    assert settings.tests == (str(tmp_path / "tests"),)
    for name in GateSettings.__struct_fields__:
        assert re.search(rf"\b{name}\b", PAGE), name
    assert f"default {GateSettings().min_cases}" in PAGE


def test_the_hook_of_the_page_is_the_one_there_is():
    (repository,) = yaml.safe_load(block("yaml"))["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in hooks]


def test_every_option_of_the_page_exists():
    command = cli.get_command(cli.make_context("winasr-doctor", ["gate"]), "gate")
    known = {option for parameter in command.params for option in parameter.opts}
    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert len(named) >= 10
    assert named <= known
