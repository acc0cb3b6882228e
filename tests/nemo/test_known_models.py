"""The table of models against the installed NeMo."""

from __future__ import annotations

import inspect

import pytest

from winasr_doctor.models.known import KNOWN_MODELS
from winasr_doctor.models.model import Prompt
from winasr_doctor.models.published import DIARIZERS

MODELS = (*KNOWN_MODELS, *DIARIZERS)
CLASSES = sorted({model.nemo_class for model in MODELS} - {"SALM"})


def found(name: str) -> type | None:
    """Return a class of NeMo's speech models, wherever it is."""
    from nemo.collections.asr import models
    from nemo.collections.asr.models import asr_eou_models  # the only ones not exported

    return getattr(models, name, None) or getattr(asr_eou_models, name, None)


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_of_the_table_is_in_nemo(name: str):
    assert inspect.isclass(found(name))


@pytest.mark.parametrize(
    "model", [each for each in MODELS if each.prompt is not Prompt.NONE], ids=lambda each: each.name
)
def test_a_model_takes_its_language_as_the_table_says(model):
    taken = inspect.signature(found(model.nemo_class).transcribe).parameters
    options = model.language_options(model.languages[0])
    assert options
    assert set(options) <= set(taken) or any(
        each.kind is each.VAR_KEYWORD for each in taken.values()
    )


def test_names_are_unique_and_repositories_are_nvidias():
    assert len({model.name.casefold() for model in MODELS}) == len(MODELS)
    assert {model.repo_id.partition("/")[0] for model in MODELS} == {"nvidia"}
    assert all(0.1e9 < model.download_bytes < 7e9 for model in MODELS)
