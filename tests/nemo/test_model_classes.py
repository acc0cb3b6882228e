"""A tiny model of random weights of each class in the table of models: loaded and transcribed.

The Sortformer is in `test_diarizing`, Canary-Qwen's class in `tests/canary`.
"""

from __future__ import annotations

import copy
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.asr import LoadStatus, TranscribeStatus, load_model, transcribe
from winasr_doctor.frameworks.nemo.calls import ask_for_confidence
from winasr_doctor.locks import RetryPolicy, sweep
from winasr_doctor.models.published import PUBLISHED

from . import tiny_canary
from .conftest import F3, KLATT3, NEMO_FILE, Locks
from .test_known_models import found

Config = dict[str, Any]

_CTC = {
    "_target_": "nemo.collections.asr.modules.ConvASRDecoder",
    "feat_in": 64,
    "num_classes": -1,
    "vocabulary": [],
}


def rnnt(base: Config) -> Config:
    config = copy.deepcopy(base)
    config["joint"]["num_extra_outputs"] = 0
    config["decoding"] = {"strategy": "greedy_batch", "greedy": {"max_symbols": 5}}
    config["loss"] = {"loss_name": "default", "warprnnt_numba_kwargs": {}}
    return config


def ctc(base: Config) -> Config:
    kept = {key: base[key] for key in ("sample_rate", "tokenizer", "preprocessor", "encoder")}
    return copy.deepcopy({**kept, "decoder": _CTC, "decoding": {"strategy": "greedy_batch"}})


def hybrid(base: Config) -> Config:
    decoding = {"strategy": "greedy_batch"}
    aux = {"ctc_loss_weight": 0.3, "use_cer": False, "ctc_reduction": "mean_batch"}
    return {**rnnt(base), "aux_ctc": {**aux, "decoder": dict(_CTC), "decoding": decoding}}


def prompted(config: Config) -> Config:
    prompts = {"initialize_prompt_feature": True, "num_prompts": 8}
    config["model_defaults"] |= {**prompts, "prompt_dictionary": {"en-US": 0, "de-DE": 1}}
    return config


def streaming(base: Config) -> Config:
    config = rnnt(base)
    config["encoder"] |= {
        "att_context_size": [[8, 1], [8, 0]],
        "att_context_style": "chunked_limited",
        "causal_downsampling": True,
        "conv_context_size": "causal",
        "conv_norm_type": "layer_norm",
    }
    config["preprocessor"]["normalize"] = "NA"
    return config


MAKERS: dict[str, tuple[str, Callable[[Config], Config]]] = {
    "TDT": ("EncDecRNNTBPEModel", copy.deepcopy),
    "RNN-T": ("EncDecRNNTBPEModel", rnnt),
    "streaming": ("EncDecRNNTBPEModel", streaming),
    "CTC": ("EncDecCTCModelBPE", ctc),
    "hybrid": ("EncDecHybridRNNTCTCBPEModel", hybrid),
    "prompt": ("EncDecRNNTBPEModelWithPrompt", lambda base: prompted(rnnt(base))),
    "hybrid with prompt": (
        "EncDecHybridRNNTCTCBPEModelWithPrompt",
        lambda base: prompted(hybrid(base)),
    ),
    "end of utterance": ("EncDecRNNTBPEEOUModel", rnnt),
}
CANARY = "EncDecMultiTaskModel"


