"""What runs the tests on newer Pythons: a skip that is seen, and a chroot that is kept safe."""

from __future__ import annotations

import argparse
import sys
import zipfile
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tools" / "pythons"

if sys.platform == "win32":
    pytest.skip("about a program that runs on Linux", allow_module_level=True)


@pytest.fixture
def tool(monkeypatch, tmp_path):
    """Return both modules of the tool; they keep what they make in the test's folder."""
    monkeypatch.setattr("sys.path", [str(TOOLS), *sys.path])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delitem(sys.modules, "chroot", raising=False)
    chroot = import_module("chroot")
    spec = spec_from_file_location("pythons_main", TOOLS / "__main__.py")
    main = module_from_spec(spec)
    spec.loader.exec_module(main)
    yield SimpleNamespace(main=main, chroot=chroot)
    del sys.modules["chroot"]


def test_a_skip_is_printed_and_counts_as_one_skipped_test(tool, monkeypatch, tmp_path, capsys):
    results = tmp_path / "results.xml"
    monkeypatch.setattr(tool.main, "on_this_machine", lambda version: None)
    monkeypatch.setattr(tool.chroot, "reason_against", lambda: "there is no root")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["pythons", "3.15", "--junit-xml", str(results)])
    assert tool.main.main() == 0
    reason = "no Python 3.15 here: there is no root"
    assert f"NOT RUN: {reason}" in capsys.readouterr().out
    (skipped,) = ET.parse(results).iter("skipped")  # noqa: S314 - our own
    assert skipped.get("message") == reason


def test_what_a_wheel_needs_is_decided_for_the_other_python(tool, tmp_path):
    lines = [
        "Requires-Dist: click>=8",
        "Requires-Dist: tomli; python_version < '3.11'",
        "Requires-Dist: tree-sitter>=0.23; python_version < '3.15' and extra == 'test'",
        "Requires-Dist: hypothesis; extra == 'test'",
        "Requires-Dist: torch; extra == 'asr'",
    ]
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", "\n".join(lines))
    assert tool.main.needed(wheel, "3.15") == ["click>=8", "hypothesis"]
    assert tool.main.needed(wheel, "3.14") == ["click>=8", "tree-sitter>=0.23", "hypothesis"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.list.d/debian.sources", "Types: deb\nURIs: {0}\nSuites: bookworm\n"),
        ("sources.list", "deb [signed-by=/k.gpg] {0} bookworm main\n"),
    ],
)
def test_the_mirror_is_the_machines_own(tool, monkeypatch, tmp_path, name, text):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "# https://snapshot.example/archive/debian/2025\n" + text.format("http://m/debian")
    )
    monkeypatch.setattr(tool.chroot, "SOURCES", tmp_path)
    assert tool.chroot.mirror() == "http://m/debian"


def test_without_a_source_of_debian_there_is_no_mirror(tool, monkeypatch, tmp_path):
    monkeypatch.setattr(tool.chroot, "SOURCES", tmp_path)
    with pytest.raises(tool.chroot.UnavailableError, match="apt has no source"):
        tool.chroot.mirror()


def test_nothing_is_removed_in_which_something_is_mounted(tool, monkeypatch, tmp_path):
    folder = tmp_path / "chroot"
    (folder / "proc").mkdir(parents=True)
    mounts = f"23 30 0:21 / {folder}/proc rw - proc proc rw\n"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    with pytest.raises(tool.chroot.UnavailableError, match="is mounted"):
        tool.chroot.remove(folder)
    assert (folder / "proc").exists()
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "23 30 0:21 / /proc rw - proc proc rw")
    tool.chroot.remove(folder)
    assert not folder.exists()


def test_a_chroot_that_was_cut_off_is_built_again(tool, monkeypatch):
    def build(folder):
        folder.mkdir()
        if not built:
            built.append(folder)
            raise KeyboardInterrupt

    built = []
    monkeypatch.setattr(tool.chroot, "reason_against", lambda: None)
    monkeypatch.setattr(tool.chroot, "_build", build)
    with pytest.raises(KeyboardInterrupt):
        tool.chroot.ready()
    finished = tool.chroot.ready()
    assert finished.is_dir()
    assert [each for each in finished.parent.iterdir() if each.is_dir()] == [finished]


def test_coverage_is_measured_from_the_start_and_reported_if_asked_for(tool):
    plain, measured = argparse.Namespace(cov=False), argparse.Namespace(cov=True)
    results = Path("results.xml")
    assert tool.main.also_needed(plain) == []
    assert tool.main.also_needed(measured) == [tool.main.COVERAGE]
    (tests,) = tool.main.runs(plain, ["-x"], results)
    assert tests[-2:] == ["-x", "--junit-xml=results.xml"]
    first, *_, last = tool.main.runs(measured, ["-x"], results)
    assert first == ["-m", "coverage", "run", *tests]
    assert last == ["-m", "coverage", "report"]
