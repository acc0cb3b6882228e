"""`transcribe`: turns recordings of any length into text, with a progress bar and no page."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT, FAILED, INTERNAL_ERROR, PASSED
from winasr_doctor.cli.console import progress, stdout_encoding, write_report
from winasr_doctor.cli.device import device_option
from winasr_doctor.cli.output import json_text
from winasr_doctor.cli.transcribe_output import Target, formats_option, target_of

if TYPE_CHECKING:
    from winasr_doctor.asr.outcomes import (
        LoadOutcome,
        RefusedRecording,
        TranscribeOutcome,
        Transcript,
    )

_EPILOG = """\b
Examples:
  winasr-doctor transcribe talk.wav
  winasr-doctor transcribe talk.mp3 --model parakeet --format srt -o talk.srt
  winasr-doctor transcribe *.wav --format txt,vtt -o texts/
  winasr-doctor transcribe talk.wav --model canary --language de --speakers sortformer

Exit codes: 0 everything is transcribed, 1 stopped with Ctrl+C, 2 a recording or the model cannot be
read or used, 3 transcribing failed."""


@click.command("transcribe", epilog=_EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option(
    "--model",
    metavar="NAME",
    help="A known model, a repository of the Hub, or a file. By default the first known model"
    " that is on this computer, else the bundled one, which knows 20 words.",
)
@click.option(
    "--language",
    metavar="CODE",
    help="The spoken language, such as de, for a model that does not detect it.",
)
@click.option(
    "--speakers",
    metavar="NAME",
    help="A second model that tells up to four speakers apart, such as sortformer.",
)
@formats_option()
@click.option(
    "--output",
    "-o",
    metavar="PATH",
    help="A file, or a folder for one file per recording; by default stdout.",
)
@device_option()
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@click.pass_context
def command(
    ctx: click.Context,
    files: Sequence[str],
    model: str | None,
    language: str | None,
    speakers: str | None,
    formats: tuple[str, ...],
    output: str | None,
    device: str,
    quiet: bool,
) -> None:
    """Transcribe recordings of any length to text, subtitles (SRT, WebVTT) or JSON.

    A long recording is cut at silences and transcribed piece by piece. Ctrl+C ends the work after
    the current piece and writes what is done. A file that cannot be read does not stop the others.
    """
    target = target_of(formats, output, len(files))
    there, refused = _split(files)
    if not there:
        raise InputError(" ".join(each.message.headline for each in refused))
    name = model if model is not None else _default_model()
    options = _options_of(name, language)
    # The framework prints to stdout, which is reserved for the texts.
    with contextlib.redirect_stdout(sys.stderr), _quiet_framework():
        loaded = _load(ctx, name, device)
        options["timestamps"] = target.needs_times or speakers is not None
        diarizer = _load(ctx, speakers, device) if speakers is not None else None
        outcome, stopped = _transcribe(loaded.model, there, options, quiet=quiet)
        transcripts = (*outcome.transcripts, *outcome.unfinished)
        if diarizer is not None and transcripts and not stopped:
            transcripts = _with_speakers(diarizer.model, transcripts)
    refused = (*refused, *outcome.refused)
    _write(target, transcripts, refused, name)
    for each in refused[: len(refused) - len(outcome.refused)]:
        progress(str(each.message))
    if not outcome.ok or outcome.message.details:
        progress(str(outcome.message))
    ctx.exit(_exit_code(outcome, refused, stopped=stopped))


def _split(files: Sequence[str]) -> tuple[list[str], tuple[RefusedRecording, ...]]:
    """Return the files that are there, and the others with the reason."""
    from winasr_doctor.asr.outcomes import Message, RefusedRecording

    there, refused = [], []
    for file in files:
        if os.path.isfile(file):  # noqa: PTH113
            there.append(file)
            continue
        is_folder = os.path.isdir(file)  # noqa: PTH112
        why = "is a folder, not a recording" if is_folder else "does not exist"
        refused.append(RefusedRecording(file, Message(f"{file} {why}.")))
    return there, tuple(refused)


def _default_model() -> str:
    """Return the first known model in the Hub's cache, else the bundled one."""
    from winasr_doctor.asr.models import TINY
    from winasr_doctor.ui.models import ModelState, choices, read_cache

    ready = (
        each.name
        for each in choices(cache=read_cache())
        if each.state is ModelState.READY and each.repo_id
    )
    return next(ready, TINY)


