"""Models that the gate tries beside the bundled one: which they are, and whether they are here.

A gate downloads nothing: what is not in the Hub's local cache has failed, with one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor.models.known import CANARY_QWEN_FILES, CANARY_QWEN_INSIDE

if TYPE_CHECKING:
    from winasr_doctor.asr.models import ModelSource


class NotCachedError(Exception):
    """A model cannot be loaded without a download; the message is one sentence."""


def model_source(name: str) -> ModelSource:
    """Tell which repository of the Hub a model's name stands for.

    Args:
        name: A known model's name or alias, or `owner/name`.

    Returns:
        The repository and its file.

    Raises:
        ValueError: It is neither; the message is one sentence.
    """
    from winasr_doctor.asr.errors import UnknownModelError
    from winasr_doctor.asr.models import find_model

    try:
        source = find_model(name)
    except UnknownModelError as error:
        raise ValueError(str(error)) from error
    if source.repo_id is None:
        raise ValueError(
            f"{name!r} is no model of the Hub; the bundled model runs anyway, and a .nemo file has"
            " no name to be found by on another machine"
        )
    return source


def commit_in_cache(name: str) -> str:
    """Return the commit that the cache holds of a model's default branch.

    Args:
        name: As `model_source` takes it.

    Returns:
        The commit.

    Raises:
        NotCachedError: A file that loading needs is not there.
        ImportError: huggingface_hub is not installed, so that the cache cannot be asked.
    """
    from huggingface_hub import try_to_load_from_cache

    commits = []
    for repo_id, file in _needed(model_source(name)):
        path = try_to_load_from_cache(repo_id, file)
        if not isinstance(path, str):
            raise NotCachedError(
                f"{file} of {repo_id} is not in the local cache, and a gate downloads nothing: run"
                f" `python -m winasr_doctor selftest --model {name}` once."
            )
        commits.append(Path(path).parent.name)
    return commits[0]


def _needed(source: ModelSource) -> Iterable[tuple[str, str]]:
    """Yield repository and name of the files without which nothing can be loaded."""
    repo_id, file = str(source.repo_id), str(source.filename)
    yield repo_id, file
    if source.is_speech_language:
        yield from ((repo_id, name) for name in CANARY_QWEN_FILES if name != file)
        yield CANARY_QWEN_INSIDE, CANARY_QWEN_FILES[0]
