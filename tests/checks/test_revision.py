import pytest

from winasr_doctor.appsource import Application, Pin, read_application
from winasr_doctor.findings import Location, Severity, Status, Suppression
from winasr_doctor.machine.model import CachedRepo, HubCache
from winasr_doctor.models.hub import HubAnswer, HubAnswers
from winasr_doctor.testing import compute_check, machine

from .families import codes_of

REPORTED = "2399591399e4e6438fa7804f2f1f660"
FULL = REPORTED + "0a1b2c3d4"
REPO = "nvidia/canary-qwen-2.5b"
CACHE = r"C:\Users\ada\.cache\huggingface\hub"
CODES = codes_of("REV")


def pinned(*revisions):
    return read_application([], pins=[Pin.parse(revision) for revision in revisions])


def app(tmp_path, code):
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    return read_application([tmp_path / "app.py"])


def cache(offline=False, **repo):
    repos = (CachedRepo(repo_id=REPO, **repo),) if repo else ()
    return HubCache(path=CACHE, offline=offline, repos=repos)


def steps(result):
    return [remedy.steps[-1] for remedy in result.remedies]


@pytest.mark.parametrize("code", CODES)
def test_without_source_and_pins_a_check_is_skipped_with_what_to_give(code):
    (result,) = compute_check(code, machine())
    assert result.status is Status.SKIP
    assert result.summary == "no revision found; give --app or --revision"


@pytest.mark.parametrize("code", CODES)
def test_an_app_without_revisions_passes(tmp_path, code):
    (result,) = compute_check(code, machine(app(tmp_path, "x = 1\n")))
    assert result.status is Status.PASS


@pytest.mark.parametrize("code", CODES)
def test_an_app_that_cannot_be_parsed_is_not_called_good(code):
    (result,) = compute_check(code, machine(Application(unreadable=("cannot examine x",))))
    assert result.status is Status.SKIP


BY_KIND = {
    "REV001": (REPORTED, Severity.ERROR, "truncated hash"),
    "REV002": (FULL.upper(), Severity.WARNING, "hash with upper case"),
    "REV003": ("a" * 64, Severity.ERROR, "LFS sha256"),
    "REV004": ("2399591399e4", Severity.WARNING, "abbreviated hash"),
    "REV005": ("v1.0", Severity.INFO, "branch or tag"),
    "REV006": ("main ", Severity.ERROR, "not a legal git name"),
}


@pytest.mark.parametrize("code", BY_KIND)
def test_a_pin_is_judged_by_its_kind(code):
    revision, severity, kind = BY_KIND[code]
    (result,) = compute_check(code, machine(pinned(f"{REPO}@{revision}")))
    assert result.severity is severity
    assert result.evidence["kind"] == kind
    assert result.evidence["revision"] == revision
    assert result.evidence["repo_id"] == REPO


@pytest.mark.parametrize("code", BY_KIND)
def test_a_full_hash_is_no_finding(code):
    (result,) = compute_check(code, machine(pinned(f"{REPO}@{FULL}")))
    assert result.status is Status.PASS


@pytest.mark.parametrize("code", BY_KIND)
def test_other_kinds_are_no_finding(code):
    others = [revision for other, (revision, _, _) in BY_KIND.items() if other != code]
    (result,) = compute_check(code, machine(pinned(*others)))
    assert result.status is Status.PASS


def test_a_hash_longer_than_forty_is_an_error():
    (result,) = compute_check("REV003", machine(pinned("a" * 41)))
    assert result.severity is Severity.ERROR
    assert "41 characters instead of 40" in result.summary


def test_an_empty_revision_is_an_error():
    (result,) = compute_check("REV006", machine(pinned("")))
    assert "it is empty" in result.summary


def test_the_reported_revision_comes_out_with_its_length_and_three_exact_edits(tmp_path):
    source = app(
        tmp_path,
        f'CANARY_PINNED_REVISION = "{REPORTED}"\n'
        f'MODELS = {{"canary": {{"repo_id": "{REPO}", "revision": CANARY_PINNED_REVISION}}}}\n',
    )
    (result,) = compute_check("REV001", machine(source))
    path = source.files[0].path
    assert "truncated hash (31 of 40 characters)" in result.summary
    assert result.location == Location(path, 1, 26)
    assert {k: result.evidence[k] for k in ("file", "line", "column", "repo_id")} == {
        "file": path,
        "line": 1,
        "column": 26,
        "repo_id": REPO,
    }
    assert result.evidence["used_at"] == [f"{path}:2"]
    edit = f'{path}:1:26: "{REPORTED}" -> '
    assert steps(result) == [f"{edit}None", f'{edit}"main"', f'{edit}"<the 40 characters>"']


@pytest.mark.parametrize(
    "known",
    [
        {"hub_cache": cache(snapshots={FULL: (), "0" * 40: ()})},
        {"hub_cache": cache(refs={"main": FULL})},
        {"hub_answers": HubAnswers({(REPO, REPORTED): HubAnswer("missing", FULL)})},
    ],
    ids=["snapshot", "ref", "hub"],
)
def test_the_full_hash_is_filled_in_where_it_is_known(known):
    (result,) = compute_check("REV001", machine(pinned(f"{REPO}@{REPORTED}"), **known))
    assert steps(result)[-1].endswith(f'-> revision="{FULL}"')


