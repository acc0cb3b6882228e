"""Trees of files like those of Python environments, also of other systems."""

from __future__ import annotations

import importlib.util
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from winasr_doctor.machine.model import Account

USER = Account(elevated=False)
"""The account of these tests as the readers see it, whoever runs them."""

PE = {"x64": 0x8664, "x86": 0x14C, "arm64": 0xAA64}


def write(file: Path, content: str | bytes = "") -> Path:
    """Write a file with its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def pe(processor: str = "x64") -> bytes:
    """Return the start of a program for Windows."""
    return (
        b"MZ"
        + b"\0" * 58
        + struct.pack("<I", 128)
        + b"\0" * 64
        + b"PE\0\0"
        + struct.pack("<H", PE[processor])
        + b"\0" * 18
    )


def version_resource(major: int, minor: int, field3: int) -> bytes:
    """Return what a DLL's version resource has around its numbers."""
    numbers = struct.pack("<III", 0x10000, major << 16 | minor, field3 << 16 | 1013)
    return b"\0" * 64 + struct.pack("<I", 0xFEEF04BD) + numbers + b"\0" * 64


def windows_python(folder: Path, version: str = "3.12.4", processor: str = "x64") -> Path:
    """Lay out a Python for Windows, as python.org's installer does; return its python.exe."""
    major, minor, micro = map(int, version.split("."))
    dll = pe(processor) + version_resource(major, minor, micro * 1000 + 150)
    write(folder / f"python{major}{minor}.dll", dll)
    write(folder / "Lib" / "os.py")
    (folder / "Lib" / "site-packages").mkdir(parents=True)
    return write(folder / "python.exe", pe(processor))


def windows_venv(folder: Path, home: Path, version: str = "3.12.4") -> Path:
    """Lay out a virtual environment for Windows; return its folder."""
    write(folder / "pyvenv.cfg", f"home = {home}\nversion = {version}\n")
    write(folder / "Scripts" / "python.exe", pe())
    (folder / "Lib" / "site-packages").mkdir(parents=True)
    return folder


def installed(site: Path, **versions: str) -> None:
    """Put distributions into a folder, with their names and versions only."""
    for name, version in versions.items():
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        write(site / f"{name}-{version}.dist-info" / "METADATA", metadata)


def make_environment(folder: Path) -> None:
    """Make a real environment of the running Python, with nothing installed.

    Python's embeddable package cannot make virtual environments, so it is copied.
    """
    if importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
        subprocess.run(command, check=True)
        return
    base = Path(sys.executable).parent
    site = folder / "Lib" / "site-packages"
    site.mkdir(parents=True)
    for file in (each for each in base.iterdir() if each.is_file()):
        shutil.copy(file, folder)
    name = "python{}{}".format(*sys.version_info[:2])
    path = f"{name}.zip\n.\n{base / 'Lib'}\nLib\\site-packages\nimport site\n"
    write(folder / f"{name}._pth", path)


def program_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    names = ("Scripts/python.exe", "python.exe") if os.name == "nt" else ("bin/python",)
    return next(file for name in names if (file := folder / name).exists())


def site_of(folder: Path) -> Path:
    """Return the folder of the packages of an environment."""
    if os.name == "nt":
        return folder / "Lib" / "site-packages"
    return next(folder.glob("lib/python*/site-packages"))
