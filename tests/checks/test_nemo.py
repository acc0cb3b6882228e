"""NEM: NeMo, lhotse, what they need, and local `.nemo` files."""

from __future__ import annotations

import pytest
from msgspec import structs

from winasr_doctor.checks.nemo.common import release
from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import (
    AudioTools,
    CachedRepo,
    CachedWeights,
    HubCache,
    ModelFile,
    ModelFiles,
    Packages,
    ShadowingFolder,
    System,
    TorchBuild,
)
from winasr_doctor.testing import compute_check, healthy_sections, machine

LINUX = System(os="linux", name="Debian", version="12")


def packages(torch="2.9.1", without=(), **versions):
    given = {**healthy_sections()["packages"].versions, "torch": torch}
    given |= {name.replace("_", "-"): version for name, version in versions.items()}
    kept = {name: version for name, version in given.items() if name not in without}
    return Packages(versions=kept, torch=TorchBuild(version=torch, cuda="12.8"))


def one(code, **sections):
    (result,) = compute_check(code, machine(**sections))
    return result


def steps(result):
    return "\n".join(step for remedy in result.remedies for step in remedy.steps)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("3.0.0", (3, 0, 0)),
        ("2.9.1+cu128", (2, 9, 1)),
        ("2.6.0rc1", (2, 6, 0)),
        ("2.10", (2, 10, 0)),
        ("1.dev", (1, 0, 0)),
        ("1.2.3.4", (1, 2, 3)),
        ("nightly", (0, 0, 0)),
    ],
)
def test_a_version_is_read_as_numbers(version, numbers):
    assert release(version) == numbers


# NEM001


def test_a_missing_nemo_is_a_warning_with_the_line_that_installs_it():
    result = one("NEM001", packages=Packages())
    assert result.severity is Severity.WARNING
    line = r"""& 'C:\asr\.venv\Scripts\python.exe' -m pip install "nemo_toolkit[asr]" """.strip()
    assert line in steps(result)


def test_an_installed_nemo_passes():
    assert one("NEM001").status is Status.PASS


@pytest.mark.parametrize("code", ["NEM002", "NEM004", "NEM007", "NEM008", "NEM009"])
def test_without_nemo_the_others_are_skipped(code):
    assert one(code, packages=Packages()).status is Status.SKIP


# NEM002


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0", "2.2.1"])
def test_a_nemo_that_windows_cannot_import_is_an_error(version):
    result = one("NEM002", packages=packages(nemo_toolkit=version))
    assert result.severity is Severity.ERROR
    assert '-m pip install -U "nemo_toolkit[asr]>=2.4"' in steps(result)


@pytest.mark.parametrize("version", ["1.23.0", "2.3.0", "2.4.1", "3.0.0"])
def test_other_versions_of_nemo_pass(version):
    assert one("NEM002", packages=packages(nemo_toolkit=version)).status is Status.PASS


def test_linux_can_import_any_of_them():
    result = one("NEM002", packages=packages(nemo_toolkit="2.0.0"), system=LINUX)
    assert result.status is Status.SKIP


# NEM003


@pytest.mark.parametrize("lhotse", ["1.31.1", "1.32.0", "1.32.1"])
def test_an_older_lhotse_with_a_recent_torch_is_an_error(lhotse):
    result = one("NEM003", packages=packages(torch="2.13.0+cpu", lhotse=lhotse))
    assert result.severity is Severity.ERROR
    assert '-m pip install -U "lhotse>=1.32.2"' in steps(result)
    assert result.evidence["verified"] is True


def test_what_follows_from_dates_alone_says_so():
    result = one("NEM003", packages=packages(torch="2.10.0", lhotse="1.32.0"))
    assert result.severity is Severity.ERROR
    assert result.evidence["verified"] is False
    assert "not tried" in result.summary


@pytest.mark.parametrize(
    ("torch", "lhotse"), [("2.9.1", "1.31.1"), ("2.13.0", "1.32.2"), ("2.15.0", "1.33.0")]
)
def test_a_pair_that_works_passes(torch, lhotse):
    assert one("NEM003", packages=packages(torch=torch, lhotse=lhotse)).status is Status.PASS


