"""Asks the Hugging Face Hub about revisions; only in a scan with `--online`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from winasr_doctor._util.bounded_queries import BoundedQueries
from winasr_doctor._util.foreign_exceptions import text_of
from winasr_doctor.models.revisions import illegal_because

if TYPE_CHECKING:
    from winasr_doctor.appsource.application import Application
    from winasr_doctor.appsource.revision_uses import RevisionUse

TIMEOUT = 20.0
"""Seconds for all answers together."""

SHORTEST_PREFIX = 7
"""Minimum number of hexadecimal digits by which a commit unknown to the Hub is looked up."""

_THREADS = 4


class HubAnswer(Struct, frozen=True):
    """The Hub's answer about one revision of one repository."""

    status: Literal["exists", "missing", "unknown"]
    commit: str | None = None
    """The full hash it refers to; with `missing`, the hash of the only commit it can mean."""
    reason: str = ""
    """Why there is no answer."""


Question = tuple[str, str]
"""A repository and a revision."""


class HubAnswers(Struct, frozen=True):
    """The Hub's answers, by repository and revision."""

    answers: Mapping[Question, HubAnswer] = {}

    def of(self, repo_id: str, revision: str) -> HubAnswer:
        """Return the answer about one revision; `unknown` if it was not asked about."""
        not_asked = HubAnswer("unknown", reason="the Hub was not asked about it")
        return self.answers.get((repo_id, revision), not_asked)


def ask_hub_about(application: Application, timeout: float = TIMEOUT) -> HubAnswers:
    """Ask the Hub about every revision of an app; see `ask_hub`."""
    return ask_hub(application.revisions, timeout)


def ask_hub(uses: Iterable[RevisionUse], timeout: float = TIMEOUT) -> HubAnswers:
    """Ask the Hub whether revisions exist, through huggingface_hub. Never raises.

    Args:
        uses: The revisions; those without a known repository are left out.
        timeout: Seconds after which missing answers become `unknown`.

    Returns:
        An answer to every question; `unknown` with the reason if there was none.
    """
    questions = list(dict.fromkeys((repo, use.revision) for use in uses for repo in use.repo_ids))
    if not questions:
        return HubAnswers({})
    try:
        from huggingface_hub import HfApi, errors  # type: ignore[import-not-found,unused-ignore]
    except Exception as error:  # noqa: BLE001 - a broken installation raises what it likes
        reason = f"huggingface_hub cannot be imported ({type(error).__name__}: {error})"
        if isinstance(error, ModuleNotFoundError) and error.name == "huggingface_hub":
            reason = (
                "huggingface_hub is not installed here; run: python -m pip install huggingface_hub"
            )
        return HubAnswers(dict.fromkeys(questions, HubAnswer("unknown", reason=reason)))

    def ask(question: Question) -> HubAnswer:
        try:
            return _ask(HfApi(), errors, question, timeout)
        except Exception as error:  # noqa: BLE001 - the network and its library: anything
            return HubAnswer("unknown", reason=_one_line(error))

    late = HubAnswer("unknown", reason=f"the Hub did not answer within {timeout:g} seconds")
    hub = BoundedQueries(ask, per_item=timeout, at_once=_THREADS)
    answers, _ = hub.answers(questions, seconds=timeout)
    return HubAnswers({**dict.fromkeys(questions, late), **answers})


def _ask(api: Any, errors: Any, question: Question, timeout: float) -> HubAnswer:  # noqa: ANN401

    repo_id, revision = question
    if illegal_because(revision) is not None:  # "" would mean the default branch
        return HubAnswer("missing")
    try:
        info = api.model_info(repo_id, revision=revision, timeout=timeout)
    except errors.RevisionNotFoundError:
        return HubAnswer("missing", _only_commit(api, repo_id, revision))
    except errors.RepositoryNotFoundError:
        reason = f"the Hub shows no model repository {repo_id}: misspelt, private or gated"
        return HubAnswer("unknown", reason=reason)
    return HubAnswer("exists", getattr(info, "sha", None))


def _only_commit(api: Any, repo_id: str, prefix: str) -> str | None:  # noqa: ANN401
    """Return the one commit of the main branch that begins with these digits."""
    digits = prefix.strip().lower()
    if len(digits) < SHORTEST_PREFIX or not set(digits) <= set("0123456789abcdef"):
        return None
    try:
        commits = [str(commit.commit_id) for commit in api.list_repo_commits(repo_id)]
    except Exception:  # noqa: BLE001 - a help, not the answer
        return None
    matching = {commit for commit in commits if commit.startswith(digits)}
    return matching.pop() if len(matching) == 1 else None


def _one_line(error: Exception) -> str:
    text = " ".join(text_of(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
