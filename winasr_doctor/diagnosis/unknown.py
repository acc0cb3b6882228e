"""Advises about unknown errors: what to collect, where to look and how to report them."""

from __future__ import annotations

from types import MappingProxyType

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue import RemedyTemplate, StepTemplate
from winasr_doctor.diagnosis.nodes import ErrorNode
from winasr_doctor.frameworks.nemo.names import TRACKERS
from winasr_doctor.frameworks.whisper import names as whisper

_LONGEST_QUOTE = 80
_PACKAGE = lazy_pattern(r"(?:site|dist)-packages[\\/]([A-Za-z_]\w*)")
_VARIABLE = lazy_pattern(r"['\"][^'\"]*['\"]|0x[0-9a-fA-F]+|\d{4,}|\[(?:WinError|Errno) -?\d+\]")
_TRACKERS = MappingProxyType(
    {
        **TRACKERS,
        **whisper.TRACKERS,
        "torch": "pytorch/pytorch",
        "torchaudio": "pytorch/audio",
        "torchcodec": "meta-pytorch/torchcodec",
        "transformers": "huggingface/transformers",
        "huggingface_hub": "huggingface/huggingface_hub",
        "pyannote": "pyannote/pyannote-audio",
        "speechbrain": "speechbrain/speechbrain",
        "gradio": "gradio-app/gradio",
        "soundfile": "bastibe/python-soundfile",
        "librosa": "librosa/librosa",
    }
)
"""The addresses of the packages' issue trackers."""

GET_THE_REST = RemedyTemplate(
    title="Get the whole traceback",
    steps=(
        StepTemplate(
            text="In the app's except block, add: logging.exception('transcription failed')",
        ),
        StepTemplate(text="Run it again and paste everything, from the first 'Traceback' on"),
    ),
)
WHOLE_TEXT = RemedyTemplate(
    title="Explain the whole traceback",
    steps=(
        StepTemplate(
            text="The last line alone does not say where it comes from: give everything, from the"
            " first 'Traceback' on, and the lines of the log before it",
            command="python -m winasr_doctor explain log.txt",
        ),
    ),
)
REPORT = RemedyTemplate(
    title="Report it",
    steps=(
        StepTemplate(
            text="Record this machine, without names and secrets",
            command="python -m winasr_doctor snapshot -o machine.json",
        ),
        StepTemplate(text="Attach it, the whole traceback, and what you did before"),
    ),
)


def remedies(node: ErrorNode | None) -> tuple[RemedyTemplate, ...]:
    """Return what to do about an unknown error.

    Args:
        node: The error; `None` if the text has none.
    """
    if node is None:
        return (GET_THE_REST,)
    rest = () if node.frames or not node.kind else (WHOLE_TEXT,)
    return (*rest, find_out_more(node), REPORT)


def find_out_more(node: ErrorNode) -> RemedyTemplate:
    """Return how to investigate: the doctor's scan, then the issues of the package."""
    package = raised_in(node)
    where = "the web"
    if package:
        tracker = _TRACKERS.get(package)
        where = f"https://github.com/{tracker}/issues" if tracker else f"the issues of {package}"
    steps = [
        StepTemplate(
            text="Check whether the machine is the cause", command="python -m winasr_doctor scan"
        ),
    ]
    if quote := searchable(node):
        steps.append(StepTemplate(text=f'Search {where} for: "{quote}"'))
    return RemedyTemplate(title="Look further", steps=tuple(steps))


def raised_in(node: ErrorNode) -> str:
    """Return the package in which an error was raised; empty if unknown."""
    for frame in reversed(node.frames):
        found = _PACKAGE.search(frame.path)
        if found:
            return found[1]
    return ""


def searchable(node: ErrorNode) -> str:
    """Return the part of a message that is the same on every machine.

    It omits paths and long numbers, and for a Windows error its text, which Windows writes in the
    user's language.
    """
    if node.winerror is not None:
        return f"WinError {node.winerror} {raised_in(node)}".strip()
    first = node.message.strip().partition("\n")[0]
    parts = [part.strip(" :,;-") for part in _VARIABLE.split(first)]
    longest = max(parts, key=len, default="")
    text = longest[:_LONGEST_QUOTE].strip()
    return f"{node.kind}: {text}".strip(": ") if text else node.kind
