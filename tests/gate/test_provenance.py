"""What was tested is named so that somebody else can tell whether they have the same."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import winasr_doctor
from winasr_doctor.appsource import read_application
from winasr_doctor.gate import provenance
from winasr_doctor.testing import machine

ROOT = Path(winasr_doctor.__file__).parent
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def host_with(folder: Path):
    host = machine()
    host.app = read_application([folder])
    return host


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_versions_that_matter_are_named():
    versions = provenance.versions()
    assert versions["winasr_doctor"] == winasr_doctor.__version__
    assert {"python", "platform", "torch", "nemo", "lhotse", "numpy", "gradio"} <= set(versions)
    assert "huggingface_hub" in versions


def test_the_model_and_the_recordings_are_hashed():
    data = provenance.provenance_of(machine()).data
    model = hashlib.sha256((ROOT / "data" / "tiny-tdt.nemo").read_bytes()).hexdigest()
    assert data["tiny-tdt.nemo"] == model
    assert len([name for name in data if name.endswith(".wav")]) == 3


def test_the_hash_of_many_files_is_that_of_sha256sums_output():
    text = b"11  a\n00  b\n"
    assert provenance.digest_of([("b", "00"), ("a", "11")]) == hashlib.sha256(text).hexdigest()


class TestPackage:
    @pytest.fixture
    def sources(self, tmp_path: Path) -> Path:
        folder = tmp_path / "winasr_doctor"
        folder.mkdir()
        (folder / "__init__.py").write_text("one")
        return folder

    def test_sources_are_hashed_without_what_python_compiles(self, sources: Path):
        before = provenance.package(sources)
        assert before.installed is False
        (sources / "__pycache__").mkdir()
        (sources / "__pycache__" / "x.pyc").write_text("compiled")
        assert provenance.package(sources) == before
        (sources / "__init__.py").write_text("two")
        assert provenance.package(sources).sha256 != before.sha256

    @pytest.fixture
    def installed(self, sources: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        info = sources.parent / "winasr_doctor-9.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: winasr_doctor\nVersion: 9\n")
        digest = base64.urlsafe_b64encode(hashlib.sha256(b"one").digest()).decode().rstrip("=")
        lines = (f"winasr_doctor/__init__.py,sha256={digest},3", f"{info.name}/RECORD,,", "")
        (info / "RECORD").write_bytes("\r\n".join(lines).encode())  # as pip ends them
        monkeypatch.setattr(sys, "path", [str(sources.parent), *sys.path])
        return sources

    def test_an_installed_package_is_its_record(self, installed: Path):
        record = (installed.parent / "winasr_doctor-9.dist-info" / "RECORD").read_bytes()
        found = provenance.package(installed)
        assert found == provenance.Package(True, hashlib.sha256(record).hexdigest(), ())

    def test_files_that_were_changed_or_lost_since_are_named(self, installed: Path):
        (installed / "__init__.py").write_text("two")
        assert provenance.package(installed).changed == ("winasr_doctor/__init__.py",)
        (installed / "__init__.py").unlink()
        (installed / "__init__.py").mkdir()
        assert provenance.package(installed).changed == ("winasr_doctor/__init__.py",)


class TestApp:
    def test_without_an_app_there_is_nothing_to_name(self):
        assert provenance.app(machine()) is None

    def test_its_files_are_hashed_and_without_git_there_is_no_commit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        (tmp_path / "app.py").write_text("x = 1\n")
        first = provenance.app(host_with(tmp_path))
        assert (first.files, first.commit, first.dirty) == (1, None, None)
        (tmp_path / "app.py").write_text("x = 2\n")
        assert provenance.app(host_with(tmp_path)).sha256 != first.sha256

    @needs_git
    def test_its_commit_is_named_and_whether_it_was_changed_since(self, tmp_path: Path):
        (tmp_path / "app.py").write_text("x = 1\n")
        git(tmp_path, "init", "-q")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", "one")
        clean = provenance.app(host_with(tmp_path))
        assert clean.commit == git(tmp_path, "rev-parse", "HEAD")
        assert clean.dirty is False
        (tmp_path / "app.py").write_text("x = 2\n")
        assert provenance.app(host_with(tmp_path)).dirty is True

    def test_a_machine_without_git_is_no_problem(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("PATH", str(tmp_path))
        (tmp_path / "app.py").write_text("x = 1\n")
        assert provenance.app(host_with(tmp_path)).commit is None
