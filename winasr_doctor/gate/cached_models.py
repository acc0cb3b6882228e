"""Finds additional models for the gate's self-test in the Hub's local cache.

The gate downloads nothing: a model that is not in the Hub's local cache is a failed case with a
one-sentence reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor.asr.errors import UnknownModelError
from winasr_doctor.asr.models import find_model, is_known
from winasr_doctor.models.known import CANARY_QWEN_FILES, CANARY_QWEN_INSIDE

if TYPE_CHECKING:
    from winasr_doctor.asr.models import ModelSource


class NotCachedError(Exception):
    """The model cannot be loaded without a download; the message is one sentence."""


def model_source(name: str) -> ModelSource:
    """Return the Hub repository that a model name refers to.

    Args:
        name: A known model's name or alias, or `owner/name`.

    Returns:
        The repository and its file.

    Raises:
        ValueError: It is neither; the message is one sentence.
    """
    try:
        source = find_model(name)
    except UnknownModelError as error:
        raise ValueError(str(error)) from error
    if source.repo_id is None:
        raise ValueError(
            f"{name!r} is not a model of the Hub; the bundled model always runs, and another"
            " machine could not find a .nemo file by this name"
        )
    return source


def separate(given: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Separate models of the Hub, for the self-test, from files and folders, for the scan.

    As everywhere, a known name takes precedence over a folder of the same name.

    Args:
        given: Names and paths.

    Returns:
        The names and the paths.

    Raises:
        ValueError: Something is neither a known name nor an existing path.
    """
    names: list[str] = []
    paths: list[str] = []
    for each in given:
        try:
            on_the_hub = find_model(each).repo_id is not None
        except UnknownModelError as error:
            if not Path(each).exists():
                raise ValueError(str(error)) from error
            on_the_hub = False
        is_a_name = is_known(each) or (on_the_hub and not Path(each).exists())
        (names if is_a_name else paths).append(each)
    return tuple(names), tuple(paths)


def commit_in_cache(name: str) -> str:
    """Return the commit of a model's default branch that is in the cache.

    Args:
        name: As `model_source` takes it.

    Returns:
        The commit.

    Raises:
        NotCachedError: A file that loading needs is missing.
        ImportError: huggingface_hub is not installed, so the cache cannot be read.
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
    """Yield the repository and name of each file that loading requires."""
    repo_id, file = str(source.repo_id), str(source.filename)
    yield repo_id, file
    if source.is_speech_language:
        yield from ((repo_id, name) for name in CANARY_QWEN_FILES if name != file)
        yield CANARY_QWEN_INSIDE, CANARY_QWEN_FILES[0]
