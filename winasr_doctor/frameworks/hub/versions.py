"""What huggingface_hub does with symbolic links, by version."""

from __future__ import annotations

PROBES_FIRST = (1, 33, 0)
"""From here on, no thread makes a link before another one has found out whether links work.
Source: `are_symlinks_supported` in `file_download.py` of 1.32.0 and 1.33.0; issue 4915."""

LINK_SWITCH = "HF_HUB_DISABLE_SYMLINKS"
"""Environment variable that makes the client copy files instead of linking them."""

HAS_LINK_SWITCH = (1, 9, 0)
"""The first version that reads it. Source: `constants.py`; absent in 1.8.0."""

_TRUE = frozenset({"1", "ON", "YES", "TRUE"})
"""Values that switch something on. Source: `constants.py`, `ENV_VARS_TRUE_VALUES`."""


def makes_no_links(value: str | None) -> bool:
    """Return whether the variable's value keeps the client from making links."""
    return (value or "").upper() in _TRUE
