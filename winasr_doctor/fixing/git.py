"""Whether git holds a copy of a file as it is now."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_PATIENCE = 20.0
"""Seconds to wait for git."""


def uncommitted(path: str) -> bool | None:
    """Tell whether a file has changes that are in no commit; an untracked one has.

    Args:
        path: The file.

    Returns:
        `None` where there is no git, or the file is in no repository or ignored by it.
    """
    folder, name = os.path.split(path)
    git = shutil.which("git")
    if git is None or Path(git).resolve().parent in {Path(folder).resolve(), Path.cwd()}:
        return None  # not a program that lies beside the source
    command = [git, "-c", "core.fsmonitor=false", "--literal-pathspecs", "status"]
    options = ["--porcelain", "--ignored", "--untracked-files=all", "--", name]
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        asked = subprocess.run(  # noqa: S603 - a fixed command; the name stands after --
            [*command, *options],
            cwd=folder,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
            env=quiet,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if asked.returncode or asked.stdout.startswith(b"!!"):
        return None
    return bool(asked.stdout.strip())
