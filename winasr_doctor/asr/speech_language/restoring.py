"""Restores a model with `SALM.from_pretrained`, with everything it needs already in the cache."""

from __future__ import annotations

from typing import Any

from winasr_doctor.asr.speech_language.network import network_off
from winasr_doctor.asr.speech_language.packages import import_salm

_TOO_MANY = 0.5
"""If more than this share of the weights is missing, the file is another model's."""


def restore(name: str, where: str, commit: str | None, device: str) -> Any:  # noqa: ANN401
    """Restore a speech-language model without any request to the Hub.

    Args:
        name: The model's name.
        where: The model's repository, or a folder.
        commit: The full hash; `None` for a folder.
        device: Torch's name of the device to load it to.

    Raises:
        MissingPackageError: NeMo's class cannot be imported.
        Exception: Whatever NeMo raises.
    """
    salm = import_salm(name)
    with network_off():
        model = salm.from_pretrained(where, revision=commit)
    return model.to(device).eval()


def left_out(model: Any, names: frozenset[str]) -> tuple[str, ...]:  # noqa: ANN401
    """Return the weights missing from a file, which NeMo silently leaves random.

    Shared weights are stored in a file only once.

    Args:
        model: The model.
        names: The names of the tensors in the file.
    """
    parameters = dict(model.named_parameters(remove_duplicate=False))
    given = {id(each) for name, each in parameters.items() if name in names}
    return tuple(name for name, each in parameters.items() if id(each) not in given)


def is_another_model(model: Any, missing: tuple[str, ...]) -> bool:  # noqa: ANN401
    """Return whether so much is missing that the file belongs to another model."""
    count = sum(1 for _ in model.parameters())
    return len(missing) > _TOO_MANY * count
