r"""Evaluates Microsoft Defender's exclusions: what an entry covers, and what is wrong with it.

This only compares text and reads nothing from the machine. Where the documentation is ambiguous,
`covers` claims less and `breadth_of` suspects more.

Sources: learn.microsoft.com, "Configure and validate exclusions based on file extension and
folder location", "Configure exclusions for files opened by processes", "Contextual file and
folder exclusions", "Common mistakes to avoid when defining exclusions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType

from winasr_doctor._util.paths import fold, segments, without_device_prefix

MAX_WILDCARDS = 6
"""Maximum number of `*` and `?` in one entry; an entry with more is ignored."""

_PROFILE = r"C:\Windows\System32\config\systemprofile"

SYSTEM_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "ALLUSERSPROFILE": r"C:\ProgramData",
        "APPDATA": rf"{_PROFILE}\AppData\Roaming",
        "COMMONPROGRAMFILES": r"C:\Program Files\Common Files",
        "COMMONPROGRAMFILES(X86)": r"C:\Program Files (x86)\Common Files",
        "LOCALAPPDATA": rf"{_PROFILE}\AppData\Local",
        "PROGRAMDATA": r"C:\ProgramData",
        "PROGRAMFILES": r"C:\Program Files",
        "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
        "PUBLIC": r"C:\Users\Public",
        "SYSTEMDRIVE": "C:",
        "SYSTEMROOT": r"C:\Windows",
        "TEMP": r"C:\Windows\Temp",
        "TMP": r"C:\Windows\Temp",
        "USERPROFILE": _PROFILE,
        "WINDIR": r"C:\Windows",
    }
)
"""Values of variables for Defender, which runs as SYSTEM, with Windows on `C:`.

TEMP and TMP are the machine's variables; the others come from the documented table of system
variables.
"""

USER_VARIABLES = frozenset(
    {"TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "USERPROFILE"}
    | {"HOMEDRIVE", "HOMEPATH", "USERNAME", "HOME"}
    | {"ONEDRIVE", "ONEDRIVECONSUMER", "ONEDRIVECOMMERCIAL", "HF_HOME", "VIRTUAL_ENV"}
)
"""Variables by which users mean a folder of their own, which SYSTEM's value is not."""

_VARIABLE = r"%([^%\\/]+)%"
_POWERSHELL = r"(?i)\$(?:env:|\{env:)"
_SEVERAL = r"(?i)[;,|]\s*\"?[a-z]:[\\/]"
_DRIVE = r"[A-Za-z]:(?:$|[\\/])"
_WILD_DRIVE = r"(?:[*?]+:|[*?]+[\\/])"
_CONTEXT = r"\\?:\{(?P<conditions>[^}]*)\}?\s*$"
"""`C:\\scratch\\:{PathType:folder,ScanTrigger:OnAccess}`."""
_UNCONDITIONAL = ("PATHTYPE:", "SCANTRIGGER:ONACCESS")
_IMPOSSIBLE = r'["<>|]'
"""Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces"."""


def covers(exclusion: str, path: str, *, drive: str = "C:") -> bool:
    r"""Return whether Defender leaves a path and everything below it unscanned due to an entry.

    Args:
        exclusion: An entry in the list of excluded paths.
        path: A file or folder, absolute, with junctions resolved: the target of a reparse point
            needs an entry of its own.
        drive: The system drive, for variables.

    Returns:
        `False` also if this cannot be determined. A last component with a wildcard is taken for a
        file pattern, which matches names directly in that folder and nothing below them; with a
        trailing backslash it is a folder.
    """
    entry = _understood(exclusion, drive)
    if entry is None:
        return False
    pattern = segments(entry, "windows")
    target = segments(path, "windows")
    if not pattern or len(target) < len(pattern):
        return False
    if _has_wildcard(pattern[-1]) and not entry.endswith("\\") and len(target) != len(pattern):
        return False
    return pattern[0] == target[0] and all(map(_matches, pattern[1:], target[1:]))


def fault_of(
    exclusion: str, *, network_drives: Iterable[str] = (), drive: str = "C:"
) -> str | None:
    r"""Return why an entry can never match what it was meant for.

    Args:
        exclusion: An entry in the list of excluded paths.
        network_drives: Letters of mapped drives, such as `Z:` or `Z:\`.
        drive: The system drive, for variables.

    Returns:
        The reason, to follow "because", or `None` if its form is correct.
    """
    entry = without_device_prefix(_without_context(exclusion))
    for is_faulty, reason in _FAULTS:
        if is_faulty(entry):
            return reason
    letter = entry[:2].upper()
    if letter in {root[:2].upper() for root in network_drives}:
        return f"{letter} is a mapped network drive, which Defender's service has not"
    return _variable_fault(entry, drive)


