from pathlib import Path

import pytest

from winasr_doctor.machine.live import cache_folders

HOME = Path("~").expanduser()


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({}, HOME / ".cache/huggingface/hub"),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/huggingface/hub")),
        ({"HF_HOME": "/hf", "XDG_CACHE_HOME": "/x"}, Path("/hf/hub")),
        ({"HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"}, Path("/old")),
        ({"HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"}, Path("/new")),
        ({"HF_HOME": "~/models"}, HOME / "models/hub"),
        ({"HF_HOME": ""}, HOME / ".cache/huggingface/hub"),
    ],
)
def test_the_hubs_cache_is_found_by_its_own_rules(variables, folder):
    assert cache_folders.hub_cache(variables) == str(folder)


@pytest.mark.parametrize(
    ("variables", "offline"),
    [
        ({}, False),
        ({"HF_HUB_OFFLINE": "1"}, True),
        ({"HF_HUB_OFFLINE": "true"}, True),
        ({"HF_HUB_OFFLINE": "0"}, False),
        ({"TRANSFORMERS_OFFLINE": "yes"}, True),
        ({"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"}, False),
        ({"HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": "ON"}, True),
    ],
)
def test_offline_is_what_the_hub_takes_for_true(variables, offline):
    assert cache_folders.is_offline(variables) is offline


def test_nemos_cache_is_where_its_variable_says():
    assert cache_folders.framework_cache({"NEMO_CACHE_DIR": "/models"}) == "/models"


def test_nemos_cache_lies_beside_torchs_by_default():
    assert cache_folders.framework_cache({}) == str(HOME / ".cache/torch/NeMo")
