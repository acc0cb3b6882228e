"""The imports to try in an environment that runs NeMo's speech models."""

from __future__ import annotations

from typing import NamedTuple


class ImportCandidate(NamedTuple):
    """One import to try.

    Attributes:
        name: The module.
        distribution: The normalised name of the distribution that has it.
        needs_gpu: Whether a machine without a GPU is expected to fail.
        statement: The Python statement.
    """

    name: str
    distribution: str
    statement: str
    needs_gpu: bool = False


IMPORTS = (
    ImportCandidate("torch", "torch", "import torch"),
    ImportCandidate(
        "torch.cuda",
        "torch",
        "import torch; (torch.zeros(1, device='cuda') + 1).item()",
        needs_gpu=True,
    ),
    ImportCandidate("nemo.collections.asr", "nemo-toolkit", "import nemo.collections.asr"),
    ImportCandidate("lhotse", "lhotse", "import lhotse"),
    ImportCandidate("soundfile", "soundfile", "import soundfile"),
)
"""In the order of their dependencies: the first that fails explains the others."""
