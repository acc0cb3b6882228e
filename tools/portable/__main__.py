r"""Builds the portable folder: `python tools/portable [--output FOLDER]`.

The folder runs on 64-bit Windows without an installed Python: python.org's embeddable CPython, the
Windows wheels of our dependencies (pinned by hash), winasr_doctor, and two `.cmd` files. The same
source gives the same ZIP file, byte for byte. It needs Python 3.11, uv and cyclonedx-bom.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools" / "wine"))

from building import VERSION, install, unpack_embeddable  # noqa: E402

NAME = "winasr_doctor"
"""The folder in the ZIP file."""

SITE = Path("Lib", "site-packages")
PINS = HERE / "requirements.txt"
MOST_BYTES = 18_000_000
"""Maximum size of the ZIP file."""

LEFT_OUT = ("rich/__pycache__", "winasr_doctor/data/*.nemo", "winasr_doctor/data/*.wav")
"""What the folder has no use for: rich is hardly used, and models cannot run without NeMo."""

WHEN = (2020, 2, 2, 0, 0, 0)
"""The time of every file in the ZIP file, as in our wheel."""

PATH_FILE = "python311.zip\n.\nLib\\site-packages\n"
"""Where this CPython finds modules. With such a file it ignores PYTHONPATH and all user folders;
without `import site` in it, it runs no `.pth` file. Source: docs.python.org, "Finding modules"."""

COMMANDS = {
    "winasr-doctor.cmd": '@"%~dp0python.exe" -m winasr_doctor %*\n',
    "doctor.cmd": """@echo off
rem Double-click: scans this machine and opens the report in the browser.
set "report=%TEMP%\\winasr_doctor-report.html"
"%~dp0python.exe" -m winasr_doctor scan --format html --output "%report%"
if exist "%report%" start "" "%report%"
if not exist "%report%" pause
""",
}
"""Our programs. `%~dp0` is the folder that the script is in, with a backslash at its end."""

README = """winasr_doctor {version}, portable

Double-click doctor.cmd: it scans this machine and opens the report in your browser.

In a terminal, in this folder:
    .\\winasr-doctor.cmd --help
    .\\winasr-doctor.cmd scan --python C:\\path\\to\\your\\app

Nothing is installed, and nothing is sent anywhere. Delete the folder to be rid of it.
SHA256SUMS lists every file, sbom.json every component, licenses\\ their licences.
"""


def main() -> int:
    """Build the folder and the ZIP file; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/portable")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="where the files go")
    parser.add_argument("--url", help="where it will be published; also writes a scoop manifest")
    options = parser.parse_args()
    if "{}.{}".format(*sys.version_info[:2]) != VERSION:
        print(f"error: bytecode for the folder can only be made by Python {VERSION}")
        return 2
    with tempfile.TemporaryDirectory() as aside:
        folder, version = build(Path(aside))
        archive = options.output / f"winasr_doctor-{version}-windows-x64.zip"
        options.output.mkdir(parents=True, exist_ok=True)
        pack(folder, archive)
    if options.url:
        manifest = options.output / "winasr_doctor.json"
        manifest.write_text(scoop_manifest(options.url, version, archive), encoding="utf-8")
    size = archive.stat().st_size
    print(f"{archive}  {size / 1e6:.1f} MB  sha256 {_digest(archive)}")
    if size > MOST_BYTES:
        print(f"error: it is larger than {MOST_BYTES / 1e6:.0f} MB")
        return 1
    return 0


def build(aside: Path) -> tuple[Path, str]:
    """Build the folder.

    Args:
        aside: An empty folder for it and for what is in between.

    Returns:
        The folder, and the version of winasr_doctor in it.
    """
    folder = aside / NAME
    unpack_embeddable(folder, aside)
    (path_file,) = folder.glob("*._pth")
    path_file.write_text(PATH_FILE, encoding="ascii", newline="\r\n")
    install(folder / SITE, "--require-hashes", "-r", str(PINS))
    wheel = _wheel(aside)
    install(folder / SITE, str(wheel))
    _remove_installers_files(folder / SITE)
    _compile(folder)
    _leave_out(folder / SITE)
    for name, text in COMMANDS.items():
        (folder / name).write_text(text, encoding="ascii", newline="\r\n")
    version = wheel.name.split("-")[1]
    text = README.format(version=version)
    (folder / "README.txt").write_text(text, encoding="ascii", newline="\r\n")
    _add_licenses(folder)
    _add_bill(folder, version)
    _add_sums(folder)
    return folder, version


