"""Known errors that a scan sees beforehand: a machine with each, and its twin without."""

from __future__ import annotations

import pytest
from msgspec import structs

from winasr_doctor.catalogue.machines import SECTIONS
from winasr_doctor.catalogue.preflight import all_foretold
from winasr_doctor.catalogue.reading import read_one
from winasr_doctor.catalogue.templates import FACTS, PARAMETRIC, facts_in
from winasr_doctor.checks.registry import own_checks
from winasr_doctor.findings import Severity, Status
from winasr_doctor.host.model import (
    AudioTools,
    Environment,
    Gpu,
    Gpus,
    Packages,
    System,
    TorchBuild,
)
from winasr_doctor.host.recorded import UnreadableSection
from winasr_doctor.scanning import scan
from winasr_doctor.testing import compute_check, healthy_sections, machine

LINUX = System(os="linux", name="Debian", version="12")
LOCKED = UnreadableSection(reason="nvidia-smi did not answer")


def packages(**versions: str) -> Packages:
    """Return installed packages; the tag of torch gives its CUDA version."""
    named = {name.replace("_", "-"): version for name, version in versions.items()}
    torch = named.get("torch")
    if torch is None:
        return Packages(versions=named)
    tag = torch.partition("+cu")[2]
    cuda = f"{tag[:-1]}.{tag[-1]}" if tag else None
    return Packages(versions=named, torch=TorchBuild(version=torch, cuda=cuda))


def gpus(*names: str, driver: str | None = None, cuda: str | None = None) -> Gpus:
    return Gpus(items=tuple(Gpu(name=name) for name in names), driver=driver, cuda=cuda)


def python(version: str):
    return structs.replace(healthy_sections()["python"], version=version)


def on(gpu: str, **versions: str) -> dict[str, object]:
    return {"packages": packages(**versions), "gpus": gpus(gpu)}


def having(**versions: str) -> dict[str, object]:
    return {"packages": packages(**versions)}


def under(version: str, **versions: str) -> dict[str, object]:
    return {"packages": packages(**versions), "python": python(version)}


def with_variable(name: str, value: str, **versions: str) -> dict[str, object]:
    return {"packages": packages(**versions), "environment": Environment(variables={name: value})}


RTX_5090, RTX_4090, GTX_1080, V100 = (
    "NVIDIA GeForce RTX 5090",
    "NVIDIA GeForce RTX 4090 Laptop GPU",
    "NVIDIA GeForce GTX 1080 Ti",
    "Tesla V100-SXM2-16GB",
)
OLD_DRIVER = {"gpus": gpus(RTX_4090, driver="576.80", cuda="12.9")}
NEW_DRIVER = {"gpus": gpus(RTX_4090, driver="581.15", cuda="13.0")}
BINDINGS = having(nemo_toolkit="3.0.0", cuda_bindings="13.0.1")

