r"""Builds the Windows machine of the tests, once, and keeps it for the next run.

It is a Wine prefix with CPython for Windows in `C:\Python`, and with the Windows wheels of what
the tests need. Everything from the network is pinned by its hash.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from wine import Prefix, Wine

HERE = Path(__file__).resolve().parent
PYTHON_PIN = HERE / "python.txt"
WHEELS_PIN = HERE / "requirements.txt"
TAG = "cp311"
VERSION = "3.11"
PLATFORM = "x86_64-pc-windows-msvc"

CACHE = "WINASR_DOCTOR_WINE_CACHE"
"""Environment variable that names the folder in which machines are kept."""

PYTHON = r"C:\Python\python.exe"
SITE = Path("Python", "Lib", "site-packages")

RUN = "run-"
"""How the folder of a run begins, beside the machines."""

UNCHANGED = ("/drive_c/windows/", "/drive_c/Python/", "/drive_c/Program Files")


def cache_folder() -> Path:
    """Return the folder in which machines are kept; it is there."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "winasr_doctor-wine")
    folder = Path(os.environ.get(CACHE) or usual)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def key(wine: Wine) -> str:
    """Return the name of the machine that these pins, this code and this Wine make."""
    digest = hashlib.sha256(wine.version().encode())
    for file in (PYTHON_PIN, WHEELS_PIN, HERE / "building.py", HERE / "wine.py"):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def copy_machine(wine: Wine, folder: Path) -> None:
    """Copy the finished machine to a folder beside it; build it first if nobody has.

    It is built aside and renamed when complete, so a build that was cut off is never used. Two
    processes take turns.

    Args:
        wine: Runs it.
        folder: The new machine's, in `cache_folder()`.
    """
    cache = cache_folder()
    finished = cache / key(wine)
    with _turn(cache):
        if not finished.exists():
            print("wine: building a Windows machine (once, about a minute)", flush=True)
            for other in cache.iterdir():
                if other.is_dir() and not other.name.startswith(RUN):
                    shutil.rmtree(other)
            with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as aside:
                built = Path(aside) / "machine"
                (built / "drive_c").mkdir(parents=True)
                _build(Prefix(wine, built, {}), Path(aside))
                built.rename(finished)
        shutil.copytree(finished, folder, symlinks=True, copy_function=_copy)


def _copy(source: str, target: str) -> None:
    """Copy a file. What no test writes to is linked: it is most of the size.

    wineserver writes into a registry file with two links instead of replacing it, so those are
    copied (`save_branch` in Wine's server/registry.c).
    """
    if any(part in source for part in UNCHANGED):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


@contextlib.contextmanager
def _turn(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(prefix: Prefix, aside: Path) -> None:
    try:
        prefix.run("wineboot", "--init")
        prefix.run("winecfg", "-v", "win10")
        prefix.settle()
        _keep_apart_from_home(prefix)
        _substitute(prefix)
        _unpack_python(prefix.drive_c / "Python", aside)
        _install_wheels(prefix.drive_c / SITE)
        prefix.run(PYTHON, "-m", "compileall", "-q", "-j", "1", r"C:\Python\Lib\site-packages")
    finally:
        prefix.stop()


def _keep_apart_from_home(prefix: Prefix) -> None:
    """Make folders of Wine's links to the Documents, Desktop ... of whoever runs the tests."""
    for link in prefix.drive_c.glob("users/*/*"):
        if link.is_symlink():
            link.unlink()
            link.mkdir()


def _substitute(prefix: Prefix) -> None:
    """Let `Q:` stand for a folder of `C:`, as after `subst`, which Wine has not."""
    (prefix.drive_c / "substituted").mkdir()
    (prefix.folder / "dosdevices" / "q:").symlink_to("../drive_c/substituted")


def unpack_embeddable(folder: Path, aside: Path) -> None:
    """Unpack python.org's embeddable CPython, from a pinned download.

    Args:
        folder: The folder to make; it is isolated: its `._pth` file says where its modules are.
        aside: A folder for what is in between.
    """
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    pinned = ["--no-binary", ":all:", "--require-hashes", "-r", str(PYTHON_PIN)]
    subprocess.run([*pip, *pinned, "-d", str(aside)], check=True)
    (archive,) = aside.glob("*.tar.gz")
    shutil.unpack_archive(archive, aside / "source")
    (data,) = (aside / "source").rglob("data.zip")
    with zipfile.ZipFile(data) as packed:
        packed.extractall(aside / "data", [n for n in packed.namelist() if n.startswith(TAG)])
    (aside / "data" / TAG).rename(folder)


def _unpack_python(folder: Path, aside: Path) -> None:
    """Unpack CPython as a usual installation, which reads PYTHONPATH, not as an isolated one."""
    unpack_embeddable(folder, aside)
    for isolating in folder.glob("*._pth"):
        isolating.unlink()


def _install_wheels(site: Path) -> None:
    install(site, "--require-hashes", "-r", str(WHEELS_PIN))


def install(site: Path, *what: str) -> None:
    """Unpack Windows wheels into a folder of packages."""
    target = ["--target", str(site), "--python-platform", PLATFORM, "--python-version", VERSION]
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", *target]
    subprocess.run([*uv, "--only-binary", ":all:", "--link-mode", "copy", *what], check=True)
