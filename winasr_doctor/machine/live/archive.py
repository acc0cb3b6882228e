"""Examines a `.nemo` file without unpacking it: type, contents and completeness."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, Literal, NamedTuple, Protocol

from winasr_doctor._util.regular_files import open_regular
from winasr_doctor.frameworks.nemo.files import CONFIG, WEIGHTS
from winasr_doctor.machine.model import FileAttribute, ModelFile

Form = Literal["tar", "tar.gz", "lfs-pointer", "html", "empty", "other", "unreadable"]

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""Source: Git LFS specification, "The Pointer"."""

HTML = (b"<!doctype html", b"<html")

GZIP = b"\x1f\x8b"
"""Source: RFC 1952, section 2.3.1."""

NOT_HERE = (
    FileAttribute.OFFLINE | FileAttribute.RECALL_ON_OPEN | FileAttribute.RECALL_ON_DATA_ACCESS
)
"""Reading a file with one of these attributes downloads it. Source: learn.microsoft.com, "File
Attribute Constants".
"""

BLOCK = 512
"""A tar archive consists of such blocks and ends with two blocks of zeros. Source: POSIX, pax."""

MEMBERS = 10_000
"""Maximum number of members listed per archive; a model has about ten."""

SECONDS = 1.5
"""Seconds that one compressed file is read; enough for its config and the start of its weights,
while the whole file may have gigabytes.
"""

_HEAD = 1024


class ArchiveContents(NamedTuple):
    """The contents of an archive, as far as it was read."""

    config: bool = False
    weights: bool = False
    truncated: bool = False
    unpacked: int | None = None
    longest: int = 0
    error: str | None = None


class _EnoughError(Exception):
    """The time for one compressed file is up."""


def inspect(path: str, resolved: str | None = None) -> ModelFile:
    """Examine a `.nemo` file without unpacking it.

    Args:
        path: The path of the file.
        resolved: The same path with links resolved.

    Returns:
        The description of the file. This never raises: a file that cannot be read is `unreadable`.
    """
    try:
        status = Path(path).stat()
        attributes = getattr(Path(path).lstat(), "st_file_attributes", None)
    except OSError as error:
        return ModelFile(
            path=path, resolved=resolved, size=0, form="unreadable", error=_sentence(error)
        )
    if attributes is not None and attributes & NOT_HERE:
        form: Form = "unreadable"
        contents = ArchiveContents(error="only in the cloud: reading it would download it")
    else:
        form, contents = _look_inside(path)
    return ModelFile(
        path=path,
        resolved=resolved,
        size=status.st_size,
        form=form,
        config=contents.config,
        weights=contents.weights,
        truncated=contents.truncated,
        unpacked=contents.unpacked,
        longest_member=contents.longest,
        attributes=attributes,
        error=contents.error,
    )


def _look_inside(path: str) -> tuple[Form, ArchiveContents]:
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD)
            file.seek(0)
            form = _form(head)
            if form == "tar":
                return form, _plain(file)
            if form == "tar.gz":
                return form, _compressed(file)
            return form, ArchiveContents()
    except OSError as error:
        return "unreadable", ArchiveContents(error=_sentence(error))


def mistaken_form(head: bytes) -> Literal["empty", "lfs-pointer", "html"] | None:
    """Return what a file holds instead of a model, by its first bytes; `None` if it may be one."""
    if not head:
        return "empty"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(LFS_POINTER):
        return "lfs-pointer"
    return "html" if text.startswith(HTML) else None


def _form(head: bytes) -> Form:
    mistaken = mistaken_form(head)
    if mistaken is not None:
        return mistaken
    if head.startswith(GZIP):
        return "tar.gz"
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return "other"
    return "tar"


def _plain(file: IO[bytes]) -> ArchiveContents:
    """List an uncompressed archive; this takes one short read per member, whatever its size."""
    members: list[tarfile.TarInfo] = []
    end = 0
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            for member in _first(tar):
                members.append(member)  # noqa: PERF402 - kept when the next one fails
            end = tar.offset
    except tarfile.TarError:  # the archive ends inside a member, or a later header is damaged
        return _contents(members, truncated=True)
    contents = _contents(members, truncated=False)
    if len(members) >= MEMBERS:
        return contents
    file.seek(end)
    return _at_end_mark(contents, file.read(BLOCK), members)


def _at_end_mark(
    contents: ArchiveContents, block: bytes, members: list[tarfile.TarInfo]
) -> ArchiveContents:
    """Assess an archive by the block after its last member, which should be all zeros."""
    if not block and contents.config and contents.weights:
        return contents  # no end mark, but nothing is missing
    if len(block) < BLOCK:
        return contents._replace(truncated=True)
    if any(block):
        return contents._replace(error=f"the archive is damaged after {members[-1].name}")
    return contents


def _compressed(file: IO[bytes]) -> ArchiveContents:
    """List a compressed archive, for as long as the time allows."""
    import gzip

    members: list[tarfile.TarInfo] = []
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            limited = _Limited(stream, monotonic() + SECONDS)
            with tarfile.open(fileobj=limited, mode="r|") as tar:  # type: ignore[call-overload]
                for member in _first(tar):
                    members.append(member)  # noqa: PERF402 - kept when the next one fails
            while limited.read(1 << 20):  # read to the end, where gzip verifies the checksum
                pass
    except _EnoughError:
        return _contents(members, truncated=not _ends_like_gzipped_tar(file))
    except (EOFError, tarfile.ReadError):
        return _contents(members, truncated=True)
    except (OSError, zlib.error, tarfile.TarError) as error:
        return _contents(members, truncated=False)._replace(
            error=f"the compressed archive is damaged: {error}"
        )
    return _contents(members, truncated=False)


def _first(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(tar, start=1):
        yield member
        if count >= MEMBERS:
            return


class ArchiveStream(Protocol):
    """A stream that `tarfile` reads from start to end."""

    def read(self, size: int, /) -> bytes:
        """Return up to this many bytes."""
        ...


class _Limited:
    """A stream that stops when its time is up."""

    def __init__(self, stream: ArchiveStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        if monotonic() > self._deadline:
            raise _EnoughError
        return self._stream.read(size)


def _ends_like_gzipped_tar(file: IO[bytes]) -> bool:
    """Return whether a file's last four bytes are the length of a whole tar archive.

    gzip data ends with the uncompressed length, and a tar archive's length is a multiple of its
    block size; four bytes from the middle of a file pass this test once in 512 times. Source: RFC
    1952, section 2.3.1 (ISIZE).
    """
    with suppress(OSError):
        file.seek(-4, os.SEEK_END)
        return int.from_bytes(file.read(4), "little") % BLOCK == 0
    return False


def _contents(members: list[tarfile.TarInfo], *, truncated: bool) -> ArchiveContents:
    names = [member.name.removeprefix("./") for member in members]
    return ArchiveContents(
        config=CONFIG in names,
        weights=WEIGHTS in names,
        truncated=truncated,
        unpacked=sum(member.size for member in members),
        longest=max(map(len, names), default=0),
    )


def _sentence(error: OSError) -> str:
    return error.strerror or type(error).__name__
