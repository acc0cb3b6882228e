"""Downloads missing files with huggingface_hub, with progress.

On Windows a scanner or a sync client may have a file of the cache open at any moment. The guard,
which must be on, deals with that.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Sequence
from typing import Any

from winasr_doctor._util.foreign_exceptions import first_line
from winasr_doctor.asr import hub_download
from winasr_doctor.asr.errors import HubError, NoSpaceError
from winasr_doctor.asr.jobs import Job
from winasr_doctor.asr.models import ModelSource
from winasr_doctor.asr.speech_language.cache import RepoCache, cache_folder
from winasr_doctor.asr.speech_language.hub_resolve import ResolvedRepo
from winasr_doctor.asr.speech_language.progress import Progress, size_of
from winasr_doctor.findings import Remedy
from winasr_doctor.locks import RetryPolicy

_HTTP = frozenset({"httpx", "httpx2", "httpcore", "requests", "urllib3"})
"""The HTTP library of huggingface_hub, by release."""


def fetch(
    job: Job, snapshot: ResolvedRepo, wanted: Sequence[str], policy: RetryPolicy | None
) -> None:
    """Download the wanted files of a commit that are not in the cache yet.

    Afterwards the cache knows which commit the revision's name stands for, so that the next load
    works offline, even if another program does it.

    Args:
        job: The job that receives progress updates.
        snapshot: The commit.
        wanted: The names of the wanted files.
        policy: How long to keep trying to record the commit; 3 s by default.

    Raises:
        NoSpaceError: There is not enough room on the cache's drive.
        HubError: The Hub did not provide a file.
        OSError: The cache cannot be written.
    """
    policy = policy or RetryPolicy()
    repo, repo_id, commit = RepoCache(snapshot.repo_id), snapshot.repo_id, snapshot.commit
    held = set(repo.held(commit))
    lacking = tuple(name for name in wanted if name not in held)
    sizes = {name: (snapshot.sizes or {}).get(name, 0) for name in lacking}
    if lacking:
        job.at(f"looking for room for {size_of(sum(sizes.values()))} of {repo_id}")
        _check_room(repo_id, sum(sizes.values()))
    progress = Progress(job, repo_id, sizes)
    for name in lacking:
        progress.at(name)
        _download(repo_id, name, commit, progress)
        progress.came(name)
    policy.call(lambda: repo.remember(snapshot.revision, commit))


def _download(repo_id: str, name: str, revision: str, progress: Progress) -> None:
    import huggingface_hub

    options: dict[str, Any] = {"revision": revision}
    if "tqdm_class" in inspect.signature(huggingface_hub.hf_hub_download).parameters:
        options["tqdm_class"] = progress.bar()
    try:
        huggingface_hub.hf_hub_download(repo_id, name, **options)
    except Exception as error:
        told = _explained(error, repo_id, name, revision)
        if told is None:
            raise
        raise told from error


def _explained(error: Exception, repo_id: str, name: str, revision: str | None) -> HubError | None:
    """Describe in a sentence an error of the Hub, the network or a broken transfer."""
    source = ModelSource(repo_id, repo_id=repo_id, filename=name)
    told = hub_download.explained(error, source, revision)
    if told is not None or not _is_about_the_transfer(error):
        return told
    return HubError(
        f"The download of {name} of {repo_id} broke off.",
        (
            Remedy(
                "Try again",
                (
                    "Complete files are not downloaded again",
                    "Check the network, the proxy and the firewall",
                ),
            ),
        ),
        (f"{type(error).__name__}: {first_line(error)[:300]}",),
    )


def _is_about_the_transfer(error: Exception) -> bool:
    """Return whether the error comes from the HTTP library, or a file arrived with wrong bytes."""
    library = type(error).__module__.partition(".")[0]
    return library in _HTTP or (isinstance(error, OSError) and error.errno is None)


def _check_room(repo_id: str, total: int) -> None:
    """Check that the drive has enough room.

    Without symbolic links, the cache stores a file in `blobs` and again in the folder of its
    commit, and needs twice the space (huggingface_hub, "Understand caching", limitations).
    """
    from huggingface_hub.file_download import are_symlinks_supported

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        linked = are_symlinks_supported(str(folder))
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # the download itself reports what is wrong with the folder
    needed = total if linked else 2 * total
    if free >= needed:
        return
    why = "" if linked else ", twice its size, because this account cannot make symbolic links"
    steps = [
        f"Free {size_of(needed - free)} or more on that drive",
        "Or set HF_HOME to a folder on a drive that has it, and start again",
    ]
    if not linked:
        steps.append("Or turn on Developer Mode, which halves what is needed")
    raise NoSpaceError(
        f"Downloading {repo_id} needs {size_of(needed)}{why}, but {folder} has"
        f" {size_of(free)} free.",
        (Remedy("Make room for the download", tuple(steps)),),
    )