def test_without_lhotse_there_is_no_pair():
    assert one("NEM003", packages=packages(without=("lhotse",))).status is Status.SKIP


# NEM004


def test_what_canary_qwen_needs_is_worth_knowing_and_not_the_whole_extra():
    result = one("NEM004", packages=packages(without=("peft", "accelerate")))
    assert result.severity is Severity.INFO
    assert '-m pip install "peft<=0.18.0" accelerate' in steps(result)
    assert "speechlm2" not in steps(result)


def test_only_what_is_missing_is_installed():
    result = one("NEM004", packages=packages(without=("peft",)))
    assert '-m pip install "peft<=0.18.0"' in steps(result)
    assert "accelerate" not in steps(result)


def test_a_cached_canary_qwen_changes_the_words():
    cache = HubCache(path="C:\\hub", repos=(CachedRepo(repo_id="nvidia/canary-qwen-2.5b"),))
    result = one("NEM004", packages=packages(without=("peft",)), hub_cache=cache)
    assert result.evidence["cached"] is True
    assert "which is in the Hugging Face cache" in result.summary


def test_with_both_it_passes():
    assert one("NEM004").status is Status.PASS


# NEM005


def test_a_missing_ffmpeg_is_worth_knowing():
    result = one("NEM005", audio_tools=AudioTools())
    assert result.severity is Severity.INFO
    assert "winget install" in steps(result)


def test_on_linux_ffmpeg_comes_from_apt():
    result = one("NEM005", audio_tools=AudioTools(), system=LINUX)
    assert "apt-get install ffmpeg" in steps(result)


def test_with_ffmpeg_it_passes():
    assert one("NEM005").status is Status.PASS


# NEM006


def model(path=r"C:\models\own.nemo", **facts):
    given = {"size": 2_472_000_000, "form": "tar", "config": True, "weights": True, **facts}
    return ModelFiles(items=(ModelFile(path=path, **given),))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"form": "lfs-pointer", "size": 134}, "(134 bytes) is a Git LFS pointer"),
        ({"form": "html", "size": 40_000}, "web page"),
        ({"form": "empty", "size": 0}, "is empty"),
        ({"form": "other"}, "neither a tar nor a tar.gz"),
        ({"truncated": True}, "cut off"),
        ({"config": False}, "without model_config.yaml"),
        ({"form": "tar.gz", "weights": False}, "without model_weights.ckpt"),
    ],
)
def test_a_damaged_model_is_an_error_that_says_what_it_is(facts, words):
    result = one("NEM006", model_files=model(**facts))
    assert result.severity is Severity.ERROR
    assert words in result.summary
    assert result.remedies


def test_a_known_model_is_downloaded_again_from_its_repository():
    path = r"C:\models\parakeet-tdt-0.6b-v2.nemo"
    result = one("NEM006", model_files=model(path, truncated=True))
    expected = (
        "hf_hub_download('nvidia/parakeet-tdt-0.6b-v2', 'parakeet-tdt-0.6b-v2.nemo',"
        " force_download=True)"
    )
    assert expected in steps(result)
    assert f"Remove-Item -LiteralPath '{path}'" in steps(result)


def test_a_cached_model_is_deleted_first_for_a_copy_would_stay():
    path = r"C:\hub\models--acme--asr-large\snapshots\0123\asr-large.nemo"
    result = one("NEM006", model_files=model(path, truncated=True))
    assert "hf_hub_download('acme/asr-large', 'asr-large.nemo'" in steps(result)
    deleted, downloaded = result.remedies[0].steps
    assert f"Remove-Item -LiteralPath '{path}'" in deleted
    assert "force_download=True" in downloaded


def test_on_linux_the_damaged_file_is_removed_with_rm():
    path = "/srv/my models/canary-1b-v2.nemo"
    result = one("NEM006", model_files=model(path, truncated=True), system=LINUX)
    assert f"rm '{path}'" in steps(result)


def test_a_model_that_could_not_be_read_is_unknown():
    result = one("NEM006", model_files=model(form="unreadable", error="access denied"))
    assert result.status is Status.UNKNOWN
    assert "access denied" in result.summary


@pytest.mark.parametrize("form", ["tar", "tar.gz"])
def test_a_complete_model_passes(form):
    assert one("NEM006", model_files=model(form=form)).status is Status.PASS