def test_a_prefix_of_two_commits_is_not_filled_in():
    two = cache(snapshots={FULL: (), REPORTED + "111111111": ()})
    (result,) = compute_check("REV001", machine(pinned(f"{REPO}@{REPORTED}"), hub_cache=two))
    assert "<the 40 characters>" in steps(result)[-1]


def test_the_commit_of_another_model_is_not_filled_in():
    other = cache(snapshots={FULL: ()})
    (result,) = compute_check("REV001", machine(pinned(f"n/other@{REPORTED}"), hub_cache=other))
    assert "<the 40 characters>" in steps(result)[-1]


def test_upper_case_is_corrected_to_lower_case_first():
    (result,) = compute_check("REV002", machine(pinned(FULL.upper())))
    assert result.remedies[0].steps[-1].endswith(f'-> revision="{FULL}"')


def test_white_space_around_a_full_hash_is_taken_off():
    (result,) = compute_check("REV006", machine(pinned(f"{FULL}\n")))
    assert result.evidence["revision"] == FULL + "\\n"
    assert steps(result)[-1].endswith(f'-> revision="{FULL}"')


def test_a_branch_is_pinned_to_the_commit_in_the_cache():
    refs = cache(refs={"main": FULL}, snapshots={FULL: ()})
    (result,) = compute_check("REV005", machine(pinned(f"{REPO}@main"), hub_cache=refs))
    assert steps(result) == [f'Where the app passes it: revision="main" -> revision="{FULL}"']


def test_an_unreadable_cache_costs_only_the_suggestion():
    from winasr_doctor.machine.recorded import UnreadableSection

    missing = {
        "hub_cache": UnreadableSection(reason="no"),
        "python": UnreadableSection(reason="no"),
    }
    (result,) = compute_check("REV001", machine(pinned(f"{REPO}@{REPORTED}"), unreadable=missing))
    assert result.severity is Severity.ERROR


def test_a_silenced_literal_is_skipped_with_the_reason(tmp_path):
    source = app(tmp_path, f'REVISION = "{REPORTED}"  # winasr: ignore[REV001] a test of ours\n')
    (result,) = compute_check("REV001", machine(source))
    assert result.status is Status.SKIP
    assert "a test of ours" in result.summary
    assert result.suppression == Suppression("a test of ours")
    assert result.evidence["suppressed"] is True


def test_text_that_no_report_could_hold_is_escaped(tmp_path):
    source = app(tmp_path, 'REVISION = "\\ud800\\x1b[31m"\n')
    (result,) = compute_check("REV006", machine(source))
    assert result.evidence["revision"] == "\\ud800\\x1b[31m"
    assert result.summary.isprintable()


def test_a_value_put_together_elsewhere_is_not_edited_blindly(tmp_path):
    source = app(tmp_path, f'REVISION = "{REPORTED[:20]}"\nREVISION += "{REPORTED[20:]}"\n')
    (whole,) = compute_check("REV001", machine(source))
    assert whole.evidence["revision"] == REPORTED
    assert "is made from" in steps(whole)[0]


NEMO = (
    "import nemo.collections.asr as nemo_asr\n"
    'm = nemo_asr.models.ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2",'
    ' revision="{}", map_location="cpu")\n'
)


def test_a_revision_for_nemo_is_an_error_with_both_replacements(tmp_path):
    source = app(tmp_path, NEMO.format(FULL))
    (result,) = compute_check("REV007", machine(source))
    assert result.severity is Severity.ERROR
    assert result.evidence["revision"] == FULL
    assert result.evidence["callee"] == "nemo.collections.asr.models.ASRModel.from_pretrained"
    assert (result.evidence["line"], result.evidence["column"]) == (2, 77)
    drop, keep = steps(result)
    repo = '"nvidia/parakeet-tdt-0.6b-v2"'
    cls = "nemo_asr.models.ASRModel"
    assert drop.command == f'{cls}.from_pretrained({repo}, map_location="cpu")'
    assert keep.command == (
        f"{cls}.restore_from(hf_hub_download({repo}, "
        f'"parakeet-tdt-0.6b-v2.nemo", revision="{FULL}"), map_location="cpu")'
    )


def test_the_replacements_are_valid_python(tmp_path):
    (result,) = compute_check("REV007", machine(app(tmp_path, NEMO.format(FULL))))
    for step in steps(result):
        compile(step.command, "step", "eval")


@pytest.mark.parametrize("line", ["keyword", "call"])
def test_a_silenced_nemo_call_is_skipped(tmp_path, line):
    marks = {
        "keyword": ("", "  # winasr: ignore[REV007]"),
        "call": ("  # winasr: ignore[REV007]", ""),
    }
    first, second = marks[line]
    code = f"EncDecCTCModel.from_pretrained({first}\n    'n/m',\n    revision='x',{second}\n)\n"
    (result,) = compute_check("REV007", machine(app(tmp_path, code)))
    assert result.status is Status.SKIP


