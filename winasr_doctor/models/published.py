"""The speech models that NVIDIA publishes for NeMo, as data: what each is and what it takes.

Sources: NeMo's documentation, `docs/source/asr/asr_checkpoints.rst`; the model cards; for the
classes, NeMo 3.0.0. Sizes of files follow from the number of parameters, four bytes each, unless a
file was measured.
"""

from __future__ import annotations

from winasr_doctor.models.model import KnownModel, Prompt

_MILLION = 1_000_000
_BYTES = 4


def _split(languages: str) -> tuple[str, ...]:
    return tuple(languages.split())


_EU4 = _split("en de es fr")
_EU25 = _split("bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk")
_NEMOTRON = _split(
    "ar-AR bg-BG cs-CZ da-DK de-DE el-GR en-GB en-US es-ES es-US et-EE fi-FI fr-CA fr-FR he-IL"
    " hi-IN hr-HR hu-HU it-IT ja-JP ko-KR lt-LT lv-LV nb-NO nl-NL nn-NO pl-PL pt-BR pt-PT ro-RO"
    " ru-RU sk-SK sl-SI sv-SE th-TH tr-TR uk-UA vi-VN zh-CN zh-TW"
)

_RNNT = "EncDecRNNTBPEModel"
_CTC = "EncDecCTCModelBPE"
_HYBRID = "EncDecHybridRNNTCTCBPEModel"
_AED = "EncDecMultiTaskModel"


def _model(
    name: str,
    millions: int,
    nemo_class: str,
    languages: tuple[str, ...] = ("en",),
    *,
    size: int | None = None,
    prompt: Prompt = Prompt.NONE,
    timestamps: bool = True,
    longest: float | None = None,
    streaming: bool = False,
    common: bool = False,
) -> KnownModel:
    return KnownModel(
        name,
        f"nvidia/{name}",
        f"{name}.nemo",
        size or millions * _MILLION * _BYTES,
        nemo_class,
        languages=languages,
        prompt=prompt,
        timestamps=timestamps,
        longest=longest,
        streaming=streaming,
        common=common,
    )


def _canary(name: str, millions: int, languages: tuple[str, ...], **more: object) -> KnownModel:
    given = {"prompt": Prompt.SOURCE_AND_TARGET, "longest": 40.0, **more}
    return _model(name, millions, _AED, languages, **given)  # type: ignore[arg-type]


def _large(name: str, *languages: str, nemo_class: str = _HYBRID, **more: bool) -> KnownModel:
    return _model(name, 115, nemo_class, languages or ("en",), **more)  # type: ignore[arg-type]


