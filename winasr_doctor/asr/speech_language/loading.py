"""Loads a speech-language model: packages, commit, download, files, and only then NeMo."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from winasr_doctor.asr.arguments import Cleanups
from winasr_doctor.asr.errors import ExplainedError, ModelFileError
from winasr_doctor.asr.hub_download import hub_client
from winasr_doctor.asr.jobs import Job, JobStep
from winasr_doctor.asr.models import ModelSource
from winasr_doctor.asr.named_lock import LOADING
from winasr_doctor.asr.speech_language import file_inspection, files, restoring
from winasr_doctor.asr.speech_language.cache import RepoCache
from winasr_doctor.asr.speech_language.download import fetch
from winasr_doctor.asr.speech_language.explained_locks import locks_explained
from winasr_doctor.asr.speech_language.hub_resolve import ResolvedRepo, find_commit, from_cache
from winasr_doctor.asr.speech_language.packages import check_packages
from winasr_doctor.findings import Remedy
from winasr_doctor.frameworks.nemo.names import NAME
from winasr_doctor.locks import RetryPolicy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model and where it came from.

    Attributes:
        model: NeMo's `SALM`.
        path: Its weights.
        commit: The full hash of the commit; `None` for a folder.
        notes: Notes for the user, in sentences.
    """

    model: Any
    path: str
    commit: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """A model's files, all of them local.

    Attributes:
        folder: The folder with the files.
        commit: `None` for a folder of the user's own.
        notes: Notes for the user.
    """

    folder: Path
    commit: str | None
    notes: tuple[str, ...]


def load(
    job: Job, source: ModelSource, revision: str | None, device: str, cleanups: Cleanups
) -> Loaded:
    """Load a speech-language model.

    Args:
        job: The job.
        source: A repository of the Hub, or a folder.
        revision: A full hash, a branch or a tag; `None` for the default branch.
        device: Torch's name of the device to load it to.
        cleanups: Records the outcome of temporary folders.

    Raises:
        ExplainedError: An expected failure, explained in a sentence.
        Exception: Whatever NeMo raises.
    """
    name = source.repo_id or source.name
    check_packages(name)
    weights, names, parts = _prepared(job, source, revision, cleanups)
    where, notes = _unshadowed(source, parts)
    with LOADING.taken(job), cleanups.guarded(job):
        job.at(f"importing {NAME} and restoring {name}")
        model = restoring.restore(name, where, _revision(where, parts), device)
    missing = restoring.left_out(model, names)
    if restoring.is_another_model(model, missing):
        raise ModelFileError(
            f"{weights} belongs to another model: it lacks {len(missing)} of this one's weights.",
            (_again(source, weights),),
        )
    if missing:
        notes = (*notes, f"{len(missing)} weights are not in {weights}, such as {missing[0]}.")
    return Loaded(model, str(weights), parts.commit, (*parts.notes, *notes))


def _prepared(
    job: Job, source: ModelSource, revision: str | None, cleanups: Cleanups
) -> tuple[Path, frozenset[str], _Parts]:
    """Fetch and check all files; return the weights' path, their tensors' names and the rest."""
    with locks_explained(), cleanups.guarded(job):
        if source.path is None:
            parts = _from_hub(job, source, revision, cleanups)
        else:
            parts = _in(job, source, cleanups)
        job.at(f"looking at {parts.folder}")
        weights = parts.folder / files.WEIGHTS
        names = _look(cleanups, file_inspection.tensors, weights)
    if isinstance(names, file_inspection.Damage):
        raise _damaged(names, source)
    return weights, names, parts


def _from_hub(job: Job, source: ModelSource, revision: str | None, cleanups: Cleanups) -> _Parts:
    hub_client()  # refuses at once if there is none
    job.at(f"asking the Hub about {source.repo_id}", JobStep.DOWNLOADING)
    found = find_commit(source, revision, files.missing_of_model)
    fetch(job, found, files.of_model(found.sizes or ()), cleanups.policy)
    folder = RepoCache(found.repo_id).snapshot(found.commit)
    language_model = _language_model(source, folder, cleanups)
    notes = [found.note]
    if language_model is not None:
        notes.append(_fetch_language_model(job, language_model, source, cleanups))
    told = tuple(dict.fromkeys(note for note in notes if note))
    return _Parts(folder, found.commit, told)


def _in(job: Job, source: ModelSource, cleanups: Cleanups) -> _Parts:
    folder = Path(str(source.path))
    lacking = files.missing_of_model(each.name for each in folder.iterdir())
    if lacking:
        raise ModelFileError(f"{folder} lacks {' and '.join(lacking)}.")
    language_model = _language_model(source, folder, cleanups)
    if language_model is None:
        return _Parts(folder, None, ())
    note = _fetch_language_model(job, language_model, source, cleanups)
    return _Parts(folder, None, (note,) if note else ())


