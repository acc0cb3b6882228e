"""What to run: a script or a module, with its own arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from zipfile import is_zipfile


class TargetError(ValueError):
    """There is nothing to run; the text is one readable sentence."""


@dataclass(frozen=True, slots=True)
class RunTarget:
    """An app.

    Attributes:
        arguments: The command line after the interpreter.
        script: The file or folder; `None` for a module.
    """

    arguments: tuple[str, ...]
    script: str | None

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> RunTarget:
        """Read `SCRIPT ARGS` or `-m MODULE ARGS`.

        Args:
            arguments: The app and its own arguments, which are not examined.

        Raises:
            TargetError: No such script or module exists.
        """
        if not arguments:
            raise TargetError("name a script, or -m and a module, after --")
        first = arguments[0]
        if first == "-m":
            if len(arguments) == 1:
                raise TargetError("-m needs the name of a module")
            _check_module(arguments[1])
            return cls(tuple(arguments), None)
        if first.startswith("-"):
            raise TargetError(f"{first} is neither a script nor -m: options come before --")
        _check_script(first)
        return cls(tuple(arguments), first)

    def __str__(self) -> str:
        return " ".join(("python", *self.arguments))


def _check_script(path: str) -> None:
    file = Path(path)
    try:
        if file.is_dir():
            if not (file / "__main__.py").is_file():
                raise TargetError(f"{path} is a folder without a __main__.py")
        elif not file.exists():
            raise TargetError(f"there is no script {path}")
        else:
            with file.open("rb"):
                pass
            if file.suffix.lower() in {".bat", ".cmd", ".exe", ".ps1", ".sh"} and not is_zipfile(
                file
            ):
                raise TargetError(f"{path} is not a Python script: give the one that it starts")
    except (OSError, ValueError) as error:
        if isinstance(error, TargetError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise TargetError(f"{path} cannot be read: {reason}") from error


def _check_module(name: str) -> None:
    """Look only for the top-level package: to find a submodule, Python would have to import it."""
    top = name.partition(".")[0]
    if top in sys.builtin_module_names or not top:
        raise TargetError(f"{name} is not a module that can be run")
    if PathFinder.find_spec(top, [str(Path.cwd()), *sys.path]) is None:
        raise TargetError(f"there is no module {name} here (looked in {Path.cwd()} too)")
