"""Where the model caches lie, by the rules of those who write them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_TRUE = {"1", "ON", "YES", "TRUE"}
"""What huggingface_hub takes for true in a variable, in any case."""


def hub_cache(variables: Mapping[str, str]) -> str:
    """Return the Hugging Face cache, where model repositories lie.

    Source: huggingface_hub's `constants.py`: `HF_HUB_CACHE`, else its former name, else `hub`
    below `HF_HOME`, else below `$XDG_CACHE_HOME/huggingface`, else below `~/.cache`.
    """
    home = variables.get("HF_HOME") or str(
        Path(variables.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    )
    named = variables.get("HF_HUB_CACHE") or variables.get("HUGGINGFACE_HUB_CACHE")
    return _expanded(named or str(Path(home, "hub")))


def is_offline(variables: Mapping[str, str]) -> bool:
    """Tell whether huggingface_hub will refuse to use the network.

    Source: huggingface_hub's `constants.py`; the second name counts where the first is not set.
    """
    value = variables.get("HF_HUB_OFFLINE") or variables.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in _TRUE


def nemo_cache(variables: Mapping[str, str]) -> str:
    """Return the folder of NeMo's own cache, of all its versions.

    Source: `resolve_cache_dir` in NeMo's `nemo/utils/data_utils.py`.
    """
    return variables.get("NEMO_CACHE_DIR") or _expanded("~/.cache/torch/NeMo")


def _expanded(path: str) -> str:
    return os.path.normpath(os.path.expandvars(os.path.expanduser(path)))  # noqa: PTH111