def breadth_of(exclusion: str, *, drive: str = "C:") -> str | None:
    """Return what an entry exposes that malware is known to use.

    Args:
        exclusion: An entry in the list of excluded paths.
        drive: The system drive, for variables.

    Returns:
        What is left unscanned, such as `the whole drive C:`, or `None`.
    """
    if _wildcards(exclusion) > MAX_WILDCARDS or _is_conditional(exclusion):
        return None
    entry = without_device_prefix(_resolved(_without_context(exclusion), drive))
    pattern = _without_trailing_wildcards(segments(entry, "windows"))
    if not pattern:
        return "every file of the machine" if _has_wildcard(entry) else None
    if not re.match(_DRIVE, entry) or (_has_wildcard(pattern[-1]) and "." in pattern[-1]):
        return None
    for place, name in BROAD_PLACES:
        if len(place) == len(pattern) - 1 and all(map(_overlap, pattern[1:], place)):
            return name.format(drive=pattern[0])
    return None


def breadth_of_extension(extension: str) -> str | None:
    """Return what an excluded extension exposes, or `None` if it is not known as dangerous.

    Args:
        extension: The extension, with or without its dot, in any case.
    """
    name = extension.strip().lstrip(".").lower()
    if name and not name.strip("*?"):
        return "every file of the machine"
    return f"every .{name} file of the machine" if name in BROAD_EXTENSIONS else None


def breadth_of_process(process: str) -> str | None:
    """Return what an excluded process exposes, or `None` if it is not known as dangerous.

    Excluding a process means that no file it opens is scanned, wherever the file is.

    Args:
        process: An image name or a path.
    """
    name = process.replace("/", "\\").rpartition("\\")[2].strip().lower()
    if process.strip("*?. \\") == "":
        return "every file that any program opens"
    return f"every file that {name} opens" if name in BROAD_PROCESSES else None


def resolve(exclusion: str, *, drive: str = "C:") -> str | None:
    """Return an entry with its variables as SYSTEM sees them.

    Args:
        exclusion: An entry in the list of excluded paths.
        drive: The system drive.

    Returns:
        The path, or `None` if it contains a variable whose value for SYSTEM is unknown.
    """
    resolved = _resolved(exclusion, drive)
    return None if re.search(_VARIABLE, resolved) else resolved


BROAD_PLACES: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "the whole drive {drive}"),
    (("USERS",), "the files of all users"),
    (("USERS", "*"), "a user's whole profile"),
    (("USERS", "*", "APPDATA"), "a user's whole AppData"),
    (("USERS", "*", "APPDATA", "LOCAL"), "a user's whole AppData\\Local"),
    (("USERS", "*", "APPDATA", "LOCAL", "TEMP"), "a user's TEMP, where malware unpacks itself"),
    (("USERS", "*", "APPDATA", "LOCALLOW"), "a user's whole AppData\\LocalLow"),
    (("USERS", "*", "APPDATA", "LOCALLOW", "TEMP"), "a user's low-integrity TEMP"),
    (("USERS", "*", "APPDATA", "ROAMING"), "a user's whole AppData\\Roaming"),
    (("USERS", "*", "APPDATA", "ROAMING", "TEMP"), "a user's roaming TEMP"),
    (("USERS", "*", "DOWNLOADS"), "a user's downloads"),
    (("USERS", "*", "DESKTOP"), "a user's desktop"),
    (("USERS", "*", "DOCUMENTS"), "a user's documents"),
    (("TEMP",), "a temp folder that every program may write to"),
    (("TMP",), "a temp folder that every program may write to"),
    (("PROGRAMDATA",), "the data of all programs"),
    (("PROGRAM FILES",), "all installed programs"),
    (("PROGRAM FILES (X86)",), "all installed programs"),
    (("PROGRAM FILES", "JAVA"), "the Java runtimes"),
    (("WINDOWS",), "Windows itself"),
    (("WINDOWS", "TEMP"), "Windows' own temp folder, where malware unpacks itself"),
    (("WINDOWS", "PREFETCH"), "a folder of Windows itself"),
    (("WINDOWS", "SYSTEM32"), "Windows itself"),
    (("WINDOWS", "SYSTEM32", "SPOOL"), "a folder of Windows itself"),
    (("WINDOWS", "SYSTEM32", "CATROOT2"), "a folder of Windows itself"),
    (("WINDOWS", "SYSTEM32", "CONFIG", "SYSTEMPROFILE"), "the profile of the SYSTEM account"),
    (
        ("WINDOWS", "SYSTEM32", "CONFIG", "SYSTEMPROFILE", "APPDATA", "LOCAL"),
        "the application data of the SYSTEM account",
    ),
    (
        ("WINDOWS", "SYSTEM32", "CONFIG", "SYSTEMPROFILE", "APPDATA", "ROAMING"),
        "the application data of the SYSTEM account",
    ),
)
"""Folders on a drive (`*` is any one name), and what leaving them unscanned exposes.

Source: "Common mistakes to avoid when defining exclusions", with the parents of the folders it
names, the usual download folders, and the values of `%USERPROFILE%` and similar variables for
SYSTEM.
"""