CASES = [
    ("nemo-sigkill", having(nemo_toolkit="2.2.1"), having(nemo_toolkit="2.3.0")),
    ("nemo-sigkill", having(nemo_toolkit="2.0.0"), having(nemo_toolkit="1.23.0")),
    (
        "nemo-lhotse-sampler",
        having(lhotse="1.32.1", torch="2.13.0+cu130"),
        having(lhotse="1.32.2", torch="2.13.0+cu130"),
    ),
    (
        "nemo-modelfilter",
        having(nemo_toolkit="1.22.0", huggingface_hub="0.24.0"),
        having(nemo_toolkit="1.22.0", huggingface_hub="0.23.5"),
    ),
    (
        "nemo-modelfilter",
        having(nemo_toolkit="2.0.0rc0", huggingface_hub="0.25.2"),
        having(nemo_toolkit="2.0.0rc1", huggingface_hub="0.25.2"),
    ),
    (
        "numpy2-pyarrow",
        having(numpy="1.26.4", pyarrow="26.0.1"),
        having(numpy="1.26.4", pyarrow="25.0.0"),
    ),
    (
        "numpy-sctypes",
        having(nemo_toolkit="2.3.2", numpy="2.0.0"),
        having(nemo_toolkit="2.4.1", numpy="2.2.6"),
    ),
    (
        "numpy-sctypes",
        {**having(nemo_toolkit="2.2.1", numpy="2.0.0"), "system": LINUX},
        {**having(nemo_toolkit="2.2.1", numpy="1.26.4"), "system": LINUX},
    ),
    (
        "numpy-sctypes",
        having(pyannote_audio="3.1.1", numpy="2.1.3"),
        having(pyannote_audio="3.3.2", numpy="2.1.3"),
    ),
    ("cuda-graph-driver-35", {**BINDINGS, **OLD_DRIVER}, {**BINDINGS, **NEW_DRIVER}),
    ("cuda-no-kernel", on(RTX_5090, torch="2.6.0+cu124"), on(RTX_5090, torch="2.7.0+cu128")),
    ("cuda-no-kernel", on(GTX_1080, torch="2.9.1+cu130"), on(GTX_1080, torch="2.9.1+cu126")),
    ("cuda-no-kernel", on(V100, torch="2.11.0+cu128"), on(V100, torch="2.9.1+cu128")),
    ("cuda-no-kernel", on("Tesla K80", torch="2.3.1+cu121"), on(RTX_4090, torch="1.13.1+cu117")),
    ("cufft-status", on(RTX_4090, torch="2.0.1+cu117"), on(RTX_4090, torch="2.0.1+cu118")),
    (
        "ct2-no-kernel",
        on("NVIDIA GeForce GTX 970", ctranslate2="4.4.0", torch="2.5.1+cu124"),
        on("NVIDIA GeForce GTX 970", ctranslate2="3.24.0", torch="2.3.1+cu118"),
    ),
    (
        "ct2-int8-blackwell",
        on(RTX_5090, ctranslate2="4.5.0", torch="2.8.0+cu128"),
        on(RTX_5090, ctranslate2="4.6.2", torch="2.8.0+cu128"),
    ),
    (
        "ct2-cudnn9",
        on(RTX_4090, ctranslate2="4.5.0", torch="2.8.0+cpu"),
        on(RTX_4090, ctranslate2="4.5.0", nvidia_cudnn_cu12="9.1.0.70"),
    ),
    (
        "ct2-cudnn9",
        on(RTX_4090, ctranslate2="4.6.0", torch="2.3.1+cu121"),
        on(RTX_4090, ctranslate2="4.6.0", torch="2.4.0+cu121"),
    ),
    (
        "ct2-cudnn8",
        on(RTX_4090, ctranslate2="4.4.0", torch="2.5.1+cu124"),
        on(RTX_4090, ctranslate2="4.4.0", torch="2.3.1+cu121"),
    ),
    (
        "ct2-cudnn8",
        on(RTX_4090, ctranslate2="4.4.0"),
        {**having(ctranslate2="4.4.0"), "gpus": gpus()},
    ),
    (
        "ct2-cublas",
        on(RTX_4090, ctranslate2="4.8.1", torch="2.9.1+cu130"),
        on(RTX_4090, ctranslate2="4.8.1", torch="2.9.1+cu128"),
    ),
    (
        "ct2-cublas",
        on(RTX_4090, ctranslate2="4.8.1"),
        on(RTX_4090, ctranslate2="4.8.1", nvidia_cublas_cu12="12.8.4.1"),
    ),
    (
        "torchaudio-pair",
        having(torch="2.8.0+cu128", torchaudio="2.7.1+cu128", soundfile="0.13.1"),
        having(torch="2.8.0+cu128", torchaudio="2.8.1+cu128"),
    ),
    (
        "torchaudio-pair",
        having(torch="2.13.0+cu130", torchaudio="2.11.0+cu128"),
        having(torch="2.13.0+cu130", torchaudio="2.11.0"),
    ),
    (
        "torchvision-pair",
        having(torch="2.6.0+cu124", torchvision="0.20.1+cu124"),
        having(torch="2.6.0+cu124", torchvision="0.21.0+cu126"),
    ),
    (
        "torchvision-pair",
        having(torch="2.9.1+cu130", torchvision="0.24.1+cu128"),
        having(torch="2.9.1+cu130", torchvision="0.24.1+cpu"),
    ),
    (
        "torchcodec-load",
        having(torch="2.9.1+cu128", torchcodec="0.7.0"),
        having(torch="2.9.1+cu128", torchcodec="0.8.1"),
    ),
    (
        "torchaudio-removed",
        having(torchaudio="2.9.0", speechbrain="1.0.3"),
        having(torchaudio="2.8.0", speechbrain="1.0.3"),
    ),
    (
        "torchaudio-removed",
        having(torchaudio="2.9.0", pyannote_audio="3.4.0"),
        having(torchaudio="2.9.0", pyannote_audio="4.0.1"),
    ),
    (
        "torchaudio-needs-torchcodec",
        having(torchaudio="2.9.0"),
        having(torchaudio="2.9.0", torchcodec="0.9.1"),
    ),
    (
        "torchaudio-no-backend",
        having(torchaudio="2.8.0"),
        having(torchaudio="2.8.0", soundfile="0.13.1"),
    ),
    ("torch-fbgemm", having(torch="2.4.0+cu121"), having(torch="2.4.1+cu121")),
    (
        "weights-only",
        having(torch="2.6.0", pyannote_audio="3.3.2", lightning="2.6.0"),
        having(torch="2.6.0", pyannote_audio="3.3.2", lightning="2.5.5"),
    ),
    (
        "weights-only",
        having(torch="2.6.0", pyannote_audio="3.3.2", pytorch_lightning="2.6.0"),
        having(torch="2.5.1", pyannote_audio="3.3.2", pytorch_lightning="2.6.0"),
    ),
    (
        "torch-load-cve",
        having(torch="2.5.1", transformers="4.53.0"),
        having(torch="2.6.0", transformers="4.53.0"),
    ),
    (
        "tf-torch-missing",
        having(torch="2.3.1", transformers="5.0.0"),
        having(torch="2.6.0", transformers="5.0.0"),
    ),
    ("sb-k2", having(speechbrain="1.0.3"), having(speechbrain="1.1.2")),
    (
        "wx-transcription-options",
        having(whisperx="3.1.1", faster_whisper="1.0.0"),
        having(whisperx="3.2.0", faster_whisper="1.1.0"),
    ),
    (
        "pa-audiodecoder",
        having(pyannote_audio="4.0.1"),
        having(pyannote_audio="4.0.1", torchcodec="0.7.0"),
    ),
    (
        "ct2-pkg-resources",
        having(ctranslate2="4.6.0", setuptools="82.0.0"),
        having(ctranslate2="4.6.0", setuptools="80.9.0"),
    ),
    (
        "hub-use-auth-token",
        having(huggingface_hub="1.0.0", pyannote_audio="3.3.2"),
        having(huggingface_hub="0.36.0", pyannote_audio="3.3.2"),
    ),
    (
        "hub-use-auth-token",
        having(huggingface_hub="2.4.0", speechbrain="1.0.3"),
        having(huggingface_hub="2.4.0", speechbrain="1.1.2"),
    ),
    (
        "hub-version-gate",
        having(transformers="4.57.1", huggingface_hub="1.0.0"),
        having(transformers="4.57.1", huggingface_hub="0.36.0"),
    ),
    (
        "hub-too-old",
        having(transformers="5.23.0", huggingface_hub="0.36.0"),
        having(transformers="5.23.0", huggingface_hub="2.4.0"),
    ),
    (
        "hub-too-old",
        having(transformers="4.55.0", huggingface_hub="0.30.0"),
        having(transformers="4.51.0", huggingface_hub="0.30.0"),
    ),
    (
        "hub-removed-names",
        having(gradio="4.44.1", huggingface_hub="1.2.0"),
        having(gradio="4.44.1", huggingface_hub="0.36.0"),
    ),
    (
        "hub-hf-transfer",
        with_variable("HF_HUB_ENABLE_HF_TRANSFER", "1", huggingface_hub="0.34.0"),
        with_variable("HF_HUB_ENABLE_HF_TRANSFER", "1", huggingface_hub="1.0.0"),
    ),
    (
        "gr-bool-schema",
        having(gradio="4.44.1", pydantic="2.11.0"),
        having(gradio="4.44.1", pydantic="2.10.6"),
    ),
    (
        "gr-fastapi-request",
        having(gradio="4.36.0", fastapi="0.113.0"),
        having(gradio="4.44.1", fastapi="0.113.0"),
    ),
    (
        "gr-jinja",
        having(gradio="4.44.1", starlette="1.0.0"),
        having(gradio="4.44.1", starlette="0.48.0"),
    ),
    ("numpy2-abi", having(numpy="2.0.0", torch="2.2.2"), having(numpy="2.0.0", torch="2.3.0")),
    ("numba-numpy", having(numba="0.59.1", numpy="2.0.0"), having(numba="0.60.0", numpy="2.0.2")),
    ("numba-numpy", having(numba="0.61.0", numpy="2.2.0"), having(numba="0.61.2", numpy="2.2.0")),
    (
        "ffmpeg-missing",
        {**having(openai_whisper="20250625"), "audio_tools": AudioTools()},
        {**having(openai_whisper="20250625"), "audio_tools": AudioTools(ffmpeg="C:\\ffmpeg.exe")},
    ),
    (
        "ffmpeg-missing",
        {**having(whisperx="3.4.2"), "audio_tools": AudioTools()},
        {**having(nemo_toolkit="3.0.0"), "audio_tools": AudioTools()},
    ),
    (
        "gr-localhost",
        with_variable("HTTP_PROXY", "http://proxy:3128", gradio="6.31.0"),
        with_variable("NO_PROXY", "localhost", gradio="6.31.0"),
    ),
    ("soundfile-frames", having(pysoundfile="0.9.0"), having(soundfile="0.13.1")),
    ("whisper-wrong-package", having(whisper="1.1.10"), having(openai_whisper="20250625")),
    (
        "pydub-audioop",
        under("3.13.2", pydub="0.25.1"),
        under("3.13.2", pydub="0.25.1", audioop_lts="0.2.1"),
    ),
    ("pydub-audioop", under("3.14.0", pydub="0.25.1"), under("3.12.10", pydub="0.25.1")),
    (
        "sunset-stdlib",
        under("3.13.2", speechrecognition="3.10.4"),
        under("3.13.2", speechrecognition="3.14.0"),
    ),
    ("sunset-stdlib", under("3.13.2", audioread="3.0.1"), under("3.13.2", audioread="3.1.0")),
]
"""A known error, what a machine has that will have it, and a twin that will not."""

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
