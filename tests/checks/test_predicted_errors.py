"""Known errors that a scan sees beforehand: a machine with each, and its twin without."""

from __future__ import annotations

import pytest

from winasr_doctor.catalogue.machines import SECTIONS
from winasr_doctor.catalogue.preflight import all_foretold
from winasr_doctor.catalogue.reading import read_one
from winasr_doctor.catalogue.templates import FACTS, PARAMETRIC, facts_in
from winasr_doctor.checks.registry import own_checks
from winasr_doctor.findings import Severity, Status
from winasr_doctor.machine.model import Packages
from winasr_doctor.machine.recorded import UnreadableSection
from winasr_doctor.scanning import scan
from winasr_doctor.testing import compute_check, machine

from .foretold_cases import CASES, GTX_1080, RTX_5090, gpus, having, on

LOCKED = UnreadableSection(reason="nvidia-smi did not answer")
KNOWN = {entry.id: entry for entry in all_foretold()}


def reported(name: str, sections: dict[str, object]) -> list:
    """Return what the checks of a known error say of it."""
    codes = sorted({picture.check for picture in KNOWN[name].preflight})
    results = [r for code in codes for r in compute_check(code, machine(**sections))]
    assert not [r.summary for r in results if r.status in {Status.CRASH, Status.UNKNOWN}]
    return [r for r in results if r.evidence.get("known_error") == name]


@pytest.mark.parametrize(("name", "ill", "well"), CASES)
def test_a_machine_that_will_have_an_error_is_told_from_its_twin(name, ill, well):
    (found,) = reported(name, ill)
    assert found.status is Status.FAIL
    assert f"explain {name}" in found.summary
    assert found.remedies
    assert reported(name, well) == []


def test_every_error_that_a_scan_sees_is_tested():
    assert {name for name, _, _ in CASES} == set(KNOWN)


def needed(entry, picture) -> set[str]:
    """Return the sections that a picture and the entry's remedies need."""
    known = read_one(entry.family, entry.id)
    conditions = [part.when for remedy in known.remedies for part in (remedy, *remedy.steps)]
    facts = [fact for when in (picture.when, *conditions) for fact in when]
    facts += [fact for remedy in known.remedies for fact in remedy.first_when]
    facts += [fact for step in known.steps() for fact in facts_in(step.text + step.command)]
    of_the_error = {"match", "package", "path"}
    heads = {fact.partition(":")[0] for fact in facts} - of_the_error
    return {"python"}.union(*(SECTIONS[head] for head in heads))


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_picture_is_reported_by_a_check_that_reads_what_it_asks(name):
    reads = {check.code: set(check.reads) for check in own_checks()}
    for picture in KNOWN[name].preflight:
        assert needed(KNOWN[name], picture) <= reads[picture.check], picture


def test_every_fact_of_a_machine_says_which_sections_it_needs():
    assert {*FACTS, *PARAMETRIC} - {"match", "package", "path"} == set(SECTIONS)


@pytest.mark.parametrize("name", ["torchaudio-pair", "nemo-lhotse-sampler", "cuda-no-kernel"])
def test_one_trap_is_reported_by_one_check(name):
    ill = next(sections for each, sections, _ in CASES if each == name)
    found = [
        r for r in scan(machine(**ill)).results if r.severity in {Severity.ERROR, Severity.WARNING}
    ]
    ours = [r for r in found if r.code[:3] in {"ENV", "NEM"} and r.code != "NEM001"]
    assert [r.evidence["known_error"] for r in ours] == [name]


def test_the_remedy_names_this_machines_versions_index_and_interpreter():
    (found,) = reported("cuda-no-kernel", on(RTX_5090, torch="2.7.1+cu126", torchaudio="2.7.1"))
    first = found.remedies[0].steps
    command = r"& 'C:\asr\.venv\Scripts\python.exe' -m pip install --force-reinstall --no-deps"
    index = "--index-url https://download.pytorch.org/whl/cu128"
    assert first[0].endswith(f"{command} torch==2.7.1 {index}")
    assert first[1].endswith(f"{command} torchaudio==2.7.* {index}")
    assert not any("torchvision" in step for step in first)
    assert not any("older than 2.7" in step for step in first)


def test_the_build_is_one_that_the_driver_serves():
    sections = on(RTX_5090, torch="2.9.1+cu126") | {"gpus": gpus(RTX_5090, cuda="12.9")}
    (found,) = reported("cuda-no-kernel", sections)
    assert "/whl/cu128" in found.remedies[0].steps[0]
    newer = on(RTX_5090, torch="2.9.1+cu126") | {"gpus": gpus(RTX_5090, driver="581.15")}
    (found,) = reported("cuda-no-kernel", newer)
    assert "/whl/cu130" in found.remedies[0].steps[0]


