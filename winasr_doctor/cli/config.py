"""Reads defaults from `[tool.winasr_doctor]` in `pyproject.toml`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from winasr_doctor._util.input_error import InputError
from winasr_doctor._util.regular_files import TooLargeError, read_regular
from winasr_doctor._util.settings_table import Strings, TableError, checked_table
from winasr_doctor._util.toml import parsed

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "tool.winasr_doctor"

MAX_BYTES = 1024**2
"""A hundred times the size of a long pyproject.toml."""

MAX_DEPTH = 50
"""Parts of a dotted key. The memory that `tomllib` takes grows with the square of them."""

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_STRING = r"\"[^\"\n]*\"|'[^'\n]*'"
_AROUND_KEYS = r"[=,{}\[\]#\n]"
_PART = r"\w[ \t]*\."


class ScanDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The keys of `[tool.winasr_doctor]`: defaults for the options of `scan`."""

    app: Strings = ()
    exclude: Strings = ()
    select: Strings = ()
    ignore: Strings = ()
    fail_on: Literal["error", "warning", "never"] = "error"
    scratch: str | None = None
    model: Strings = ()
    revision: Strings = ()
    gate: Annotated[dict[str, Any], msgspec.Meta(description="a table")] = {}


def find_pyproject(start: str | os.PathLike[str]) -> Path | None:
    """Return the nearest `pyproject.toml`, in a folder or above it, that has our table.

    This does not use pathlib, which takes 4 ms to import and which most scans do not need.
    """
    folder, below = os.fspath(start), ""
    while folder != below:
        file = os.path.join(folder, "pyproject.toml")  # noqa: PTH118
        if _has_our_table(file):
            from pathlib import Path

            return Path(file)
        folder, below = os.path.dirname(folder), folder  # noqa: PTH120
    return None


def _has_our_table(file: str) -> bool:
    try:
        document = read_regular(file, MAX_BYTES)
    except TooLargeError:
        return True  # reading it reports the error
    except OSError:
        return False
    # UTF-16 gets an error message instead of being ignored
    return any(TABLE.encode(encoding) in document for encoding in ("utf-8", *_UTF_16.values()))


def load_defaults(file: Path | None) -> dict[str, Any]:
    """Read our table.

    Args:
        file: A `pyproject.toml`; `None` gives no defaults.

    Returns:
        The value of each option that the table sets. Paths are relative to the file's folder and
        made absolute.

    Raises:
        InputError: It is not TOML, or the table has an invalid key or value.
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
        The table as parsed from TOML, for the gate to check; paths are made absolute.

    Raises:
        InputError: The file is not TOML, or our table has an invalid key or value.
    """
    if file is None:
        return {}
    gate = dict(_read(file)[0].get("gate", {}))
    tests = gate.get("tests")
    if isinstance(tests, list) and all(isinstance(path, str) for path in tests):
        gate["tests"] = [str(file.parent / path) for path in tests]
    return gate


def _read(file: Path) -> tuple[dict[str, Any], ScanDefaults]:
    """Return our table as written, and as parsed."""
    try:
        document = parsed(_text(read_regular(file, MAX_BYTES)))
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}") from error
    except RecursionError as error:
        raise InputError(f"cannot read {file}: its values are nested too deeply") from error
    except ValueError as error:  # not TOML, not UTF-8, or a number of more than 4,300 digits
        raise InputError(f"cannot read {file}: {error}") from error
    tool = document.get("tool")
    table = tool.get("winasr_doctor", {}) if isinstance(tool, dict) else {}
    try:
        return table, checked_table(table, ScanDefaults)
    except TableError as error:
        raise InputError(f"[{TABLE}] in {file}: {error}") from error


def _text(document: bytes) -> str:
    """Decode a configuration file, and refuse one that would make `tomllib` use gigabytes.

    Raises:
        ValueError: It is not UTF-8, or a key has too many parts.
    """
    if document[:2] in _UTF_16:
        raise ValueError("it is saved as UTF-16; save it as UTF-8")
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = document[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not valid UTF-8") from error
    keys = re.split(_AROUND_KEYS, re.sub(_STRING, "s", text))
    if any(key.count(".") > MAX_DEPTH and len(re.findall(_PART, key)) > MAX_DEPTH for key in keys):
        raise ValueError(f"a key has more than {MAX_DEPTH} parts")
    return text