def test_each_model_is_judged():
    files = ModelFiles(items=(*model().items, *model(truncated=True).items))
    results = compute_check("NEM006", machine(model_files=files))
    assert [result.severity for result in results] == [None, Severity.ERROR]


def test_without_models_it_is_skipped():
    assert one("NEM006").status is Status.SKIP


# NEM007


def test_native_windows_is_worth_knowing():
    assert one("NEM007").severity is Severity.INFO


def test_linux_is_supported():
    assert one("NEM007", system=LINUX).status is Status.SKIP


# NEM008


def test_a_hidden_missing_package_is_a_warning():
    result = one("NEM008", packages=packages(without=("numba", "webdataset")))
    assert result.severity is Severity.WARNING
    assert result.evidence["missing"] == ["numba", "webdataset"]
    assert '-m pip install "nemo_toolkit[asr]==3.0.0"' in steps(result)


def test_a_version_that_windows_cannot_import_is_not_completed_but_replaced():
    result = one("NEM008", packages=packages(nemo_toolkit="2.2.1", without=("numba",)))
    assert '--upgrade "nemo_toolkit[asr]"' in steps(result)


def test_packages_that_nemo_can_do_without_do_not_count():
    assert one("NEM008").status is Status.PASS


def test_an_older_nemo_needs_less():
    kept = packages(nemo_toolkit="2.4.1", without=("kaldialign", "nv-one-logger-core"))
    assert one("NEM008", packages=kept).status is Status.PASS


def test_what_a_very_old_nemo_needs_is_not_known():
    assert one("NEM008", packages=packages(nemo_toolkit="1.23.0")).status is Status.SKIP


# NEM009


def test_an_lhotse_that_nemo_cannot_import_is_an_error():
    result = one(
        "NEM009", packages=packages(nemo_toolkit="2.7.3", lhotse="1.31.1", kaldialign="0.9.1")
    )
    assert result.severity is Severity.ERROR
    assert '"lhotse>=1.32.2"' in steps(result)


@pytest.mark.parametrize(
    ("versions", "line"),
    [
        ({"lhotse": "1.32.2"}, '"lhotse>=1.33.0"'),
        ({"nemo_toolkit": "2.5.3", "numpy": "2.0.0"}, '"numpy>=1.22,<2" "pyarrow<26"'),
        ({"nemo_toolkit": "2.7.3", "kaldialign": "0.12.0"}, '"kaldialign<=0.9.1"'),
    ],
)
def test_a_version_that_nemo_rules_out_is_a_warning(versions, line):
    result = one("NEM009", packages=packages(**versions))
    assert result.severity is Severity.WARNING
    assert line in steps(result)


def test_versions_within_the_limits_pass():
    assert one("NEM009").status is Status.PASS
    older = packages(nemo_toolkit="2.5.3", numpy="1.26.4", lhotse="1.30.0")
    assert one("NEM009", packages=older).status is Status.PASS


# NEM010 to NEM012

SALM, QWEN = "nvidia/canary-qwen-2.5b", "Qwen/Qwen3-1.7B"
QWEN_FILES = ("config.json", "tokenizer_config.json", "tokenizer.json")


def canary(files=("config.json", "model.safetensors"), qwen=QWEN_FILES, **facts):
    """A cache with Canary-Qwen's files and those of the model inside; weights with these facts."""
    given = {"size": 5_118_000_000, "form": "safetensors", "whole": 5_118_000_000, **facts}
    seen = [CachedWeights(commit="a" * 40, name="model.safetensors", **given)]
    weights = tuple(seen if "model.safetensors" in files else ())
    held = ((SALM, files, weights), (QWEN, qwen, ()))
    return tuple(
        CachedRepo(repo_id=name, refs={"main": "a" * 40}, snapshots={"a" * 40: f}, weights=w)
        for name, f, w in held
        if f is not None
    )


def hub(repos, offline=False, shadows=()):
    return HubCache(path=r"C:\hub", offline=offline, repos=repos, shadows=shadows)


@pytest.mark.parametrize("code", ["NEM010", "NEM011"])
def test_a_cache_without_canary_qwen_has_nothing_of_it_to_judge(code):
    assert one(code).status is Status.SKIP


