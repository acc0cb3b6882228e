"""Machines that will have a known error, each with a twin that will not."""

from __future__ import annotations

from msgspec import structs

from winasr_doctor.machine.model import (
    AudioTools,
    Environment,
    Gpu,
    Gpus,
    Packages,
    System,
    TorchBuild,
)
from winasr_doctor.testing import healthy_sections

LINUX = System(os="linux", name="Debian", version="12")


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
BINDINGS = having(nemo_toolkit="3.0.0", cuda_bindings="13.0.1", torch="2.9.1+cu128")
ON_CPU = having(nemo_toolkit="3.0.0", cuda_bindings="13.0.1", torch="2.9.1+cpu")

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
    ("cuda-graph-driver-35", {**BINDINGS, **OLD_DRIVER}, {**ON_CPU, **OLD_DRIVER}),
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
