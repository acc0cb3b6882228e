"""The documentation does what it says: links, commands, code and generated pages."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^\| `(python -m winasr_doctor[^`]*)` \|", re.MULTILINE)
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        linked = (page.parent / file) if file else page
        assert linked.exists(), target
        if anchor:
            assert f'id="{anchor}"' in linked.read_text(encoding="utf-8"), target


def test_the_pages_of_the_checks_are_up_to_date():
    generator = [sys.executable, str(ROOT / "docs" / "generate_checks.py"), "--check"]
    assert subprocess.run(generator, check=False).returncode == 0, "run docs/generate_checks.py"


@pytest.mark.parametrize("line", COMMAND.findall(README))
def test_every_command_of_the_readme_runs(line, tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("PermissionError: [WinError 32] x: 'C:\\\\T\\\\tmpx\\\\manifest.json'\n")
    replaced = line.replace("log.txt", shlex.quote(str(log))).replace("--app .", "--app examples")
    arguments = shlex.split(replaced)
    for option in ("-o", "--output"):
        if option in arguments:
            place = arguments.index(option) + 1
            arguments[place] = str(tmp_path / arguments[place])
    finished = subprocess.run(
        [sys.executable, *arguments[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode in {0, 3}, finished.stderr
    assert "Traceback (most recent call last)" not in finished.stderr


def test_the_check_of_the_guide_works():
    blocks = re.findall(
        r"```python\n(.*?)```",
        (ROOT / "docs" / "add-a-check.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "add-a-check.md", "exec"), namespace)
    namespace["test_8_gb_are_too_little_for_acme"]()


def test_the_readme_names_every_command():
    from winasr_doctor.cli import COMMANDS

    for name in COMMANDS:  # each line of the table is run above
        assert f"python -m winasr_doctor {name}" in README or name == "scan"


def test_the_python_of_the_readme_runs(capsys):
    (block,) = re.findall(r"```python\nimport.*?```", README, re.DOTALL)  # NeMo's: tests/nemo
    exec(compile(block.strip("`").removeprefix("python\n"), "README.md", "exec"), {})
    assert "GPU ran out of memory" in capsys.readouterr().out


def test_the_configuration_of_the_readme_is_accepted(tmp_path):
    from winasr_doctor.cli.config import load_defaults

    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "pyproject.toml"
    file.write_text(block, encoding="utf-8")
    assert load_defaults(file)["fail_on"] == "warning"
