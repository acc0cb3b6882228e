"""`--python`, `--deep` and `envs` on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests.machine.interpreters.trees import make_environment, site_of, windows_python
from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.subject import ScanSubject
from winasr_doctor.machine.interpreters import rights
from winasr_doctor.schemas import load


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A real environment with a stand-in for NeMo, beside the current folder."""
    monkeypatch.setattr(rights, "refusal", lambda *_: None)  # whoever runs the tests
    folder = tmp_path / ".venv"
    make_environment(folder)
    site = site_of(folder)
    for name, version in {"nemo_toolkit": "2.3.0", "soundfile": "0.13.1"}.items():
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    (site / "soundfile.py").write_text("raise OSError('cannot load library libsndfile.dll')\n")
    (site / "nemo/collections/asr").mkdir(parents=True)
    return folder


def scanned(outcome):
    report = json.loads(outcome.out)
    return report, {result["code"]: result for result in report["results"]}


@pytest.mark.parametrize("path", [".", ".venv"])
def test_another_environment_is_scanned(run, venv, path):
    report, results = scanned(
        run("scan", "--python", path, "--select", "NEM001,ENV017", "--format", "json")
    )
    assert report["host"]["nemo_toolkit"] == "2.3.0"
    assert Path(report["host"]["interpreter"]).is_relative_to(venv)
    assert results["NEM001"]["status"] == "pass"
    assert results["ENV017"]["evidence"]["path"] == path


def test_deep_explains_the_import_that_fails(run, venv):
    outcome = run("scan", "--python", venv, "--deep", "--select", "ENV026", "--format", "json")
    _, results = scanned(outcome)
    assert outcome.code == 3
    assert results["ENV026"]["evidence"]["imports"] == ["soundfile"]
    assert "libsndfile" in results["ENV026"]["evidence"]["traceback"]
    assert results["ENV026"]["remedies"]
    assert "Importing soundfile" in outcome.err


@pytest.mark.parametrize("options", [(), ("--deep",)])
def test_the_gate_tries_the_imports_without_being_asked(run, monkeypatch, options):
    def stopped(host, *_, **__):
        raise InputError(f"deep: {host.deep}")

    monkeypatch.setattr("winasr_doctor.gate.gate", stopped)
    assert run("gate", *options).err.strip().endswith("deep: True")


def test_so_does_a_bug_report(run, monkeypatch, healthy):
    def stopped(subject):
        raise InputError(f"deep: {subject.deep}")

    monkeypatch.setattr(ScanSubject, "scan", stopped)
    assert run("bug-report").err.strip().endswith("deep: True")
    assert run("bug-report", "--snapshot", healthy).err.strip().endswith("deep: False")


def test_a_plain_scan_that_passes_mentions_deep(run, venv, healthy):
    outcome = run("scan", "--python", venv, "--select", "NEM001,ENV026")
    assert "`--deep` also tries the imports" in " ".join(outcome.out.split())
    outcome = run("scan", "--python", venv, "--deep", "--select", "NEM001")
    assert "--deep" not in outcome.out


@pytest.mark.parametrize("option", [("--python", "."), ("--deep",)])
@pytest.mark.parametrize("command", ["scan", "fix", "gate"])
def test_a_snapshot_has_no_other_python(run, healthy, command, option):
    selftest = ("--no-selftest",) if command == "gate" else ()
    outcome = run(command, "--snapshot", healthy, *option, *selftest)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [("scan",), ("fix",), ("snapshot", "-o", "-")])
def test_a_path_without_python_is_bad_input(run, tmp_path, command):
    (tmp_path / "empty").mkdir()
    for path in ("empty", "missing"):
        outcome = run(*command, "--python", path)
        assert outcome.code == 2
        assert len(outcome.err.strip().splitlines()) == 1


def test_a_snapshot_of_another_environment_can_be_scanned(run, venv):
    (site_of(venv) / "private.pth").write_text("import acme_secret_project\n")
    run("snapshot", "--python", venv, "-o", "other.json")
    assert "acme_secret" not in Path("other.json").read_text(encoding="utf-8")
    document = json.loads(Path("other.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, load("snapshot-1"))
    report, results = scanned(run("scan", "--snapshot", "other.json", "--format", "json"))
    assert report["host"]["nemo_toolkit"] == "2.3.0"
    assert results["ENV017"]["status"] == "pass"
    assert results["ENV026"]["status"] == "skip"


def test_fix_takes_another_environment(run, venv):
    assert "NEM001" not in run("fix", "NEM001", "--python", venv).out


def test_envs_lists_the_environment_beside_the_current_folder(run, venv):
    outcome = run("envs")
    lines = outcome.out.splitlines()
    at = lines.index(str(venv))
    assert "NeMo 2.3.0" in lines[at + 1]
    assert "beside the current folder" in lines[at + 2]
    assert lines[at + 3] == "  scan it:"
    assert str(venv) in lines[at + 4]
    assert outcome.code == 0


def test_envs_as_json_fits_its_schema(run, venv):
    document = json.loads(run("envs", "--format", "json").out)
    jsonschema.validate(document, load("envs-1"))
    assert str(venv) in [each["path"] for each in document["environments"]]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a\x1b[31m\nb", "\udcff"])
def test_envs_shows_names_that_drive_a_terminal(run, tmp_path, name):
    windows_python(tmp_path / name / "venv")
    text = run("envs", "--app", tmp_path / name).out
    assert "\x1b" not in text
    assert json.loads(run("envs", "--app", tmp_path / name, "--format", "json").out)


def test_a_scan_without_nemo_gives_the_command_for_the_environment_that_has_it(run, venv):
    _, results = scanned(run("scan", "--select", "NEM001", "--format", "json"))
    if results["NEM001"]["status"] == "fail":  # else the tests' own Python has NeMo
        steps = " ".join(results["NEM001"]["remedies"][0]["steps"])
        assert "winasr_doctor scan --python" in steps
