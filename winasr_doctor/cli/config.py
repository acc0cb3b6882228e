"""Defaults from `[tool.winasr_doctor]` in `pyproject.toml`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import msgspec

from winasr_doctor.cli.console import InputError

TABLE = "tool.winasr_doctor"


class ScanDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What `[tool.winasr_doctor]` may hold: the defaults of `scan`'s options."""

    app: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Literal["error", "warning", "never"] = "error"
    scratch: str | None = None
    model: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    gate: dict[str, Any] = {}


def find_pyproject(start: Path) -> Path | None:
    """Return the nearest `pyproject.toml` in a folder or above it that has our table."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        try:
            if TABLE.encode() in file.read_bytes():
                return file
        except OSError:
            continue
    return None


def load_defaults(file: Path | None) -> dict[str, Any]:
    """Read our table.

    Args:
        file: A `pyproject.toml`; `None` gives no defaults.

    Returns:
        Option name to value; paths are relative to the file's folder and made absolute,
        only those options that the table sets.

    Raises:
        InputError: It is not TOML, or the table holds something else than it may.
    """
    if file is None:
        return {}
    set_values = msgspec.to_builtins(_read(file)[1])
    set_values.pop("gate", None)
    for name in ("app", "model"):
        if name in set_values:
            set_values[name] = [str(file.parent / path) for path in set_values[name]]
    return {name: value for name, value in set_values.items() if value is not None}


def load_gate(file: Path | None) -> dict[str, Any]:
    """Read `[tool.winasr_doctor.gate]`.

    Args:
        file: A `pyproject.toml`; `None` gives an empty table.

    Returns:
        The table as TOML has it, to be checked by the gate; paths are made absolute.

    Raises:
        InputError: The file is not TOML, or our table holds something else than it may.
    """
    if file is None:
        return {}
    gate = dict(_read(file)[0].get("gate", {}))
    tests = gate.get("tests")
    if isinstance(tests, list) and all(isinstance(path, str) for path in tests):
        gate["tests"] = [str(file.parent / path) for path in tests]
    return gate


def _read(file: Path) -> tuple[dict[str, Any], ScanDefaults]:
    """Return our table as it is, and as what it means."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        table = document.get("tool", {}).get("winasr_doctor", {})
        return table, msgspec.convert(table, ScanDefaults)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    except msgspec.ValidationError as error:
        raise InputError(f"[{TABLE}] in {file}: {error}") from error
