"""Short PowerShell scripts for the engines that IT has, with no logic of ours in them.

Each runs the portable folder, prints the digest as its last line, and ends with the exit code that
its engine understands. They are plain ASCII, as engines read scripts without a byte-order mark in
the ANSI code page, and use only what Constrained Language Mode allows: cmdlets and programs, no
.NET calls. Source: learn.microsoft.com, "about_Language_Modes".
"""

from __future__ import annotations

from importlib.resources import files

ENGINES = ("intune", "configmgr", "task", "textfile")
"""Names of engines; each has a template beside this module, and all share `examine.ps1`."""

PORTABLE_FOLDER = r"C:\Program Files\winasr_doctor"
"""Where scripts expect the portable folder. Only administrators can write there, unlike below
`C:\\ProgramData`, where any user could add a module that another account then runs.
"""

TEXTFILE_FOLDER = r"C:\Program Files\windows_exporter\textfile_inputs"
"""Where windows_exporter reads `*.prom`. Source: its README, "textfile"."""


class ScriptValueError(ValueError):
    """A value that cannot stand in a script; the message is one sentence."""


def script(engine: str, *, folder: str = PORTABLE_FOLDER, share: str = "") -> str:
    r"""Return a script.

    Args:
        engine: One of `ENGINES`.
        folder: Where the portable folder is on every machine.
        share: Where to copy a snapshot of every machine, such as `\\server\share`; empty for none.

    Raises:
        ScriptValueError: A path has characters other than printable ASCII.
    """
    text = _template(engine).replace("@examine@\n", _template("examine"))
    for name, value in {"folder": folder, "share": share, "textfiles": TEXTFILE_FOLDER}.items():
        text = text.replace(f"'@{name}@'", _quoted(value))
    return text.replace("\n", "\r\n")


def _template(name: str) -> str:
    return files(__name__).joinpath(f"{name}.ps1").read_text(encoding="ascii")


def _quoted(value: str) -> str:
    if not (value.isascii() and value.isprintable()) and value:
        raise ScriptValueError(f"a script can only hold printable ASCII, which {value!r} is not")
    return "'" + value.replace("'", "''") + "'"
