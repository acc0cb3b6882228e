"""The input of the sync client readers, and the functions they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from winasr_doctor._util.paths import without_device_prefix
from winasr_doctor._util.regular_files import read_regular
from winasr_doctor.machine.live.registry import Registry
from winasr_doctor.machine.model import SyncRoot

T = TypeVar("T")
S = TypeVar("S")

_LARGEST = 16 * 1024**2
"""Bytes; no client's settings file is anywhere near this."""


class SyncSettings(NamedTuple):
    """Where clients keep their settings. A reader uses nothing else."""

    os: Literal["windows", "linux", "darwin"]
    registry: Registry
    environment: Mapping[str, str]
    home: Path
    """The user's own folder."""
    sid: str | None = None
    """The user's security identifier, on Windows."""

    def variable(self, name: str) -> str | None:
        """Return an environment variable, `None` if it is unset or empty."""
        if self.os != "windows":
            return self.environment.get(name) or None
        folded = name.upper()
        return next((v for n, v in self.environment.items() if n.upper() == folded and v), None)

    def folder(self, variable: str, *usual: str) -> Path:
        """Return the folder that an environment variable names, or its usual location below home.

        Args:
            variable: The variable's name, such as `LOCALAPPDATA`.
            usual: The path components below the user's folder.
        """
        named = self.variable(variable)
        return Path(named) if named else self.home.joinpath(*usual)

    @property
    def local(self) -> Path:
        r"""`%LOCALAPPDATA%`."""
        return self.folder("LOCALAPPDATA", "AppData", "Local")

    @property
    def roaming(self) -> Path:
        r"""`%APPDATA%`."""
        return self.folder("APPDATA", "AppData", "Roaming")

    def root(
        self, provider: str, path: object, source: object, kind: str | None = None
    ) -> Iterator[SyncRoot]:
        """Yield a sync root, or nothing if a client has no path for it.

        Args:
            provider: The client's name.
            path: The path as the client wrote it.
            source: Where it was read.
            kind: The client's name for this kind of root.
        """
        if isinstance(path, str) and path.strip():
            plain = self.plain(path.strip())
            yield SyncRoot(provider=provider, kind=kind, path=plain, source=str(source))

    def plain(self, path: str) -> str:
        r"""Return a path in the system's usual spelling: no `\\?\`, no slash at its end."""
        if self.os != "windows":
            return path.rstrip("/") or "/"
        path = without_device_prefix(path).rstrip("\\")
        return path + "\\" if path.endswith(":") else path


def from_each(sources: Iterable[S], read: Callable[[S], Iterable[T]]) -> Iterator[T]:
    """Yield the content of every source; a missing one yields nothing.

    Args:
        sources: Files, keys or tables.
        read: Reads one of them.

    Raises:
        Exception: A source could not be read; raised after the others have been read.
    """
    broken: Exception | None = None
    for source in sources:
        try:
            yield from read(source)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except Exception as error:  # noqa: BLE001 - whatever another program wrote there
            broken = broken or error
    if broken is not None:
        raise broken


def text(path: Path) -> str:
    """Return a settings file's text, in whichever encoding its program uses.

    Raises:
        OSError: It is missing or may not be read.
        UnicodeDecodeError: It is marked as UTF-16 but is not.
    """
    data = read_regular(path, _LARGEST)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
