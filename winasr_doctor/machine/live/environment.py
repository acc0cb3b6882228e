"""Reads the relevant environment variables, by an allow-list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from winasr_doctor._util.safe_text import without_surrogates
from winasr_doctor.machine.model import Environment

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

SECRET = "<set>"  # noqa: S105 - stands in for a secret

RECORDED = {
    "TMPDIR": "tempfile's first choice",
    "TEMP": "tempfile's second choice, and Windows' own",
    "TMP": "tempfile's third choice; GetTempPath's first",
    "GRADIO_TEMP_DIR": "where a Gradio page keeps uploads",
    "USERPROFILE": "the home folder with the caches",
    "LOCALAPPDATA": "where tempfile and sync clients look",
    "APPDATA": "where sync clients look",
    "ProgramData": "where Defender's platform is",
    "ProgramFiles": "a target of exclusions",
    "SystemRoot": "tempfile's fallback, and where nvidia-smi is",
    "SystemDrive": "a part of other settings",
    "HF_HOME": "moves the Hugging Face cache",
    "HF_HUB_CACHE": "moves the Hub's part of it",
    "HUGGINGFACE_HUB_CACHE": "its former name",
    "HF_ASSETS_CACHE": "moves the other part of it",
    "XDG_CACHE_HOME": "moves the Hugging Face cache when HF_HOME does not",
    "HF_ENDPOINT": "another Hub than huggingface.co",
    "HF_HUB_OFFLINE": "downloads fail, the cache must hold the revision",
    "TRANSFORMERS_OFFLINE": "the same, by its older name",
    "HF_HUB_DISABLE_SYMLINKS": "the cache copies files instead of linking them",
    "HF_HUB_DISABLE_SYMLINKS_WARNING": "hides that the cache copies files",
    "HF_HUB_DISABLE_XET": "how downloads are made",
    "HF_HUB_ENABLE_HF_TRANSFER": "how downloads were made before",
    "HF_HUB_DOWNLOAD_TIMEOUT": "when a download gives up",
    "HF_HUB_ETAG_TIMEOUT": "when the Hub counts as unreachable",
    "NEMO_CACHE_DIR": "moves NeMo's cache",
    "TORCH_HOME": "moves torch's cache",
    "NUMBA_CACHE_DIR": "moves numba's cache",
    "CUDA_VISIBLE_DEVICES": "hides GPUs",
    "CUDA_PATH": "a CUDA toolkit beside torch's own",
    "PYTORCH_ALLOC_CONF": "how torch asks for GPU memory",
    "PYTORCH_CUDA_ALLOC_CONF": "its former name",
    "KMP_DUPLICATE_LIB_OK": "hides that two OpenMP libraries are loaded",
    "OMP_NUM_THREADS": "how many threads torch uses",
    "PYTHONUTF8": "the encoding of files and of the console",
    "PYTHONIOENCODING": "the encoding of the console",
    "PYTHONPATH": "packages from elsewhere",
    "PYTHONHOME": "another Python's library",
    "VIRTUAL_ENV": "the active virtual environment",
    "CONDA_PREFIX": "the active conda environment",
    "OneDrive": "OneDrive's folder",
    "OneDriveConsumer": "the personal OneDrive's folder",
    "OneDriveCommercial": "the business OneDrive's folder",
    "HTTP_PROXY": "how the Hub is reached",
    "HTTPS_PROXY": "how the Hub is reached",
    "ALL_PROXY": "how the Hub is reached",
    "NO_PROXY": "what is reached without a proxy",
    "REQUESTS_CA_BUNDLE": "whose certificates are trusted",
    "CURL_CA_BUNDLE": "whose certificates are trusted",
    "SSL_CERT_FILE": "whose certificates are trusted",
}
"""Each variable, in its usual spelling, and what it changes.

Sources: Python's `tempfile` documentation; huggingface_hub, "Environment variables"; NeMo's
`nemo/utils/data_utils.py`; PyTorch, "CUDA semantics"; Gradio, "Environment Variables".
"""

SECRETS = {
    "HF_TOKEN": "gated models",
    "HUGGING_FACE_HUB_TOKEN": "its former name",
    "NGC_API_KEY": "models from NVIDIA's catalogue",
}
"""Variables recorded as set, without their value. Sources: huggingface_hub, "Environment
variables"; NVIDIA NIM, "Environment Variables"."""

URLS = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_ENDPOINT"})
"""Variables recorded without the user and password that they may hold. Sources: curl(1),
"ENVIRONMENT"; huggingface_hub, "Environment variables"."""

_CREDENTIALS = re.compile(
    r"(?:(?<=://)|^(?![A-Za-z][A-Za-z0-9+.-]*://))"
    r"(?:[^/]*@|[^/@:]*:(?!\d+(?:/|$)).*@)"
)
"""A password may hold a slash that its owner should have escaped."""


def read(host: LiveMachine) -> Environment:
    """Read the environment that the app is started with."""
    return recorded(host.variables)


def recorded(variables: Mapping[str, str]) -> Environment:
    """Keep the variables on the allow-list, without credentials and empty values.

    Args:
        variables: Names are compared without case, as on Windows, and as everywhere for proxies.
    """
    allowed = {name.upper(): name for name in (*RECORDED, *SECRETS)}
    kept: dict[str, str] = {}
    for variable, value in variables.items():
        name = allowed.get(variable.upper())
        if name is None or not value:
            continue
        kept[name] = SECRET if name in SECRETS else without_surrogates(value)
        if name in URLS:
            kept[name] = _CREDENTIALS.sub("", kept[name])
    return Environment(variables=dict(sorted(kept.items())))
