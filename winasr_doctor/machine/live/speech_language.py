"""Examines Canary-Qwen's weights in the Hub's cache, and folders mistaken for its repository.

It is not a `.nemo` file, and errors while loading it name neither the file nor the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from winasr_doctor._util.regular_files import open_regular
from winasr_doctor.machine.live.archive import HTML, LFS_POINTER, NOT_HERE
from winasr_doctor.machine.live.folders import resolve
from winasr_doctor.machine.model import CachedWeights, ShadowingFolder, WeightsForm
from winasr_doctor.models.known import CANARY_QWEN, CANARY_QWEN_FILES

_CONFIG, _WEIGHTS = CANARY_QWEN_FILES

_LENGTH = 8
"""Number of bytes that hold the header's length, little-endian. Source: safetensors' README,
"Format".
"""

_LONGEST_HEADER = 100_000_000
"""Maximum number of bytes of a header; safetensors refuses more. Source: the same."""

_METADATA = "__metadata__"
_START = 1024


def weights(
    repo_id: str, commit: str, files: Iterable[tuple[str, Path]]
) -> Iterator[CachedWeights]:
    """Examine a revision's weights in the cache, if it is Canary-Qwen's.

    Args:
        repo_id: The repository.
        commit: The revision.
        files: Names and paths of the cached files.

    Yields:
        The description of each file. This never raises: a file that cannot be read is `unreadable`.
    """
    if repo_id.casefold() != CANARY_QWEN.casefold():
        return
    for name, path in files:
        if name == _WEIGHTS:
            size, form, whole, error = _look(path)
            yield CachedWeights(
                commit=commit, name=name, size=size, form=form, whole=whole, error=error
            )


def _look(path: Path) -> tuple[int, WeightsForm, int | None, str | None]:
    """Return the size, the format, the declared size, and why it could not be read."""
    try:
        status = path.stat()
        if getattr(status, "st_file_attributes", 0) & NOT_HERE:
            return status.st_size, "unreadable", None, "only in the cloud: reading downloads it"
        with open_regular(path) as file:
            start = file.read(_START)
            form = _form(start)
            if form != "safetensors":
                return status.st_size, form, None, None
            length = int.from_bytes(start[:_LENGTH], "little")
            file.seek(_LENGTH)
            header = file.read(length)
    except OSError as error:
        return 0, "unreadable", None, error.strerror or type(error).__name__
    whole = _LENGTH + length
    if len(header) == length:
        data = _data_bytes(header)
        if data is None:
            return status.st_size, "other", None, None
        whole += data
    return status.st_size, form, whole, None


def _form(start: bytes) -> WeightsForm:
    if not start:
        return "empty"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(LFS_POINTER):
        return "lfs-pointer"
    if text.startswith(HTML):
        return "html"
    length = int.from_bytes(start[:_LENGTH], "little")
    is_header = start[_LENGTH : _LENGTH + 1] in (b"{", b"") and 1 < length <= _LONGEST_HEADER
    return "safetensors" if is_header else "other"


def _data_bytes(header: bytes) -> int | None:
    """Return how many bytes should follow the header; `None` if the header is invalid."""
    try:
        entries = json.loads(header)
        ends = [int(each["data_offsets"][1]) for key, each in entries.items() if key != _METADATA]
    except (ValueError, OverflowError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return max(ends, default=0)


def shadows(app_paths: Iterable[str]) -> tuple[ShadowingFolder, ...]:
    """Find folders that a program started beside them loads instead of Canary-Qwen's repository.

    Args:
        app_paths: The app's files and folders; the current folder is examined as well.
    """
    tops: dict[str, bool] = {}
    with suppress(OSError):  # the current folder may have been deleted
        tops[str(Path.cwd())] = True
    for path in app_paths:
        with suppress(OSError):
            top = Path(path).absolute()
            tops.setdefault(str(top if top.is_dir() else top.parent), False)
    found: dict[str, ShadowingFolder] = {}
    for start, current in tops.items():
        folder = Path(start, CANARY_QWEN)
        with suppress(OSError):
            if folder.is_dir():
                found.setdefault(
                    resolve(str(folder)) or str(folder),
                    ShadowingFolder(
                        repo_id=CANARY_QWEN,
                        path=str(folder),
                        current=current,
                        config=(folder / _CONFIG).is_file(),
                        weights=(folder / _WEIGHTS).is_file(),
                    ),
                )
    return tuple(found.values())
