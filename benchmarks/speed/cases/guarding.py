"""What the guard costs around the real NeMo, beside NeMo without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from speed.case import Call, Case, Promise
from winasr_doctor.faults.removal import by_path

GROUP = "Guard"
DATA = Path(str(files("winasr_doctor") / "data"))
NEMO_FILE = str(DATA / "tiny-tdt.nemo")
RECORDINGS = [str(file) for file in sorted(DATA.glob("*.wav"))]


class Loaded(NamedTuple):
    """A model and what to transcribe."""

    model: Any
    recordings: list[str]


def load(_: object = None) -> Any:  # noqa: ANN401 - a NeMo model
    """Load the bundled model."""
    import logging

    import torch
    from nemo.collections.asr.models import ASRModel
    from nemo.utils import logging as nemo_logging

    nemo_logging.setLevel(logging.CRITICAL)
    torch.set_num_threads(1)  # or waiting threads are most of what is measured
    return ASRModel.restore_from(NEMO_FILE, map_location="cpu")


def transcribe(loaded: Loaded) -> None:
    """Transcribe the recordings."""
    texts = loaded.model.transcribe(loaded.recordings, verbose=False)
    assert len(texts) == len(loaded.recordings)  # noqa: S101


def run_out_of_memory(loaded: Loaded) -> None:
    """Transcribe on a GPU without memory; Windows keeps open files from being deleted."""
    import torch

    def forward(*_: object, **__: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    own = loaded.model.forward
    loaded.model.forward = forward
    try:
        with _windows_deletes(), suppress(Exception):  # which one it is, the tests of guard say
            loaded.model.transcribe(loaded.recordings, verbose=False)
    finally:
        loaded.model.forward = own


@contextmanager
def _windows_deletes() -> Iterator[None]:
    """Let deleting a file that this process has open fail, as on Windows."""
    unlink = os.unlink

    def windows_unlink(path: str, **options: int | None) -> None:
        if os.path.realpath(path) in set(_open_files()):
            error = PermissionError(13, "in use", path)
            error.winerror = 32
            raise error
        unlink(path, **options)

    os.unlink = windows_unlink
    try:
        with by_path():
            yield
    finally:
        os.unlink = unlink


def _open_files() -> Iterator[str]:
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the listing's own is closed by now
            yield os.readlink(f"/proc/self/fd/{number}")


def _guarded(work: Any) -> Any:  # noqa: ANN401
    def guarded(state: Any) -> None:  # noqa: ANN401
        from winasr_doctor import guard

        with guard():
            work(state)

    return guarded


def _case(name: str, title: str, work: Any, recordings: int, pairs: int, promise: Promise) -> Case:  # noqa: ANN401
    many = (RECORDINGS * 10)[:recordings]
    return Case(
        name=name,
        group=GROUP,
        title=title,
        theirs=Call("NeMo", work),
        ours=Call("NeMo under guard()", _guarded(work)),
        prepare=(lambda _: Loaded(load(), many)) if recordings else (lambda _: None),
        size=max(recordings, 1),
        pairs=pairs,
        processes=1,
        promises=(promise,),
        needs="nemo",
        once=True,
    )


_AT_MOST = Promise("ratio", 1.02)

CASES = (
    _case("guard-load", "load a model", load, 0, 30, _AT_MOST),
    _case("guard-transcribe-3", "transcribe 3 files", transcribe, 3, 40, _AT_MOST),
    _case("guard-transcribe-30", "transcribe 30 files", transcribe, 30, 30, _AT_MOST),
    _case(
        "guard-out-of-memory",
        "fail, with the manifest still open",
        run_out_of_memory,
        3,
        30,
        Promise("extra", 0.050, "wall"),
    ),
)
