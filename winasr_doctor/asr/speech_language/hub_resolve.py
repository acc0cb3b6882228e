"""Resolves a revision to a commit and its files, using the Hub or else the local cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from winasr_doctor._util.foreign_exceptions import first_line, walk
from winasr_doctor.asr import hub_download
from winasr_doctor.asr.errors import HubError
from winasr_doctor.asr.models import ModelSource
from winasr_doctor.asr.speech_language import network
from winasr_doctor.asr.speech_language.cache import DEFAULT, RepoCache
from winasr_doctor.findings import Remedy

MissingOf = Callable[[Iterable[str]], tuple[str, ...]]
"""Returns the names of the missing files, given those of the existing ones."""

_ABOUT_ACCESS = frozenset({"RepositoryNotFoundError", "GatedRepoError"})


class ResolvedRepo(NamedTuple):
    """A repository at a commit.

    Attributes:
        repo_id: The repository.
        revision: The requested revision; `None` for the default branch.
        commit: Its full hash.
        sizes: The size in bytes of each file by name, if the Hub answered; `None` if this comes
            from the cache.
        note: A note for the user; empty if there is none.
    """

    repo_id: str
    revision: str | None
    commit: str
    sizes: Mapping[str, int] | None = None
    note: str = ""


def from_cache(repo_id: str, revision: str | None, missing_of: MissingOf) -> ResolvedRepo | None:
    """Return the cache's commit for a revision, if the cache has all required files of it."""
    repo = RepoCache(repo_id)
    commit = repo.commit_of(revision)
    if commit is None or missing_of(repo.held(commit)):
        return None
    return ResolvedRepo(repo_id, revision, commit)


def find_commit(source: ModelSource, revision: str | None, missing_of: MissingOf) -> ResolvedRepo:
    """Find the commit that a revision refers to, with at most one request to the Hub.

    A cached full hash needs no request. If the Hub cannot be reached, or no longer shows the
    repository, the cache is used.

    Args:
        source: The repository; its file's name is used in messages.
        revision: A full hash, a branch or a tag; `None` for the default branch.
        missing_of: Returns the missing files, given the names of the existing ones.

    Raises:
        HubError: The revision or repository does not exist, or it is not in the cache and the Hub
            cannot be reached.
    """
    repo_id = str(source.repo_id)
    cached = from_cache(repo_id, revision, missing_of)
    if network.is_off():
        if cached is None:
            raise _not_cached(source, revision, missing_of)
        return cached
    if cached is not None and cached.commit == revision:
        return cached
    try:
        return _ask(repo_id, revision)
    except Exception as error:
        kinds = {cls.__name__ for each in walk(error) for cls in type(each).__mro__}
        explained = hub_download.explained(error, source, revision)
        if explained is not None and "RevisionNotFoundError" in kinds:
            raise explained from error
        if cached is not None:
            why = "does not show it" if kinds & _ABOUT_ACCESS else "cannot be reached"
            note = f"The Hub {why}; {repo_id} was taken from the local cache ({cached.commit})."
            return cached._replace(note=note)
        if explained is not None and kinds & _ABOUT_ACCESS:
            raise explained from error
        raise _unreachable(source, revision, error) from error


def _ask(repo_id: str, revision: str | None) -> ResolvedRepo:
    """Send one request to the Hub, without its client's silent retries."""
    from huggingface_hub import HfApi, constants

    info = HfApi().model_info(
        repo_id,
        revision=revision,
        files_metadata=True,
        timeout=constants.HF_HUB_ETAG_TIMEOUT,
    )
    sizes = {each.rfilename: int(each.size or 0) for each in info.siblings or ()}
    return ResolvedRepo(repo_id, revision, str(info.sha), sizes)


def _not_cached(source: ModelSource, revision: str | None, missing_of: MissingOf) -> HubError:
    """Say what is missing offline; the libraries only blame the connection."""
    repo = RepoCache(str(source.repo_id))
    commit, name = repo.commit_of(revision), revision or DEFAULT
    off = "and HF_HUB_OFFLINE forbids asking the Hub"
    if commit is not None:
        lacking = " and ".join(missing_of(repo.held(commit)))
        return HubError(
            f"{lacking} of {repo.repo_id} at revision {name} is missing in the local cache, {off}.",
            _ways(),
            (f"The rest of it is in {repo.snapshot(commit)}.",),
        )
    known = repo.known()
    if not known:
        return HubError(f"{repo.repo_id} is not in the local cache, {off}.", _ways())
    ways = (Remedy("Use a revision that is there", known), *_ways())
    told = f"The cache {repo.folder} has: {', '.join(known)}."
    sentence = f"{repo.repo_id} has no revision {name} in the local cache, {off}."
    return HubError(sentence, ways, (told,))


def _unreachable(source: ModelSource, revision: str | None, error: Exception) -> HubError:
    name = revision or DEFAULT
    return HubError(
        f"{source.repo_id} at revision {name} is not in the local cache, and the Hub cannot be"
        " reached.",
        (
            Remedy(
                "Let the Hub be reached",
                (
                    "Check the network, the proxy and the firewall",
                    "Load the model once with a network; it stays in the local cache",
                ),
            ),
        ),
        (f"{type(error).__name__}: {first_line(error)[:300]}",),
    )


def _ways() -> tuple[Remedy, ...]:
    return (
        Remedy(
            "Download it once",
            (
                "Unset HF_HUB_OFFLINE",
                "Load the model once with a network; it stays in the local cache",
            ),
        ),
    )