@pytest.fixture(scope="module")
def base(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Return the bundled model's configuration, with its tokenizer in a folder."""
    from omegaconf import OmegaConf

    folder = tmp_path_factory.mktemp("tokenizer")
    with tarfile.open(NEMO_FILE) as archive:
        archive.extractall(folder)  # noqa: S202 - our own
    config: Config = OmegaConf.to_container(model.cfg)
    data = ("train_ds", "validation_ds", "test_ds", "optim", "target", "nemo_version")
    kept = {key: value for key, value in config.items() if key not in data}
    return {**kept, "tokenizer": {"dir": str(folder), "type": "bpe"}}


@pytest.fixture(params=[*MAKERS, "Canary"])
def archive(request: Any, base: Config, tmp_path: Path) -> tuple[Path, str]:
    """Make a model of one kind; return its file and its class."""
    import torch
    from omegaconf import OmegaConf

    torch.manual_seed(1)
    path = tmp_path / "tiny.nemo"
    if request.param == "Canary":
        tiny_canary.write(path, base, ctc(base))
        return path, CANARY
    kind, make = MAKERS[request.param]
    found(kind)(cfg=OmegaConf.create(make(base))).eval().save_to(str(path))  # type: ignore[misc]
    return path, kind


@pytest.mark.usefixtures("virtual_clock")
def test_a_model_of_each_class_loads_and_transcribes_in_spite_of_locks(
    archive: tuple[Path, str], locks: Locks, scratch: Path
):
    path, kind = archive
    short = RetryPolicy(total=0.1)
    free = load_model(path, device="cpu", scan=False)
    assert (free.status, type(free.model).__name__) == (LoadStatus.LOADED, kind)
    locks.lock("model_weights.ckpt")
    held = load_model(path, device="cpu", scan=False, policy=short)
    assert held.status is LoadStatus.LOADED_CLEANUP_FAILED
    assert locks.refused
    told = {"target_lang": "de-DE"} if "Prompt" in kind else {}
    confident = kind != CANARY  # it searches with a beam, which gives no confidences
    texts = []
    for loaded in (free, held):
        ask_for_confidence(loaded.model)
        outcome = transcribe(loaded.model, KLATT3[0], timestamps=True, policy=short, **told)
        assert outcome.status is TranscribeStatus.TRANSCRIBED, outcome.message
        (heard,) = outcome.transcripts
        assert [word.text for word in heard.words] == heard.text.split()
        assert all(0 <= (word.confidence or 0) <= 1 for word in heard.words)
        assert all((word.confidence is not None) == confident for word in heard.words)
        texts.append(heard.text)
    assert texts[0] == texts[1] != ""
    locks.release()
    sweep()
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("virtual_clock")
@pytest.mark.parametrize("archive", ["Canary"], indirect=True)
def test_canary_hears_the_language_and_keeps_its_texts_when_its_files_are_locked(
    archive: tuple[Path, str], locks: Locks, monkeypatch: pytest.MonkeyPatch
):
    model = load_model(archive[0], device="cpu", scan=False).model
    decode, prompts = model.decoding.decode_predictions_tensor, []

    def heard(**given: Any) -> Any:
        prompts.append(model.tokenizer.ids_to_text(given["decoder_input_ids"][0].tolist()))
        return decode(**given)

    monkeypatch.setattr(model.decoding, "decode_predictions_tensor", heard)
    canary = next(each for each in PUBLISHED if each.name == "canary-1b-v2")
    recordings = [KLATT3[0], F3[0]]
    for language in tiny_canary.LANGUAGES:
        told = canary.language_options(language)
        free = transcribe(model, recordings, timestamps=True, scan=False, **told)
        assert free.status is TranscribeStatus.TRANSCRIBED, free.message
        locks.lock("*.wav")
        locks.lock("manifest.json")
        held = transcribe(model, recordings, timestamps=True, scan=False, **told)
        assert held.status is TranscribeStatus.TRANSCRIBED_CLEANUP_FAILED
        assert {Path(each).name for each in locks.refused} >= {"0.wav", "1.wav", "manifest.json"}
        assert held.transcripts == free.transcripts
        locks.release()
        assert all(f"<|{language}|><|{language}|>" in each for each in prompts)
        prompts.clear()
    sweep()
    unknown = transcribe(model, recordings, scan=False, **canary.language_options("xx"))
    assert unknown.status is TranscribeStatus.TRANSCRIBE_FAILED


def test_a_model_that_must_be_told_who_talks_loads_and_is_refused_in_words(
    base: Config, tmp_path: Path
):
    from omegaconf import OmegaConf

    kind: Any = found("EncDecMultiTalkerRNNTBPEModel")
    path = tmp_path / "tiny.nemo"
    kind(cfg=OmegaConf.create(rnnt(base))).eval().save_to(str(path))
    loaded = load_model(path, device="cpu", scan=False)
    assert isinstance(loaded.model, kind)
    outcome = transcribe(loaded.model, KLATT3[0])
    assert outcome.status is TranscribeStatus.TRANSCRIBE_FAILED
    assert "must be told who talks when" in str(outcome.message)
    assert "parakeet-unified-en-0.6b" in str(outcome.message)


def test_the_classes_that_are_not_tried_here_are_these():
    tried = {CANARY, *(kind for kind, _ in MAKERS.values())}
    untried = {model.nemo_class for model in PUBLISHED} - tried
    assert untried == {"EncDecMultiTalkerRNNTBPEModel", "SALM"}
