"""What `python -m build` makes: the wheel has what users need and no more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from email import message_from_bytes

from winasr_doctor.version import __version__

from .conftest import ROOT


def our_files() -> set[str]:
    """Return the files of the package in the working tree."""
    package = ROOT / "winasr_doctor"
    return {
        file.relative_to(ROOT).as_posix()
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


SOURCES = "winasr_doctor/catalogue/entries/"
COMPILED = "winasr_doctor/catalogue/entries.json"
FORETOLD = "winasr_doctor/catalogue/preflight.json"


def packaged_files() -> set[str]:
    """Return the files that a wheel has: the catalogue's sources are compiled into two."""
    ours = {name for name in our_files() if not name.startswith(SOURCES)}
    return ours | {COMPILED, FORETOLD, *example_machines()}


def example_machines() -> set[str]:
    """Return the names in the wheel of the recorded machines under `examples/`."""
    found = (ROOT / "examples" / "machines").glob("*.json")
    return {f"winasr_doctor/data/machines/{file.name}" for file in found}


def test_twine_has_no_complaint(built):
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, built.iterdir())]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("PASSED") == 2


def test_check_wheel_contents_has_no_complaint(wheel):
    command = [sys.executable, "-m", "check_wheel_contents", str(wheel)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_wheel_has_every_file_of_the_package(in_wheel):
    assert packaged_files() <= in_wheel.keys()


def test_the_wheel_has_no_other_files_but_its_own_description(in_wheel):
    description = f"winasr_doctor-{__version__}.dist-info/"
    others = in_wheel.keys() - packaged_files()
    assert {name for name in others if not name.startswith(description)} == set()
    assert f"{description}licenses/LICENSE" in others


def test_the_wheel_has_every_known_error_without_its_samples(in_wheel):
    entries = json.loads(in_wheel[COMPILED])
    assert {f"{e['family']}/{e['id']}" for e in entries} == {
        name.removeprefix(SOURCES).removesuffix(".toml")
        for name in our_files()
        if name.startswith(SOURCES)
    }
    assert not any("samples" in entry for entry in entries)


def test_the_wheel_says_that_it_is_typed(in_wheel):
    assert "winasr_doctor/py.typed" in in_wheel


def test_the_wheel_is_the_one_for_every_system(wheel):
    assert wheel.name == f"winasr_doctor-{__version__}-py3-none-any.whl"


def test_the_wheel_names_no_folder_of_the_machine_that_built_it(in_wheel):
    here = str(ROOT).encode()
    assert [name for name, content in in_wheel.items() if here in content] == []


def test_the_version_and_the_license_are_in_the_metadata(in_wheel):
    metadata = message_from_bytes(in_wheel[f"winasr_doctor-{__version__}.dist-info/METADATA"])
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.10"


def test_the_version_is_written_once():
    files = [ROOT / "pyproject.toml", *(ROOT / "winasr_doctor").rglob("*.py")]
    assert [f.name for f in files if f'"{__version__}"' in f.read_text(encoding="utf-8")] == [
        "version.py"
    ]


def test_what_else_has_a_version_has_this_one():
    galaxy = (ROOT / "ansible" / "galaxy.yml").read_text(encoding="utf-8")
    hook = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in galaxy
    assert f"rev: v{__version__}\n" in hook


def test_the_changelog_has_this_version_with_its_day():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = re.findall(r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    assert dated[0] == __version__
    assert len(dated) == len(set(dated))


def test_the_source_distribution_can_be_tested(in_sdist):
    needed = {"pyproject.toml", "tox.ini", "conftest.py", "LICENSE", "README.md"}
    assert needed <= in_sdist
    assert "hatch_build.py" in in_sdist
    assert {"tests/packaging/test_built_files.py", "benchmarks/speed.py"} <= in_sdist
    assert our_files() <= in_sdist


def test_the_source_distribution_has_nothing_that_is_made(in_sdist):
    assert [name for name in in_sdist if "__pycache__" in name or name.startswith("dist/")] == []
