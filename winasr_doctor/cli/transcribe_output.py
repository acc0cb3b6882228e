"""Where `transcribe` writes: its options `--format` and `--output`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from winasr_doctor._util.input_error import InputError

if TYPE_CHECKING:
    from winasr_doctor.asr.outcomes import Transcript

_Command = TypeVar("_Command", bound=Callable[..., object])

FORMATS = ("txt", "srt", "vtt", "json")
_TIMED = ("srt", "vtt", "json")
_OF_SEVERAL = ("txt", "json")
"""The formats that hold several recordings in one file."""


class Target(NamedTuple):
    """Where the texts go.

    Attributes:
        formats: The formats.
        file: The file to write; `None` for stdout.
        folder: The folder to write into instead.
    """

    formats: tuple[str, ...]
    file: str | None = None
    folder: str | None = None

    @property
    def needs_times(self) -> bool:
        """Whether a format has the times of words."""
        return any(each in _TIMED for each in self.formats)

    def write_all(self, transcripts: Sequence[Transcript]) -> Iterator[Path]:
        """Write a file of each format for each transcript.

        Yields:
            The path of each file, once it is written.

        Raises:
            InputError: One cannot be written.
        """
        from winasr_doctor.transcripts import exports

        folder = Path(self.folder or ".")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for stem, transcript in zip(exports.stems(transcripts), transcripts, strict=True):
                for form in self.formats:
                    path = folder / f"{stem}.{form}"
                    text = exports.convert(transcript, form)
                    path.write_text(text, encoding="utf-8", newline="\n")
                    yield path
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError(f"cannot write to {folder}: {reason}") from error


def formats_option() -> Callable[[_Command], _Command]:
    """Return the decorator that adds `--format`; the command gets `formats`."""
    return click.option(
        "--format",
        "formats",
        default="txt",
        show_default=True,
        metavar="FORMATS",
        callback=_formats,
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; several, with commas, into a folder.",
    )


def _formats(_ctx: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(each.strip().casefold() for each in value.split(",")))
    wrong = [each for each in found if each not in FORMATS]
    if wrong:
        raise InputError(f"--format: {wrong[0]!r} is none of {', '.join(FORMATS)}")
    return found


def target_of(formats: tuple[str, ...], output: str | None, recordings: int) -> Target:
    """Return where to write, before any work is done.

    Args:
        formats: As requested.
        output: The value of `--output`.
        recordings: How many there are.

    Raises:
        InputError: So many recordings or formats do not fit into one file.
    """
    if output is not None and (output.endswith(("/", os.sep)) or os.path.isdir(output)):  # noqa: PTH112
        return Target(formats, folder=output)
    if len(formats) > 1:
        raise InputError("several formats need a folder: -o FOLDER/")
    if recordings > 1 and formats[0] not in _OF_SEVERAL:
        raise InputError(
            f"{formats[0]} files hold one recording each; give a folder for several: -o FOLDER/"
        )
    return Target(formats, file=None if output == "-" else output)
