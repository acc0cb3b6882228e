"""Adapts a remedy's command to a machine's shell and interpreter."""

from __future__ import annotations

import re

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell

_PYTHON = "python "
_SET = lazy_pattern(r"set (?P<name>\w+)=(?P<value>.*)")
_VARIABLE = lazy_pattern(r"%(\w+)%")
_WORD = lazy_pattern(r'"[^"]*%\w+%[^"]*"|\S*%\w+%\S*')
_ACTIVATE = lazy_pattern(r"(?P<folder>\S*\\)activate(?:\.bat)?", re.IGNORECASE)
_CHANGE_DRIVE = "cd /d "
_LAUNCHER = lazy_pattern(r"py -(?P<version>3\.[0-9]+) ")
_AND = " & "
"""Stands between two commands in cmd. Windows PowerShell 5 refuses it there."""


def typed(command: str, shell: str | None, python: str | None) -> str:
    """Return a command for a machine's shell, with its own interpreter.

    Args:
        command: The command as in the catalogue: for the cmd prompt, with plain `python`.
        shell: `powershell` or `posix`; if it is unknown, the command stays unchanged.
        python: The full path of the interpreter, if it is known.
    """
    if shell is None:
        return command
    one = _for_powershell if shell == "powershell" else _posix
    return "; ".join(one(each, python) for each in command.split(_AND))


def _for_powershell(command: str, python: str | None) -> str:
    setting = _SET.fullmatch(command)
    if setting:
        value = setting["value"]
        plain = _VARIABLE.search(value) is None
        return f"$env:{setting['name']} = {quoted_for_powershell(value) if plain else _env(value)}"
    activation = _ACTIVATE.fullmatch(command)
    if activation:  # cmd's script would only change the cmd that PowerShell starts for it
        command = f"{activation['folder']}Activate.ps1"
    if command.startswith(_PYTHON) and python is not None:
        command = f"& {quoted_for_powershell(python)} {command.removeprefix(_PYTHON)}"
    if command.startswith(_CHANGE_DRIVE):
        command = f"cd {command.removeprefix(_CHANGE_DRIVE)}"
    call = "& " if _WORD.match(command) else ""
    return call + _WORD.sub(lambda word: _env(word[0]), command)


def _env(text: str) -> str:
    """Return a text with variables of cmd as one word of PowerShell."""
    return '"' + _VARIABLE.sub(r"$env:\1", text.strip('"')) + '"'


def _posix(command: str, python: str | None) -> str:
    setting = _SET.fullmatch(command)
    if setting:
        return f"export {setting['name']}={quoted_for_posix(setting['value'])}"
    if command.startswith(_PYTHON) and python is not None:
        return f"{quoted_for_posix(python)} {command.removeprefix(_PYTHON)}"
    return _LAUNCHER.sub(r"python\g<version> ", command)
