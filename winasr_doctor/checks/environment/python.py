"""ENV: the Python interpreter."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import SCRATCH_READS, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.checks.new_environment import NEW_ENVIRONMENT_READS, python_remedy
from winasr_doctor.findings import Finding, error, info, ok, resting_on, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.windows.cpython_fixes import CLEANUP_FIXED, NAME_SEARCH_FIXED, has_fix


@check("ENV001", reads=NEW_ENVIRONMENT_READS, windows_only=True)
def python_masks_a_locked_file(host: Machine) -> Iterable[Finding]:
    """This Python reports a locked file as a different error.

    **What.** The interpreter's version.
    **Why.** `tempfile.TemporaryDirectory` turns a locked file into `NotADirectoryError` [WinError
    267] and a locked folder into a RecursionError, so you never see WinError 32.
    **Decided by.** 3.10 (all), 3.11 up to 3.11.7, 3.12.0.
    **Do.** Update to 3.11.8, 3.12.1 or later. This does not remove the cause of the lock.
    **Source.** CPython gh-87319 and gh-79325, fixed by PR #112762.
    """
    python = host.python
    if not has_fix(CLEANUP_FIXED, python.release):
        found = warning(
            f"Python {python.version} reports a locked file as WinError 267 or RecursionError",
            {"version": python.version},
            [python_remedy(host, "3.12", or_other=True)],
        )
    else:
        found = ok(f"Python {python.version} reports a locked file as such")
    yield resting_on(CLEANUP_FIXED, found)


@check("ENV002", reads=("packages", *SCRATCH_READS), windows_only=True)
def tempfile_can_hang(host: Machine) -> Iterable[Finding]:
    """Tempfile hangs for hours because TEMP is not writable.

    **What.** The interpreter's version, and whether the temp folder is writable.
    **Why.** On Windows, `mkdtemp` takes a PermissionError to mean that the name is in use, and
    tries the next one, 2,147,483,647 times. "Transcribing" never ends, and there is no error.
    **Decided by.** Every version before 3.13.13, if TEMP is not writable now.
    **Do.** Make TEMP writable (TMP002); update Python.
    **Source.** CPython gh-66305 (bpo-22107), limited to 20 tries by PR #144672.
    """
    yield resting_on(NAME_SEARCH_FIXED, _name_search(host))


def _name_search(host: Machine) -> Finding:
    python = host.python
    if has_fix(NAME_SEARCH_FIXED, python.release):
        return ok(f"Python {python.version} gives up after 20 names")
    blocked = [place for place in host.places.of("tempfile", "TEMP") if place.writable is False]
    if not blocked:
        return ok(f"Python {python.version} would hang if TEMP were not writable, but it is")
    return error(
        f"Python {python.version} will hang while it looks for a free name in {blocked[0].path},"
        " which is not writable",
        {"version": python.version, "blocked": [place.path for place in blocked]},
        [*scratch_remedies(host), python_remedy(host, "3.13")],
    )


@check("ENV011", reads=NEW_ENVIRONMENT_READS, windows_only=True)
def python_is_from_the_store(host: Machine) -> Iterable[Finding]:
    """This is the Microsoft Store's Python, which redirects what it writes below AppData.

    **What.** Where the interpreter is installed.
    **Why.** What it writes below `AppData` goes to a private copy of the folder. Other programs do
    not see those files, and exclusions by path do not cover them.
    **Decided by.** The base prefix is in `WindowsApps`.
    **Do.** Use python.org's installer.
    **Source.** docs.python.org, "Using Python on Windows: known issues".
    """
    if host.python.store_build:
        yield info(
            f"{host.python.executable} is the Microsoft Store's Python",
            {"executable": host.python.executable},
            [python_remedy(host, "3.12", or_other=True)],
        )
    else:
        yield ok("this is not the Microsoft Store's Python")