PUBLISHED = (
    _model("parakeet-tdt-0.6b-v2", 618, _RNNT, size=2_472_000_000, common=True),
    _model("parakeet-tdt-0.6b-v3", 627, _RNNT, _EU25, size=2_509_000_000, common=True),
    _model("parakeet-tdt-1.1b", 1_071, _RNNT, size=4_283_000_000, common=True),
    _canary("canary-1b-v2", 978, _EU25, size=6_358_000_000, common=True),
    _canary("canary-180m-flash", 182, _EU4, size=737_000_000, common=True),
    KnownModel(
        "canary-qwen-2.5b",
        "nvidia/canary-qwen-2.5b",
        "model.safetensors",
        5_118_000_000,
        "SALM",
        extra="canary",
        timestamps=False,
        longest=40.0,
        common=True,
    ),
    _model(
        "nemotron-3.5-asr-streaming-0.6b",
        600,
        "EncDecRNNTBPEModelWithPrompt",
        _NEMOTRON,
        prompt=Prompt.TARGET,
        streaming=True,
    ),
    _model("nemotron-speech-streaming-en-0.6b", 600, _RNNT, streaming=True),
    _model("parakeet-unified-en-0.6b", 600, _RNNT, streaming=True),
    _canary("canary-1b-flash", 883, _EU4),
    _canary("canary-1b", 1_000, _EU4, timestamps=False),
    _model("parakeet-tdt_ctc-110m", 114, _HYBRID),
    _model("parakeet-tdt_ctc-1.1b", 1_100, _HYBRID),
    _model("parakeet-tdt_ctc-0.6b-ja", 600, _HYBRID, ("ja",)),
    _model("parakeet-rnnt-0.6b", 600, _RNNT),
    _model("parakeet-rnnt-1.1b", 1_100, _RNNT),
    _model("parakeet-rnnt-110m-da-dk", 110, _RNNT, ("da",)),
    _model("parakeet-ctc-0.6b", 600, _CTC),
    _model("parakeet-ctc-1.1b", 1_100, _CTC),
    _model("parakeet-ctc-0.6b-Vietnamese", 600, _CTC, ("vi",)),
    _model(
        "multitalker-parakeet-streaming-0.6b-v1",
        600,
        "EncDecMultiTalkerRNNTBPEModel",
        streaming=True,
    ),
    _model("parakeet_realtime_eou_120m-v1", 120, "EncDecRNNTBPEEOUModel", streaming=True),
    _large("stt_en_fastconformer_hybrid_large_streaming_multi", streaming=True),
    _model("stt_en_fastconformer_hybrid_medium_streaming_80ms", 32, _HYBRID, streaming=True),
    _model("stt_en_fastconformer_hybrid_medium_streaming_80ms_pc", 32, _HYBRID, streaming=True),
    _large("stt_ka_fastconformer_hybrid_transducer_ctc_large_streaming_80ms_pc", "ka"),
    _large("stt_en_fastconformer_hybrid_large_pc"),
    _large("stt_en_fastconformer_ctc_large", nemo_class=_CTC),
    _model("stt_en_fastconformer_ctc_xlarge", 600, _CTC),
    _model("stt_en_fastconformer_ctc_xxlarge", 1_200, _CTC),
    _large("stt_en_fastconformer_transducer_large", nemo_class=_RNNT),
    _model("stt_en_fastconformer_transducer_xlarge", 618, _RNNT),
    _model("stt_en_fastconformer_transducer_xxlarge", 1_200, _RNNT),
    _large("stt_en_fastconformer_tdt_large", nemo_class=_RNNT),
    _large("stt_de_fastconformer_hybrid_large_pc", "de"),
    _large("stt_es_fastconformer_hybrid_large_pc", "es"),
    _large("stt_es_fastconformer_hybrid_large_pc_nc", "es"),
    _large("stt_fr_fastconformer_hybrid_large_pc", "fr"),
    _large("stt_it_fastconformer_hybrid_large_pc", "it"),
    _large("stt_ru_fastconformer_hybrid_large_pc", "ru"),
    _large("stt_ua_fastconformer_hybrid_large_pc", "uk"),
    _large("stt_pl_fastconformer_hybrid_large_pc", "pl"),
    _large("stt_hr_fastconformer_hybrid_large_pc", "hr"),
    _large("stt_be_fastconformer_hybrid_large_pc", "be"),
    _large("stt_nl_fastconformer_hybrid_large_pc", "nl"),
    _large("stt_pt_fastconformer_hybrid_large_pc", "pt"),
    _large("stt_fa_fastconformer_hybrid_large", "fa"),
    _large("stt_ka_fastconformer_hybrid_large_pc", "ka"),
    _large("stt_hy_fastconformer_hybrid_large_pc", "hy"),
    _large("stt_ar_fastconformer_hybrid_large_pc_v1.0", "ar"),
    _large("stt_ar_fastconformer_hybrid_large_pcd_v1.0", "ar"),
    _large("stt_uz_fastconformer_hybrid_large_pc", "uz"),
    _large("stt_kk_ru_fastconformer_hybrid_large", "kk", "ru"),
)
"""The models that transcribe; first those that most people use, then the others by family."""

DIARIZERS = tuple(
    _model(name, 123, "SortformerEncLabelModel", (), timestamps=False)
    for name in (
        "diar_sortformer_4spk-v1",
        "diar_streaming_sortformer_4spk-v2",
        "diar_streaming_sortformer_4spk-v2.1",
    )
)
"""The models that find out who talks when, for `winasr_doctor.diarize`."""
