"""Reads the versions of what was tested, and hashes where no version can be trusted."""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._util import git
from winasr_doctor._util.installation import DISTRIBUTION
from winasr_doctor.machine.live.packages import installed
from winasr_doctor.selftest import facts
from winasr_doctor.version import __version__

if TYPE_CHECKING:
    from importlib.metadata import Distribution, PackagePath

    from winasr_doctor.machine import Machine

PACKAGES = {
    **{name.lower(): pip.replace("_", "-") for name, pip in facts.PACKAGES.items()},
    "huggingface_hub": "huggingface-hub",
    "gradio": "gradio",
}
"""Name in the report to name of the distribution, as PEP 503 spells it."""

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Package:
    """The winasr_doctor that ran.

    Attributes:
        installed: Whether it was installed from a wheel; if not, it runs from its source folder.
        sha256: The hash of its `RECORD` if it was installed, else of its files (see `digest_of`).
        changed: The first few files that differ from `RECORD`; always empty for sources.
    """

    installed: bool
    sha256: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """The app's files.

    Attributes:
        files: How many were examined.
        sha256: One hash of all of them (see `digest_of`).
        commit: The git commit they are at; `None` without git.
        dirty: Whether tracked files differ from that commit or there are new files; `None` without
            git.
    """

    files: int
    sha256: str
    commit: str | None = None
    dirty: bool | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Versions and hashes of what was tested.

    Attributes:
        versions: Versions of Python, the platform and the relevant packages; `None` if not
            installed.
        data: SHA-256 of each bundled model file and recording by file name.
        package: The winasr_doctor that ran.
        app: The app's files; `None` if none were given.
    """

    versions: Mapping[str, str | None]
    data: Mapping[str, str] = field(default_factory=dict)
    package: Package | None = None
    app: App | None = None


def provenance_of(host: Machine) -> Provenance:
    """Collect the versions and hashes of what is being tested.

    Args:
        host: The machine, with the app.

    Raises:
        OSError: A file of the package cannot be read.
    """
    root = Path(__file__).parents[1]
    return Provenance(
        versions=versions(),
        data={file.name: sha256(file) for file in _data(root)},
        package=package(root),
        app=app(host),
    )


def versions() -> dict[str, str | None]:
    """Return the versions of the relevant packages without importing them."""
    found = installed(sys.path).versions
    return {
        DISTRIBUTION: __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: found.get(distribution) for name, distribution in PACKAGES.items()},
    }


def _data(root: Path) -> list[Path]:
    return sorted(file for file in (root / "data").iterdir() if file.is_file())


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    return hashlib.sha256(file.read_bytes()).hexdigest()


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """Return a single SHA-256 for many files.

    Args:
        files: The name and SHA-256 of each file.

    Returns:
        The hash of a text with one line `SHA256  NAME` per file, sorted by name, as
        `sha256sum` prints it.
    """
    lines = sorted(f"{digest}  {name}\n" for name, digest in files)
    lines.sort(key=lambda line: line.partition("  ")[2])
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def package(root: Path) -> Package:
    """Identify the running winasr_doctor.

    Args:
        root: The folder of the package that was imported.

    Raises:
        OSError: A file cannot be read.
    """
    installed = _distribution_of(root)
    files = (installed and installed.files) or ()
    record = next((Path(str(file.locate())) for file in files if file.name == "RECORD"), None)
    if record is not None and record.is_file():
        return Package(True, sha256(record), tuple(_changed(files))[:_LISTED])
    own = (file for file in root.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return Package(
        False, digest_of((file.relative_to(root).as_posix(), sha256(file)) for file in own)
    )


def _distribution_of(root: Path) -> Distribution | None:
    """Return the installed distribution that owns these files; `None` for an editable one."""
    for found in distributions(name=DISTRIBUTION):
        for file in found.files or ():
            if file.as_posix() == f"{DISTRIBUTION}/__init__.py" and _same(file.locate(), root):
                return found
    return None


def _same(file: object, root: Path) -> bool:
    try:
        return Path(str(file)).samefile(root / "__init__.py")
    except OSError:
        return False


def _changed(files: Sequence[PackagePath]) -> Iterable[str]:
    """Yield the files that are missing or differ from `RECORD`."""
    for file in files:
        if file.hash is None:  # RECORD itself, and compiled files
            continue
        try:
            content = Path(str(file.locate())).read_bytes()
        except OSError:
            yield file.as_posix()
            continue
        digest = hashlib.new(file.hash.mode, content).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            yield file.as_posix()


def app(host: Machine) -> App | None:
    """Identify the version of the app; `None` if no app was given."""
    files = host.app.files
    if not files:
        return None
    digests = [
        (each.path.replace(os.sep, "/"), hashlib.sha256(each.text.encode("utf-8", "surrogatepass")))
        for each in files
    ]
    place = Path(host.app.roots[0] if host.app.roots else ".").resolve()
    commit = git.head(place if place.is_dir() else place.parent)
    # Only files in the app's folder: the rest of the repository was not tested.
    dirty = git.changed(place) if commit else None
    digest = digest_of((name, digest.hexdigest()) for name, digest in digests)
    return App(len(files), digest, commit, dirty)
