"""ENV: the Python interpreter."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import SCRATCH_READS, scratch_folder_remedy
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, error, info, ok, warning
from winasr_doctor.host.base import Host

CLEANUP_FIXED: dict[tuple[int, int], int] = {(3, 11): 8, (3, 12): 1}
"""Micro release in which `TemporaryDirectory` stopped masking a locked file; 3.10 never did, 3.13
and later always. Source: CPython gh-87319 and gh-79325, PR #112762."""

NAME_SEARCH_FIXED: dict[tuple[int, int], int] = {(3, 13): 13, (3, 14): 4}
"""Micro release in which `tempfile` stopped trying 2,147,483,647 names. Source: CPython gh-66305,
PR #144672, merged 2026-02-10; the first 3.14 release with it is taken to be 3.14.4."""

SUPPORTED_PYTHONS = ((3, 10), (3, 13))
"""Python versions on which NeMo 2.4 to 3.0 and everything it needs have wheels."""


def _python_remedy(host: Host, wanted: str) -> Remedy:
    windows = host.system.os == "windows"
    make = rf"py -{wanted} -m venv C:\venvs\asr" if windows else f"python{wanted} -m venv ~/asr"
    return Remedy(
        f"Use Python {wanted} (64-bit, from python.org), at its latest release",
        (
            f"Install Python {wanted}" + (f": winget install Python.Python.{wanted}" * windows),
            f"Make a new environment: {make}",
            "Install the app's requirements there",
        ),
    )


@check("ENV001", reads=("python",), windows_only=True)
def python_masks_a_locked_file(host: Host) -> Iterable[Finding]:
    """This Python shows a locked file as another error.

    **What.** The interpreter's version.
    **Why.** `tempfile.TemporaryDirectory` answers a locked file with `NotADirectoryError` [WinError
    267] and a locked folder with a RecursionError, so WinError 32 is not even seen.
    **Decided by.** 3.10 (all), 3.11 up to 3.11.7, 3.12.0.
    **Do.** Update to 3.11.8, 3.12.1 or later; the cause of the lock stays.
    **Source.** CPython gh-87319 and gh-79325, fixed by PR #112762.
    """
    python = host.python
    release = python.release
    fixed = CLEANUP_FIXED.get(release[:2])
    masks = release[:2] <= (3, 10) or (fixed is not None and release[2] < fixed)
    if masks:
        yield warning(
            f"Python {python.version} reports a locked file as WinError 267 or RecursionError",
            {"version": python.version},
            [_python_remedy(host, "3.12")],
        )
    else:
        yield ok(f"Python {python.version} reports a locked file as such")


@check("ENV002", reads=SCRATCH_READS, windows_only=True)
def tempfile_can_hang(host: Host) -> Iterable[Finding]:
    """Tempfile hangs for hours where TEMP cannot be written.

    **What.** The interpreter's version, and whether the temp folder can be written.
    **Why.** On Windows `mkdtemp` takes a PermissionError for a name that is taken and tries the
    next one, 2,147,483,647 times: "Transcribing" that never ends, without any error.
    **Decided by.** Every version before 3.13.13, where TEMP cannot be written now.
    **Do.** Make TEMP writable (TMP002); update Python.
    **Source.** CPython gh-66305 (bpo-22107), limited to 20 tries by PR #144672.
    """
    python = host.python
    release = python.release
    fixed = NAME_SEARCH_FIXED.get(release[:2])
    if release[:2] > (3, 14) or (fixed is not None and release[2] >= fixed):
        yield ok(f"Python {python.version} gives up after 20 names")
        return
    blocked = [place for place in host.places.of("tempfile", "TEMP") if place.writable is False]
    if not blocked:
        yield ok(f"Python {python.version} would hang if TEMP became unwritable, which it is not")
        return
    yield error(
        f"Python {python.version} will hang while it looks for a free name in {blocked[0].path},"
        " which it cannot write",
        {"version": python.version, "blocked": [place.path for place in blocked]},
        [scratch_folder_remedy(host), _python_remedy(host, "3.13")],
    )


@check("ENV010", reads=("python",))
def python_is_not_supported(host: Host) -> Iterable[Finding]:
    """NeMo does not support this Python.

    **What.** The interpreter's version, implementation and word size.
    **Why.** torch and NeMo's other needs have no wheels for it, so installing fails or builds for
    hours.
    **Decided by.** 64-bit CPython 3.10 to 3.13.
    **Do.** Use one of these.
    **Source.** Wheels of torch 2.13 and of what nemo_toolkit 3.0.0 needs.
    """
    python = host.python
    low, high = SUPPORTED_PYTHONS
    remedies = [_python_remedy(host, "3.12")]
    evidence = {
        "version": python.version,
        "bits": python.bits,
        "implementation": python.implementation,
    }
    if python.bits != 64:  # noqa: PLR2004 - a word size
        yield error("torch needs a 64-bit Python; this one has 32 bits", evidence, remedies)
    elif python.implementation != "CPython":
        yield error(f"torch does not run on {python.implementation}", evidence, remedies)
    elif python.release[:2] < low:
        yield error(f"Python {python.version} is too old for NeMo", evidence, remedies)
    elif python.release[:2] > high:
        yield warning(
            f"Python {python.version} is newer than what NeMo has wheels for", evidence, remedies
        )
    else:
        yield ok(f"Python {python.version} is supported")


@check("ENV011", reads=("python",), windows_only=True)
def python_is_from_the_store(host: Host) -> Iterable[Finding]:
    """This is the Microsoft Store's Python, whose files are not where it says.

    **What.** Where the interpreter is installed.
    **Why.** Its writes below `AppData` land in a private copy of the folder, so other programs, and
    exclusions by path, do not see them.
    **Decided by.** The base prefix lies in `WindowsApps`.
    **Do.** Use python.org's installer.
    **Source.** docs.python.org, "Using Python on Windows: known issues".
    """
    if host.python.store_build:
        yield info(
            f"{host.python.executable} is the Microsoft Store's Python",
            {"executable": host.python.executable},
            [_python_remedy(host, "3.12")],
        )
    else:
        yield ok("this is not the Microsoft Store's Python")
