"""The error for bad input, which the command line shows as one sentence."""

from __future__ import annotations

import click


class InputError(click.ClickException):
    """Bad input: one sentence on stderr and exit code 2."""

    exit_code = 2
