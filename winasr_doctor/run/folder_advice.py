"""Asks the doctor about a folder in which NeMo is to unpack models."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from winasr_doctor.checks import search_index, sync, temp
from winasr_doctor.checks.advice import gigabytes, known
from winasr_doctor.findings import Result, Severity
from winasr_doctor.machine.live import LiveMachine
from winasr_doctor.machine.live.places import look
from winasr_doctor.machine.live.readers import READERS, Reader
from winasr_doctor.machine.model import Environment, Place, Places, Role
from winasr_doctor.scanning import scan

CHECKS = (
    temp.temp_is_missing,
    temp.temp_is_not_writable,
    temp.temp_is_on_an_unusual_drive,
    temp.temp_has_too_little_room,
    temp.temp_path_is_awkward,
    temp.temp_belongs_to_the_machine,
    sync.temp_is_synchronised,
    sync.place_is_a_placeholder,
    search_index.temp_is_indexed,
)
"""The fast checks of a temp folder: existence, write access, local drive, free space, plain path,
owner, sync clients, search index.
"""

PATIENCE = 4.0
"""Seconds that each section of the machine may take."""

_ROLES: tuple[Role, ...] = ("tempfile", "TEMP", "TMP")

LONGEST_SOCKET_FOLDER = 107 - len("/pymp-xxxxxxxx/listener-xxxxxxxx")
"""Longest path of a temp folder, in characters, in which `multiprocessing` can make its sockets.
Source: Linux's unix(7), `sun_path`; CPython's Lib/multiprocessing/connection.py.
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    r"""The assessment of a folder.

    Attributes:
        path: The folder.
        findings: Objections to it, the worst first.
        drive: A description of its drive, such as `C:\, a fixed drive with 35.0 GB free`.
        writable: Whether a file could be created there.
    """

    path: str
    findings: tuple[Result, ...]
    drive: str
    writable: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """Sort key: the better folder first."""
        errors = sum(result.severity is Severity.ERROR for result in self.findings)
        warnings = sum(result.severity is Severity.WARNING for result in self.findings)
        cramped = os.name == "posix" and len(self.path) > LONGEST_SOCKET_FOLDER
        return (errors + (not self.writable), warnings, int(cramped))


class _With(LiveMachine):
    """This machine, with another temp folder."""

    def __init__(self, folder: str) -> None:
        super().__init__(timeout=PATIENCE)
        seen = look(folder, probe=True)
        place = {
            "path": folder,
            "resolved": seen.resolved,
            "exists": seen.exists,
            "directory": seen.directory,
            "writable": seen.writable,
            "write_error": seen.write_error,
            "volume": seen.volume,
            "attributes": seen.attributes,
        }
        items = tuple(Place(role=role, **place) for role in _ROLES)  # type: ignore[arg-type]
        own: Mapping[str, Reader] = {
            "places": lambda _host: Places(items=items),
            "environment": lambda _host: Environment(variables={"TEMP": folder, "TMP": folder}),
        }
        self.readers = {**READERS, **own}  # type: ignore[misc]


def judge(folder: str) -> Judgement:
    """Let the doctor examine a folder as if it were the temp folder.

    Args:
        folder: An absolute path of an existing folder.
    """
    host = _With(folder)
    failing = scan(host, select=[check.code for check in CHECKS]).failing
    place = host.places.items[0]
    return Judgement(
        folder,
        tuple(result for result in failing if result.severity is not Severity.INFO),
        _drive(host, place),
        writable=bool(place.writable) and Path(folder).is_dir(),
    )


def _drive(host: LiveMachine, place: Place) -> str:
    volumes = known(host, "volumes")
    volume = volumes.of(place) if volumes else None
    if volume is None:
        return "a drive that did not answer"
    room = "" if volume.free is None else f", {gigabytes(volume.free)} free"
    return f"{volume.root}, {volume.drive_type} drive{room}"
