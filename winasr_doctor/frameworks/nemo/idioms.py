"""Recognises NeMo's calls in an app's source."""

from __future__ import annotations

import re

from winasr_doctor.frameworks.nemo.names import PACKAGE

_LOADER = re.compile(r"(?:nemo_asr\.models\.)\w+|(?:\w+\.)*(?:ASRModel|EncDec\w+)")


def takes_no_revision(name: str) -> bool:
    """Return whether a class's `from_pretrained` has no `revision` argument.

    NeMo's speech-language models (`speechlm2`, such as SALM) do have one. Source: NeMo,
    `nemo/core/classes/common.py` and `collections/speechlm2/parts/hf_hub.py`.

    Args:
        name: The complete dotted name of the class.
    """
    with_one = f"{PACKAGE}.collections.speechlm2"
    return name.startswith(f"{PACKAGE}.") and not name.startswith(with_one)


def is_spelled_like_one(name: str) -> bool:
    """Return whether a name whose import is not visible usually means a NeMo model class.

    Args:
        name: The name as written, such as `nemo_asr.models.ASRModel`.
    """
    return _LOADER.fullmatch(name) is not None
