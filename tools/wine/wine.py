"""Wine as a program: where it is, and how a Windows process is run with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/lib/wine")
"""Where Debian and Ubuntu keep the programs; their `wine` on the PATH asks for 32 bits first."""

PROGRAMS = ("wine64", "wine")
SERVERS = ("wineserver64", "wineserver")

PASSED_ON = ("HOME", "USER", "LOGNAME", "PATH", "TERM")
"""What a Windows process sees of this machine's environment. All the rest could change its tests:
Wine hands the variables on, and no display may open a window."""

SETTINGS: Mapping[str, str] = {
    "LC_ALL": "C.UTF-8",  # file names are UTF-8, and the ANSI code page is 1252
    "WINEDEBUG": "-all",
    # No questions about .NET and a browser, no debugger that keeps a crashed process.
    "WINEDLLOVERRIDES": "mscoree=;mshtml=;winedbg.exe=;winemenubuilder.exe=",
}


@dataclass(frozen=True)
class Wine:
    """Wine's two programs.

    Attributes:
        program: Starts a Windows program.
        server: Ends what runs in a prefix.
    """

    program: str
    server: str

    def version(self) -> str:
        """Return what Wine calls itself, like `wine-8.0 (Debian 8.0~repack-4)`."""
        answer = subprocess.run(
            [self.program, "--version"], capture_output=True, text=True, check=True
        )
        return answer.stdout.strip()


@dataclass(frozen=True)
class Prefix:
    """A Windows machine of Wine's: drives and a registry.

    Attributes:
        wine: Runs it.
        folder: Holds the drives and the registry.
        variables: What its processes see besides `SETTINGS`.
    """

    wine: Wine
    folder: Path
    variables: Mapping[str, str]

    @property
    def drive_c(self) -> Path:
        """Return the folder that is `C:` there."""
        return self.folder / "drive_c"

    def environment(self) -> dict[str, str]:
        """Return the variables for Wine itself."""
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**kept, **SETTINGS, **self.variables, "WINEPREFIX": str(self.folder)}

    def run(
        self,
        *command: str,
        folder: Path | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> int:
        """Run a Windows program until it ends.

        What it reads and writes goes through pipes, never to a file: a regular Linux file as
        a standard stream ends Windows' Python before it starts.

        Args:
            command: The program, as a Windows path or a name, and its arguments.
            folder: Its current folder, as this machine calls it.
            tell: Called with each line of output; without it the output appears in an error only.

        Returns:
            The exit code, of which Wine keeps the lowest 8 bits.

        Raises:
            subprocess.CalledProcessError: It failed, and nobody was told.
        """
        lines = []
        with subprocess.Popen(
            [self.wine.program, *command],
            cwd=folder or self.drive_c,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                lines.append(line)
                if tell:
                    tell(line.rstrip("\r\n"))
        code = process.returncode
        if code and not tell:
            raise subprocess.CalledProcessError(code, command, "".join(lines[-40:]))
        return code

    def settle(self) -> None:
        """Wait until all processes have ended and the registry is on disk."""
        self._serve("-w")

    def stop(self) -> None:
        """End all processes."""
        self._serve("-k")
        self._serve("-w")

    def _serve(self, option: str) -> None:
        subprocess.run(
            [self.wine.server, option],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def find() -> Wine | None:
    """Return the Wine of this machine, or `None` when it has none."""
    program, server = _first(PROGRAMS), _first(SERVERS)
    return Wine(program, server) if program and server else None


def _first(names: Sequence[str]) -> str | None:
    places = [str(DEBIAN / name) for name in names]
    return next((found for name in [*places, *names] if (found := shutil.which(name))), None)
