"""Finds the model caches, by the rules of the programs that write them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from winasr_doctor.frameworks.nemo.files import CACHE_FOLDER, CACHE_VARIABLE

_TRUE = {"1", "ON", "YES", "TRUE"}
"""Values that huggingface_hub takes for true in a variable, in upper or lower case."""


def hub_cache(variables: Mapping[str, str]) -> str:
    """Return the folder of the Hugging Face cache, which holds model repositories.

    Source: huggingface_hub's `constants.py`: `HF_HUB_CACHE`, else its former name, else `hub`
    below `HF_HOME`, else below `$XDG_CACHE_HOME/huggingface`, else below `~/.cache`.
    """
    home = variables.get("HF_HOME") or str(
        Path(variables.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    )
    named = variables.get("HF_HUB_CACHE") or variables.get("HUGGINGFACE_HUB_CACHE")
    return _expanded(named or str(Path(home, "hub")))


def is_offline(variables: Mapping[str, str]) -> bool:
    """Return whether huggingface_hub will refuse to use the network.

    Source: huggingface_hub's `constants.py`; the second name counts if the first is not set.
    """
    value = variables.get("HF_HUB_OFFLINE") or variables.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in _TRUE


def framework_cache(variables: Mapping[str, str]) -> str:
    """Return the folder of NeMo's own cache."""
    return variables.get(CACHE_VARIABLE) or _expanded(CACHE_FOLDER)


def _expanded(path: str) -> str:
    return os.path.normpath(os.path.expandvars(os.path.expanduser(path)))  # noqa: PTH111
