"""Windows error codes: their meaning, and their meaning for deleting a file.

Errors are classified by `winerror` and `errno`, never by their text, which Windows translates into
the user's language.
"""

from __future__ import annotations

import errno as posix
import sys
from enum import Enum
from typing import NamedTuple

from winasr_doctor._util.foreign_exceptions import attribute_of, contexts


class DeleteClass(str, Enum):
    """What an error means for a delete that failed with it."""

    TRANSIENT = "transient"
    """A retry may soon succeed, unless this process is the holder."""
    PERMANENT = "permanent"
    """Retrying cannot help."""
    ALREADY_GONE = "already_gone"
    """There is nothing left to delete."""


class WindowsError(NamedTuple):
    """One code in the table.

    Attributes:
        code: The Win32 error number, as in `OSError.winerror`.
        name: Its symbol in winerror.h.
        meaning: Its meaning, as one plain sentence.
        delete: Its meaning for a delete.
        advice: What to do about it, as one plain sentence.
        source: The source of the facts, besides winerror.h.
        grace: Seconds after which a transient code that still fails counts as permanent;
            `None` leaves that to the retry policy.
    """

    code: int
    name: str
    meaning: str
    delete: DeleteClass
    advice: str
    source: str
    grace: float | None = None


_TRY_AGAIN = DeleteClass.TRANSIENT
_FINAL = DeleteClass.PERMANENT
_GONE = DeleteClass.ALREADY_GONE

_CODES_DOC = "learn.microsoft.com, System Error Codes"
_CLOUD_DOC = "learn.microsoft.com, Cloud Files API (cfapi) and winerror.h"
_CHROMIUM = "Chromium installer, delete_with_retry.cc, retries it"
_FILELOCK = "filelock's Windows backend grants it 0.5 s"
_LOCAL_TEMP = "Point TEMP at a folder on a local disk: the file is on a network that failed."
_OUT_OF_SYNC = "Keep TEMP, the model and its cache outside the synchronised folder."
_PATH_ADVICE = "Check the path: this is not a lock and no retry helps."

ACCESS_DENIED_GRACE = 0.5
"""Seconds granted to "access denied", which a delete that is still pending also reports."""

