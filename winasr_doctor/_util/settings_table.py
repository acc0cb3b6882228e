"""Checks a table of settings against a msgspec struct, and names a mistake in our own words."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

T = TypeVar("T", bound=Struct)

Strings = Annotated[tuple[str, ...], Meta(description="a list of strings")]

_PLAIN = {str: "a string", bool: "true or false"}

_LONGEST = 60
"""Characters of a wrong value to show."""


class TableError(ValueError):
    """A table does not fit; the message is one sentence that names the key and what it needs."""


def checked_table(table: object, kind: type[T]) -> T:
    """Check a table and make it a struct.

    Args:
        table: As parsed from TOML; missing keys get their defaults.
        kind: The struct. Each field is a `Literal`, a list of structs, or a type described by
            `Meta(description=...)`; a string and a boolean need no description.

    Raises:
        TableError: It is not a table, has an unknown key, lacks one, or a value does not fit.
    """
    if not isinstance(table, Mapping):
        raise TableError(f"it must be a table, not {_shown(table)}")
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name in table:
        if name not in fields:
            raise TableError(_unknown(name, fields))
    for name, field in fields.items():
        if field.required and name not in table:
            raise TableError(f"{name} is missing; it must be {_wanted(field.type)}")
    return kind(**{name: _value(value, name, fields[name].type) for name, value in table.items()})


def _value(value: object, name: str, kind: Any) -> Any:  # noqa: ANN401 - any field's type
    entry = _struct_of(kind)
    if entry is not None and isinstance(value, list):
        return tuple(_entry(each, f"{name}, entry {n}", entry) for n, each in enumerate(value, 1))
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        words = f"{name} must be {_wanted(kind)}, not {_shown(value)}"
        raise TableError(words) from None


def _entry(value: object, where: str, kind: type[T]) -> T:
    try:
        return checked_table(value, kind)
    except TableError as error:
        raise TableError(f"{where}: {error}") from None


def _struct_of(kind: Any) -> type[Struct] | None:  # noqa: ANN401
    """Return the struct that a list of structs holds."""
    first = next(iter(get_args(kind)), None) if get_origin(kind) is tuple else None
    return first if isinstance(first, type) and issubclass(first, Struct) else None


def _wanted(kind: Any) -> str:  # noqa: ANN401
    return next(_descriptions(kind))


def _descriptions(kind: Any) -> Iterator[str]:  # noqa: ANN401
    if get_origin(kind) is Annotated:
        yield from (meta.description for meta in kind.__metadata__ if meta.description)
    elif get_origin(kind) is Literal:
        yield " or ".join(f'"{choice}"' for choice in get_args(kind))
    elif get_origin(kind) in {Union, types.UnionType}:
        yield from _descriptions(get_args(kind)[0])
    elif _struct_of(kind) is not None:
        yield "a list of tables"
    else:
        yield _PLAIN[kind]


def _unknown(name: str, known: Mapping[str, object]) -> str:
    import difflib  # lazy: only a mistake needs it

    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"
    return f"there is no key {_shown(name)}; {hint}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
