"""The parts of Canary-Qwen's loader that need neither NeMo nor the Hub's client."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from winasr_doctor.asr.errors import HubError, LockedFileError, MissingPackageError
from winasr_doctor.asr.jobs import AbandonedError, Job
from winasr_doctor.asr.models import find_model
from winasr_doctor.asr.speech_language import (
    cache,
    explained_locks,
    file_inspection,
    files,
    hub_resolve,
    network,
    packages,
    progress,
)
from winasr_doctor.asr.speech_language.explained_locks import locks_explained
from winasr_doctor.faults.errors import windows_error
from winasr_doctor.locks.holders import Holder, Holding, Who

COMMIT, OTHER = "a" * 40, "b" * 40


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cache.RepoCache:
    """Return an empty cache of one repository."""
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    return cache.RepoCache("nvidia/canary-qwen-2.5b")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the constants of a made-up huggingface_hub."""
    constants = SimpleNamespace(HF_HUB_OFFLINE=False, HF_HUB_CACHE=str(tmp_path))
    module = ModuleType("huggingface_hub")
    module.constants = constants
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    monkeypatch.setitem(sys.modules, "huggingface_hub.constants", constants)
    return constants


def test_a_branch_is_remembered_and_found_again(repo: cache.RepoCache):
    assert (repo.commit_of(None), repo.known()) == (None, ())
    repo.remember(None, COMMIT)
    repo.remember("main", COMMIT)  # nothing is written again
    repo.remember("v1.2", OTHER)
    repo.remember(COMMIT, COMMIT)  # a commit needs no name
    assert (repo.commit_of("main"), repo.commit_of("v1.2")) == (COMMIT, OTHER)
    assert repo.commit_of(COMMIT) is None
    (repo.snapshot("c" * 40) / "sub").mkdir(parents=True)
    assert repo.known() == (f"main ({COMMIT})", f"v1.2 ({OTHER})", "c" * 40)


def test_a_commits_files_are_listed(repo: cache.RepoCache):
    folder = repo.snapshot(COMMIT)
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "b.json").write_text("{}")
    (folder / "a.json").write_text("{}")
    assert repo.held(COMMIT) == ("a.json", "sub/b.json")
    assert repo.commit_of(COMMIT) == COMMIT


def test_what_is_no_commit_is_no_answer(repo: cache.RepoCache):
    ref = repo.folder / "refs" / "main"
    ref.parent.mkdir(parents=True)
    ref.write_bytes("é".encode())
    assert repo.commit_of("main") is None


def test_the_cache_is_the_clients(hub: SimpleNamespace, tmp_path: Path):
    assert cache.cache_folder() == tmp_path


def test_a_models_files_are_told_from_its_list():
    listed = ["model.safetensors", "llm_backbone/config.json", "llm_backbone/x.safetensors", "a.py"]
    assert files.of_model(listed) == ("config.json", "llm_backbone/config.json", files.WEIGHTS)
    with_tokenizer = files.of_model(["tokenizer_config.json", "vocab.json"])
    assert with_tokenizer == ("config.json", "tokenizer_config.json", "vocab.json", files.WEIGHTS)
    assert files.of_language_model(["merges.txt", "model.bin"]) == ("config.json", "merges.txt")


def test_what_is_missing_is_named():
    assert files.missing_of_model(["config.json"]) == (files.WEIGHTS,)
    assert files.missing_of_language_model(["config.json"]) == (
        "tokenizer_config.json",
        "tokenizer.json",
    )
    held = ["config.json", "tokenizer_config.json", "vocab.json", "merges.txt"]
    assert files.missing_of_language_model(held) == ()


def test_a_download_tells_how_far_it_is(hub: SimpleNamespace, tmp_path: Path):
    blobs = tmp_path / "models--a--b" / "blobs"
    blobs.mkdir(parents=True)
    job = Job()
    download = progress.Progress(job, "a/b", {"x": 3_000_000, "y": 300_000_000})
    assert download.downloaded() is None
    download.at("x")
    assert job.stage == "downloading x of a/b: 0.0 MB of 0.3 GB"
    (blobs / "1.incomplete").write_bytes(bytes(1_500_000))
    assert download.sentence() == "downloading x of a/b: 1.5 MB of 0.3 GB"
    download.came("x")
    download.at("y")
    assert job.state().downloaded.done == 3_000_000


@pytest.mark.parametrize(("bytes_", "end"), [(0, "lock file open"), (9, "at the moment")])
def test_a_download_that_stands_still_says_so(hub, tmp_path, monkeypatch, bytes_, end):
    download = progress.Progress(Job(), "a/b", {"x": 10})
    download.at("x")
    if bytes_:
        blobs = tmp_path / "models--a--b" / "blobs"
        blobs.mkdir(parents=True)
        (blobs / "1.incomplete").write_bytes(bytes(bytes_))
        download.downloaded()
    monkeypatch.setattr(progress, "QUIET", -1.0)
    assert download.sentence().endswith(end)


def test_a_locked_file_is_named_with_its_holder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    path = str(tmp_path / "ref")
    holder = Holder(Who.OTHER, 7, "MsMpEng.exe", path, "open handle", "asked")
    monkeypatch.setattr(explained_locks, "holders_of", lambda where: Holding(where, (holder,)))
    with pytest.raises(LockedFileError, match=r"MsMpEng.exe.*\(WinError 32\)"), locks_explained():
        raise windows_error(32, path)


