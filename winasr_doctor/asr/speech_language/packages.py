"""Checks for the packages that Canary-Qwen needs beyond NeMo's ASR extra, before any download."""

from __future__ import annotations

from typing import Any

from winasr_doctor._util.foreign_exceptions import first_line
from winasr_doctor._util.installation import is_installed
from winasr_doctor.asr.errors import MissingPackageError
from winasr_doctor.findings import Remedy
from winasr_doctor.frameworks.nemo import calls, names
from winasr_doctor.models.known import CANARY_INSTALL, CANARY_PACKAGES


def check_packages(name: str) -> None:
    """Check that the packages that the model needs are installed, without importing them.

    Args:
        name: The model's name.

    Raises:
        MissingPackageError: It names the missing packages and the command that installs them.
    """
    missing = [package for package in CANARY_PACKAGES if not is_installed(package)]
    if missing:
        raise MissingPackageError(
            f"{name} needs {' and '.join(missing)}, which {_verb(missing)} not installed here.",
            (_install(),),
        )


def import_salm(name: str) -> Any:  # noqa: ANN401 - the framework's class
    """Import the class that loads the model.

    Args:
        name: The model's name.

    Raises:
        MissingPackageError: It cannot be imported.
    """
    try:
        return calls.import_speech_language_model()
    except Exception as error:
        reason = first_line(error).rstrip(".")
        raise MissingPackageError(
            f"{name} cannot be loaded, because {names.NAME}'s class for it cannot be imported:"
            f" {reason}.",
            (_install(),),
        ) from error


def _verb(missing: list[str]) -> str:
    return "is" if len(missing) == 1 else "are"


def _install() -> Remedy:
    return Remedy(
        "Install what it needs",
        (
            f"python -m pip install {CANARY_INSTALL}",
            f"Not {names.NAME}'s own extra [speechlm2]: parts of it cannot be installed on Windows",
        ),
    )