def _quiet_framework() -> contextlib.AbstractContextManager[None]:
    """Import the framework and keep it from logging; loading reports it if that fails."""
    from winasr_doctor.frameworks.nemo import calls, state

    with contextlib.suppress(Exception):
        calls.import_asr_model()
    return state.quiet()


def _options_of(model: str, language: str | None) -> dict[str, Any]:
    """Return the options that tell a model the language.

    Raises:
        InputError: The model does not take it.
    """
    from winasr_doctor.models.known import known_model

    if language is None:
        return {}
    known = known_model(model)
    options = known.language_options(language) if known is not None else {}
    if known is None or not options:
        raise InputError(f"--language: {model} takes no language; leave the option out")
    if language not in known.languages:
        raise InputError(f"--language: {model} knows {', '.join(known.languages)}")
    return dict(options)


def _with_speakers(
    model: Any,  # noqa: ANN401 - the framework's model
    transcripts: Sequence[Transcript],
) -> tuple[Transcript, ...]:
    """Say of each word who says it; what fails is reported and costs only the speakers."""
    from winasr_doctor.asr import diarize
    from winasr_doctor.transcripts.speakers import with_speakers

    progress("Telling the speakers apart ...")
    files = [each.source for each in transcripts]
    found = diarize(model, files, names=files)
    if not found.ok:
        progress(str(found.message))
    who = {each.source: each for each in found.diarizations}
    return tuple(
        with_speakers(each, who[each.source]) if each.source in who else each
        for each in transcripts
    )


def _load(ctx: click.Context, name: str, device: str) -> LoadOutcome:
    """Load a model, or end with the reason."""
    from winasr_doctor.asr import load_model
    from winasr_doctor.asr.models import TINY, TINY_KNOWS

    progress(f"Loading {name} ...")
    loaded = load_model(name, device=device)
    if not loaded.ok:
        progress(str(loaded.message))
        ctx.exit(BAD_INPUT if _is_bad_input(loaded.error) else FAILED)
    if name.strip().casefold() == TINY:
        progress(f"{TINY_KNOWS} Choose another with --model, such as --model parakeet.")
    return loaded


def _is_bad_input(error: BaseException | None) -> bool:
    from winasr_doctor.asr import ExplainedError, LockedFileError

    return isinstance(error, ExplainedError) and not isinstance(error, LockedFileError)


def _transcribe(
    model: Any,  # noqa: ANN401 - the framework's model
    files: Sequence[str],
    options: Mapping[str, Any],
    *,
    quiet: bool,
) -> tuple[TranscribeOutcome, bool]:
    """Transcribe with a progress bar.

    Returns:
        The outcome, and whether Ctrl+C ended it.
    """
    from winasr_doctor.asr import transcribe
    from winasr_doctor.cli.transcribe_bar import bar, until_ctrl_c

    with until_ctrl_c() as cancel, bar(quiet=quiet) as on_progress:
        outcome = transcribe(
            model,
            list(files),
            names=list(files),
            cancel=cancel,
            on_progress=on_progress,
            **options,
        )
    return outcome, cancel.is_set()


def _write(
    target: Target,
    transcripts: Sequence[Transcript],
    refused: Sequence[RefusedRecording],
    model: str,
) -> None:
    from winasr_doctor.transcripts import document, exports

    if target.folder is not None:
        for path in target.write_all(transcripts):
            progress(f"Wrote {path}")
        return
    if target.formats == ("json",):
        text = json_text(document.document(transcripts, refused, model))
    elif not transcripts:
        return
    elif target.formats == ("txt",):
        text = exports.to_txt(transcripts)
    else:
        text = exports.convert(transcripts[0], target.formats[0])
    encoding = stdout_encoding() if target.file is None else "utf-8"
    write_report(text, target.file, encoding=encoding)


def _exit_code(
    outcome: TranscribeOutcome, refused: Sequence[RefusedRecording], *, stopped: bool
) -> int:
    if stopped and not outcome.ok:
        return INTERNAL_ERROR
    if outcome.ok:
        return BAD_INPUT if refused else PASSED
    return BAD_INPUT if outcome.refused and _is_bad_input(outcome.error) else FAILED
