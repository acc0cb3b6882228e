"""The wheel, installed alone in a fresh environment of every Python there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from winasr_doctor.version import __version__

from .conftest import ROOT

MOST_BYTES = 29_000_000
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
PERMISSIVE = re.compile(r"\b(?:Apache|BSD|MIT|PSF)\b")
"""Licences that oblige our users to nothing but to keep the notice."""
HEALTHY = ROOT / "examples" / "machines" / "healthy.json"


class Fresh:
    """An environment with nothing but the wheel and what it needs."""

    def __init__(self, folder: Path, python: str, wheel: Path) -> None:
        self.folder = folder
        self.run([python, "-m", "venv", "--without-pip", str(folder)])
        self.python = str(folder / "bin" / "python")
        self.pip("install", "--quiet", str(wheel))
        (self.site,) = folder.glob("lib/python*/site-packages")

    def pip(self, *arguments: str) -> str:
        """Run this environment's pip on that one, which has none of its own."""
        return self.run([sys.executable, "-m", "pip", "--python", self.python, *arguments])

    def run(self, command: list[str]) -> str:
        """Run a command outside of the working tree and return what it prints."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        done = subprocess.run(
            command, cwd=self.folder.parent, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def packages(self) -> set[str]:
        """Return the names of what is installed."""
        listed = json.loads(self.pip("list", "--format", "json"))
        return {canonicalize_name(each["name"]) for each in listed}


def licence(component: dict[str, Any]) -> str:
    """Return what a component of a bill of materials says of its licence."""
    return " ".join(json.dumps(each) for each in component.get("licenses", ()))


def find(version: str) -> str | None:
    """Return a Python of this version that works; pyenv has names for those that do not."""
    names = [shutil.which(f"python{version}")]
    names += [str(p) for p in Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    for name in names:
        if (
            name
            and subprocess.run([name, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return name
    return None


@pytest.fixture(scope="module", params=VERSIONS)
def fresh(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, wheel: Path
) -> Iterator[Fresh]:
    """Return the wheel in a fresh environment."""
    python = find(request.param)
    if python is None:
        pytest.skip(f"there is no Python {request.param}")
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    yield Fresh(folder, python, wheel)
    shutil.rmtree(folder)


def test_it_says_its_version(fresh):
    printed = fresh.run([str(fresh.folder / "bin" / "winasr-doctor"), "--version"])
    assert __version__ in printed


def test_it_scans_a_recorded_machine(fresh):
    command = [fresh.python, "-m", "winasr_doctor", "scan", "--snapshot", str(HEALTHY)]
    assert json.loads(fresh.run([*command, "--format", "json"]))["verdict"] == "pass"


def test_what_was_installed_fits_together(fresh):
    assert "No broken requirements" in fresh.pip("check")


def test_it_is_small(fresh):
    sizes: dict[str, int] = {}
    for file in fresh.site.rglob("*"):
        top = file.relative_to(fresh.site).parts[0]
        if file.is_file():
            sizes[top] = sizes.get(top, 0) + file.stat().st_size
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert sum(sizes.values()) < MOST_BYTES, largest


def test_nothing_that_belongs_to_an_extra_is_installed(fresh):
    heavy = {"torch", "numpy", "gradio", "pandas", "nemo-toolkit", "pytest", "huggingface-hub"}
    assert heavy.isdisjoint(fresh.packages())


def test_no_known_vulnerability_is_installed(fresh):
    command = [sys.executable, "-m", "pip_audit", "--path", str(fresh.site), "-f", "json"]
    done = subprocess.run(
        [*command, "--timeout", "10", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"the advisory service does not answer: {done.stderr.strip()[-100:]}")
    audited = json.loads(done.stdout)["dependencies"]
    rest = [each for each in audited if canonicalize_name(each["name"]) != "winasr-doctor"]
    if all("skip_reason" in each for each in rest):  # pip-audit calls that free of vulnerabilities
        pytest.skip(f"the advisory service knows none of {len(rest)} packages from here")
    found = {each["name"]: each["vulns"] for each in rest if each.get("vulns")}
    assert found == {}


def test_a_bill_of_materials_names_every_package(fresh, tmp_path):
    bill = tmp_path / "bill.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", fresh.python]
    fresh.run([*command, "--output-format", "JSON", "--output-file", str(bill)])
    components = json.loads(bill.read_text())["components"]
    assert {canonicalize_name(each["name"]) for each in components} == fresh.packages()
    assert [each["name"] for each in components if not PERMISSIVE.search(licence(each))] == []
    kept = os.environ.get("WINASR_DOCTOR_BILLS")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        shutil.copy(bill, Path(kept) / f"{fresh.site.parent.name}.json")
