"""Lists the catalogue's tables with the month of their data."""

from __future__ import annotations

import datetime as dt

from winasr_doctor._util.dated import Dated
from winasr_doctor.catalogue.tables import table


def _made(name: str) -> dt.date:
    year, month = table(name)["dated"].split("-")
    return dt.date(int(year), int(month), 1)


GPU_BUILDS = Dated(
    "which GPUs each CUDA build of torch runs on",
    _made("gpu_builds"),
    table("gpu_builds"),
    "read PYTORCH_RELEASES_CODE_CC in torch/cuda/__init__.py",
)
TORCH_PARTNERS = Dated(
    "which torchaudio, torchvision and torchcodec belong to which torch",
    _made("torch_partners"),
    table("torch_partners"),
    "read what the newest torchaudio and torchvision require, and torchcodec's README",
)
CTRANSLATE2 = Dated(
    "what each CTranslate2 needs of CUDA and cuDNN",
    _made("ctranslate2"),
    table("ctranslate2"),
    "read CTranslate2's changelog",
)
NUMBERS = Dated(
    "what numbers of CUDA errors and exit codes mean",
    _made("numbers"),
    table("numbers"),
    "read cudaError_t in CUDA's documentation, and ntstatus.h",
)
PACKAGES = Dated(
    "modules whose package has another name",
    _made("packages"),
    table("packages"),
    "read the packages' own documentation",
)
