"""What the packages that run Whisper are doing, told from a function on the stack.

None of them makes temporary folders, so there is nothing to guard. Sources: faster-whisper 65882ee,
openai-whisper 20250625, whisperX 3.8.7rc1, transformers 5.23.
"""

from __future__ import annotations

from collections.abc import Container
from types import MappingProxyType
from typing import NamedTuple


class WhisperStep(NamedTuple):
    """What a package is doing.

    Attributes:
        name: Its common name.
        loads: Whether it loads a model; it transcribes otherwise.
    """

    name: str
    loads: bool

    def __str__(self) -> str:
        return f"{self.name} {'loads a model' if self.loads else 'transcribes'}"


NAMES = MappingProxyType(
    {
        "faster_whisper": "faster-whisper",
        "whisper.transcribe": "openai-whisper",
        "whisperx": "whisperX",
        "transformers.pipelines.automatic_speech_recognition": "transformers' pipeline",
    }
)
"""The common names, by a module that is imported by whoever uses the package for speech."""

_FASTER, _OPENAI, _WHISPERX, _PIPELINE = NAMES.values()
_LOADING = frozenset({"__init__", "load_model", "load_align_model", "download_model", "_download"})

_FILES = MappingProxyType(
    {
        "faster_whisper/transcribe.py": _FASTER,
        "faster_whisper/utils.py": _FASTER,
        "faster_whisper/audio.py": _FASTER,
        "whisper/__init__.py": _OPENAI,
        "whisper/transcribe.py": _OPENAI,
        "whisper/decoding.py": _OPENAI,
        "whisper/audio.py": _OPENAI,
        "whisperx/asr.py": _WHISPERX,
        "whisperx/alignment.py": _WHISPERX,
        "whisperx/diarize.py": _WHISPERX,
        "whisperx/audio.py": _WHISPERX,
        "pipelines/automatic_speech_recognition.py": _PIPELINE,
    }
)
"""The packages by the last two parts of a file's path."""


def step_of(path: str, function: str) -> WhisperStep | None:
    """Return what a package is doing; `None` if the function belongs to none.

    Args:
        path: The function's source file.
        function: Its name.
    """
    name = _FILES.get("/".join(path.replace("\\", "/").split("/")[-2:]))
    return None if name is None else WhisperStep(name, function in _LOADING)


def imported(modules: Container[str]) -> tuple[str, ...]:
    """Return the common names of the packages that are imported.

    Args:
        modules: The names of the imported modules, such as `sys.modules`.
    """
    return tuple(name for module, name in NAMES.items() if module in modules)
