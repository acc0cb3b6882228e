"""The portable folder on Windows' own Python, in a folder as people have them."""

import hashlib
import json
import shutil
import zipfile

import pytest

from .conftest import LONGEST

MOST_BYTES = 18_000_000


def test_the_archive_is_small_and_the_same_each_time(archive, build):
    assert archive.stat().st_size <= MOST_BYTES
    assert build().read_bytes() == archive.read_bytes()


def test_every_file_has_its_sum_its_licence_and_its_place_in_the_bill(archive):
    with zipfile.ZipFile(archive) as packed:
        files = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    listed = dict(
        reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines()
    )
    assert listed.keys() == files.keys() - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name]).hexdigest() == sum_ for name, sum_ in listed.items())
    named = {each["name"] for each in json.loads(files["sbom.json"])["components"]}
    licences = {name.partition("/")[2] for name in files if name.startswith("licenses/")}
    assert {"click", "msgspec", "psutil", "winasr_doctor"} <= named
    assert {name.replace("-", "_") + ".txt" for name in named} | {"CPython.txt"} == licences


def test_the_folder_lies_as_deep_as_paths_go(machine, unpacked):
    paths = (path.relative_to(machine.drive_c) for path in unpacked.rglob("*"))
    assert max(len("C:\\") + len(str(path)) for path in paths) == LONGEST


def test_a_manifest_for_scoop_names_the_archive_and_its_command(archive, tool):
    manifest = json.loads(tool.scoop_manifest("https://example.org/v1/", "1.0", archive))
    with zipfile.ZipFile(archive) as packed:
        assert f"{manifest['extract_dir']}/{manifest['bin']}" in packed.namelist()
    assert manifest["url"] == f"https://example.org/v1/{archive.name}"
    assert manifest["hash"] == hashlib.sha256(archive.read_bytes()).hexdigest()


def test_a_scan_runs_and_writes_nothing_into_the_folder(run, unpacked):
    before = sorted(unpacked.rglob("*"))
    code, out = run("winasr-doctor.cmd", "scan", "--example", "temp-in-onedrive", "--quiet")
    assert code == 3, out
    assert "Start the app through winasr_doctor" in out
    assert sorted(unpacked.rglob("*")) == before


def test_the_last_line_of_a_digest_is_for_the_engine(run):
    code, out = run("winasr-doctor.cmd", "scan", "--format", "digest")
    assert code in (0, 3), out
    assert json.loads(out.splitlines()[-1])["v"] == 1


def test_it_scans_another_python_from_outside(run, machine):
    home = machine.drive_c / "Python"
    environment = machine.drive_c / "app" / ".venv"
    info = environment / "Lib" / "site-packages" / "nemo_toolkit-3.0.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nemo_toolkit\nVersion: 3.0.0\n")
    (environment / "pyvenv.cfg").write_text("home = C:\\Python\nversion = 3.11.9\n")
    (environment / "Scripts").mkdir(exist_ok=True)
    shutil.copy2(home / "python.exe", environment / "Scripts")
    code, out = run("winasr-doctor.cmd", "scan", "--python", r"C:\app", "--format", "json")
    assert code in (0, 3), out
    host = json.loads(out[out.index("{") :])["host"]
    assert (host["python"], host["nemo_toolkit"]) == ("3.11.9", "3.0.0")


def test_nothing_outside_the_folder_changes_what_it_imports(machine, unpacked):
    intruder = machine.drive_c / "intruder"
    intruder.mkdir(exist_ok=True)
    (intruder / "winasr_doctor.py").write_text("raise SystemExit('imported from outside')")
    said = []
    command = ("cmd", "/c", r"set PYTHONPATH=C:\intruder&& winasr-doctor.cmd --version")
    assert machine.run(*command, folder=unpacked, tell=said.append) == 0
    assert "version" in said[-1]


@pytest.mark.parametrize("name", ["winasr-doctor.cmd", "doctor.cmd", "README.txt"])
def test_what_people_open_is_ascii_with_the_line_ends_of_windows(unpacked, name):
    text = (unpacked / name).read_bytes()
    assert text.isascii()
    assert text.count(b"\n") == text.count(b"\r\n") > 0
