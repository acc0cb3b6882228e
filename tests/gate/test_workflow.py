"""The CI workflow cannot be run here, so it is held to what it runs: tox, the gate, real files."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from winasr_doctor.cli import cli

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CI = ROOT / ".github" / "workflows" / "ci.yml"
LONG = ROOT / ".github" / "workflows" / "long.yml"
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
TEXT = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)


def load(file: Path) -> dict[Any, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in load(file)["jobs"].items():
            yield f"{file.name}: {name}", job


def steps() -> Iterator[dict[str, Any]]:
    for _, job in jobs():
        yield from job["steps"]


def commands() -> list[list[str]]:
    """Return every command line, with a value for each expression."""
    lines = [line for step in steps() for line in str(step.get("run", "")).splitlines()]
    return [shlex.split(re.sub(r"\$\{\{.*?\}\}", "value", line)) for line in lines if line.strip()]


JOBS = dict(jobs())
OURS = [words for words in commands() if words[0] == "winasr-doctor"]


def test_there_is_a_workflow():
    assert WORKFLOWS
    assert OURS


def test_they_may_only_read_and_publishing_may_prove_who_it_is():
    for file in WORKFLOWS:
        assert load(file)["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert more == {
        "release.yml: publish": {"id-token": "write"},
        "release.yml: attach": {"contents": "write"},
    }
    assert JOBS["release.yml: publish"]["environment"]["name"] == "pypi"
    assert "secrets." not in TEXT


def test_what_is_released_is_built_once():
    build, publish, attach = (
        load(RELEASE)["jobs"][name] for name in ("build", "publish", "attach")
    )
    assert (publish["needs"], attach["needs"]) == ("build", ["build", "publish"])
    assert all("run" not in step for step in publish["steps"])
    assert sum("release" in words for words in commands() if "tox" in words) == 1
    kept = [step["with"] for step in build["steps"] if "upload-artifact" in step.get("uses", "")]
    (got,) = (step["with"] for step in publish["steps"] if "download" in step["uses"])
    assert [each["name"] for each in kept] == ["dist", "assets"]
    assert [each["path"] for each in kept] == ["release/dist/", "release/assets/"]
    assert (got["name"], got["path"]) == ("dist", "dist/")


@pytest.mark.parametrize("name", JOBS)
def test_no_job_can_hang_for_hours(name: str):
    assert 0 < JOBS[name]["timeout-minutes"] <= 60


def test_actions_are_githubs_or_pypis_own_and_pinned_to_a_commit():
    used = re.findall(r"uses: (.*)", TEXT)
    assert len(used) == len([step for step in steps() if "uses" in step])
    own = re.compile(r"(actions/[a-z-]+|pypa/gh-action-pypi-publish)@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [text for text in used if not own.fullmatch(text)] == []
    assert len(set(used)) == len({text.partition("@")[0] for text in used}), "one version of each"


def test_tests_and_gate_run_on_windows_and_linux():
    both = ["ubuntu-latest", "windows-latest"]
    strategies = [job["strategy"] for name, job in JOBS.items() if "strategy" in job]
    assert [each["matrix"]["os"] for each in strategies if "os" in each["matrix"]] == [both, both]
    assert all(job["strategy"]["fail-fast"] is False for job in JOBS.values() if "strategy" in job)


def test_every_python_of_the_package_is_tested():
    (matrix,) = [
        job["strategy"]["matrix"]["python"]
        for job in JOBS.values()
        if "python" in job.get("strategy", {}).get("matrix", {})
    ]
    package = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert matrix == re.findall(r'"Programming Language :: Python :: (3\.\d+)"', package)


def known_to_tox(name: str) -> bool:
    """Tell whether tox has an environment: a section of its own, or a plain Python."""
    read = configparser.ConfigParser(interpolation=None)
    read.read(ROOT / "tox.ini", encoding="utf-8")
    sections = [section.removeprefix("testenv:").strip("{}") for section in read if ":" in section]
    return name in ",".join(sections).split(",") or re.fullmatch(r"py(3\d+)?", name) is not None


def test_every_environment_of_tox_exists():
    named = [
        name
        for words in commands()
        if "tox" in words and "-e" in words
        for name in words[words.index("-e") + 1].split(",")
    ]
    usual = {"lint", "types", "py", "py314", "docs", "benchmarks", "bench-check", "package"}
    assert set(named) == usual | {"release", "schedules", "world"}
    assert all(map(known_to_tox, named))
    assert not known_to_tox("nonsense")


@pytest.mark.parametrize("words", OURS, ids=" ".join)
def test_every_command_line_of_ours_can_be_parsed(words: list[str], monkeypatch):
    monkeypatch.chdir(ROOT)
    name = words[1]
    command = cli.get_command(cli.make_context("winasr-doctor", [name]), name)
    assert command is not None
    context = command.make_context(name, words[2:])
    assert all(Path(path).exists() for path in context.params["app"])


def test_every_file_that_is_named_exists():
    for name in re.findall(
        r"(?:--constraint |^ +)([\w/.-]+\.(?:toml|ini|txt))$", TEXT, re.MULTILINE
    ):
        assert (ROOT / name).is_file(), name


def _shows(step: dict[str, Any]) -> bool:
    return "GITHUB_STEP_SUMMARY" in step.get("run", "")


def test_results_are_kept_and_shown_also_when_something_failed():
    keeping = [step for step in steps() if "upload-artifact" in step.get("uses", "")]
    showing = [step for step in load(CI)["jobs"]["gate"]["steps"] if _shows(step)]
    assert len(keeping) == 6
    assert len(showing) == 1
    always = [step for step in (*keeping, *showing) if step.get("if") == "always()"]
    assert [step for step in (*keeping, *showing) if step not in always] == [
        step for step in load(RELEASE)["jobs"]["build"]["steps"] if "upload" in step.get("uses", "")
    ]


def test_what_is_kept_is_what_is_written():
    (gate,) = OURS
    written = {gate[gate.index(option) + 1] for option in ("--output", "--junit", "--markdown")}
    kept = [s["with"]["path"].split() for s in steps() if "upload-artifact" in s.get("uses", "")]
    assert written in [set(paths) for paths in kept]
    assert "--junit-xml=tests.xml" in TEXT
    assert ["tests.xml"] in kept


def test_the_shards_of_a_long_run_are_all_of_it_and_are_merged():
    jobs = load(LONG)["jobs"]
    assert jobs["tables"]["needs"] == ["schedules", "world"]
    got = [s["with"] for s in jobs["tables"]["steps"] if "download" in s.get("uses", "")]
    for name, kept in zip(jobs["tables"]["needs"], got, strict=True):
        shards = jobs[name]["strategy"]["matrix"]["shard"]
        text = LONG.read_text(encoding="utf-8").partition(f"  {name}:\n")[2]
        count = int(re.search(r"\{\{ matrix\.shard \}\}/(\d+)", text)[1])
        assert shards == list(range(1, count + 1))
        assert kept["pattern"] == f"{name}-*"
        assert f"name: {name}-${{{{ matrix.shard }}}}" in text
        assert kept["merge-multiple"] is True
