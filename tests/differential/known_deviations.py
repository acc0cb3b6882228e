"""Where the two sides are known to differ, and how that is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .steps import OK, Outcome, Step

SHARING_VIOLATION: Outcome = ("PermissionError", 32, "EACCES")
ACCESS_DENIED: Outcome = ("PermissionError", 5, "EACCES")
INVALID_PARAMETER: Outcome = ("OSError", 87, "EINVAL")
INVALID_NAME: Outcome = ("OSError", 123, "EINVAL")
NOT_A_FOLDER: Outcome = ("NotADirectoryError", 267, "ENOTDIR")
OPENING_DENIED: Outcome = ("PermissionError", None, "EACCES")
NOT_EMPTY: Outcome = ("OSError", 145, "ENOTEMPTY")
MAPPED_OPENED: Outcome = ("OSError", None, "EINVAL")
MAPPED: Outcome = ("OSError", 1224, "EINVAL")


class Seen(NamedTuple):
    """A step with different outcomes.

    Attributes:
        steps: The sequence up to and with that step.
        situation: What the emulation found in the way, a name of `Situation`.
        emulated: The outcome on Linux.
        real: The outcome under Wine.
    """

    steps: Sequence[Step]
    situation: str | None
    emulated: Outcome
    real: Outcome

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.steps[-1]


class Deviation(NamedTuple):
    """A row of the table.

    Attributes:
        what: What happens, in a few words.
        recognise: Tells whether a step is a case of it.
        evidence: How it is known which side does what Windows does.
        spoils: The folders are not the same any more, even if the outcomes are.
    """

    what: str
    recognise: Callable[[Seen], bool]
    evidence: str
    spoils: bool = False


_MOVES = frozenset({"rename", "replace"})
_REMOVES = frozenset({"rmdir", "rmtree", "clean up"})
TREES = frozenset({"rmtree", "clean up"})
"""Where Wine removed something that Windows does not, it fails later, or not at all."""

_LISTS = frozenset({"listdir", "scan", "rmtree", "clean up"})


def _inside(seen: Seen) -> bool:
    return (
        seen.step.operation in _MOVES
        and seen.situation == "OPEN_INSIDE of a folder"
        and seen.emulated == ACCESS_DENIED
    )


def _being_listed(seen: Seen) -> bool:
    """Tell whether Wine objects to a folder that is being listed, or to one in it."""
    earlier = seen.steps[:-1]
    scanned = [f"{step.path}/" for step in earlier if step.operation == "scan"]
    moved = any(step.operation in _MOVES for step in earlier)  # it may have another name now
    inside = any(path.startswith(f"{seen.step.path}/") for path in scanned)
    return (
        bool(scanned)
        and (inside or moved or seen.step.operation == "clean up")
        and seen.step.operation in _MOVES | _REMOVES
        and seen.emulated != SHARING_VIOLATION == seen.real
    )


def _list_of_a_file(seen: Seen) -> bool:
    return (
        seen.step.operation in _LISTS
        and seen.emulated == NOT_A_FOLDER
        and seen.real == INVALID_NAME
    )


def _read_only_folder(seen: Seen) -> bool:
    return (
        seen.step.operation in _REMOVES
        and seen.situation == "READ_ONLY of a folder"
        and seen.emulated == ACCESS_DENIED
        and (seen.real in {OK, NOT_EMPTY} or seen.step.operation in TREES)
    )


def _read_only_target(seen: Seen) -> bool:
    return (
        seen.step.operation == "replace"
        and (seen.situation or "").startswith("TARGET_READ_ONLY")
        and seen.emulated == ACCESS_DENIED
        and seen.real == OK
    )


def _deep_into_itself(seen: Seen) -> bool:
    return (
        seen.step.operation in _MOVES
        and seen.situation is None
        and seen.emulated == ACCESS_DENIED
        and seen.real == INVALID_PARAMETER
        and seen.step.other.startswith(f"{seen.step.path}/")
    )


def _only_mapped(seen: Seen) -> bool:
    return (
        any(step.operation == "map without handle" for step in seen.steps)
        and (seen.situation, seen.emulated) in {("MAPPED", MAPPED), ("TARGET_OPEN", ACCESS_DENIED)}
        and (seen.real == OK or seen.step.operation in TREES)
    )


def _loses_the_target(seen: Seen) -> bool:
    return (
        seen.step.operation == "replace"
        and seen.real == INVALID_PARAMETER
        and seen.step.other.startswith(f"{seen.step.path}/")
    )


def _attributes_of_a_mapped_file(seen: Seen) -> bool:
    maps = {step.operation for step in seen.steps if step.other == "r+"} & {"map", "other map"}
    return (
        bool(maps)
        and seen.step.operation in {"read-only", "writable"}
        and seen.emulated == OK
        and seen.real == SHARING_VIOLATION
    )


def _read_only_opened_by_root(seen: Seen) -> bool:
    # Another process names no situation.
    of_another_process = seen.step.operation in {"other keep open", "other map"}
    return (
        (seen.situation == "READ_ONLY" or of_another_process)
        and any(step.operation == "read-only" for step in seen.steps)
        and seen.emulated == OPENING_DENIED
        and seen.real in {OK, MAPPED_OPENED}
        and os.geteuid() == 0
    )


DEVIATIONS: tuple[Deviation, ...] = (
    # The first that fits counts.
    Deviation(
        "Wine removes the target of a move that it then refuses",
        _loses_the_target,
        "A folder is to replace a file inside itself. Wine's server/fd.c (set_fd_name) unlinks the "
        "target before it tries to rename; fastfat's fileinfo.c deletes it in its phase 2, when "
        "nothing stands in the way any more.",
        spoils=True,
    ),
    Deviation(
        "Wine moves a folder in which something is open",
        _inside,
        "Windows answers 5: fastfat's fileinfo.c (microsoft/Windows-driver-samples) refuses to "
        "rename a directory with open files below it, as NTFS does. Wine's server/fd.c "
        "(set_fd_name) looks at the renamed directory's own handles only.",
    ),
    Deviation(
        "Wine does not remove or move a folder that is being listed",
        _being_listed,
        "Windows' FindFirstFileW opens the folder with all three share modes. Wine's "
        "dlls/kernelbase/file.c (FindFirstFileExW) opens it without FILE_SHARE_DELETE.",
    ),
    Deviation(
        "Wine answers 123 when a file is listed as a folder",
        _list_of_a_file,
        "Windows answers 267: CPython's Lib/test/test_shutil.py expects NotADirectoryError of "
        "rmtree on a file, on Windows too.",
    ),
    Deviation(
        "Wine removes a read-only folder: it keeps no such attribute of folders",
        _read_only_folder,
        "Windows answers 5: learn.microsoft.com, File Attribute Constants, "
        "FILE_ATTRIBUTE_READONLY, and RemoveDirectoryW. Wine's server and ntdll map the "
        "attribute to the owner's write permission for files only.",
    ),
    Deviation(
        "Wine replaces a read-only file",
        _read_only_target,
        "Windows answers 5: fastfat's fileinfo.c (FatSetRenameInfo) refuses a target that is "
        "read-only, a directory or open. Wine's server/fd.c (set_fd_name) does not look at the "
        "target's attributes.",
    ),
    Deviation(
        "Wine answers 87 when a folder is moved into a folder inside it",
        _deep_into_itself,
        "Windows answers 5, and 87 only directly into itself: Eryk Sun in CPython's pull request "
        "120883, tried on Windows 11.",
    ),
    Deviation(
        "Wine does not change the attributes of a file that is mapped for writing",
        _attributes_of_a_mapped_file,
        "On Windows an opening for attributes only takes no part in sharing: learn.microsoft.com, "
        "IoCheckShareAccess looks at access to read, write and delete. Wine's server/fd.c "
        "(check_sharing) asks for FILE_SHARE_WRITE of whoever opens a file that is mapped so.",
    ),
    Deviation(
        "Wine, run by root, opens a read-only file for writing",
        _read_only_opened_by_root,
        "Windows answers 5: learn.microsoft.com, CreateFileW. Wine leaves it to the permissions "
        "of Linux, which root does not need.",
    ),
    Deviation(
        "Wine removes or replaces a file that is only mapped, without a handle",
        _only_mapped,
        "Windows refuses: fastfat's fileinfo.c asks MmFlushImageSection(MmFlushForDelete), which "
        "fails for a file with a user-mapped view. Wine's server/fd.c (set_fd_disposition, "
        "set_fd_name) does not ask for views.",
        spoils=True,
    ),
)


def deviation(seen: Seen) -> Deviation | None:
    """Return the row that explains a difference, if there is one."""
    return next((row for row in DEVIATIONS if row.recognise(seen)), None)
