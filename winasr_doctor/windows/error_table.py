"""The table of Windows errors: number, name, text, meaning, and what a delete makes of it."""

from __future__ import annotations

import errno as posix
from enum import Enum
from typing import NamedTuple


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
        text: Windows' English text, as in `OSError.strerror`: without the closing full stop.
        meaning: Its meaning, as one plain sentence.
        delete: Its meaning for a delete.
        advice: What to do about it, as one plain sentence.
        source: The source of the facts, besides winerror.h.
        grace: Seconds after which a transient code that still fails counts as permanent;
            `None` leaves that to the retry policy.
        errno: The errno that Python on Windows gives to it; EINVAL where it has none of its own.
            Source: CPython's PC/errmap.h, compared with what a Windows build of CPython 3.11
            answers.
    """

    code: int
    name: str
    text: str
    meaning: str
    delete: DeleteClass
    advice: str
    source: str
    grace: float | None = None
    errno: int = posix.EINVAL


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
    WindowsError(2, "ERROR_FILE_NOT_FOUND",
                 "The system cannot find the file specified",
                 "The file does not exist.", _GONE,
                 "Nothing is left to delete; a program such as ffprobe needs installing.",
                 _CODES_DOC,
                 errno=posix.ENOENT),
    WindowsError(3, "ERROR_PATH_NOT_FOUND",
                 "The system cannot find the path specified",
                 "A folder on the path does not exist.", _GONE,
                 "Nothing is left to delete; otherwise check the path.", _CODES_DOC,
                 errno=posix.ENOENT),
    WindowsError(5, "ERROR_ACCESS_DENIED",
                 "Access is denied",
                 "Windows refused access: a read-only file, missing rights, a program or mapped "
                 "file in use, a deletion that is still pending, or Controlled Folder Access.",
                 _TRY_AGAIN,
                 "Clear the read-only attribute once, wait half a second, then look at the "
                 "folder's rights and at Controlled Folder Access.",
                 f"{_CODES_DOC}; {_CHROMIUM}; {_FILELOCK}", ACCESS_DENIED_GRACE,
                 errno=posix.EACCES),
    WindowsError(8, "ERROR_NOT_ENOUGH_MEMORY",
                 "Not enough memory resources are available to process this command",
                 "Windows had no memory left for the request.",
                 _FINAL, "Close programs or enlarge the paging file.", _CODES_DOC,
                 errno=posix.ENOMEM),
    WindowsError(14, "ERROR_OUTOFMEMORY",
                 "Not enough memory resources are available to complete this operation",
                 "Windows had no memory left for the operation.",
                 _FINAL, "Close programs or enlarge the paging file.", _CODES_DOC),
    WindowsError(16, "ERROR_CURRENT_DIRECTORY",
                 "The directory cannot be removed",
                 "The folder is the current directory of this process.", _FINAL,
                 "Change to another directory before the folder is deleted.", _CODES_DOC,
                 errno=posix.EACCES),
    WindowsError(17, "ERROR_NOT_SAME_DEVICE",
                 "The system cannot move the file to a different disk drive",
                 "The target is on another drive.", _FINAL,
                 "Copy and delete instead of renaming across drives.", _CODES_DOC,
                 errno=posix.EXDEV),
    WindowsError(19, "ERROR_WRITE_PROTECT",
                 "The media is write protected",
                 "The drive is write-protected.", _FINAL,
                 "Use a folder on a drive that can be written.", _CODES_DOC,
                 errno=posix.EACCES),
    WindowsError(21, "ERROR_NOT_READY",
                 "The device is not ready",
                 "The drive is not ready.", _FINAL,
                 "Use a folder on a fixed local drive.", _CODES_DOC,
                 errno=posix.EACCES),
    WindowsError(32, "ERROR_SHARING_VIOLATION",
                 "The process cannot access the file because it is being used by another "
                 "process",
                 "A process has the file open and does not share it for this.", _TRY_AGAIN,
                 "Find out who holds it (`python -m winasr_doctor who PATH`); if it is this "
                 "process, waiting cannot help.", f"{_CODES_DOC}; {_CHROMIUM}",
                 errno=posix.EACCES),
    WindowsError(33, "ERROR_LOCK_VIOLATION",
                 "The process cannot access the file because another process has locked a "
                 "portion of the file",
                 "A process has locked a part of the file.",
                 _TRY_AGAIN, "Find out who holds it (`python -m winasr_doctor who PATH`).",
                 _CODES_DOC,
                 errno=posix.EACCES),
    WindowsError(53, "ERROR_BAD_NETPATH",
                 "The network path was not found",
                 "The network path was not found.", _FINAL,
                 _LOCAL_TEMP, _CODES_DOC,
                 errno=posix.ENOENT),
    WindowsError(59, "ERROR_UNEXP_NET_ERR",
                 "An unexpected network error occurred",
                 "The network failed unexpectedly.", _FINAL,
                 _LOCAL_TEMP, _CODES_DOC),
    WindowsError(64, "ERROR_NETNAME_DELETED",
                 "The specified network name is no longer available",
                 "The network share went away.", _FINAL,
                 _LOCAL_TEMP, _CODES_DOC),
    WindowsError(80, "ERROR_FILE_EXISTS",
                 "The file exists",
                 "The file exists already.", _FINAL,
                 "Choose another name or delete the file first.", _CODES_DOC,
                 errno=posix.EEXIST),
    WindowsError(87, "ERROR_INVALID_PARAMETER",
                 "The parameter is incorrect",
                 "Windows rejected an argument.", _FINAL,
                 _PATH_ADVICE, _CODES_DOC),
    WindowsError(112, "ERROR_DISK_FULL",
                 "There is not enough space on the disk",
                 "The drive is full.", _FINAL,
                 "Free space on the drive that holds TEMP: loading unpacks the whole model "
                 "there.", _CODES_DOC,
                 errno=posix.ENOSPC),
    WindowsError(123, "ERROR_INVALID_NAME",
                 "The filename, directory name, or volume label syntax is incorrect",
                 "The name has characters Windows does not allow.",
                 _FINAL, _PATH_ADVICE, _CODES_DOC),
    WindowsError(126, "ERROR_MOD_NOT_FOUND",
                 "The specified module could not be found",
                 "A DLL, or one that it needs, was not found.",
                 _FINAL, "Install the Microsoft Visual C++ runtime and reinstall the package.",
                 _CODES_DOC),
    WindowsError(127, "ERROR_PROC_NOT_FOUND",
                 "The specified procedure could not be found",
                 "A DLL lacks a function that was asked for.",
                 _FINAL, "Reinstall the package: its DLLs are of different versions.",
                 _CODES_DOC),
    WindowsError(145, "ERROR_DIR_NOT_EMPTY",
                 "The directory is not empty",
                 "The folder still has entries, often ones whose deletion is pending.",
                 _TRY_AGAIN, "Try again; what stays has an open handle.",
                 f"{_CODES_DOC}; {_CHROMIUM}",
                 errno=posix.ENOTEMPTY),
    WindowsError(161, "ERROR_BAD_PATHNAME",
                 "The specified path is invalid",
                 "The path is not valid.", _FINAL, _PATH_ADVICE,
                 _CODES_DOC,
                 errno=posix.ENOENT),
    WindowsError(170, "ERROR_BUSY",
                 "The requested resource is in use",
                 "The file or device is busy.", _TRY_AGAIN,
                 "Try again a little later.", _CODES_DOC),
    WindowsError(183, "ERROR_ALREADY_EXISTS",
                 "Cannot create a file when that file already exists",
                 "The file or folder exists already.", _FINAL,
                 "Choose another name or delete it first.", _CODES_DOC,
                 errno=posix.EEXIST),
    WindowsError(193, "ERROR_BAD_EXE_FORMAT",
                 "%1 is not a valid Win32 application",
                 "The DLL or program is damaged or made for another processor.", _FINAL,
                 "Use 64-bit Python and reinstall the package.", _CODES_DOC,
                 errno=posix.ENOEXEC),
    WindowsError(206, "ERROR_FILENAME_EXCED_RANGE",
                 "The filename or extension is too long",
                 "The path is too long.", _FINAL,
                 "Use a short TEMP folder or turn on long paths.", _CODES_DOC,
                 errno=posix.ENOENT),
    WindowsError(225, "ERROR_VIRUS_INFECTED",
                 "Operation did not complete successfully because the file contains a "
                 "virus or potentially unwanted software",
                 "The antivirus took the file for a virus.",
                 _FINAL, "Look at the antivirus's history for this file.", _CODES_DOC),
    WindowsError(267, "ERROR_DIRECTORY",
                 "The directory name is invalid",
                 "The path is not that of a folder.", _FINAL,
                 "From TemporaryDirectory on Python up to 3.11.7 or on 3.12.0 it hides WinError "
                 "32: a file was in use.", f"{_CODES_DOC}; CPython gh-87319",
                 errno=posix.ENOTDIR),
    WindowsError(303, "ERROR_DELETE_PENDING",
                 "The file cannot be opened because it is in the process of being deleted",
                 "The file is deleted as soon as its last open handle closes.", _TRY_AGAIN,
                 "Wait: it goes away when the process that has it open closes it.", _CODES_DOC),
    WindowsError(389, "ERROR_CLOUD_FILE_UNSUCCESSFUL",
                 "The cloud operation was unsuccessful",
                 "The sync client could not complete the operation.", _FINAL, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(390, "ERROR_CLOUD_FILE_NOT_UNDER_SYNC_ROOT",
                 "The operation is only supported on files under a cloud sync root",
                 "The operation works only inside a synchronised folder.", _FINAL, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(391, "ERROR_CLOUD_FILE_IN_USE",
                 "The operation cannot be performed on cloud files in use",
                 "The sync client is using the file.",
                 _TRY_AGAIN, _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(392, "ERROR_CLOUD_FILE_PINNED",
                 "The operation cannot be performed on pinned cloud files",
                 "The file is set to be always kept on this device.", _FINAL,
                 "Clear \"Always keep on this device\" for it, or keep it elsewhere.",
                 _CLOUD_DOC),
    WindowsError(393, "ERROR_CLOUD_FILE_REQUEST_ABORTED",
                 "The cloud operation was aborted",
                 "The sync client aborted the operation.", _FINAL, _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(394, "ERROR_CLOUD_FILE_PROPERTY_CORRUPT",
                 "The cloud file's property store is corrupt",
                 "The sync client's record of the file is damaged.", _FINAL,
                 "Reset the sync client, and keep the file elsewhere.", _CLOUD_DOC),
    WindowsError(395, "ERROR_CLOUD_FILE_ACCESS_DENIED",
                 "Access to the cloud file is denied",
                 "The sync client refused access, as it does to services.", _FINAL,
                 "Run the app as the user who is signed in to the sync client, or keep its "
                 "files outside the synchronised folder.", _CLOUD_DOC),
    WindowsError(396, "ERROR_CLOUD_FILE_INCOMPATIBLE_HARDLINKS",
                 "The cloud operation cannot be performed on a file with incompatible "
                 "hardlinks",
                 "The file has hard links, which the sync client does not allow.", _FINAL,
                 _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(397, "ERROR_CLOUD_FILE_PROPERTY_LOCK_CONFLICT",
                 "The operation failed due to a conflicting cloud file property lock",
                 "The sync client is changing the file's record at this moment.", _TRY_AGAIN,
                 _OUT_OF_SYNC, _CLOUD_DOC),
    WindowsError(398, "ERROR_CLOUD_FILE_REQUEST_CANCELED",
                 "The cloud operation was canceled by user",
                 "The operation on a synchronised file was cancelled.", _TRY_AGAIN, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(404, "ERROR_CLOUD_FILE_PROVIDER_TERMINATED",
                 "The cloud file provider exited unexpectedly",
                 "The sync client stopped in the middle of the operation.", _FINAL,
                 "Start the sync client again, and keep the app's files outside its folder.",
                 _CLOUD_DOC),
    WindowsError(426, "ERROR_CLOUD_FILE_REQUEST_TIMEOUT",
                 "The cloud operation was not completed before the time-out period expired",
                 "The sync client did not answer in time.", _TRY_AGAIN, _OUT_OF_SYNC,
                 _CLOUD_DOC),
    WindowsError(1114, "ERROR_DLL_INIT_FAILED",
                 "A dynamic link library (DLL) initialization routine failed",
                 "A DLL failed while it was starting.", _FINAL,
                 "Reinstall the package and the Microsoft Visual C++ runtime.", _CODES_DOC),
    WindowsError(1224, "ERROR_USER_MAPPED_FILE",
                 "The requested operation cannot be performed on a file with a user-mapped "
                 "section open",
                 "A process has the file mapped into its memory.", _FINAL,
                 "Release the memory map; when it is ours, waiting cannot help.", _CODES_DOC),
    WindowsError(1295, "ERROR_DISK_QUOTA_EXCEEDED",
                 "The requested file operation failed because the storage quota was exceeded",
                 "The account has used up its quota of this drive.", _FINAL,
                 "Delete files, use another drive, or ask for a larger quota.", _CODES_DOC),
    WindowsError(1314, "ERROR_PRIVILEGE_NOT_HELD",
                 "A required privilege is not held by the client",
                 "The account lacks a privilege, here usually that to create symbolic links.",
                 _FINAL, "Turn on Developer Mode in Windows' settings.",
                 f"{_CODES_DOC}; huggingface_hub, Cache limitations on Windows"),
    WindowsError(1392, "ERROR_FILE_CORRUPT",
                 "The file or directory is corrupted and unreadable",
                 "The file system is damaged at this place.", _FINAL,
                 "Run `chkdsk` on the drive.", _CODES_DOC),
    WindowsError(1450, "ERROR_NO_SYSTEM_RESOURCES",
                 "Insufficient system resources exist to complete the requested service",
                 "Windows ran out of system resources.",
                 _FINAL, "Close programs or restart Windows.", _CODES_DOC),
    WindowsError(1455, "ERROR_COMMITMENT_LIMIT",
                 "The paging file is too small for this operation to complete",
                 "The paging file is too small for the memory that was asked for.", _FINAL,
                 "Enlarge the paging file, and use no worker processes (`num_workers=0`).",
                 _CODES_DOC),
)
# fmt: on

CODES: dict[int, WindowsError] = {entry.code: entry for entry in _TABLE}
"""Every known code."""

BY_ERRNO: dict[int, tuple[DeleteClass, float | None]] = {
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
Node's `fs.rm` and npm's rimraf retry (sources: nodejs.org, "fs.rm"; rimraf's `retry-busy.ts`). The
others follow from their meaning in errno(3)."""