@pytest.mark.parametrize("code", ["NEM010", "NEM011", "NEM012"])
def test_a_complete_canary_qwen_passes(code):
    assert one(code, hub_cache=hub(canary())).status is Status.PASS


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"size": 135, "form": "lfs-pointer", "whole": None}, "(135 bytes) is a Git LFS pointer"),
        ({"size": 0, "form": "empty", "whole": None}, "(0 bytes) is empty"),
        ({"form": "html", "whole": None}, "web page"),
        ({"form": "other", "whole": None}, "no safetensors file"),
        ({"size": 2_000_000_000}, "(2.0 GB) is cut off: its header asks for 5118000000 bytes"),
        ({"size": 6_000_000_000}, "is damaged"),
    ],
)
def test_damaged_weights_of_canary_qwen_are_an_error_with_the_line_that_deletes_them(facts, words):
    result = one("NEM010", hub_cache=hub(canary(**facts)))
    assert (result.severity, words in result.summary) == (Severity.ERROR, True), result.summary
    assert r"Remove-Item -LiteralPath 'C:\hub\models--nvidia--canary-qwen-2.5b\sn" in steps(result)


def test_weights_that_cannot_be_read_are_not_called_good():
    result = one("NEM010", hub_cache=hub(canary(form="unreadable", error="Permission denied")))
    assert result.status is Status.UNKNOWN
    assert "Permission denied" in result.summary


@pytest.mark.parametrize(("offline", "severity"), [(True, "error"), (False, "warning")])
@pytest.mark.parametrize("files", [("config.json",), ()])
def test_missing_weights_are_an_error_offline_and_a_warning_else(offline, severity, files):
    result = one("NEM010", hub_cache=hub(canary(files), offline))
    assert result.severity.value == severity
    assert ("Remove-Item Env:HF_HUB_OFFLINE" in steps(result)) == offline


def test_weights_of_another_revision_are_not_the_default_branchs():
    (repo, *others) = canary()
    moved = structs.replace(repo, refs={"main": "b" * 40})
    results = compute_check("NEM010", machine(hub_cache=hub((moved, *others))))
    assert [result.severity for result in results] == [None, Severity.WARNING]
    pinned = structs.replace(repo, refs={})
    assert one("NEM010", hub_cache=hub((pinned, *others))).status is Status.PASS


@pytest.mark.parametrize(("offline", "severity"), [(True, "warning"), (False, "info")])
def test_a_missing_language_model_is_a_warning_offline_and_worth_knowing_else(offline, severity):
    result = one("NEM011", hub_cache=hub(canary(qwen=None), offline))
    assert result.severity.value == severity
    assert result.evidence["missing"] == list(QWEN_FILES)


@pytest.mark.parametrize("missing", QWEN_FILES)
def test_each_file_of_the_language_model_counts(missing):
    there = tuple(name for name in QWEN_FILES if name != missing)
    result = one("NEM011", hub_cache=hub(canary(qwen=there)))
    assert result.summary.startswith(f"{missing} of {QWEN} is not in the cache")


def test_a_tokenizer_in_two_files_is_one():
    there = ("config.json", "tokenizer_config.json", "vocab.json", "merges.txt")
    assert one("NEM011", hub_cache=hub(canary(qwen=there))).status is Status.PASS


@pytest.mark.parametrize(
    ("config", "weights", "words"),
    [
        (True, True, "it is loaded instead, and a revision is ignored"),
        (True, False, "it has no model.safetensors, so loading fails"),
        (False, False, "it has no config.json and no model.safetensors, so loading fails"),
    ],
)
@pytest.mark.parametrize(("current", "where"), [(True, "current folder"), (False, "app's folder")])
def test_a_folder_with_the_repositorys_name_is_a_warning(config, weights, words, current, where):
    path = r"C:\asr\nvidia\canary-qwen-2.5b"
    facts = {"current": current, "config": config, "weights": weights}
    shadow = ShadowingFolder(repo_id=SALM, path=path, **facts)
    result = one("NEM012", hub_cache=hub((), shadows=(shadow,)))
    assert (result.severity, path in result.summary) == (Severity.WARNING, True)
    assert words in result.summary
    assert where in result.summary
