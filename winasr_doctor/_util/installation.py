"""Finds what is installed, where the doctor came from, and how to add an extra to it.

The doctor is not on any package index: a command with just its name would fail, or would install
whatever someone else has published under that name. So advice repeats the source of this
installation.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from winasr_doctor._util.shells import quoted_everywhere

DISTRIBUTION = "winasr_doctor"


class Origin(NamedTuple):
    """The argument with which pip installs the doctor again.

    Attributes:
        target: The path of a folder or of a built file, or a URL.
        is_path: Whether it is a path on this machine.
        editable: Whether the folder was installed in place.
    """

    target: str
    is_path: bool
    editable: bool = False


def is_installed(package: str) -> bool:
    """Return whether a package can be found, without importing it."""
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def install_extra(extra: str, *, origin: Origin | None = None, windows: bool | None = None) -> str:
    """Return the command that adds an extra to this installation, or say where to run it.

    Args:
        extra: The extra, such as `asr`; separate several with commas.
        origin: Where the doctor came from; by default as recorded in this installation.
        windows: Whether the command is for Windows shells; by default, whether this system is
            Windows.
    """
    windows = os.name == "nt" if windows is None else windows
    origin = find_origin(windows=windows) if origin is None else origin
    if origin is None:
        command = f'python -m pip install ".[{extra}]"'
        return f"{command} in the folder that the doctor was installed from"
    editable = "-e " if origin.editable else ""
    requirement = (
        f"{origin.target}[{extra}]"
        if origin.is_path
        else f"{DISTRIBUTION}[{extra}] @ {origin.target}"
    )
    lines = {
        shell: f"python -m pip install {editable}{argument}"
        for shell, argument in quoted_everywhere(requirement, windows=windows).items()
    }
    return "; ".join(f"in {shell}: {line}" if shell else line for shell, line in lines.items())


def find_origin(*, windows: bool) -> Origin | None:
    """Return where this installation came from, if that is recorded and still exists.

    Args:
        windows: Whether paths are Windows paths.
    """
    origin = parse_origin(_direct_url(), windows=windows)
    if origin is not None and origin.is_path and not Path(origin.target).exists():
        return None
    return origin


def find_address() -> str | None:
    """Return the https address that this installation came from, without credentials, if any."""
    try:
        url = str(json.loads(_direct_url())["url"])
        parts = urlsplit(url)
    except (ValueError, TypeError, KeyError):
        return None
    if parts.scheme != "https" or not url.isprintable() or set(url) & set(' "<>'):
        return None
    return _without_secrets(url)


def _direct_url() -> str:
    """Return this installation's `direct_url.json`; empty if there is none."""
    from importlib import metadata

    try:
        return metadata.distribution(DISTRIBUTION).read_text("direct_url.json") or ""
    except (metadata.PackageNotFoundError, OSError, UnicodeDecodeError):
        return ""


def parse_origin(text: str, *, windows: bool) -> Origin | None:
    """Read a `direct_url.json`.

    Args:
        text: The file's content.
        windows: Whether paths are Windows paths.

    Returns:
        The origin; `None` if the text is damaged or of an unknown kind. Source: PyPA
        specifications, "Recording the Direct URL Origin of installed distributions" (PEP 610).
    """
    try:
        record = json.loads(text)
        url = str(record["url"])
        scheme = urlsplit(url).scheme
        (kind,) = (name for name in _KINDS if isinstance(record.get(name), dict))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if not url.isprintable() or '"' in url:
        return None
    if kind == "vcs_info":
        return _of_repository(url, record)
    if scheme == "file" and "subdirectory" not in record:
        return _of_path(url, record, windows=windows)
    if kind == "archive_info" and scheme in {"http", "https", "file"}:
        return Origin(_without_secrets(url) + _fragment(record), is_path=False)
    return None


_KINDS = ("dir_info", "archive_info", "vcs_info")
"""A record has exactly one of these."""


def _of_path(url: str, record: dict[str, Any], *, windows: bool) -> Origin | None:
    path = _path(url, windows=windows)
    editable = record.get("dir_info", {}).get("editable") is True
    return Origin(path, is_path=True, editable=editable) if path else None


def _of_repository(url: str, record: dict[str, Any]) -> Origin | None:
    """Return the installed commit, not the current head of its branch."""
    tool, commit = record["vcs_info"].get("vcs"), record["vcs_info"].get("commit_id")
    words = re.compile(r"[0-9A-Za-z._-]+")
    if not all(isinstance(word, str) and words.fullmatch(word) for word in (tool, commit)):
        return None
    target = f"{tool}+{_without_secrets(url)}@{commit}{_fragment(record)}"
    return Origin(target, is_path=False)


def _fragment(record: dict[str, Any]) -> str:
    folder = record.get("subdirectory")
    plain = isinstance(folder, str) and folder.isprintable() and not set(folder) & set("\"#&' ")
    return f"#subdirectory={folder}" if plain and folder else ""


def _without_secrets(url: str) -> str:
    """Remove the fragment and the credentials, except the user `git`, which identifies nobody."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    kept = parts.netloc if user == "git" else place
    return urlunsplit((parts.scheme, kept, parts.path, parts.query, ""))


def _path(url: str, *, windows: bool) -> str | None:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if not path.isprintable():
        return None
    if not windows:
        return path.rstrip("/")
    return "".join(_windows_path(parts.netloc, path))


def _windows_path(server: str, path: str) -> Iterator[str]:
    r"""Yield `C:\folder` for `/C:/folder`, and `\\server\share` where there is a server."""
    if server not in {"", "localhost"}:
        yield rf"\\{server}"
    elif re.match(r"/[A-Za-z]:", path):
        path = path[1:]
    yield path.replace("/", "\\").rstrip("\\")
