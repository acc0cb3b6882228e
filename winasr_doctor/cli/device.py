"""The option `--device`, shared by every command that has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from winasr_doctor._util.devices import DEVICE_METAVAR, parse_device
from winasr_doctor._util.input_error import InputError

_Command = TypeVar("_Command", bound=Callable[..., object])


def device_option(
    *, default: str | None = "auto", help_: str = "Where the model runs."
) -> Callable[[_Command], _Command]:
    """Return the decorator that adds `--device` to a command; an invalid name exits with code 2.

    Args:
        default: The device if the option is omitted; `None` if that is decided elsewhere.
        help_: One sentence on what the device is for.
    """
    return click.option(
        "--device",
        default=default,
        show_default=default is not None,
        metavar=DEVICE_METAVAR,
        help=help_,
        callback=_checked,
    )


def _checked(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    try:
        if value is not None:
            parse_device(value)
    except ValueError as error:
        raise InputError(f"--{error}") from error
    return value
