"""NEM004, NEM005: what some models and recordings need in addition to NeMo's `[asr]`."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import known, pip_install
from winasr_doctor.checks.base import check
from winasr_doctor.checks.nemo.common import PIP_READS, nemo_version
from winasr_doctor.checks.predicted_errors import foretold
from winasr_doctor.findings import Finding, Install, Remedy, Status, Step, info, ok, resting_on
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import AudioTools
from winasr_doctor.models.known import CANARY_NEEDS, CANARY_QWEN, CANARY_REQUIREMENTS

FFMPEG_STEPS = {
    "windows": (
        Step("Install it", "winget install --id Gyan.FFmpeg --exact", "powershell"),
        Step("Open a new window, so that PATH is read again, and check", "ffmpeg -version"),
    ),
    "linux": (
        Step("Install it", "sudo apt-get install ffmpeg", "sh", needs_admin=True),
        Step("Check", "ffmpeg -version"),
    ),
    "darwin": (Step("Install it", "brew install ffmpeg", "sh"), Step("Check", "ffmpeg -version")),
}


@check("NEM004", reads=(*PIP_READS, "hub_cache"))
def canary_qwen(host: Machine) -> Iterable[Finding]:
    """Packages that Canary-Qwen needs beyond NeMo's [asr] are missing.

    **What.** `peft` and `accelerate`.
    **Why.** Canary-Qwen is not loaded from a `.nemo` file but through NeMo's `speechlm2`, whose
    first import fails with `No module named 'peft'`. Parakeet and the other Canary models do
    not need it.
    **Decided by.** The installed distributions. Whether Canary-Qwen is in the Hugging Face cache
    only changes the wording.
    **Do.** Install the two packages, but not the extra `[speechlm2]`: it brings pynini and
    pyopenjtalk, which have no usable Windows wheels.
    **Source.** `nemo/collections/speechlm2/models`; NeMo 3.0.0's metadata; PyPI's files of
    pynini and pyopenjtalk.
    """
    version = nemo_version(host)
    missing = [name for name in CANARY_REQUIREMENTS if host.packages.version(name) is None]
    cache = known(host, "hub_cache")
    cached = bool(cache and cache.repo(CANARY_QWEN))
    evidence = {"nemo_toolkit": version, "missing": missing, "cached": cached}
    if not missing:
        found = ok("peft and accelerate, which Canary-Qwen needs, are installed", evidence)
        yield resting_on(CANARY_NEEDS, found)
        return
    names = " and ".join(missing)
    summary = (
        f"Canary-Qwen, which is in the Hugging Face cache, cannot be loaded without {names}"
        if cached
        else f"Canary-Qwen, if you want to use it, cannot be loaded without {names}"
    )
    wanted = Install(tuple(CANARY_REQUIREMENTS[name].strip('"') for name in missing))
    found = info(summary, evidence, [pip_install(host, "Install what Canary-Qwen needs", wanted)])
    yield resting_on(CANARY_NEEDS, found)


@check("NEM005", reads=(*PIP_READS, "audio_tools"))
def compressed_audio(host: Machine) -> Iterable[Finding]:
    """There is no ffmpeg for recordings in m4a, mp4 or webm.

    **What.** Whether `ffmpeg` is on PATH.
    **Why.** NeMo reads wav, flac and ogg by itself, and mp3 with libsndfile 1.1 or later.
    Recordings from phones and browsers (m4a, mp4, webm) need ffmpeg. Without it, NeMo's error
    names the format, or a missing `ffprobe`, or nothing useful.
    openai-whisper and WhisperX read every recording with ffmpeg.
    **Decided by.** The programs on PATH. A note if only NeMo is installed, a warning with
    openai-whisper or WhisperX.
    **Do.** Install ffmpeg, or convert recordings to mono wav elsewhere. Mono matters: a stereo
    file fails in NeMo by default.
    **Source.** libsndfile's list of formats; pydub's README (ffmpeg and ffprobe).
    """
    tools = host.audio_tools
    if tools.ffmpeg is not None:
        yield ok(f"ffmpeg is on PATH: {tools.ffmpeg}", {"ffmpeg": tools.ffmpeg})
        return
    needed = [each for each in foretold(host, "NEM005") if each.status is Status.FAIL]
    yield from needed or [_only_nemo(host, tools)]


def _only_nemo(host: Machine, tools: AudioTools) -> Finding:
    return info(
        "There is no ffmpeg on PATH: NeMo can transcribe wav, flac and ogg, but not m4a, mp4 and"
        " webm",
        {"ffmpeg": None, "ffprobe": tools.ffprobe, "sox": tools.sox},
        [
            Remedy("Install ffmpeg", FFMPEG_STEPS[host.system.os]),
            Remedy(
                "Convert recordings elsewhere",
                (
                    Step(
                        "Make a 16 kHz mono wav",
                        "ffmpeg -i recording.m4a -ac 1 -ar 16000 out.wav",
                    ),
                ),
            ),
        ],
    )
