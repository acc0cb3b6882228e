"""Downloads a model's file from the Hub at a given revision.

NeMo's own `from_pretrained` takes no revision (`nemo/core/classes/common.py`), so the file is
downloaded with huggingface_hub and restored from there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from winasr_doctor._util.foreign_exceptions import text_of, walk
from winasr_doctor.asr import machine_advice
from winasr_doctor.asr.errors import HubError, MissingPackageError, RevisionError
from winasr_doctor.asr.models import ModelSource
from winasr_doctor.findings import Remedy
from winasr_doctor.models.revisions import RevisionKind, classify

ACCEPTED = frozenset(
    {RevisionKind.FULL_HASH, RevisionKind.BRANCH_OR_TAG, RevisionKind.PULL_REQUEST}
)
"""What can be loaded, online and, once it is cached, offline. An abbreviated hash works online
at best, and one in upper case is taken for a branch; see the checks REV002 and REV004."""


class Download(NamedTuple):
    """A file in the Hub's local cache.

    Attributes:
        path: The file's path.
        commit: The full hash of the commit it belongs to, if the path contains it.
    """

    path: str
    commit: str | None


def check_revision(revision: str, source: ModelSource) -> None:
    """Refuse a revision that cannot be loaded, before downloading anything.

    Args:
        revision: The requested revision.
        source: The model.

    Raises:
        RevisionError: It cannot be loaded, worded as in the REV checks; or the model is a local
            file.
    """
    if source.repo_id is None:
        raise RevisionError(
            f"A revision was given, but {source.path} is a local file, which has none.",
            (Remedy("Drop the pin, or name the model's repository", ("Leave revision= out",)),),
        )
    if classify(revision).kind not in ACCEPTED:
        sentence, remedies = machine_advice.on_revision(revision, source.repo_id)
        raise RevisionError(f"{sentence}. Nothing was downloaded.", remedies)


def hub_client() -> Any:  # noqa: ANN401 - the module
    """Return huggingface_hub.

    Raises:
        MissingPackageError: It cannot be imported.
    """
    try:
        import huggingface_hub
    except Exception as error:
        raise MissingPackageError(
            "huggingface_hub, which downloads models, cannot be imported.",
            (Remedy("Install it", ("python -m pip install -U huggingface_hub",)),),
        ) from error
    return huggingface_hub


def download(source: ModelSource, revision: str | None) -> Download:
    """Return the model's file, from the local cache or the Hub.

    Args:
        source: A model on the Hub.
        revision: A commit's full hash, a branch or a tag; the default branch by default.

    Raises:
        MissingPackageError: huggingface_hub cannot be imported.
        HubError: The Hub did not provide it, or cannot be reached.
    """
    client = hub_client()
    try:
        path = client.hf_hub_download(source.repo_id, source.filename, revision=revision)
    except Exception as error:
        told = explained(error, source, revision)
        if told is None:
            raise
        raise told from error
    return Download(str(path), _commit_of(str(path)))


def _commit_of(path: str) -> str | None:
    """Return the commit in `.../snapshots/<commit>/<file>`.

    Source: huggingface_hub, "Understand caching".
    """
    *_, above, folder, _name = ("", "", *Path(path).parts)
    is_commit = above == "snapshots" and classify(folder).kind is RevisionKind.FULL_HASH
    return folder if is_commit else None


def explained(error: Exception, source: ModelSource, revision: str | None) -> HubError | None:
    """Put the library's errors into a sentence; `None` for errors that do not concern the Hub.

    Args:
        error: The library's exception.
        source: The repository and the file.
        revision: The requested revision; `None` for the default branch.
    """
    kinds = {cls.__name__ for exception in walk(error) for cls in type(exception).__mro__}
    about = {"repo": source.repo_id, "file": source.filename, "revision": revision or "main"}
    for kind, sentence, remedies in _ERRORS:
        if kind in kinds:
            return HubError(
                sentence.format(**about),
                tuple(
                    Remedy(title, tuple(step.format(**about) for step in steps))
                    for title, steps in remedies
                ),
                (_said(error),),
            )
    return None


def _said(error: BaseException) -> str:
    """Return the first line of the library's own message."""
    first = next(iter(text_of(error).strip().splitlines()), "")
    return f"huggingface_hub says: {type(error).__name__}: {first[:300]}"


_ONCE_ONLINE = "Load the model once with a network; it stays in the local cache"
_ERRORS: tuple[tuple[str, str, Any], ...] = (
    (
        "GatedRepoError",
        "{repo} requires you to accept its terms and log in.",
        (("Get access", ("Accept the terms on https://huggingface.co/{repo}", "hf auth login")),),
    ),
    (
        "RepositoryNotFoundError",
        "The Hub shows no repository {repo}: it is misspelt, or private and needs a login.",
        (
            (
                "Check the name",
                ("Open https://huggingface.co/{repo}", "If it is private: hf auth login"),
            ),
        ),
    ),
    (
        "RevisionNotFoundError",
        "{repo} has no revision {revision}.",
        (
            (
                "Correct the pin",
                (
                    "Drop revision=, or use revision='main'",
                    "Or copy the full hash from https://huggingface.co/{repo}/commits/main",
                ),
            ),
        ),
    ),
    (
        "OfflineModeIsEnabled",
        "{repo} at revision {revision} is not in the local cache, and HF_HUB_OFFLINE keeps us from"
        " asking the Hub.",
        (
            ("Download it once", ("Unset HF_HUB_OFFLINE", _ONCE_ONLINE)),
            ("Or use a revision that is cached", ("python -m winasr_doctor scan --select REV",)),
        ),
    ),
    (
        "LocalEntryNotFoundError",
        "{repo} at revision {revision} is not in the local cache, and the Hub cannot be reached.",
        (
            (
                "Let the Hub be reached",
                ("Check the network, the proxy and the firewall", _ONCE_ONLINE),
            ),
        ),
    ),
    (
        "EntryNotFoundError",
        "{repo} at revision {revision} has no file {file}, so it does not hold that model.",
        (
            (
                "Look at its files",
                (
                    "Open https://huggingface.co/{repo}/tree/main",
                    "Download the .nemo file there and load it by its path",
                ),
            ),
        ),
    ),
)
"""Class of huggingface_hub's `errors`, sentence, remedies; the first that occurs in the chain."""
