"""Opens audio files, and says in one sentence why one cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from winasr_doctor._util.foreign_exceptions import text_of
from winasr_doctor._util.programs import find
from winasr_doctor.asr.errors import AudioError, MissingPackageError
from winasr_doctor.asr.truncated_audio import share_missing
from winasr_doctor.findings import Remedy


@contextmanager
def opened_file(path: str, name: str) -> Iterator[tuple[Any, float]]:
    """Open an audio file for the block.

    Args:
        path: The file.
        name: What to call it in errors.

    Yields:
        The open `soundfile.SoundFile`, and the share of its samples that is missing, below 1.

    Raises:
        AudioError: It cannot be read, or none of its samples are there.
        MissingPackageError: soundfile cannot be imported.
    """
    soundfile = _soundfile()
    with ExitStack() as stack:
        with reading(path, name):
            # Opened by Python, whose error says why; libsndfile's own would not.
            raw = stack.enter_context(open(path, "rb"))  # noqa: PTH123
            share = share_missing(raw)
            raw.seek(0)
            if share == 1:
                sentence = f"{name} is cut short: none of its samples are in the file."
                raise AudioError(sentence, path)
            file = stack.enter_context(soundfile.SoundFile(raw))
        yield file, share


@contextmanager
def reading(path: str, name: str) -> Iterator[None]:
    """Explain errors of the block, which reads from a file.

    Args:
        path: The file.
        name: What to call it in errors.

    Raises:
        AudioError: It cannot be read.
    """
    try:
        yield
    except AudioError:
        raise
    except OSError as error:
        raise AudioError(
            _cannot_open(path, name, error), path, _ways_to_open(path, error)
        ) from error
    except Exception as error:
        raise AudioError(
            f"{name} cannot be read as a recording: {_reason(path, error)}.",
            path,
            (convert(name),),
        ) from error


def convert(name: str) -> Remedy:
    """Return the remedy for a file that only other programs can read.

    Args:
        name: What the user calls it; the command is for its folder.
    """
    way = "Open it in an audio editor, such as Audacity, and export it as a 16 kHz mono wav"
    if find("ffmpeg") is not None:
        way = f'ffmpeg -i "{name}" -ac 1 -ar 16000 "{os.path.splitext(name)[0]}-16k.wav"'  # noqa: PTH122
    return Remedy("Convert it to a 16 kHz mono wav", ("Check that it plays in a media player", way))


def _soundfile() -> Any:  # noqa: ANN401 - a module
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: its libsndfile cannot be loaded
        raise MissingPackageError(
            "soundfile, which reads recordings, cannot be imported.",
            (Remedy("Install it", ("python -m pip install --force-reinstall soundfile",)),),
        ) from error
    return soundfile


def _cannot_open(path: str, name: str, error: OSError) -> str:
    if os.path.isdir(path):  # noqa: PTH112 - Windows says "permission denied" of it
        return f"{name} is a folder, not a recording."
    if isinstance(error, FileNotFoundError):
        return f"{name} does not exist."
    if isinstance(error, PermissionError):
        return (
            f"{name} cannot be opened: another program has it open, or this account may"
            " not read it."
        )
    return f"{name} cannot be read: {error.strerror or type(error).__name__}."


def _ways_to_open(path: str, error: OSError) -> tuple[Remedy, ...]:
    if not isinstance(error, PermissionError) or os.path.isdir(path):  # noqa: PTH112
        return ()
    return (
        Remedy(
            "Find out who has it open",
            (
                f'python -m winasr_doctor who "{path}"',
                "Close that program, or let it finish saving or synchronising the file",
            ),
        ),
    )


def _reason(path: str, error: Exception) -> str:
    try:
        if os.path.getsize(path) == 0:  # noqa: PTH202
            return "the file is empty"
    except OSError:
        pass
    # The str() of a LibsndfileError can fail; this attribute is what it is made from.
    text = getattr(error, "error_string", None)
    if not isinstance(text, str):
        text = text_of(error)
    return " ".join(text.split()).rstrip(".") or type(error).__name__
