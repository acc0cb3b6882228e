"""The action cannot run on GitHub from here: its scripts run with files in place of GitHub's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "action.yml").read_text(encoding="utf-8")
ACTION = yaml.safe_load(TEXT)
STEPS = ACTION["runs"]["steps"]
BROKEN = "REVISION = '2399591399e4e6438fa7804f2f1f660'\n"


def test_inputs_reach_the_scripts_through_the_environment_only():
    for step in STEPS:
        assert "${{" not in step.get("run", "")
    passed = set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", TEXT))
    assert passed == set(ACTION["inputs"])


def test_every_action_is_pinned_by_hash():
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in used)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert all(name in workflow for name in used)  # dependabot keeps both


@dataclass
class Finished:
    code: int
    out: str
    err: str
    summary: str
    outputs: dict[str, str]


@pytest.fixture
def run_action(tmp_path):
    """Run the action's last script as a runner does, with these inputs."""
    bash = shutil.which("bash")
    if bash is None or os.name == "nt":
        pytest.skip("needs bash")
    tools = tmp_path / "tools"
    tools.mkdir()
    python = tools / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()

    def run(**inputs: str) -> Finished:
        step = STEPS[-1]
        defaults = {name: about["default"] for name, about in ACTION["inputs"].items()}
        given = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
        expression = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
        files = {name: tmp_path / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("")
        env = {
            **os.environ,
            **{k: expression.sub(lambda m: given[m[1]], v) for k, v in step["env"].items()},
            **{name: str(file) for name, file in files.items()},
            "RUNNER_TEMP": str(tmp_path),
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        }
        done = subprocess.run(
            [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=work,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = files["GITHUB_OUTPUT"].read_text()
        found = dict(re.findall(r"^([\w-]+)=(.*)$", outputs, re.MULTILINE))
        found |= dict(re.findall(r"^([\w-]+)<<(?:\w+)\n(.*?)\n\w+$", outputs, re.MULTILINE))
        summary = files["GITHUB_STEP_SUMMARY"].read_text()
        return Finished(done.returncode, done.stdout, done.stderr, summary, found)

    run.work = work
    return run


def test_a_finding_is_annotated_summed_up_and_fails_the_step(run_action):
    (run_action.work / "app.py").write_text(BROKEN)
    done = run_action(sarif="out.sarif")
    assert done.code == 3
    assert "::error file=app.py,line=1," in done.out
    assert done.summary.startswith("## winasr\\_doctor")
    assert done.outputs == {"verdict": "fail", "sarif-file": "out.sarif"}
    assert '"REV001"' in (run_action.work / "out.sarif").read_text(encoding="utf-8")


def test_a_clean_app_passes_and_the_summary_can_be_left_out(run_action):
    (run_action.work / "app.py").write_text("x = 1\n")
    done = run_action(summary="false")
    assert (done.code, done.summary, done.outputs) == (0, "", {"verdict": "pass"})


def test_an_input_is_never_run(run_action):
    done = run_action(app='"; touch owned; "', select="$(touch owned)")
    assert done.code == 2
    assert not (run_action.work / "owned").exists()


def test_another_command_is_refused(run_action):
    done = run_action(command="fix")
    assert done.code == 2
    assert "must be scan or gate" in done.out


def test_the_gate_gets_options_that_it_knows(run_action):
    done = run_action(command="gate", app="missing")  # a whole gate takes long
    assert done.code == 2
    assert "there is no file or folder 'missing'" in done.err
    assert "::error title=winasr_doctor::The gate failed" in done.out
    assert done.outputs == {"verdict": "fail"}
