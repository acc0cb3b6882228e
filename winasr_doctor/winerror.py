"""The Windows error codes that matter to a locked file, as one table.

An error is classified by its number, never by its text, which Windows localises.
"""

from __future__ import annotations

import errno
import sys
from enum import Enum
from typing import NamedTuple


class DeleteClass(str, Enum):
    """What an error means for deleting a file or folder."""

    TRANSIENT = "transient"
    """Trying again may help."""
    PERMANENT = "permanent"
    """Trying again cannot help."""
    ALREADY_GONE = "already gone"
    """There is nothing left to delete: success."""


class WinError(NamedTuple):
    """One Windows error code.

    Attributes:
        code: The number in `[WinError N]`.
        name: The constant of `winerror.h`.
        meaning: What happened, in a sentence.
        for_delete: What it means when deleting.
        advice: What to do about it.
        source: Where the fact comes from, beyond the list of system error codes.
    """

    code: int
    name: str
    meaning: str
    for_delete: DeleteClass
    advice: str
    source: str = 'learn.microsoft.com, "System Error Codes"'


_T, _P, _G = DeleteClass.TRANSIENT, DeleteClass.PERMANENT, DeleteClass.ALREADY_GONE

_CLOUD = 'learn.microsoft.com, "Cloud Files API" and winerror.h'
_LOCAL = "Keep temporary files and models on a local drive."
_SYNC = "Move TEMP and the models out of every synchronised folder (checks SYN001 to SYN005)."

WIN_ERRORS = {
    entry.code: entry
    for entry in (
        WinError(2, "ERROR_FILE_NOT_FOUND", "The file does not exist.", _G, "Nothing is left."),
        WinError(3, "ERROR_PATH_NOT_FOUND", "A folder of the path does not exist.", _G,
                 "Nothing is left; when opening, check the path."),
        WinError(5, "ERROR_ACCESS_DENIED",
                 "Access is denied: a read-only file, a mapped program file, a name whose deletion"
                 " is pending, missing rights, or Controlled Folder Access.", _P,
                 "Clear the read-only attribute once and wait briefly; then it is a matter of"
                 " rights (checks TMP002, TMP008)."),
        WinError(8, "ERROR_NOT_ENOUGH_MEMORY", "There is not enough memory.", _P,
                 "Close programs or use a smaller model (check ENV006)."),
        WinError(16, "ERROR_CURRENT_DIRECTORY", "The folder is this process's current one.", _P,
                 "Change the current directory away from it first."),
        WinError(17, "ERROR_NOT_SAME_DEVICE", "The file cannot be moved to another drive.", _P,
                 "Copy and delete instead."),
        WinError(32, "ERROR_SHARING_VIOLATION",
                 "Somebody has the file open without letting others delete it.", _T,
                 "Find out who: a scanner or sync client lets go within a second; a handle of this"
                 " very process does not, however long one waits.",
                 'learn.microsoft.com, "CreateFileW function" (share modes)'),
        WinError(33, "ERROR_LOCK_VIOLATION", "A part of the file is locked by a process.", _T,
                 "As for 32."),
        WinError(53, "ERROR_BAD_NETPATH", "The network path was not found.", _P, _LOCAL),
        WinError(59, "ERROR_UNEXP_NET_ERR", "The network failed.", _P, _LOCAL),
        WinError(64, "ERROR_NETNAME_DELETED", "The network share went away.", _P, _LOCAL),
        WinError(87, "ERROR_INVALID_PARAMETER", "A parameter is wrong.", _P, "Check the path."),
        WinError(112, "ERROR_DISK_FULL", "The disk is full.", _P,
                 "Free twice the size of the model (check TMP005)."),
        WinError(123, "ERROR_INVALID_NAME", "The name has characters a name cannot have.", _P,
                 "Check the path."),
        WinError(126, "ERROR_MOD_NOT_FOUND", "A DLL, or one that it needs, was not found.", _P,
                 "Reinstall torch and the Microsoft Visual C++ runtime."),
        WinError(145, "ERROR_DIR_NOT_EMPTY",
                 "The folder is not empty, perhaps because a deletion in it is still pending.", _T,
                 "Try again: a pending deletion ends when its last handle is closed."),
        WinError(161, "ERROR_BAD_PATHNAME", "The path is not valid.", _P, "Check the path."),
        WinError(170, "ERROR_BUSY", "The resource is in use.", _T, "Try again for longer."),
        WinError(183, "ERROR_ALREADY_EXISTS", "It exists already.", _P, "Choose another name."),
        WinError(193, "ERROR_BAD_EXE_FORMAT", "A DLL is for another kind of processor.", _P,
                 "Use 64-bit Python with 64-bit wheels (check ENV010)."),
        WinError(206, "ERROR_FILENAME_EXCED_RANGE", "The path is too long.", _P,
                 "Use a shorter TEMP or switch long paths on (checks TMP007, ENV007)."),
        WinError(267, "ERROR_DIRECTORY",
                 "A file was used as a folder. From TemporaryDirectory in Python up to 3.11.7, and"
                 " in 3.12.0, it is WinError 32 in disguise.", _P,
                 "Look for the WinError 32 behind it; update Python (check ENV001).",
                 "CPython gh-87319"),
        WinError(303, "ERROR_DELETE_PENDING", "The file is about to be deleted.", _T,
                 "Try again: it is gone when its last handle is closed."),
        WinError(389, "ERROR_CLOUD_FILE_UNSUCCESSFUL", "The cloud operation failed.", _P, _SYNC,
                 _CLOUD),
        WinError(390, "ERROR_CLOUD_FILE_NOT_UNDER_SYNC_ROOT",
                 "The cloud file is outside its sync root.", _P, _SYNC, _CLOUD),
        WinError(391, "ERROR_CLOUD_FILE_IN_USE", "The cloud file is in use.", _T, _SYNC, _CLOUD),
        WinError(392, "ERROR_CLOUD_FILE_PINNED", "The cloud file is pinned to this device.", _P,
                 _SYNC, _CLOUD),
        WinError(393, "ERROR_CLOUD_FILE_REQUEST_ABORTED", "The cloud request was aborted.", _P,
                 _SYNC, _CLOUD),
        WinError(394, "ERROR_CLOUD_FILE_PROPERTY_CORRUPT",
                 "The cloud file's properties are corrupt.", _P, _SYNC, _CLOUD),
        WinError(395, "ERROR_CLOUD_FILE_ACCESS_DENIED",
                 "This account may not fetch the cloud file; services never may.", _P, _SYNC,
                 _CLOUD),
        WinError(396, "ERROR_CLOUD_FILE_INCOMPATIBLE_HARDLINKS",
                 "A cloud file cannot have hard links.", _P, _SYNC, _CLOUD),
        WinError(397, "ERROR_CLOUD_FILE_PROPERTY_LOCK_CONFLICT",
                 "The cloud file's properties are locked.", _T, _SYNC, _CLOUD),
        WinError(398, "ERROR_CLOUD_FILE_REQUEST_CANCELED", "The cloud request was cancelled.", _T,
                 _SYNC, _CLOUD),
        WinError(404, "ERROR_CLOUD_FILE_PROVIDER_TERMINATED", "The sync client has ended.", _P,
                 _SYNC, _CLOUD),
        WinError(426, "ERROR_CLOUD_FILE_REQUEST_TIMEOUT", "The cloud request took too long.", _T,
                 _SYNC, _CLOUD),
        WinError(1224, "ERROR_USER_MAPPED_FILE", "A process has the file mapped into memory.", _P,
                 "Release the mapping (numpy.memmap, mmap, torch.load(mmap=True)) first."),
        WinError(1314, "ERROR_PRIVILEGE_NOT_HELD",
                 "A right is missing, such as the one to create symbolic links.", _P,
                 "Switch developer mode on (check ENV008)."),
        WinError(1392, "ERROR_FILE_CORRUPT", "The file or folder is damaged.", _P,
                 "Run chkdsk on the drive."),
        WinError(1450, "ERROR_NO_SYSTEM_RESOURCES", "System resources are exhausted.", _P,
                 "Close programs or restart."),
        WinError(1455, "ERROR_COMMITMENT_LIMIT", "The paging file is too small.", _P,
                 "Enlarge the paging file, start no workers (check ENV005)."),
    )
}  # fmt: skip
"""Every code this tool has something to say about, by number."""