def test_one_of_two_gpus_without_code_is_a_warning():
    sections = having(torch="2.9.1+cu128") | {"gpus": gpus(RTX_5090, GTX_1080)}
    (found,) = reported("cuda-no-kernel", sections)
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("gpu", "torch"),
    [
        ("NVIDIA Quadro RTX 5000", "2.6.0+cu126"),
        ("NVIDIA RTX 5000 Ada Generation", "2.6.0+cu124"),
        ("Some future card", "2.6.0+cu126"),
        (RTX_5090, "2.6.0+cu999"),
        (RTX_5090, "nightly"),
        (RTX_5090, "2.6.0+cpu"),
    ],
)
def test_a_gpu_or_build_that_the_tables_do_not_know_is_no_alarm(gpu, torch):
    assert reported("cuda-no-kernel", on(gpu, torch=torch)) == []


@pytest.mark.parametrize(
    ("torch", "partner"), [("3.0.0", "2.11.0"), ("1.9.0", "0.9.0"), ("abc", "2.0")]
)
def test_a_torch_that_the_table_does_not_know_is_no_alarm(torch, partner):
    assert reported("torchaudio-pair", having(torch=torch, torchaudio=partner)) == []


def test_what_cannot_be_read_is_unknown_only_where_it_decides():
    unread = {"gpus": LOCKED}
    (found,) = compute_check("ENV013", machine(unreadable=unread, **having(torch="2.6.0+cu126")))
    assert (found.status, found.summary) == (Status.UNKNOWN, "nvidia-smi did not answer")
    (found,) = compute_check("NEM013", machine(unreadable=unread, **having(nemo_toolkit="3.0.0")))
    assert found.status in {Status.PASS, Status.SKIP}
    pair = having(nemo_toolkit="1.22.0", huggingface_hub="0.30.0")
    (found,) = compute_check("NEM013", machine(unreadable=unread, **pair))
    assert found.severity is Severity.ERROR
    (found,) = compute_check("ENV014", machine(unreadable={"packages": LOCKED}))
    assert found.status is Status.UNKNOWN


def test_without_the_packages_there_is_nothing_to_compare():
    for code in ("ENV014", "ENV015", "NEM003", "NEM013"):
        (found,) = compute_check(code, machine(packages=Packages()))
        assert found.status is Status.SKIP


def test_a_name_is_found_however_the_snapshot_spells_it():
    odd = {"versions": {"pyannote.audio": "3.3.2", "Huggingface_Hub": "1.1.0"}}
    assert len(reported("hub-use-auth-token", {"packages": Packages(**odd)})) == 1


def test_what_is_newer_than_all_that_is_known_is_a_warning_that_says_so():
    (found,) = reported("torchaudio-removed", having(torchaudio="2.9.0", pyannote_audio="3.4.0"))
    assert found.severity is Severity.ERROR
    (found,) = reported("numpy2-abi", having(numpy="2.0.0", torch="2.2.2"))
    assert found.severity is Severity.ERROR
    (found,) = reported("nemo-lhotse-sampler", having(lhotse="1.31.1", torch="9.0.0+cu160"))
    assert found.severity is Severity.WARNING
    assert "torch 9.0.0+cu160 is newer" in found.summary


def test_a_remedy_that_names_versions_can_be_kept_as_a_constraint():
    pair = having(nemo_toolkit="2.0.0rc0", huggingface_hub="0.25.2")
    (found,) = reported("nemo-modelfilter", pair)
    first, *others = found.remedies
    assert first.action.requirements == ("nemo_toolkit>=2.4",)
    assert not any(remedy.action for remedy in others)
    (found,) = reported("cuda-no-kernel", on(RTX_5090, torch="2.7.1+cu126"))
    assert not any(remedy.action for remedy in found.remedies)


def test_a_step_for_an_administrator_says_so():
    ill = next(sections for each, sections, _ in CASES if each == "torch-fbgemm")
    (found,) = reported("torch-fbgemm", ill)
    steps = [step for remedy in found.remedies for step in remedy.steps]
    assert {"(needs an administrator)" in step: step.needs_admin for step in steps} == {
        True: True,
        False: False,
    }
    assert all(step.command is None or step.endswith(f": {step.command}") for step in steps)
