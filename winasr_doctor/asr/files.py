"""Checks local model files before NeMo sees them."""

from __future__ import annotations

import difflib
import os

from winasr_doctor.asr import machine_advice
from winasr_doctor.asr.errors import ModelFileError
from winasr_doctor.findings import Remedy, Status
from winasr_doctor.frameworks.nemo.names import SUFFIX
from winasr_doctor.locks.holders import holders_of


def check_model_file(path: str) -> None:
    """Check that a file is a complete, readable `.nemo` archive.

    NeMo unpacks gigabytes before it notices damage, and on Windows a failing cleanup may then hide
    the error.

    Args:
        path: The file.

    Raises:
        ModelFileError: It is not one; the sentence says what the file is instead.
    """
    if os.path.isdir(path):  # noqa: PTH112
        raise ModelFileError(f"{path} is a folder.", (_name_a_file_in(path),))
    if not os.path.lexists(path):
        raise ModelFileError(f"{path} does not exist.", _similar_to(path))
    said = machine_advice.on_model_file(path)
    if said is None:
        return
    if said.status is Status.UNKNOWN:
        _open(path)
    sentence = said.summary if said.summary.endswith(".") else f"{said.summary}."
    raise ModelFileError(sentence, said.remedies)


def _open(path: str) -> None:
    """Open a file that could not be read, to get the system's own error.

    A sharing violation in `open` is an errno 13 without any `winerror`: Python goes through the C
    runtime there. So this looks for programs that have the file open.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            file.read(1)
    except PermissionError as error:
        holding = holders_of(path)
        known = bool(holding.holders)
        who = f"it is open in {holding}" if known else "another program has it open, or this"
        rest = "" if known else " account may not read it"
        raise ModelFileError(
            f"{path} cannot be opened: {who}{rest}.",
            (
                Remedy(
                    "Release the file",
                    (
                        f'python -m winasr_doctor who "{path}" says who has it open',
                        "Close that program, or wait until it has copied or scanned the file",
                        "If nobody has: let this account read it (Properties > Security)",
                    ),
                ),
            ),
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelFileError(f"{path} cannot be read: {reason}.") from error


def _models_in(folder: str) -> list[str]:
    try:
        return sorted(n for n in os.listdir(folder) if n.lower().endswith(SUFFIX))  # noqa: PTH208
    except OSError:
        return []


def _name_a_file_in(folder: str) -> Remedy:
    found = _models_in(folder)
    if not found:
        return Remedy("Name the model file", (f"There is no {SUFFIX} file in {folder}",))
    return Remedy(
        "Name the model file in it",
        tuple(os.path.join(folder, name) for name in found[:5]),  # noqa: PTH118
    )


def _similar_to(path: str) -> tuple[Remedy, ...]:
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    found = _models_in(folder)
    close = difflib.get_close_matches(name, found, n=3, cutoff=0.5) or found[:3]
    if not close:
        return ()
    return (
        Remedy("Use a file that is there", tuple(os.path.join(folder, name) for name in close)),  # noqa: PTH118
    )
