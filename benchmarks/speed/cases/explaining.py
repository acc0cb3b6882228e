"""What the diagnosis of a large log costs beside reading its lines."""

from __future__ import annotations

from pathlib import Path

from speed.case import MB, Call, Case, Promise

_LINE = "2026-03-04 05:06:{:02},123 INFO app.worker: processed piece {} of speech.wav in 0.3 s\n"
_ERROR = """Traceback (most recent call last):
  File "C:\\asr\\app.py", line 12, in run
    text = model.transcribe(["a.wav"])
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.54 GiB.
"""


def make_log(folder: Path, size: int) -> Path:
    """Write a log of that many megabytes with one traceback in its middle."""
    part = "".join(_LINE.format(number % 60, number) for number in range(10_000))
    half = part * (size * MB // 2 // len(part))
    log = folder / "app.log"
    log.write_text(half + _ERROR + half, encoding="utf-8")
    return log


def make_tracebacks(folder: Path, size: int) -> Path:
    """Write a log of that many megabytes that has nothing but tracebacks."""
    log = folder / "app.log"
    log.write_text(_ERROR * (size * MB // len(_ERROR)), encoding="utf-8")
    return log


def theirs(log: Path) -> None:
    """Look for the word in every line."""
    with log.open(encoding="utf-8") as lines:
        assert any("Traceback" in line for line in list(lines))  # noqa: S101


def ours(log: Path) -> None:
    """Diagnose the log, as `explain` does."""
    from winasr_doctor.diagnosis import diagnose
    from winasr_doctor.diagnosis.reading import reduced

    with log.open("rb") as stream:
        assert diagnose(reduced(stream)).kind == "out-of-gpu-memory"  # noqa: S101


CASES = (
    Case(
        name="explain-100",
        group="explain: megabytes of a log",
        title="diagnose 100 MB with one traceback",
        theirs=Call("the lines with the word Traceback", theirs),
        ours=Call("diagnose", ours),
        prepare=lambda folder: make_log(folder, 100),
        size=100,
        pairs=2,
        processes=2,
        promises=(Promise("seconds", 10.0),),
        once=True,
    ),
    Case(
        name="explain-tracebacks-100",
        group="explain: megabytes of a log",
        title="diagnose 100 MB of tracebacks",
        theirs=Call("the lines with the word Traceback", theirs),
        ours=Call("diagnose", ours),
        prepare=lambda folder: make_tracebacks(folder, 100),
        size=100,
        pairs=2,
        processes=2,
        promises=(Promise("seconds", 20.0),),
        once=True,
    ),
)