def _wheel(aside: Path) -> Path:
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(aside)]
    subprocess.run([*build, str(ROOT)], check=True)
    (wheel,) = aside.glob("winasr_doctor-*.whl")
    return wheel


def _remove_installers_files(site: Path) -> None:
    """Remove what the installer wrote: launchers for Linux, and where it got the wheels from."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"):
        for file in site.glob(f"*.dist-info/{name}"):
            file.unlink()
    for file in (site / ".lock", site / "CACHEDIR.TAG"):
        file.unlink(missing_ok=True)


def _leave_out(site: Path) -> None:
    for pattern in LEFT_OUT:
        for found in site.glob(pattern):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _compile(folder: Path) -> None:
    """Compile all modules, so that a folder that users cannot write to starts as fast as another.

    The bytecode holds a hash that is not checked, no time and no path of this machine.
    """
    shutil.rmtree(folder / SITE / "__pycache__", ignore_errors=True)
    command = [sys.executable, "-m", "compileall", "-q", "-f", "-j", "1"]
    options = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), str(folder / SITE)]
    quiet = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([*command, *options], check=True, env=quiet)


def _add_licenses(folder: Path) -> None:
    """Copy the licences of everything in the folder into one place."""
    target = folder / "licenses"
    target.mkdir()
    shutil.copy(folder / "LICENSE.txt", target / "CPython.txt")
    for info in sorted((folder / SITE).glob("*.dist-info")):
        name = info.name.split("-")[0]
        texts = sorted(
            file
            for file in info.rglob("*")
            if file.is_file() and file.name.upper().startswith(("LICENSE", "COPYING", "NOTICE"))
        )
        if not texts:
            raise SystemExit(f"error: no licence was found in {name}")
        joined = "\n\n".join(text.read_text(encoding="utf-8", errors="replace") for text in texts)
        (target / f"{name}.txt").write_text(joined, encoding="utf-8", newline="\n")


def _add_bill(folder: Path, version: str) -> None:
    """Write the bill of materials, CycloneDX, the same each time."""
    pins = PINS.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as aside:
        all_ = Path(aside) / "requirements.txt"
        all_.write_text(f"{pins}\nwinasr_doctor=={version}\n", encoding="utf-8")
        command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
        form = ["--output-format", "JSON", "-o", str(folder / "sbom.json"), str(all_)]
        subprocess.run([*command, *form], check=True, capture_output=True)


def _add_sums(folder: Path) -> None:
    lines = [f"{_digest(file)}  {name}\n" for name, file in _files(folder)]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    named = ((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*"))
    yield from sorted((name, file) for name, file in named if file.is_file())


def pack(folder: Path, archive: Path) -> None:
    """Write a ZIP file that depends on nothing but the files' names and content.

    Args:
        folder: The folder; its name is the only one at the top of the ZIP file.
        archive: The file to write.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, file in _files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, file.read_bytes(), compresslevel=9)


def scoop_manifest(url: str, version: str, archive: Path) -> str:
    """Return a manifest for scoop, which installs it without a bucket: `scoop install FILE`.

    Args:
        url: The folder on the web that the ZIP file will be in.
        version: The version of winasr_doctor.
        archive: The ZIP file.
    """
    manifest = {
        "version": version,
        "description": "Finds Windows file locks around NVIDIA NeMo speech recognition",
        "homepage": url,
        "license": "Apache-2.0",
        "url": f"{url.rstrip('/')}/{archive.name}",
        "hash": _digest(archive),
        "extract_dir": NAME,
        "bin": "winasr-doctor.cmd",
    }
    return json.dumps(manifest, indent=4) + "\n"


if __name__ == "__main__":
    sys.exit(main())
