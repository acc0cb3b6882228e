"""Reads and writes JSON snapshots of machines, and provides a machine read from one."""

from __future__ import annotations

import errno
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from winasr_doctor._util.archives import is_archive, read_member
from winasr_doctor._util.regular_files import read_regular
from winasr_doctor._util.safe_text import without_surrogates
from winasr_doctor.appsource.application import Application
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable
from winasr_doctor.machine.model import Fact
from winasr_doctor.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from winasr_doctor.models.hub import HubAnswers

SCHEMA: Literal["winasr-doctor/snapshot/1"] = "winasr-doctor/snapshot/1"
REPORTED_MACHINE = "machine.json"
"""The snapshot in a bug report, which `scan --snapshot FILE.zip` reads."""

MAX_SNAPSHOT_BYTES = 64 * 1024**2
"""Maximum number of bytes read; a real snapshot has some 20 kB."""


class SnapshotError(ValueError):
    """A snapshot that cannot be used; the message is one sentence for its owner."""


class UnreadableSection(Fact, frozen=True, kw_only=True):
    """Why a section is missing from a snapshot."""

    reason: str
    needs: str | None = None


class SnapshotTool(Fact, frozen=True, kw_only=True):
    """Which program recorded a snapshot."""

    name: str
    version: str


class Snapshot(Fact, frozen=True, kw_only=True):
    """A recorded machine: what `snapshot` writes and `scan --snapshot` reads."""

    schema: Literal["winasr-doctor/snapshot/1"] = SCHEMA
    tool: SnapshotTool
    recorded: str
    """When it was recorded, as an ISO 8601 date or date and time (UTC)."""
    hand_made: bool = False
    """Whether it was written by hand from documented formats, not recorded from a machine."""
    note: str = ""
    sections: Sections
    """Built below from `Machine`'s table of sections."""
    unreadable: dict[str, UnreadableSection] = {}
    not_applicable: dict[str, str] = {}


if TYPE_CHECKING:
    Sections = Any
else:
    Sections = msgspec.defstruct(
        "Sections",
        [(name, section.kind | None, None) for name, section in Machine.sections.items()],
        bases=(Fact,),
        namespace={"__doc__": "The sections that could be read."},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
    )


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[Snapshot]:
    return msgspec.json.Decoder(Snapshot)


def decode_snapshot(document: bytes) -> Snapshot:
    """Read a snapshot's JSON.

    Args:
        document: UTF-8 JSON; a byte-order mark is tolerated.

    Returns:
        The recorded machine.

    Raises:
        SnapshotError: It is not JSON, or not a snapshot of this schema.
    """
    try:
        return _decoder().decode(document.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.ValidationError as error:
        raise SnapshotError(f"does not fit the schema {SCHEMA}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(f"is not valid JSON: {error}") from error


def load_snapshot(path: str | Path) -> Snapshot:
    """Read a snapshot file.

    Args:
        path: A file written by `snapshot`, or by `bug-report`.

    Returns:
        The recorded machine.

    Raises:
        SnapshotError: It cannot be read, is far too large, or is not a snapshot.
    """
    try:
        document = _read(path)
    except OSError as error:
        raise SnapshotError(f"cannot read the snapshot {path}: {error.strerror}") from error
    try:
        return decode_snapshot(document)
    except SnapshotError as error:
        raise SnapshotError(f"the snapshot {path} {error}") from error.__cause__


def _read(path: str | Path) -> bytes:
    if not is_archive(path):
        return read_regular(path, MAX_SNAPSHOT_BYTES)
    document = read_member(path, REPORTED_MACHINE, MAX_SNAPSHOT_BYTES)
    if document is None:
        raise OSError(errno.EINVAL, f"there is no {REPORTED_MACHINE} in it")
    return document


def record(host: Machine) -> Snapshot:
    """Read every section of a machine into a snapshot, without redaction.

    Args:
        host: The machine.

    Returns:
        The snapshot; it lists sections that could not be read, with the reason.
    """
    host.prefetch(Machine.sections)
    sections: dict[str, object] = {}
    unreadable: dict[str, UnreadableSection] = {}
    not_applicable: dict[str, str] = {}
    for name in Machine.sections:
        try:
            sections[name] = host.read(name)
        except Unreadable as missing:
            unreadable[name] = UnreadableSection(reason=missing.reason, needs=missing.needs)
        except NotApplicable as absent:
            if Machine.sections[name].absent is None:
                not_applicable[name] = absent.reason
    return Snapshot(
        tool=SnapshotTool(name="winasr_doctor", version=__version__),
        recorded=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        sections=Sections(**sections),
        unreadable=unreadable,
        not_applicable=not_applicable,
    )


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return a snapshot as indented UTF-8 JSON, ending in a newline.

    A name that is not Unicode, as Linux and Windows allow, is written with U+FFFD.
    """
    try:
        document = msgspec.json.encode(snapshot)
    except UnicodeEncodeError:
        document = msgspec.json.encode(_unicode(msgspec.to_builtins(snapshot)))
    return msgspec.json.format(document, indent=2) + b"\n"


def _unicode(value: Any) -> Any:  # noqa: ANN401 - what JSON is made of
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {_unicode(key): _unicode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_unicode(item) for item in value]
    return value


class RecordedMachine(Machine):
    """A machine as a snapshot describes it."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        app: Application | None = None,
        hub_answers: HubAnswers | None = None,
    ) -> None:
        """Wrap a snapshot.

        Args:
            snapshot: The recorded machine.
            app: The app's source to examine on it.
            hub_answers: What the Hub said about the app's pins, if it was asked.
        """
        self.snapshot = snapshot
        self.app = app or Application()
        self._hub_answers = hub_answers

    def read(self, name: str) -> Any:  # noqa: ANN401 - typed by the section that asks
        """Return the recorded value; see `Machine.read`."""
        value = getattr(self.snapshot.sections, name)
        if value is not None:
            return value
        if name in self.snapshot.not_applicable:
            raise NotApplicable(self.snapshot.not_applicable[name])
        if name in self.snapshot.unreadable:
            missing = self.snapshot.unreadable[name]
            raise Unreadable(missing.reason, missing.needs)
        section = self.sections[name]
        if section.absent is not None:
            raise NotApplicable(section.absent)
        raise Unreadable(f"the snapshot does not record {section.title}")