def _language_model(source: ModelSource, folder: Path, cleanups: Cleanups) -> str | None:
    """Read the configuration; return the language model's repository, unless it is here already."""
    config = _look(cleanups, file_inspection.check_config, folder / files.CONFIG)
    if isinstance(config, file_inspection.Damage):
        raise _damaged(config, source)
    named = str(config["pretrained_llm"])
    beside = (folder / files.BACKBONE / files.CONFIG).exists()
    beside = beside and (folder / "tokenizer_config.json").exists()
    return None if beside or os.path.isabs(named) else named  # noqa: PTH117


def _fetch_language_model(job: Job, repo_id: str, outer: ModelSource, cleanups: Cleanups) -> str:
    """Fetch the language model's configuration and tokenizer; Canary-Qwen has its own weights.

    NeMo requests its default branch, whatever revision the model itself is pinned to
    (`nemo/collections/speechlm2/models/salm.py`, 3.0.0).
    """
    if os.path.isdir(repo_id):  # noqa: PTH112
        shadow = os.path.abspath(repo_id)  # noqa: PTH100
        raise ModelFileError(
            f"The folder {shadow} hides {repo_id}, the language model that {outer.name} needs:"
            " the library would take that folder for it.",
            (Remedy("Get it out of the way", _out_of_the_way(repo_id)),),
        )
    source = ModelSource(repo_id, repo_id=repo_id, filename=files.CONFIG)
    job.at(f"asking the Hub about {repo_id}, the language model inside", JobStep.DOWNLOADING)
    try:
        # The cache is good enough: a tokenizer does not change, and NeMo cannot pin it.
        found = from_cache(repo_id, None, files.missing_of_language_model) or find_commit(
            source, None, files.missing_of_language_model
        )
        fetch(job, found, files.of_language_model(found.sizes or ()), cleanups.policy)
    except ExplainedError as error:
        inside = f"{outer.name} has a language model inside, {repo_id}, in a repository of its own."
        error.details = (inside, *error.details)
        raise
    _check_language_model(source, found, cleanups)
    return found.note


def _check_language_model(source: ModelSource, found: ResolvedRepo, cleanups: Cleanups) -> None:
    folder = RepoCache(found.repo_id).snapshot(found.commit)
    lacking = files.missing_of_language_model(RepoCache(found.repo_id).held(found.commit))
    if lacking:
        raise ModelFileError(f"{found.repo_id} has no {' and no '.join(lacking)}.")
    for name in (files.CONFIG, "tokenizer_config.json", "tokenizer.json"):
        if (folder / name).exists():
            value = _look(cleanups, file_inspection.read_json, folder / name)
            if isinstance(value, file_inspection.Damage):
                raise _damaged(value, source)


def _look(cleanups: Cleanups, at: Callable[[Path], T], path: Path) -> T:
    """Inspect a file, even if another program has it open for a moment."""
    return (cleanups.policy or RetryPolicy()).call(lambda: at(path))


def _unshadowed(source: ModelSource, parts: _Parts) -> tuple[str, tuple[str, ...]]:
    """Return what to pass to NeMo: the repository, unless a folder here has the same name."""
    if source.repo_id is None or not os.path.isdir(source.repo_id):  # noqa: PTH112
        return source.repo_id or str(parts.folder), ()
    shadow = os.path.abspath(source.repo_id)  # noqa: PTH100
    return str(parts.folder), (
        f"The folder {shadow} has the name of the Hub's repository. It was passed over; a plain"
        " SALM.from_pretrained would take it, and ignore the revision.",
    )


def _revision(where: str, parts: _Parts) -> str | None:
    return None if where == str(parts.folder) else parts.commit


def _out_of_the_way(repo_id: str) -> tuple[str, ...]:
    return (
        f"Rename {os.path.abspath(repo_id)}",  # noqa: PTH100
        "Or start the program in another folder",
    )


def _damaged(damage: file_inspection.Damage, source: ModelSource) -> ModelFileError:
    return ModelFileError(f"{damage}.", (_again(source, damage.path),))


def _again(source: ModelSource, path: Path) -> Remedy:
    """Say how to get a file again.

    `force_download=True` does not work: it replaces the file in `blobs`, but leaves the one in the
    snapshot, which is not a link if links cannot be made (huggingface_hub 2.4.0,
    `_hf_hub_download_to_cache_dir`). Deleting only the link does not work either: the damaged file
    would be linked again.
    """
    if source.repo_id is None:
        return Remedy(
            "Get the file again",
            (f"Copy {path.name} again from where it came, and compare its size",),
        )
    both = dict.fromkeys((os.path.realpath(path), str(path)))
    steps = (*(f"Delete {each}" for each in both), "Load the model again, with a network")
    return Remedy(f"Download {path.name} again", steps)
