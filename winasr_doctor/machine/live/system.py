"""Reads the operating system: product, build and machine-wide settings."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, is_on
from winasr_doctor.machine.model import System
from winasr_doctor.windows import win32

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine
    from winasr_doctor.machine.live.registry import Registry

OS = Literal["windows", "linux", "darwin"]

CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
FILE_SYSTEM = r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem"
"""`LongPathsEnabled`. Source: learn.microsoft.com, "Maximum Path Length Limitation"."""
SESSION_ENVIRONMENT = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"

FIRST_WINDOWS_11 = 22000
"""Windows 11 still calls itself "Windows 10 ..." in `ProductName`; its build shows which it is.
Source: learn.microsoft.com, "Windows 11 release information".
"""


def this_os() -> OS:
    """Return the system this runs on, as a value of `System.os`."""
    if sys.platform == "win32":
        return "windows"
    return "darwin" if sys.platform == "darwin" else "linux"


def read(_host: LiveMachine) -> System:
    """Read the operating system."""
    os = this_os()
    if os != "windows":
        return posix(os)

    return windows(WINDOWS_REGISTRY)


def windows(registry: Registry) -> System:
    """Describe Windows, from the registry and a few calls."""
    try:
        values = registry.values(CURRENT_VERSION)
    except OSError:
        values = {}
    major, minor, build = win32.version()
    build = _number(values.get("CurrentBuildNumber")) or build
    major = _number(values.get("CurrentMajorVersionNumber")) or major
    ansi, oem = win32.code_pages()
    return System(
        os="windows",
        name=product_name(str(values.get("ProductName") or "Windows"), build),
        version=f"{major}.{minor}.{build}",
        build=build,
        server=_is_server(values),
        machine=_machine(registry),
        wine=win32.wine_version(),
        long_paths=is_on(registry, FILE_SYSTEM, "LongPathsEnabled"),
        ansi_code_page=ansi,
        oem_code_page=oem,
    )


def product_name(registered: str, build: int) -> str:
    """Correct the product name of Windows 11, which the registry calls Windows 10."""
    if build >= FIRST_WINDOWS_11:
        return registered.replace("Windows 10", "Windows 11", 1)
    return registered


def posix(os: OS) -> System:
    """Describe Linux or macOS."""
    if os == "darwin":
        name, version = "macOS", platform.mac_ver()[0]
    else:
        name, version = _distribution() or platform.system(), platform.release()
    return System(os=os, name=name, version=version, machine=platform.machine())


def _distribution() -> str | None:
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    names = (line.partition("=")[2] for line in lines if line.startswith("PRETTY_NAME="))
    return next(names, "").strip("\"'") or None


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _is_server(values: dict[str, object]) -> bool | None:
    kind = values.get("InstallationType")
    return None if kind is None else str(kind).startswith("Server")


def _machine(registry: Registry) -> str:
    """Return the processor type of Windows itself, not that of an emulated process."""
    try:
        return str(registry.values(SESSION_ENVIRONMENT)["PROCESSOR_ARCHITECTURE"])
    except (OSError, KeyError):
        return platform.machine() or "unknown"
