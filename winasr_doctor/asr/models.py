"""Finds where a model comes from, given the name that a user knows it by."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from winasr_doctor.appsource.pins import is_repo_id
from winasr_doctor.asr.errors import UnknownModelError
from winasr_doctor.findings import Remedy
from winasr_doctor.frameworks.nemo.files import archive_in
from winasr_doctor.frameworks.nemo.names import SUFFIX
from winasr_doctor.models.known import (
    ALIASES,
    CANARY_QWEN_FILES,
    COMMON_MODELS,
    KNOWN_MODELS,
    known_model,
)

TINY = "tiny"
"""The bundled model, to try things out."""

TINY_KNOWS = "The bundled tiny model knows 20 English words: it hears all others as one of these."

TINY_FILE = Path(__file__).parents[1] / "data" / f"tiny-tdt{SUFFIX}"

SPEECH_LANGUAGE_CLASS = "SALM"
"""The class of Canary-Qwen, which is no `.nemo` file and is loaded in another way."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model comes from: a local file, or a file of a Hub repository.

    Attributes:
        name: The requested name.
        path: The local file, or the folder of a speech-language model.
        repo_id: The repository.
        filename: The file in it.
        model_class: The class that loads it, if known.
        download_bytes: The approximate size of that file, if known.
    """

    name: str
    path: str | None = None
    repo_id: str | None = None
    filename: str | None = None
    model_class: str | None = None
    download_bytes: int | None = None

    @property
    def is_speech_language(self) -> bool:
        """Whether it is a speech-language model, which has no `.nemo` file."""
        return self.model_class == SPEECH_LANGUAGE_CLASS


def find_model(name: str | os.PathLike[str]) -> ModelSource:
    """Return where a model comes from; no file is opened and nothing is downloaded.

    Args:
        name: `tiny`, a name or alias of a known model, a Hub repository `owner/name`, or a path to
            a `.nemo` file or to a speech-language model's folder. A known name takes precedence
            over a folder of the same name.

    Returns:
        The source.

    Raises:
        UnknownModelError: It is none of these.
    """
    if not isinstance(name, str):
        return _of_path(os.fspath(name))
    wanted = name.strip().casefold()
    if wanted == TINY:
        return ModelSource(name, path=str(TINY_FILE), model_class="EncDecRNNTBPEModel")
    known = known_model(wanted)
    if known is not None:
        return ModelSource(
            name,
            repo_id=known.repo_id,
            filename=known.filename,
            model_class=known.nemo_class,
            download_bytes=known.download_bytes,
        )
    if _is_path(name):
        return _of_path(name)
    if is_repo_id(name.strip()):
        repo_id = name.strip()
        return ModelSource(name, repo_id=repo_id, filename=archive_in(repo_id))
    raise _unknown(name)


def is_known(name: str) -> bool:
    """Return whether a name, alias or repository is that of a known model, or `tiny`."""
    wanted = name.strip().casefold()
    return wanted == TINY or known_model(wanted) is not None


def _of_path(name: str) -> ModelSource:
    path = _absolute(name)
    # An archive is one file; a speech-language model is a folder with these in it.
    inside = (os.path.join(path, each) for each in CANARY_QWEN_FILES)  # noqa: PTH118
    is_folder = os.path.isdir(path) and any(map(os.path.isfile, inside))  # noqa: PTH112
    return ModelSource(name, path=path, model_class=SPEECH_LANGUAGE_CLASS if is_folder else None)


def _is_path(name: str) -> bool:
    expanded = os.path.expanduser(name)  # noqa: PTH111
    return (
        name.casefold().endswith(SUFFIX)
        or "\\" in name
        or name.startswith((".", "~"))
        or os.path.isabs(expanded)  # noqa: PTH117
        or name[1:2] == ":"
        or os.path.isfile(expanded)  # noqa: PTH113
    )


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111


def _unknown(name: str) -> UnknownModelError:
    names = [TINY, *(model.name for model in COMMON_MODELS)]
    known = [each for model in KNOWN_MODELS for each in (model.name, model.repo_id)]
    candidates = [TINY, *ALIASES, *known]
    close = difflib.get_close_matches(name.strip().casefold(), candidates, n=3, cutoff=0.5)
    meant = list(dict.fromkeys(ALIASES.get(each, each) for each in close))
    sentence = f"There is no model {name!r}"
    sentence += f": did you mean {' or '.join(meant)}?" if meant else "."
    remedy = Remedy(
        "Name a model",
        (
            f"A known one: {', '.join(names)} or another of NVIDIA's speech models",
            "Or a repository of the Hub, as owner/name",
            f"Or the path of a {SUFFIX} file",
        ),
    )
    return UnknownModelError(sentence, (remedy,))
