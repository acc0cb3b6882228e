import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from winasr_doctor.appsource import Pin, read_application
from winasr_doctor.appsource.revision_uses import RevisionUse
from winasr_doctor.models.hub import HubAnswer, HubAnswers, ask_hub, ask_hub_about

REPO = "nvidia/canary-qwen-2.5b"
FULL = "6cfc37ec7edc35a0545c403f551ecdf0b2f3e1aa"


class RepositoryNotFoundError(Exception):
    pass


class RevisionNotFoundError(Exception):
    pass


@pytest.fixture
def hub(monkeypatch):
    """A huggingface_hub whose Hub knows one repository with one commit."""

    class Hub:
        calls: list = []
        commits = [FULL, "0" * 40]

        def model_info(self, repo_id, *, revision=None, timeout=None):
            self.calls.append((repo_id, revision, timeout))
            if repo_id != REPO:
                raise RepositoryNotFoundError
            if revision not in (None, "main", FULL):
                raise RevisionNotFoundError
            return SimpleNamespace(sha=FULL)

        def list_repo_commits(self, repo_id):
            assert repo_id == REPO
            return [SimpleNamespace(commit_id=commit) for commit in self.commits]

    package = ModuleType("huggingface_hub")
    package.HfApi = Hub
    package.errors = SimpleNamespace(
        RepositoryNotFoundError=RepositoryNotFoundError,
        RevisionNotFoundError=RevisionNotFoundError,
    )
    Hub.calls = []
    monkeypatch.setitem(sys.modules, "huggingface_hub", package)
    return Hub


def answer(revision, repo_id=REPO, **options):
    return ask_hub([RevisionUse(revision, None, (repo_id,))], **options).of(repo_id, revision)


def test_a_revision_that_exists_comes_with_its_commit(hub):
    assert answer("main") == HubAnswer("exists", FULL)


def test_a_truncated_hash_is_missing_and_completed_from_the_commits(hub):
    assert answer(FULL[:31]) == HubAnswer("missing", FULL)


def test_a_prefix_of_several_commits_is_not_completed(hub):
    hub.commits = [FULL, FULL[:35] + "00000"]
    assert answer(FULL[:31]) == HubAnswer("missing", None)


def test_a_revision_that_is_no_prefix_is_just_missing(hub):
    assert answer("v9") == HubAnswer("missing", None)


@pytest.mark.parametrize("revision", ["", "main ", "../main"])
def test_what_can_be_no_name_is_missing_without_asking(hub, revision):
    assert answer(revision) == HubAnswer("missing", None)
    assert hub.calls == []


def test_a_list_of_commits_that_fails_does_not_spoil_the_answer(hub, monkeypatch):
    def fail(self, repo_id):
        raise OSError

    monkeypatch.setattr(hub, "list_repo_commits", fail)
    assert answer(FULL[:31]) == HubAnswer("missing", None)


def test_a_repository_that_is_not_shown_is_unknown(hub):
    assert answer("main", "nvidia/typo").status == "unknown"
    assert "nvidia/typo" in answer("main", "nvidia/typo").reason


def test_a_network_that_fails_is_unknown_in_one_line(hub, monkeypatch):
    def fail(self, repo_id, **options):
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr(hub, "model_info", fail)
    assert answer("main") == HubAnswer("unknown", None, "ConnectionError: no route to host")


def test_a_hub_that_hangs_is_given_up(hub, monkeypatch):
    release = threading.Event()

    def hang(self, repo_id, **options):
        release.wait(60)

    monkeypatch.setattr(hub, "model_info", hang)
    given_up = answer("main", timeout=0.05)
    release.set()
    assert given_up.status == "unknown"
    assert given_up.reason == "the Hub did not answer within 0.05 seconds"


def test_each_question_is_asked_once_and_bounded(hub):
    uses = [RevisionUse("main", None, (REPO,)), RevisionUse("main", None, (REPO,))]
    ask_hub(uses, timeout=7)
    assert hub.calls == [(REPO, "main", 7)]


def test_many_questions_are_all_answered(hub):
    uses = [RevisionUse(f"v{n}", None, (REPO,)) for n in range(50)]
    assert {a.status for a in ask_hub(uses).answers.values()} == {"missing"}


def test_a_revision_of_no_repository_is_not_asked_about(hub):
    assert ask_hub([RevisionUse("main")]).answers == {}
    assert hub.calls == []


def test_without_huggingface_hub_the_answer_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    reason = answer("main").reason
    assert answer("main").status == "unknown"
    assert "huggingface_hub" in reason


def test_a_question_never_asked_is_unknown():
    assert HubAnswers().of(REPO, "main").status == "unknown"


def test_the_revisions_of_an_app_are_asked_about(hub):
    app = read_application([], pins=[Pin("main", REPO)])
    assert ask_hub_about(app).of(REPO, "main").status == "exists"
