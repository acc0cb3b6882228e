"""Queries git about a repository under examination, without running any program it names.

We never change a repository, and we do not know who made it: its configuration may name programs
that git starts even for a `git status`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from winasr_doctor._util import programs

_PATIENCE = 20.0
"""Seconds to wait for git."""

_NOTHING_FOUND = 1
"""Exit code of `git config --get-regexp`. Source: git's manual, git-config."""

_SAFE = (
    *("-c", "core.fsmonitor="),  # "false" is the name of a program before git 2.36
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never"),  # a partial clone fetches what it lacks
    *("-c", "safe.bareRepository=explicit"),  # a folder that only looks like a repository
    "--no-pager",
    "--literal-pathspecs",
)
"""Source: git's manual, git-config and git."""

_VARIABLES = {
    **programs.QUIET,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
"""Source: git's manual, git, "Environment Variables"."""

_STATUS = ("status", "--porcelain", "--ignore-submodules=dirty")
"""Submodules have configurations of their own, so git must not look into them."""


def head(folder: Path) -> str | None:
    """Return the commit that a folder's repository has checked out.

    Returns:
        The commit; `None` if there is no git, no repository or no commit.
    """
    said = _ask(folder, "rev-parse", "--verify", "HEAD")
    return said.decode("ascii", "replace").strip() or None if said is not None else None


def changed(place: Path) -> bool | None:
    """Return whether a path has changed or new files at or below it.

    Returns:
        `None` if there is no git or no repository, or if git cannot be run safely.
    """
    said = _status(place, "--untracked-files=normal")
    return None if said is None else bool(said)


def uncommitted(path: str) -> bool | None:
    """Return whether a file has uncommitted changes; an untracked file does.

    Args:
        path: The file.

    Returns:
        `None` if there is no git, or if the file is outside any repository or ignored.
    """
    said = _status(Path(path), "--ignored", "--untracked-files=all")
    return None if said is None or said.startswith(b"!!") else bool(said)


def _status(place: Path, *options: str) -> bytes | None:
    folder = place if place.is_dir() else place.parent
    filters = _filters(folder)
    if filters is None:
        return None
    said = _ask(
        folder, *_STATUS, *options, "--", "." if folder == place else place.name, off=filters
    )
    return None if said is None else said.strip()


def _filters(folder: Path) -> list[str] | None:
    """Return the options that turn off the filters that the repository itself defines.

    `git status` runs the filters of `.gitattributes` on a file to find out whether it has changed.
    Filters defined by the user or the machine, such as Git LFS, stay on. Source: git's manual,
    gitattributes, "filter".
    """
    listing = ("config", "--null", "--show-scope", "--get-regexp", r"^filter\.")
    said = _ask(folder, *listing, also=(_NOTHING_FOUND,))
    if said is None:
        return None
    parts = said.decode("utf-8", "surrogateescape").split("\0")
    theirs = {
        entry.partition("\n")[0].rpartition(".")[0]
        for scope, entry in zip(parts[::2], parts[1::2], strict=False)
        if scope not in {"system", "global"}
    }
    if any("=" in name or "\n" in name for name in theirs):  # `-c` would misread the name
        return None
    return [option for name in sorted(theirs) for option in _off(name)]


def _off(name: str) -> Iterable[str]:
    for setting in (f"{name}.clean=", f"{name}.process=", f"{name}.required=false"):
        yield from ("-c", setting)


def _ask(
    folder: Path, *arguments: str, off: Sequence[str] = (), also: Sequence[int] = ()
) -> bytes | None:
    """Return git's output; `None` if git fails with an unexpected exit code."""
    git = programs.find("git", avoid=(str(folder), os.getcwd()))  # noqa: PTH109
    if git is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603 - fixed words, and a name that stands after --
            [git, *_SAFE, *off, *arguments],
            cwd=folder,
            env={**os.environ, **_VARIABLES},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout if asked.returncode in {0, *also} else None
