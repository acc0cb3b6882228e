"""Adapts a remedy's command to a machine's shell and interpreter."""

from __future__ import annotations

import re

from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell

_PYTHON = "python "
_SET = re.compile(r"set (?P<name>\w+)=(?P<value>.*)")
_VARIABLE = re.compile(r"%(\w+)%")
_LAUNCHER = re.compile(r"py -(?P<version>3\.[0-9]+) ")


def typed(command: str, shell: str | None, python: str | None) -> str:
    """Return a command for a machine's shell, with its own interpreter.

    Args:
        command: The command as in the catalogue: for the cmd prompt, with plain `python`.
        shell: `powershell` or `posix`; if it is unknown, the command stays unchanged.
        python: The full path of the interpreter, if it is known.
    """
    if shell is None:
        return command
    return _for_powershell(command, python) if shell == "powershell" else _posix(command, python)


def _for_powershell(command: str, python: str | None) -> str:
    setting = _SET.fullmatch(command)
    if setting:
        value = setting["value"]
        plain = _VARIABLE.search(value) is None
        quoted = quoted_for_powershell(value) if plain else f'"{_VARIABLE.sub(_ENV, value)}"'
        return f"$env:{setting['name']} = {quoted}"
    command = _VARIABLE.sub(_ENV, command)
    if command.startswith(_PYTHON) and python is not None:
        return f"& {quoted_for_powershell(python)} {command.removeprefix(_PYTHON)}"
    return command


_ENV = r"$env:\1"


def _posix(command: str, python: str | None) -> str:
    setting = _SET.fullmatch(command)
    if setting:
        return f"export {setting['name']}={quoted_for_posix(setting['value'])}"
    if command.startswith(_PYTHON) and python is not None:
        return f"{quoted_for_posix(python)} {command.removeprefix(_PYTHON)}"
    return _LAUNCHER.sub(r"python\g<version> ", command)
