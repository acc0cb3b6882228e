"""Finds the files that a collector brought together, and names the machine of each."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from msgspec import Struct

SUFFIXES = (".json", ".json.gz", ".zip")
"""Names of files that may be a snapshot, a report, a digest or a bug report."""

_USUAL_NAMES = frozenset(
    {"bug-report", "digest", "machine", "report", "snapshot", "winasr-doctor", "winasr_doctor"}
)
"""Names of files that do not name a machine: then the folder does, as with Ansible's `fetch`."""


class CollectedFile(Struct, frozen=True):
    """A file to read.

    Attributes:
        path: Where it is.
        name: Its path relative to the folder, with slashes.
    """

    path: Path
    name: str

    @property
    def key(self) -> str:
        """The machine's name: the file's, or that of the first folder above a usual name.

        `PC-12.json` and `PC-12/C/ProgramData/snapshot.json.gz` both are `PC-12`.
        """
        relative = PurePath(self.name)
        stem = relative.name.split(".json")[0].removesuffix(".zip")
        if stem in _USUAL_NAMES and len(relative.parts) > 1:
            return relative.parts[0]
        return relative.with_name(stem).as_posix()


def collected_files(root: Path) -> Iterator[CollectedFile]:
    """Yield the files below a folder in the order of their names; links are not followed.

    Args:
        root: The folder, or one file.
    """
    if not root.is_dir():
        yield CollectedFile(root, root.name)
        return
    for folder, folders, names in os.walk(root, followlinks=False):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                path = Path(folder, name)
                yield CollectedFile(path, path.relative_to(root).as_posix())


def pseudonym(key: str, salt: str) -> str:
    """Return a name that says nothing about the machine and is the same each time.

    Args:
        key: The machine's name.
        salt: A secret; without it nobody can find the name by trying out names.

    Returns:
        Twelve hexadecimal digits.
    """
    return hmac.new(salt.encode(), key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:12]