_EXTENSIONS = (
    "7z bat bin cab cmd com cpl dll exe fla gz hta inf java jar job js ko msi ocx ps1 py rar reg"
    " scr sys tar tmp url vbe vbs wsf zip pyc pyd pyw"
)
BROAD_EXTENSIONS = frozenset(_EXTENSIONS.split())
"""Source: "Common mistakes to avoid when defining exclusions", without its image formats, which it
allows itself, and with Python's other executable formats.
"""

_PROCESSES = (
    "acrord32 addinprocess addinprocess32 addinutil bash bginfo bitsadmin cdb cmd csi cscript"
    " dbghost dbgsvc dnx dotnet excel fsi fsianycpu iexplore java kd msbuild mshta ntkd ntsd"
    " outlook powerpnt powershell psexec rcsi schtasks svchost windbg winword wmic wscript"
    " wuauclt python python3 pythonw py pyw pip uv conda pwsh explorer"
)
BROAD_PROCESSES = frozenset(f"{name}.exe" for name in _PROCESSES.split()) | {
    "lxssmanager.dll",
    "system.management.automation.dll",
}
"""Source: "Common mistakes to avoid when defining exclusions"; it names Python for Linux and macOS,
but an interpreter also runs any script on Windows.
"""

_FAULTS: tuple[tuple[Callable[[str], object], str], ...] = (
    (
        partial(re.search, _POWERSHELL),
        "it is PowerShell's spelling of a variable, stored as literal text",
    ),
    (lambda entry: entry.startswith("~"), "Defender does not expand ~"),
    (partial(re.search, _SEVERAL), "it holds several paths, and an entry is a single one"),
    (partial(re.search, _IMPOSSIBLE), "it holds a character that no path has"),
    (
        lambda entry: _wildcards(entry) > MAX_WILDCARDS,
        f"it has more than {MAX_WILDCARDS} wildcards, which is the limit",
    ),
    (partial(re.match, _WILD_DRIVE), "a wildcard cannot stand for the drive"),
    (
        lambda entry: "\\" in entry and entry[0] != "%" and not _is_absolute(entry),
        "it is not a full path with its drive",
    ),
)


def _understood(exclusion: str, drive: str) -> str | None:
    """Return an entry as an absolute pattern, or `None` if it is not certain to match anything."""
    if _is_conditional(exclusion):
        return None
    entry = resolve(_without_context(exclusion), drive=drive)
    if entry is None or _wildcards(entry) > MAX_WILDCARDS:
        return None
    entry = without_device_prefix(entry)
    return entry if _is_absolute(entry) else None


def _is_absolute(entry: str) -> bool:
    return bool(re.match(_DRIVE, entry)) or entry.startswith("\\\\")


def _resolved(exclusion: str, drive: str) -> str:
    def value(match: re.Match[str]) -> str:
        known = SYSTEM_VARIABLES.get(match[1].upper())
        return match[0] if known is None else drive + known[2:]

    return re.sub(_VARIABLE, value, exclusion)


def _variable_fault(entry: str, drive: str) -> str | None:
    for match in re.finditer(_VARIABLE, entry):
        name = match[1].upper()
        if name not in USER_VARIABLES:
            continue
        known = SYSTEM_VARIABLES.get(name)
        if known is None:
            return f"%{name}% is a user's variable, and Defender runs as SYSTEM, which has none"
        return f"Defender runs as SYSTEM, to which %{name}% is {drive}{known[2:]}"
    return None


def _without_context(exclusion: str) -> str:
    return re.sub(_CONTEXT, "", exclusion)


def _is_conditional(exclusion: str) -> bool:
    """Return whether an entry applies only under conditions beyond ordinary access by anyone."""
    match = re.search(_CONTEXT, exclusion)
    if match is None:
        return False
    conditions = (part.strip().upper() for part in match["conditions"].split(","))
    return not all(part.startswith(_UNCONDITIONAL) for part in conditions)


def _wildcards(entry: str) -> int:
    entry = without_device_prefix(entry)
    return entry.count("*") + entry.count("?")


def _has_wildcard(name: str) -> bool:
    return "*" in name or "?" in name


def _without_trailing_wildcards(pattern: tuple[str, ...]) -> tuple[str, ...]:
    while pattern and not pattern[-1].strip("*?."):
        pattern = pattern[:-1]
    return pattern


def _matches(pattern: str, name: str) -> bool:
    if not _has_wildcard(pattern):
        return pattern == name
    return _compiled(pattern).fullmatch(name) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    translated = {"*": ".*", "?": "."}
    return re.compile("".join(translated.get(c) or re.escape(c) for c in pattern), re.DOTALL)


def _overlap(pattern: str, place: str) -> bool:
    return place == "*" or _matches(pattern, fold(place))