# fmt: off
_TABLE = (
    WindowsError(2, "ERROR_FILE_NOT_FOUND", "The file does not exist.", _GONE,
                 "Nothing is left to delete; a program such as ffprobe needs installing.",
                 _CODES_DOC),
    WindowsError(3, "ERROR_PATH_NOT_FOUND", "A folder on the path does not exist.", _GONE,
                 "Nothing is left to delete; otherwise check the path.", _CODES_DOC),
    WindowsError(5, "ERROR_ACCESS_DENIED",
                 "Windows refused access: a read-only file, missing rights, a program or mapped "
                 "file in use, a deletion that is still pending, or Controlled Folder Access.",
                 _TRY_AGAIN,
                 "Clear the read-only attribute once, wait half a second, then look at the "
                 "folder's rights and at Controlled Folder Access.",
                 f"{_CODES_DOC}; {_CHROMIUM}; {_FILELOCK}", ACCESS_DENIED_GRACE),
    WindowsError(8, "ERROR_NOT_ENOUGH_MEMORY", "Windows had no memory left for the request.",
                 _FINAL, "Close programs or enlarge the paging file.", _CODES_DOC),
    WindowsError(14, "ERROR_OUTOFMEMORY", "Windows had no memory left for the operation.",
                 _FINAL, "Close programs or enlarge the paging file.", _CODES_DOC),
    WindowsError(16, "ERROR_CURRENT_DIRECTORY",
                 "The folder is the current directory of this process.", _FINAL,
                 "Change to another directory before the folder is deleted.", _CODES_DOC),
    WindowsError(17, "ERROR_NOT_SAME_DEVICE", "The target is on another drive.", _FINAL,
                 "Copy and delete instead of renaming across drives.", _CODES_DOC),
    WindowsError(19, "ERROR_WRITE_PROTECT", "The drive is write-protected.", _FINAL,
                 "Use a folder on a drive that can be written.", _CODES_DOC),
    WindowsError(21, "ERROR_NOT_READY", "The drive is not ready.", _FINAL,
                 "Use a folder on a fixed local drive.", _CODES_DOC),
    WindowsError(32, "ERROR_SHARING_VIOLATION",
                 "A process has the file open and does not share it for this.", _TRY_AGAIN,
                 "Find out who holds it (`python -m winasr_doctor who PATH`); if it is this "
                 "process, waiting cannot help.", f"{_CODES_DOC}; {_CHROMIUM}"),
    WindowsError(33, "ERROR_LOCK_VIOLATION", "A process has locked a part of the file.",
                 _TRY_AGAIN, "Find out who holds it (`python -m winasr_doctor who PATH`).",
                 _CODES_DOC),
    WindowsError(53, "ERROR_BAD_NETPATH", "The network path was not found.", _FINAL,
                 _LOCAL_TEMP, _CODES_DOC),
    WindowsError(59, "ERROR_UNEXP_NET_ERR", "The network failed unexpectedly.", _FINAL,
                 _LOCAL_TEMP, _CODES_DOC),
    WindowsError(64, "ERROR_NETNAME_DELETED", "The network share went away.", _FINAL,
                 _LOCAL_TEMP, _CODES_DOC),
    WindowsError(80, "ERROR_FILE_EXISTS", "The file exists already.", _FINAL,
                 "Choose another name or delete the file first.", _CODES_DOC),
    WindowsError(87, "ERROR_INVALID_PARAMETER", "Windows rejected an argument.", _FINAL,
                 _PATH_ADVICE, _CODES_DOC),
    WindowsError(112, "ERROR_DISK_FULL", "The drive is full.", _FINAL,
                 "Free space on the drive that holds TEMP: loading unpacks the whole model "
                 "there.", _CODES_DOC),
    WindowsError(123, "ERROR_INVALID_NAME", "The name has characters Windows does not allow.",
                 _FINAL, _PATH_ADVICE, _CODES_DOC),
    WindowsError(126, "ERROR_MOD_NOT_FOUND", "A DLL, or one that it needs, was not found.",
                 _FINAL, "Install the Microsoft Visual C++ runtime and reinstall the package.",
                 _CODES_DOC),
    WindowsError(127, "ERROR_PROC_NOT_FOUND", "A DLL lacks a function that was asked for.",
                 _FINAL, "Reinstall the package: its DLLs are of different versions.",
                 _CODES_DOC),
    WindowsError(145, "ERROR_DIR_NOT_EMPTY",
                 "The folder still has entries, often ones whose deletion is pending.",
                 _TRY_AGAIN, "Try again; what stays has an open handle.",
                 f"{_CODES_DOC}; {_CHROMIUM}"),
    WindowsError(161, "ERROR_BAD_PATHNAME", "The path is not valid.", _FINAL, _PATH_ADVICE,
                 _CODES_DOC),
    WindowsError(170, "ERROR_BUSY", "The file or device is busy.", _TRY_AGAIN,
                 "Try again a little later.", _CODES_DOC),
    WindowsError(183, "ERROR_ALREADY_EXISTS", "The file or folder exists already.", _FINAL,
                 "Choose another name or delete it first.", _CODES_DOC),
    WindowsError(193, "ERROR_BAD_EXE_FORMAT",
                 "The DLL or program is damaged or made for another processor.", _FINAL,
                 "Use 64-bit Python and reinstall the package.", _CODES_DOC),
    WindowsError(206, "ERROR_FILENAME_EXCED_RANGE", "The path is too long.", _FINAL,
                 "Use a short TEMP folder or turn on long paths.", _CODES_DOC),
    WindowsError(225, "ERROR_VIRUS_INFECTED", "The antivirus took the file for a virus.",
                 _FINAL, "Look at the antivirus's history for this file.", _CODES_DOC),
    WindowsError(267, "ERROR_DIRECTORY", "The path is not that of a folder.", _FINAL,
                 "From TemporaryDirectory on Python up to 3.11.7 or on 3.12.0 it hides WinError "
                 "32: a file was in use.", f"{_CODES_DOC}; CPython gh-87319"),
    WindowsError(303, "ERROR_DELETE_PENDING",
                 "The file is deleted as soon as its last open handle closes.", _TRY_AGAIN,
                 "Wait: it goes away when the process that has it open closes it.", _CODES_DOC),
    WindowsError(389, "ERROR_CLOUD_FILE_UNSUCCESSFUL",
                 "The sync client could not complete the operation.", _FINAL, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(390, "ERROR_CLOUD_FILE_NOT_UNDER_SYNC_ROOT",
                 "The operation works only inside a synchronised folder.", _FINAL, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(391, "ERROR_CLOUD_FILE_IN_USE", "The sync client is using the file.",
                 _TRY_AGAIN, _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(392, "ERROR_CLOUD_FILE_PINNED",
                 "The file is set to be always kept on this device.", _FINAL,
                 "Clear \"Always keep on this device\" for it, or keep it elsewhere.",
                 _CLOUD_DOC),
    WindowsError(393, "ERROR_CLOUD_FILE_REQUEST_ABORTED",
                 "The sync client aborted the operation.", _FINAL, _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(394, "ERROR_CLOUD_FILE_PROPERTY_CORRUPT",
                 "The sync client's record of the file is damaged.", _FINAL,
                 "Reset the sync client, and keep the file elsewhere.", _CLOUD_DOC),
    WindowsError(395, "ERROR_CLOUD_FILE_ACCESS_DENIED",
                 "The sync client refused access, as it does to services.", _FINAL,
                 "Run the app as the user who is signed in to the sync client, or keep its "
                 "files outside the synchronised folder.", _CLOUD_DOC),
    WindowsError(396, "ERROR_CLOUD_FILE_INCOMPATIBLE_HARDLINKS",
                 "The file has hard links, which the sync client does not allow.", _FINAL,
                 _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(397, "ERROR_CLOUD_FILE_PROPERTY_LOCK_CONFLICT",
                 "The sync client is changing the file's record at this moment.", _TRY_AGAIN,
                 _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(398, "ERROR_CLOUD_FILE_REQUEST_CANCELED",
                 "The operation on a synchronised file was cancelled.", _TRY_AGAIN, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(404, "ERROR_CLOUD_FILE_PROVIDER_TERMINATED",
                 "The sync client stopped in the middle of the operation.", _FINAL,
                 "Start the sync client again, and keep the app's files outside its folder.",
                 _CLOUD_DOC),
    WindowsError(426, "ERROR_CLOUD_FILE_REQUEST_TIMEOUT",
                 "The sync client did not answer in time.", _TRY_AGAIN, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(1114, "ERROR_DLL_INIT_FAILED", "A DLL failed while it was starting.", _FINAL,
                 "Reinstall the package and the Microsoft Visual C++ runtime.", _CODES_DOC),
    WindowsError(1224, "ERROR_USER_MAPPED_FILE",
                 "A process has the file mapped into its memory.", _FINAL,
                 "Release the memory map; when it is ours, waiting cannot help.", _CODES_DOC),
    WindowsError(1295, "ERROR_DISK_QUOTA_EXCEEDED",
                 "The account has used up its quota of this drive.", _FINAL,
                 "Delete files, use another drive, or ask for a larger quota.", _CODES_DOC),
    WindowsError(1314, "ERROR_PRIVILEGE_NOT_HELD",
                 "The account lacks a privilege, here usually that to create symbolic links.",
                 _FINAL, "Turn on Developer Mode in Windows' settings.",
                 f"{_CODES_DOC}; huggingface_hub, Cache limitations on Windows"),
    WindowsError(1392, "ERROR_FILE_CORRUPT", "The file system is damaged at this place.", _FINAL,
                 "Run `chkdsk` on the drive.", _CODES_DOC),
    WindowsError(1450, "ERROR_NO_SYSTEM_RESOURCES", "Windows ran out of system resources.",
                 _FINAL, "Close programs or restart Windows.", _CODES_DOC),
    WindowsError(1455, "ERROR_COMMITMENT_LIMIT",
                 "The paging file is too small for the memory that was asked for.", _FINAL,
                 "Enlarge the paging file, and use no worker processes (`num_workers=0`).",
                 _CODES_DOC),
)
# fmt: on

CODES: dict[int, WindowsError] = {entry.code: entry for entry in _TABLE}
"""Every known code."""

_BY_ERRNO: dict[int, tuple[DeleteClass, float | None]] = {
    # An open() of the C runtime reports EACCES for both 5 and 32 and gives no winerror.
    posix.EACCES: (_TRY_AGAIN, ACCESS_DENIED_GRACE),
    posix.EBUSY: (_TRY_AGAIN, None),
    posix.ENOTEMPTY: (_TRY_AGAIN, None),
    posix.EMFILE: (_TRY_AGAIN, None),
    posix.ENFILE: (_TRY_AGAIN, None),
    posix.EINTR: (_TRY_AGAIN, None),
    posix.EAGAIN: (_TRY_AGAIN, None),
    posix.ENOENT: (_GONE, None),
    posix.EPERM: (_FINAL, None),
    posix.ENOSPC: (_FINAL, None),
    posix.ENOTDIR: (_FINAL, None),
    posix.EISDIR: (_FINAL, None),
    posix.EROFS: (_FINAL, None),
    posix.EXDEV: (_FINAL, None),
    posix.EINVAL: (_FINAL, None),
    posix.ENAMETOOLONG: (_FINAL, None),
    posix.ENOMEM: (_FINAL, None),
    posix.EIO: (_FINAL, None),
    posix.ELOOP: (_FINAL, None),
}
"""By errno, for systems without `winerror`. EBUSY, ENOTEMPTY, EMFILE and ENFILE are what
Node's `fs.rm` and npm's rimraf retry."""


class Classification(NamedTuple):
    """What an exception means for a delete.

    Attributes:
        delete: The class.
        code: The Windows error code that applies, 32 for a masked one; `None` if there is none.
        errno: The exception's errno, if it has one.
        masked: Whether the exception hides a sharing violation (gh-87319, gh-79325).
        grace: As in `WindowsError`.
    """

    delete: DeleteClass
    code: int | None = None
    errno: int | None = None
    masked: bool = False
    grace: float | None = None

    @property
    def entry(self) -> WindowsError | None:
        """The code's entry in the table."""
        return None if self.code is None else CODES.get(self.code)

    def may_pass(self, elapsed: float) -> bool:
        """Return whether another attempt may succeed.

        Args:
            elapsed: Seconds since the first attempt.
        """
        in_time = self.grace is None or elapsed < self.grace
        return self.delete is DeleteClass.TRANSIENT and in_time


SHARING_CODES = frozenset({32, 33})


def masks_sharing_violations(python: tuple[int, ...]) -> bool:
    """Return whether a Python's TemporaryDirectory turns WinError 32 into another error.

    Up to 3.11.7 and in 3.12.0, cleanup handles a PermissionError on a file by treating the file as
    a folder, which fails with WinError 267 (gh-87319), and one on a folder by calling itself until
    RecursionError (gh-79325).

    Args:
        python: Major, minor and micro version.
    """
    from winasr_doctor.windows.cpython_fixes import CLEANUP_FIXED, has_fix  # rarely asked

    return not has_fix(CLEANUP_FIXED, python)


def number(exc: BaseException, name: str) -> int | None:
    """Return `winerror` or `errno` of an exception if it is a number, else `None`."""
    value = attribute_of(exc, name)
    if value is None or type(value) is int:  # as nearly always
        return value
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _hides_sharing_violation(exc: BaseException) -> bool:
    """Look for a sharing violation that was being handled when this exception was raised."""
    for at in contexts(exc):
        code = number(at, "winerror")
        if code in SHARING_CODES:
            return True
        if code is None and isinstance(at, PermissionError) and number(at, "errno") == posix.EACCES:
            return True
    return False


def _is_masked(
    exc: BaseException, code: int | None, is_file: bool | None, python: tuple[int, ...]
) -> bool:
    if isinstance(exc, RecursionError):
        return _hides_sharing_violation(exc)
    if not (isinstance(exc, NotADirectoryError) or code == 267):  # noqa: PLR2004
        return False
    if is_file is False:
        return False
    if is_file and masks_sharing_violations(python):
        return True
    return _hides_sharing_violation(exc)


def classify(
    exc: BaseException,
    *,
    is_file: bool | None = None,
    python: tuple[int, ...] = sys.version_info[:3],
) -> Classification:
    """Return what an exception means for a delete that failed with it.

    Args:
        exc: The exception.
        is_file: Whether the path is a regular file inside a temporary directory; `None` if unknown.
            Without it, WinError 267 counts as a masked 32 only with a sharing violation in its
            `__context__`.
        python: The version of the Python that raised it.

    Returns:
        The class, with the Windows code it is based on. Unclassified codes and exceptions are
        permanent: errors that are not understood are not retried.
    """
    errno = number(exc, "errno")
    code = number(exc, "winerror")
    if _is_masked(exc, code, is_file, python):
        return Classification(_TRY_AGAIN, 32, errno, masked=True)
    if code is not None and code in CODES:
        entry = CODES[code]
        return Classification(entry.delete, code, errno, grace=entry.grace)
    if code is None and errno in _BY_ERRNO:
        delete, grace = _BY_ERRNO[errno]
        return Classification(delete, None, errno, grace=grace)
    return Classification(_FINAL, code, errno)


_WORD = 0xFFFF
_FACILITY_WIN32 = 0x8007


def as_win32(value: int) -> int:
    """Reduce an HRESULT that wraps a Win32 code, such as 0x80070020, to that code."""
    unsigned = value & 0xFFFFFFFF
    return unsigned & _WORD if unsigned >> 16 == _FACILITY_WIN32 else value


_IN_WORDS = {
    DeleteClass.TRANSIENT: "worth retrying for a short time, unless this process is the holder",
    DeleteClass.PERMANENT: "not worth retrying",
    DeleteClass.ALREADY_GONE: "already done: there is nothing left to delete",
}


def explain_code(value: int) -> str:
    """Explain a Windows error code in a few lines.

    Args:
        value: A Win32 code, or an HRESULT that wraps one.

    Returns:
        Name, meaning, meaning for a delete, advice and source; for a code outside the table, how to
        ask Windows.
    """
    code = as_win32(value)
    entry = CODES.get(code)
    if entry is None:
        return (
            f"WinError {code} is not in the table.\n"
            f"Ask Windows for its text: `net helpmsg {code}` (or `certutil -error {code}`)."
        )
    grace = "" if entry.grace is None else f" (for {entry.grace:g} s at most)"
    return "\n".join(
        (
            f"WinError {code} = {entry.name}",
            entry.meaning,
            f"When deleting: {_IN_WORDS[entry.delete]}{grace}.",
            f"Advice: {entry.advice}",
            f"Source: {entry.source}.",
        )
    )