_BY_ERRNO = {
    errno.ENOENT: _G,
    errno.EACCES: _T,
    errno.EBUSY: _T,
    errno.ENOTEMPTY: _T,
    errno.EEXIST: _T,
    errno.ETXTBSY: _T,
    errno.EPERM: _P,
}
"""What an `errno` without a `winerror` means for deleting. Windows' C runtime folds a sharing
violation into EACCES, and built-in `open()` reports only that."""

MASKED_UNTIL = {(3, 11): 7, (3, 12): 0}
"""Last micro release in which a locked file comes out of TemporaryDirectory as 267 (gh-87319)."""


def masks_sharing_violations(version: tuple[int, ...] = sys.version_info[:3]) -> bool:
    """Tell whether this Python's `TemporaryDirectory` hides WinError 32 behind 267."""
    last = MASKED_UNTIL.get((version[0], version[1]))
    return tuple(version[:2]) <= (3, 10) or (last is not None and version[2] <= last)


def code_of(error: BaseException) -> int | None:
    """Return an exception's Windows error code, or `None` where it carries none."""
    code = getattr(error, "winerror", None)
    return code if isinstance(code, int) else None


def behind(error: BaseException) -> BaseException | None:
    """Return the WinError 32 that a `NotADirectoryError` of `TemporaryDirectory` hides, if any."""
    if not isinstance(error, NotADirectoryError) and code_of(error) != WIN_ERRORS[267].code:
        return None
    context, seen = error.__context__, {id(error)}
    while context is not None and id(context) not in seen:
        if isinstance(context, PermissionError):
            return context
        seen.add(id(context))
        context = context.__context__
    return None


def classify(error: BaseException) -> DeleteClass:
    """Say what an exception means for a deletion that failed with it.

    Args:
        error: What `os.unlink`, `os.rmdir`, `shutil.rmtree` or `TemporaryDirectory` raised.

    Returns:
        The class of its Windows code; else of its `errno`; permanent for anything unknown.
    """
    hidden = behind(error)
    if hidden is not None:
        return classify(hidden)
    if isinstance(error, FileNotFoundError):
        return DeleteClass.ALREADY_GONE
    entry = WIN_ERRORS.get(code_of(error) or 0)
    if entry is not None:
        return entry.for_delete
    number = getattr(error, "errno", None)
    return _BY_ERRNO.get(number, DeleteClass.PERMANENT) if number else DeleteClass.PERMANENT


def explain_code(code: int) -> str | None:
    """Return what a Windows error code means and what to do, as text; `None` if unknown."""
    entry = WIN_ERRORS.get(code)
    if entry is None:
        return None
    return (
        f"WinError {entry.code}: {entry.name}\n\n{entry.meaning}\n\n"
        f"When deleting: {entry.for_delete.value}.\n\n{entry.advice}\n\nSource: {entry.source}.\n"
    )