def test_another_error_stays_itself():
    with pytest.raises(FileNotFoundError), locks_explained():
        raise FileNotFoundError(2, "gone", "ref")


def test_the_network_is_off_in_this_context_alone(hub: SimpleNamespace):
    elsewhere = []
    with network.network_off(), network.network_off():
        assert network.is_off()
        thread = threading.Thread(target=lambda: elsewhere.append(network.is_off()))
        thread.start()
        thread.join()
    assert elsewhere == [False]
    assert hub.HF_HUB_OFFLINE is False


def test_an_abandoned_download_stops_at_the_next_chunk(
    hub: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    class Tqdm:
        def update(self, n: float | None = 1) -> str:
            return "drawn"

    utils = ModuleType("huggingface_hub.utils")
    utils.tqdm = Tqdm
    monkeypatch.setitem(sys.modules, "huggingface_hub.utils", utils)
    job = Job()
    bar = progress.Progress(job, "a/b", {}).bar()()
    assert bar.update() == "drawn"
    job.abandon()
    with pytest.raises(AbandonedError):
        bar.update()


def damage(file: Path, content: bytes, read=file_inspection.read_json) -> str:
    file.write_bytes(content)
    found = read(file)
    assert isinstance(found, file_inspection.Damage)
    return str(found)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
        (b"<html>", "web page"),
        (b"{", "no valid JSON"),
        (b"[]", "no JSON object"),
    ],
)
def test_a_damaged_configuration_is_described(tmp_path: Path, content: bytes, words: str):
    assert words in damage(tmp_path / "config.json", content)


def test_a_configuration_of_something_else_is_refused(tmp_path: Path):
    file = tmp_path / "config.json"
    lacking = damage(file, b'{"perception": {}}', file_inspection.check_config)
    assert "no audio_locator_tag and no pretrained_llm" in lacking
    assert "is empty" in damage(file, b"", file_inspection.check_config)
    file.write_text('{"perception": {}, "audio_locator_tag": "x", "pretrained_llm": "y"}')
    assert file_inspection.check_config(file)["pretrained_llm"] == "y"


def test_one_missing_package_is_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packages, "is_installed", lambda name: name != "peft")
    with pytest.raises(MissingPackageError, match="needs peft, which is not installed here"):
        packages.check_packages("canary")
    monkeypatch.setattr(packages, "is_installed", lambda name: False)
    with pytest.raises(MissingPackageError, match="which are not installed"):
        packages.check_packages("canary")


def test_a_class_that_cannot_be_imported_is_said(monkeypatch: pytest.MonkeyPatch):
    def fail():
        raise ImportError("no SALM.")

    monkeypatch.setattr(packages.calls, "import_speech_language_model", fail)
    with pytest.raises(MissingPackageError, match="cannot be imported: no SALM") as raised:
        packages.import_salm("canary")
    assert raised.value.remedies


class TestFindingACommit:
    source = find_model("canary-qwen")

    @pytest.fixture(autouse=True)
    def answer(self, hub: SimpleNamespace, repo: cache.RepoCache) -> None:
        hub.HF_HUB_ETAG_TIMEOUT = 1
        self.error: Exception | None = None

        def model_info(_self, repo_id, **_options):
            if self.error is not None:
                raise self.error
            file = SimpleNamespace(rfilename="config.json", size=None)
            return SimpleNamespace(sha=OTHER, siblings=[file])

        sys.modules["huggingface_hub"].HfApi = type("HfApi", (), {"model_info": model_info})
        self.hub, self.repo = hub, cache.RepoCache(str(self.source.repo_id))

    def cached(self, *names: str) -> None:
        folder = self.repo.snapshot(COMMIT)
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).touch()
        self.repo.remember("main", COMMIT)

    def find(self, revision: str | None = None) -> hub_resolve.ResolvedRepo:
        return hub_resolve.find_commit(self.source, revision, files.missing_of_model)

    def test_the_hub_is_asked(self):
        assert self.find() == hub_resolve.ResolvedRepo(
            self.repo.repo_id, None, OTHER, {"config.json": 0}
        )

    def test_a_cached_hash_needs_no_question(self):
        self.cached("config.json", files.WEIGHTS)
        self.error = AssertionError("it was asked")
        assert self.find(COMMIT).commit == COMMIT

    def test_without_the_hub_the_cache_answers_and_says_so(self):
        self.cached("config.json", files.WEIGHTS)
        self.error = OSError("no route")
        assert "cannot be reached" in self.find().note

    def test_without_both_it_is_an_error(self):
        self.error = OSError("no route")
        with pytest.raises(HubError, match="the Hub cannot be reached"):
            self.find("v1")

    @pytest.mark.parametrize(
        ("held", "revision", "words"),
        [
            ((), None, "is not in the local cache, and HF_HUB_OFFLINE"),
            (("config.json",), None, "model.safetensors of .* is missing in the local cache"),
            (("config.json",), "v9", "has no revision v9"),
        ],
    )
    def test_offline_what_is_missing_is_named(self, held, revision, words):
        if held:
            self.cached(*held)
        self.hub.HF_HUB_OFFLINE = True
        with pytest.raises(HubError, match=words):
            self.find(revision)

    def test_offline_the_cache_is_enough(self):
        self.cached("config.json", files.WEIGHTS)
        self.hub.HF_HUB_OFFLINE = True
        assert self.find().commit == COMMIT
