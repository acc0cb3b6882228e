"""TMP007: how the temp folder's path is written."""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterable, Iterator

from winasr_doctor.checks.advice import SCRATCH_READS, known, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.checks.temp.common import facts, named, temp_places
from winasr_doctor.findings import Finding, error, info, ok, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import Place

MAX_PATH = 259
"""The longest path, in characters, without long-path support; MAX_PATH is 260 with the final NUL.
Source: learn.microsoft.com, "Maximum Path Length Limitation"."""

TEMP_FOLDER_NAME = len("\\tmpxxxxxxxx\\")
"""What `tempfile.TemporaryDirectory` adds to a path."""

LONGEST_MEMBER = len("0123456789abcdef0123456789abcdef_tokenizer.model")
"""A long file name in a `.nemo` archive: artifacts carry a 32-digit identifier. Seen in NeMo 3.0.0
archives."""


@check("TMP007", reads=("model_files", *SCRATCH_READS))
def temp_path_is_awkward(host: Machine) -> Iterable[Finding]:
    """The temp path is relative, not ASCII, has short names, or is too long.

    **What.** How the temp folder's path is written.
    **Why.** Native libraries that NeMo uses open files with the ANSI code page. Short names (`~1`)
    defeat exclusions and comparisons. A path over 259 characters cannot be opened without
    long-path support. A relative TEMP is a different folder after `os.chdir`, which NeMo calls.
    **Decided by.** The path itself; for the length, TEMP + a temporary folder + the longest member
    of a model, when long paths are off.
    **Do.** Use a scratch folder with a short, plain path.
    **Source.** learn.microsoft.com, "Naming Files, Paths, and Namespaces" and "Maximum Path Length
    Limitation".
    """
    os = host.system.os
    silent = True
    for place in temp_places(host):
        for make, trouble, details in _awkward(host, place, os):
            silent = False
            yield make(
                f"{named(place)} {place.path} {trouble}",
                {**facts(place), **details},
                scratch_remedies(host),
            )
    if silent:
        yield ok("the temp folder's path is plain")


def _awkward(
    host: Machine, place: Place, os: str
) -> Iterator[tuple[Callable[..., Finding], str, dict[str, object]]]:
    path = place.path
    if os == "windows":
        drive, rest = ntpath.splitdrive(path.replace("/", "\\"))
        # In Python 3.10, ntpath.isabs does not accept a bare share as absolute.
        absolute = drive.startswith("\\\\") or (bool(drive) and rest.startswith("\\"))
    else:
        absolute = path.startswith("/")
    if not absolute:
        yield error, "is not an absolute path", {}
    if os != "windows":
        return
    if not path.isascii():
        yield warning, "has non-ASCII characters", {}
    short = [part for part in path.replace("/", "\\").split("\\") if _is_short_name(part)]
    if short:
        yield info, f"has short names ({', '.join(short)})", {"short_names": short}
    longest = _longest_member(host)
    length = len(place.real) + TEMP_FOLDER_NAME + longest
    if not host.system.long_paths and length > MAX_PATH:
        yield (
            error,
            f"is too long: a model file below it has a path of {length} characters, and the limit"
            f" is {MAX_PATH}",
            {"length": length, "limit": MAX_PATH},
        )


def _is_short_name(part: str) -> bool:
    stem, _, number = part.partition(".")[0].rpartition("~")
    return bool(stem) and number.isdigit() and len(part.partition(".")[0]) <= len("LONGNA~1")


def _longest_member(host: Machine) -> int:
    files = known(host, "model_files")
    found: list[int] = [file.longest_member for file in files.items] if files else []
    return max([LONGEST_MEMBER, *found])
