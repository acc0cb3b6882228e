"""Known real errors: how each is recognised, what it means and what to do."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from winasr_doctor.dated import Dated
from winasr_doctor.diagnosis.nodes import ErrorNode
from winasr_doctor.findings import Remedy


class Cause(NamedTuple):
    """One known error.

    Attributes:
        kind: A short stable name.
        sentence: What happened.
        remedy: What it takes.
        types: Class names of which one must fit; empty for any.
        codes: Windows or C codes of which one must fit; empty for any.
        words: Texts, made by libraries and so never translated, of which one must occur.
    """

    kind: str
    sentence: str
    remedy: Remedy
    types: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    words: tuple[str, ...] = ()

    def fits(self, node: ErrorNode) -> bool:
        """Tell whether an exception is this error."""
        text = f"{node.kind}: {node.message}".casefold()
        return (
            (not self.types or node.kind in self.types)
            and (not self.codes or node.winerror in self.codes or node.errno in self.codes)
            and (not self.words or any(word in text for word in self.words))
            and bool(self.types or self.codes or self.words)
        )


CAUSES = (
    Cause(
        "out-of-gpu-memory",
        "The GPU ran out of memory.",
        Remedy(
            "Use less GPU memory",
            (
                "Cut long recordings into pieces, or use batch_size=1",
                "Close other programs that use the GPU (nvidia-smi lists them)",
                "Load the model in half precision, use a smaller model, or the CPU",
            ),
        ),
        words=("cuda out of memory", "outofmemoryerror", "cublas_status_alloc_failed"),
    ),
    Cause(
        "stereo",
        "The recording has more than one channel; NeMo expects mono.",
        Remedy(
            "Make it mono, 16 kHz",
            (
                "ffmpeg -i input.wav -ac 1 -ar 16000 mono.wav",
                "or in Python: soundfile.read(path, always_2d=True)[0].mean(axis=1)",
            ),
        ),
        words=("input shape mismatch", "expected a mono", "number of channels"),
    ),
    Cause(
        "channel-selector",
        'channel_selector="average" does not work with NeMo\'s lhotse data path.',
        Remedy("Choose a channel", ("Pass channel_selector=0, or mix to mono yourself",)),
        words=("channel selector average", "cut.custom"),
    ),
    Cause(
        "unreadable-audio",
        "The recording could not be read.",
        Remedy(
            "Look at the file",
            (
                "Check that it exists, is not empty and plays",
                "Convert it: ffmpeg -i input -ac 1 -ar 16000 output.wav",
            ),
        ),
        types=("LibsndfileError", "AudioLoadingError", "SoundFileError", "NoBackendError"),
    ),
    Cause(
        "ffmpeg-missing",
        "ffmpeg is not on PATH, and this audio format needs it.",
        Remedy("Install ffmpeg", ("winget install Gyan.FFmpeg", "Open a new terminal")),
        words=("'ffprobe'", "'ffmpeg'", "ffmpeg not found", "ffprobe or avprobe"),
    ),
    Cause(
        "lhotse-too-old",
        "This lhotse does not work with this torch (a Sampler takes no data source any more).",
        Remedy("Update lhotse", ('python -m pip install "lhotse>=1.32.2"',)),
        words=("object.__init__() takes exactly one argument",),
    ),
    Cause(
        "hidden-import-error",
        "A package that the model's class needs is missing; NeMo hides which.",
        Remedy(
            "Find the missing package",
            (
                "python -m winasr_doctor scan --select NEM",
                'python -c "import nemo.collections.asr" shows the import error',
            ),
        ),
        words=("can't instantiate abstract class asrmodel",),
    ),
    Cause(
        "nemo-too-old",
        "This NeMo cannot be imported on Windows (it uses signal.SIGKILL).",
        Remedy("Update NeMo", ('python -m pip install -U "nemo_toolkit[asr]>=2.4"',)),
        words=("'signal' has no attribute 'sigkill'",),
    ),
    Cause(
        "revision",
        "The model's revision does not exist on the Hub.",
        Remedy(
            "Correct the pin",
            (
                "Drop revision=, or use revision='main'",
                "To pin, use the full 40-character hash of a commit",
                "python -m winasr_doctor scan --select REV --app PATH finds the literal",
            ),
        ),
        types=(),
        words=("is not a valid git identifier", "revisionnotfounderror", "invalid rev id"),
    ),
    Cause(
        "language-model-missing",
        "The language model inside a speech-language model such as Canary-Qwen is missing or"
        " damaged in the local cache; it has a repository of its own, which the error names.",
        Remedy(
            "Download it once",
            (
                "Unset HF_HUB_OFFLINE and load the model once with a network",
                "Look for a folder of that name where the app is started: it would be taken for the"
                " repository",
            ),
        ),
        words=("unable to instantiate huggingface autotokenizer",),
    ),
    Cause(
        "not-cached",
        "The model, or this revision of it, is not in the local cache, and the Hub was not asked.",
        Remedy(
            "Download it once",
            (
                "Unset HF_HUB_OFFLINE and load the model once with a network",
                "Check the revision: offline, a wrong one is never named as the culprit",
                "An error about pytorch_model.bin: model.safetensors is missing, which comes first",
            ),
        ),
        types=("LocalEntryNotFoundError", "OfflineModeIsEnabled"),
    ),
    Cause(
        "no-access",
        "The Hub does not show this repository: a wrong name, or one that needs a login.",
        Remedy("Check the name and log in", ("hf auth login", "Accept the model's terms")),
        types=("GatedRepoError", "RepositoryNotFoundError"),
    ),
    Cause(
        "no-revision-argument",
        "NeMo's from_pretrained takes no revision.",
        Remedy(
            "Download the revision, then restore",
            (
                "path = hf_hub_download(repo_id, filename, revision=REVISION)",
                "model = ASRModel.restore_from(path)",
            ),
        ),
        words=("unexpected keyword argument 'revision'",),
    ),
    Cause(
        "broken-weights",
        "The weights file is damaged: truncated, a Git LFS pointer or a web page.",
        Remedy("Download it again", ("Delete the file", "Download it again and compare its size")),
        types=("SafetensorError", "ReadError", "BadGzipFile", "UnpicklingError"),
    ),
    Cause(
        "peft-missing",
        "Canary-Qwen needs peft and accelerate.",
        Remedy("Install them", ('python -m pip install "peft<=0.18.0" accelerate',)),
        words=("no module named 'peft'", "no module named 'accelerate'"),
    ),
    Cause(
        "spawn",
        "A worker process imported the app again and started the work a second time.",
        Remedy(
            "Start no workers",
            (
                "Pass num_workers=0 to transcribe()",
                'Put the start of the app under if __name__ == "__main__":',
            ),
        ),
        words=("before the current process has finished its bootstrapping", "freeze_support"),
    ),
    Cause(
        "worker-died",
        "A DataLoader worker process died, often for lack of memory.",
        Remedy("Start no workers", ("Pass num_workers=0 to transcribe()",)),
        words=("dataloader worker",),
    ),
    Cause(
        "commit-limit",
        "Windows has promised all the memory it may (the paging file is too small).",
        Remedy(
            "Enlarge the paging file",
            ("Let Windows manage its size (check ENV005)", "Pass num_workers=0 to transcribe()"),
        ),
        codes=(1455,),
    ),
    Cause(
        "disk-full",
        "The disk is full.",
        Remedy(
            "Free twice the size of the model",
            ("python -m winasr_doctor scan --select TMP shows leftovers and free space",),
        ),
        codes=(112, 28),
    ),
    Cause(
        "symlink-right",
        "This account may not create symbolic links.",
        Remedy("Switch developer mode on", ("Settings > System > For developers",)),
        codes=(1314,),
    ),
    Cause(
        "dll",
        "A DLL is missing or for another kind of processor.",
        Remedy(
            "Reinstall torch",
            (
                "Install the Microsoft Visual C++ Redistributable (x64)",
                "python -m pip install --force-reinstall torch",
            ),
        ),
        codes=(126, 127, 193),
    ),
    Cause(
        "out-of-memory",
        "The machine ran out of memory.",
        Remedy("Use less memory", ("Close programs", "Use a smaller model or shorter pieces")),
        types=("MemoryError",),
    ),
)
"""The first that fits wins."""

CURES = Dated(
    "versions in the cures of known errors",
    dt.date(2026, 11, 21),
    CAUSES,
    "hold the versions that cures name against the tables of checks: lhotse, NeMo, peft",
)
