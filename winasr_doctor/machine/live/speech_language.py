"""Examines Canary-Qwen's weights in the Hub's cache, and folders mistaken for its repository.

It is not a `.nemo` file, and errors while loading it name neither the file nor the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from winasr_doctor._util.regular_files import open_regular
from winasr_doctor._util.safetensors import LENGTH, header_length, tensor_ends
from winasr_doctor.machine.live.archive import NOT_HERE, mistaken_form
from winasr_doctor.machine.live.folders import resolve
from winasr_doctor.machine.model import CachedWeights, ShadowingFolder, WeightsForm
from winasr_doctor.models.known import CANARY_QWEN, CANARY_QWEN_FILES

_CONFIG, _WEIGHTS = CANARY_QWEN_FILES

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
            length = header_length(start) or 0
            file.seek(LENGTH)
            header = file.read(length)
    except OSError as error:
        return 0, "unreadable", None, error.strerror or type(error).__name__
    whole = LENGTH + length
    if len(header) == length:
        ends = tensor_ends(header)
        if ends is None:
            return status.st_size, "other", None, None
        whole += max(ends.values(), default=0)
    return status.st_size, form, whole, None


def _form(start: bytes) -> WeightsForm:
    mistaken = mistaken_form(start)
    if mistaken is not None:
        return mistaken
    is_header = start[LENGTH : LENGTH + 1] in (b"{", b"") and header_length(start) is not None
    return "safetensors" if is_header else "other"


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
