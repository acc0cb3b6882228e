"""Makes a `MachineRow` of a collected file, whatever it holds; a broken file is a value, too.

A snapshot is scanned again, so that an old collection answers today's questions. A report and a
digest are taken as they are.
"""

from __future__ import annotations

import errno
import gzip
import zlib
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct, UnsetType

from winasr_doctor._util.archives import is_archive, read_member
from winasr_doctor._util.regular_files import TooLargeError, open_regular, read_regular
from winasr_doctor.findings import Report, Severity, Verdict, plan_of
from winasr_doctor.fleet.collected import CollectedFile
from winasr_doctor.fleet.rows import (
    DRIVER,
    HOST_VALUES,
    FleetFinding,
    FleetRemedy,
    MachineRow,
    UnreadFile,
)
from winasr_doctor.machine import NotApplicable, RecordedMachine, SnapshotError, Unreadable
from winasr_doctor.machine.recorded import REPORTED_MACHINE, Snapshot, decode_snapshot
from winasr_doctor.report.digest_line import VERSION as DIGEST_VERSION
from winasr_doctor.report.digest_line import DigestLine, decode_digest
from winasr_doctor.report.json import ReportError, decode_report
from winasr_doctor.scanning import scan

MOST_BYTES = 4 * 1024**2
"""Maximum number of bytes of a file, unpacked; a report has 100 kB."""

MOST_SNAPSHOT_BYTES = 512 * 1024
"""Maximum number of bytes of a snapshot, unpacked; it has 5 to 15 kB. Scanning 4 MiB of exclusions
takes half a minute."""

MOST_TO_PLAN = 1_000
"""Maximum number of failing results to make a plan for; the time grows with their square."""

_WITHOUT_SOURCE = ("APP",)
"""Checks to leave out: they examine an app's source, which no snapshot holds."""

_GZIP = b"\x1f\x8b"
"""How a gzip file starts. Source: RFC 1952, 2.3.1."""


class _Kind(Struct):
    """What tells the kinds of documents apart."""

    schema: str | UnsetType = msgspec.UNSET
    v: int | UnsetType = msgspec.UNSET


def read(file: CollectedFile) -> list[MachineRow | UnreadFile]:
    """Read one file.

    Args:
        file: The file.

    Returns:
        One row, or more if the file has several digests; or why it could not be read.
    """
    try:
        return list(_rows(file.key, _document(file)))
    except OSError as error:
        reason = error.strerror or str(error)
    except (SnapshotError, ReportError) as error:
        reason = _without_text(str(error))
    except (gzip.BadGzipFile, EOFError, zlib.error):
        reason = "the gzip file is damaged"
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        reason = "it is not a snapshot, report or digest"
    except Exception as error:  # noqa: BLE001 - one file never stops the report
        reason = f"examining it failed ({type(error).__name__})"
    return [UnreadFile(file.name, reason)]


def _document(file: CollectedFile) -> bytes:
    if file.path.is_symlink():
        raise OSError(errno.EINVAL, "it is a link, which is not followed")
    if is_archive(file.path):
        document = read_member(file.path, REPORTED_MACHINE, MOST_BYTES)
        if document is None:
            raise OSError(errno.EINVAL, f"there is no {REPORTED_MACHINE} in it")
        return document
    document = read_regular(file.path, MOST_BYTES)
    return _unpacked(file) if document.startswith(_GZIP) else document


def _unpacked(file: CollectedFile) -> bytes:
    with open_regular(file.path) as packed, gzip.GzipFile(fileobj=packed) as stream:
        document = stream.read(MOST_BYTES + 1)
    if len(document) > MOST_BYTES:
        raise TooLargeError(errno.EFBIG, "it is too large when unpacked")
    return document


def _without_text(reason: str) -> str:
    """Return the reason on one line of bounded length; it may quote the file."""
    return " ".join(reason.split())[:200]


def _rows(key: str, document: bytes) -> Iterator[MachineRow | UnreadFile]:
    document = document.removeprefix(b"\xef\xbb\xbf").strip()
    first = document.partition(b"\n")[0]
    if _is_digest(first):
        yield from _of_digests(key, document.splitlines())
    elif _schema(document).startswith("winasr-doctor/report/"):
        yield _of_report(key, "report", decode_report(document))
    else:
        if len(document) > MOST_SNAPSHOT_BYTES:
            raise TooLargeError(errno.EFBIG, "it is too large for a snapshot")
        yield _of_snapshot(key, decode_snapshot(document))


def _of_digests(key: str, lines: list[bytes]) -> Iterator[MachineRow | UnreadFile]:
    """Yield one row for each line; of several, each is named by its pseudonym or its number."""
    for number, line in enumerate(lines, start=1):
        digest = decode_digest(line)
        yield _of_digest(key if len(lines) == 1 else digest.k or f"{key}:{number}", digest)


def _is_digest(line: bytes) -> bool:
    try:
        return msgspec.json.decode(line, type=_Kind).v == DIGEST_VERSION
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _schema(document: bytes) -> str:
    return str(msgspec.json.decode(document, type=_Kind).schema)


def _of_digest(key: str, line: DigestLine) -> MachineRow | UnreadFile:
    if line.s == "crash":
        return UnreadFile(key, "the scan itself failed on that machine")
    return MachineRow(
        key=key,
        source="digest",
        recorded="",
        verdict=Verdict(line.s),
        findings=(
            *(FleetFinding(code, "error") for code in line.errors),
            *(FleetFinding(code, "warning") for code in line.warnings),
        ),
        values={"Account": line.x} if line.x else {},
    )


def _of_snapshot(key: str, snapshot: Snapshot) -> MachineRow:
    machine = RecordedMachine(snapshot)
    row = _of_report(key, "snapshot", scan(machine, ignore=_WITHOUT_SOURCE))
    values = {**row.values, **_driver(machine)}
    return msgspec.structs.replace(row, recorded=snapshot.recorded, values=values)


def _driver(machine: RecordedMachine) -> dict[str, str]:
    try:
        driver = machine.gpus.driver
    except (NotApplicable, Unreadable):
        return {}
    return {DRIVER: driver} if driver else {}


def _of_report(key: str, source: str, report: Report) -> MachineRow:
    return MachineRow(
        key=key,
        source="snapshot" if source == "snapshot" else "report",
        recorded="",
        verdict=report.verdict,
        findings=tuple(_findings(report)),
        remedies=tuple(_remedies(report)),
        values=_values(report),
    )


def _findings(report: Report) -> Iterable[FleetFinding]:
    worst: dict[str, FleetFinding] = {}
    for each in report.results:
        if each.severity is Severity.ERROR:
            worst[each.code] = FleetFinding(each.code, "error", each.title)
        elif each.severity is Severity.WARNING:
            worst.setdefault(each.code, FleetFinding(each.code, "warning", each.title))
    return worst.values()


def _remedies(report: Report) -> Iterator[FleetRemedy]:
    if report.plan is None and len(report.failing) > MOST_TO_PLAN:
        return iter(())
    return (FleetRemedy(each.title, each.cures) for each in plan_of(report).remedies)


def _values(report: Report) -> dict[str, str]:
    known = {name: report.host.get(key) for key, name in HOST_VALUES}
    return {name: str(value)[:80] for name, value in known.items() if value}
