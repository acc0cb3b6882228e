"""TMP001 to TMP003: the temp folder itself."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor._util.paths import same
from winasr_doctor._util.shells import quoted_for_posix
from winasr_doctor.checks.advice import SCRATCH_READS, in_shell, quoted, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.checks.temp.common import facts, named, temp_places
from winasr_doctor.findings import Finding, Remedy, error, ok, skip, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Place

_WRITE_ERRORS = {
    5: "access denied: an access list, Controlled Folder Access or a service's rights",
    13: "permission denied",
    28: "the disk is full",
    30: "the file system is read-only",
    32: "something, such as a scanner or a sync client, holds the test file open",
    112: "the disk is full",
    1314: "the account lacks a privilege",
}


@check("TMP001", reads=("environment", *SCRATCH_READS))
def temp_is_missing(host: Machine) -> Iterable[Finding]:
    """TEMP or TMP is unset, does not exist or is not a folder.

    **What.** The variables `TEMP` and `TMP` (`TMPDIR` on other systems) and the folders they name.
    **Why.** Python then silently picks another folder, in the end the current one. Models
    are then unpacked beside your app, perhaps inside a synchronised folder.
    **Decided by.** A variable whose path does not exist or is not a folder is an error; on
    Windows, an unset variable is a warning.
    **Do.** Set both to an existing local folder.
    **Source.** CPython's `tempfile._candidate_tempdir_list`: TMPDIR, TEMP, TMP, then defaults.
    """
    windows = host.system.os == "windows"
    broken = False
    for place in host.places.of("TEMP", "TMP", "TMPDIR"):
        if not place.exists or not place.directory:
            broken = True
            state = "is not a folder" if place.exists else "does not exist"
            yield error(
                f"{place.role} is {place.path}, which {state}",
                facts(place),
                [*scratch_remedies(host), _point_at_existing(host, place)],
            )
    unset = [name for name in ("TEMP", "TMP") if host.environment.get(name) is None]
    if windows and unset:
        broken = True
        yield warning(
            f"{' and '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set",
            {"unset": unset},
            scratch_remedies(host),
        )
    if not broken:
        yield ok("the temp folder exists")


def _point_at_existing(host: Machine, place: Place) -> Remedy:
    if host.system.os != "windows":
        command = f"mkdir -p -- {quoted_for_posix(place.path)}"
    else:
        command = f"New-Item -ItemType Directory -Force -Path {quoted(place.path)}"
    return Remedy(f"Create {place.path}", (in_shell(host, "", command),))


@check("TMP002", reads=SCRATCH_READS)
def temp_is_not_writable(host: Machine) -> Iterable[Finding]:
    """The temp folder is not writable.

    **What.** Creates and removes one test file, with `os.open` rather than `tempfile`.
    **Why.** Loading a model fails at once or, on older Pythons, hangs: `tempfile` takes a
    PermissionError to mean that the name is in use, and tries some two billion other names
    (ENV002).
    **Decided by.** The error from that one attempt. Its number is in the evidence.
    **Do.** Give the app a folder of its own.
    **Source.** CPython gh-66305; `os.open` with `O_CREAT | O_EXCL` as pip does.
    """
    tried = [place for place in temp_places(host) if place.writable is not None]
    if not tried:
        yield skip("no temp folder could be tested")
        return
    failed = [place for place in tried if not place.writable]
    for place in failed:
        reason = _WRITE_ERRORS.get(place.write_error or 0, f"error {place.write_error}")
        yield error(
            f"{named(place)} is not writable: {place.path} ({reason})",
            {**facts(place), "error": place.write_error},
            scratch_remedies(host),
        )
    if not failed:
        yield ok("the temp folder is writable")


@check("TMP003", reads=("places", *SCRATCH_READS))
def temp_variables_differ(host: Machine) -> Iterable[Finding]:
    """TEMP, TMP and the folder that Python uses are not the same.

    **What.** Compares `TEMP`, `TMP`, `TMPDIR` and the folder Python's `tempfile` picks.
    **Why.** You look at, clean or exclude one folder while NeMo unpacks into another. Python checks
    TMPDIR first, then TEMP, then TMP; Windows itself checks TMP first.
    **Decided by.** Whether the resolved paths differ.
    **Do.** Set all of them to the same folder.
    **Source.** CPython's `tempfile`; learn.microsoft.com, "GetTempPath2W function".
    """
    places = temp_places(host)
    os = host.system.os
    if len(places) > 1 and not all(same(places[0].real, p.real, os) for p in places[1:]):
        every = host.places.of("tempfile", "TEMP", "TMP", "TMPDIR")
        shown = ", ".join(f"{named(place)} is {place.path}" for place in every)
        yield warning(
            f"temporary files go to more than one folder: {shown}",
            {place.role: place.real for place in every},
            scratch_remedies(host),
        )
    else:
        yield ok("there is only one temp folder")