def test_a_model_that_accepts_a_revision_passes(tmp_path):
    code = (
        "from nemo.collections.speechlm2.models import SALM\n"
        f"SALM.from_pretrained('{REPO}', revision='{FULL}')\n"
    )
    (result,) = compute_check("REV007", machine(app(tmp_path, code)))
    assert result.status is Status.PASS


PRESENT = [
    (FULL, {"snapshots": {FULL: ("config.json",)}}),
    ("main", {"refs": {"main": FULL}, "snapshots": {FULL: ()}}),
    ("2399591", {"refs": {"2399591": FULL}, "snapshots": {FULL: ()}}),
]


@pytest.mark.parametrize(("revision", "repo"), PRESENT)
@pytest.mark.parametrize("offline", [True, False])
def test_a_revision_in_the_cache_passes(revision, repo, offline):
    host = machine(pinned(f"{REPO}@{revision}"), hub_cache=cache(offline, **repo))
    (result,) = compute_check("REV008", host)
    assert result.status is Status.PASS


ABSENT = [
    (FULL, {"snapshots": {"0" * 40: ()}}),
    ("v1", {"refs": {"main": FULL}, "snapshots": {FULL: ()}}),
    ("main", {"refs": {"main": FULL}, "snapshots": {"0" * 40: ()}}),
    ("2399591", {"snapshots": {FULL: ()}}),
    (FULL.upper(), {"snapshots": {FULL: ()}}),
]


@pytest.mark.parametrize(("revision", "repo"), ABSENT)
@pytest.mark.parametrize("offline", [True, False])
def test_a_revision_missing_from_a_cached_repository_is_found(revision, repo, offline):
    host = machine(pinned(f"{REPO}@{revision}"), hub_cache=cache(offline, **repo))
    (result,) = compute_check("REV008", host)
    assert result.severity is (Severity.ERROR if offline else Severity.WARNING)
    assert result.evidence["repo_id"] == REPO


@pytest.mark.parametrize("offline", [True, False])
def test_a_repository_that_is_not_cached_matters_offline(offline):
    host = machine(pinned(f"{REPO}@main"), hub_cache=cache(offline))
    (result,) = compute_check("REV008", host)
    assert result.severity is (Severity.ERROR if offline else Severity.INFO)


def test_a_hopeless_revision_is_not_reported_a_second_time():
    (result,) = compute_check("REV008", machine(pinned(f"{REPO}@{REPORTED}")))
    assert result.status is Status.SKIP


def test_a_revision_of_no_known_repository_is_skipped():
    (result,) = compute_check("REV008", machine(pinned("main")))
    assert result.status is Status.SKIP


def test_the_cache_is_not_asked_when_the_hub_was():
    answers = HubAnswers({(REPO, "main"): HubAnswer("exists", FULL)})
    (result,) = compute_check("REV008", machine(pinned(f"{REPO}@main"), hub_answers=answers))
    assert result.status is Status.SKIP


def test_an_unreadable_cache_is_unknown():
    from winasr_doctor.machine.recorded import UnreadableSection

    missing = {"hub_cache": UnreadableSection(reason="denied")}
    (result,) = compute_check("REV008", machine(pinned(f"{REPO}@main"), unreadable=missing))
    assert result.status is Status.UNKNOWN


def online(answer):
    answers = HubAnswers({(REPO, "v1"): answer})
    (result,) = compute_check("REV009", machine(pinned(f"{REPO}@v1"), hub_answers=answers))
    return result


def test_without_online_the_hub_is_not_asked():
    (result,) = compute_check("REV009", machine(pinned(f"{REPO}@v1")))
    assert result.status is Status.SKIP


def test_a_revision_on_the_hub_passes_with_its_commit():
    result = online(HubAnswer("exists", FULL))
    assert result.status is Status.PASS
    assert result.evidence["commit"] == FULL
    assert result.location is None


def test_a_revision_in_the_app_that_is_on_the_hub_passes_with_its_place(tmp_path):
    source = app(tmp_path, f'MODEL = {{"repo_id": "{REPO}", "revision": "v1"}}\n')
    answers = HubAnswers({(REPO, "v1"): HubAnswer("exists", FULL)})
    (result,) = compute_check("REV009", machine(source, hub_answers=answers))
    assert result.status is Status.PASS
    assert result.location.line == 1


def test_a_revision_not_on_the_hub_is_an_error():
    result = online(HubAnswer("missing"))
    assert result.severity is Severity.ERROR
    assert len(result.remedies) == 3


def test_a_hub_that_gave_no_answer_is_unknown_with_the_reason():
    result = online(HubAnswer("unknown", reason="no network"))
    assert result.status is Status.UNKNOWN
    assert result.evidence["reason"] == "no network"


def test_a_revision_of_no_known_repository_cannot_be_asked_about():
    (result,) = compute_check("REV009", machine(pinned("v1"), hub_answers=HubAnswers()))
    assert result.status is Status.UNKNOWN
    assert "--revision REPO@REV" in result.summary
