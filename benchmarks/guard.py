"""What the guard costs around the real NeMo, beside NeMo without it.

    python benchmarks/guard.py        (needs the [asr] extra)

prints, in one run and by turns: loading and transcribing with and without the guard; and how
long a transcription that runs out of memory takes to say so, when Windows refuses to delete the
manifest that its own suspended iterator has open.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from winasr_doctor import guard

DATA = Path(str(files("winasr_doctor") / "data"))
RECORDINGS = [str(file) for file in sorted(DATA.glob("*.wav"))]
REPEATS = 60


def timed(work: Callable[[], object], *, guarded: bool) -> tuple[float, float]:
    """Return the wall and the CPU time of one run, in milliseconds."""
    start, cpu = time.perf_counter(), time.process_time()
    with guard() if guarded else contextlib.nullcontext():
        work()
    return (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000


def compare(name: str, work: Callable[[], object], repeats: int) -> None:
    """Print both sides, run by turns."""
    timed(work, guarded=True)
    timed(work, guarded=False)
    plain, guarded = [], []
    for number in range(repeats):
        for side in (False, True) if number % 2 else (True, False):
            (guarded if side else plain).append(timed(work, guarded=side))
    for which, clock in enumerate(("wall", "CPU")):
        a = statistics.median(took[which] for took in plain)
        b = statistics.median(took[which] for took in guarded)
        print(
            f"{name:<20} {clock:<4} {a:8.1f} ms without, {b:8.1f} ms with:"
            f" {b / a:.3f} (at most 1.02; {b - a:+.2f} ms)"
        )


def out_of_memory(model: Any) -> None:  # noqa: ANN401 - a NeMo model
    """Print how long a hidden failure takes without the guard, and the real one with it."""
    import torch

    seen: list[str] = []

    def forward(*_: object, **__: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    def fail() -> None:
        try:
            model.transcribe(RECORDINGS, verbose=False)
        except Exception as error:  # noqa: BLE001 - which one it is, is what is shown
            seen.append(type(error).__name__)

    unlink, own = os.unlink, model.forward
    os.unlink = _windows_unlink(unlink)
    shutil._use_fd_functions = False  # noqa: SLF001 - the code that Windows runs
    model.forward = forward
    try:
        medians = []
        for guarded in (False, True):
            took = [timed(fail, guarded=guarded) for _ in range(REPEATS // 2)]
            which = "with" if guarded else "without"
            medians.append(statistics.median(wall for wall, _ in took))
            print(f"out of memory, {which:<13} {medians[-1]:8.1f} ms until {seen[-1]}")
        print(f"{'':<28} {medians[1] - medians[0]:+8.1f} ms    (at most +50)")
    finally:
        os.unlink, model.forward = unlink, own


def _windows_unlink(unlink: Callable[..., None]) -> Callable[..., None]:
    """Return an `os.unlink` that fails, as on Windows, for files that this process has open."""

    def windows_unlink(path: str, **options: int | None) -> None:
        if os.path.realpath(path) in set(_open_files()):
            error = PermissionError(13, "in use", path)
            error.winerror = 32
            raise error
        unlink(path, **options)

    return windows_unlink


def _open_files() -> Iterator[str]:
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            yield os.readlink(f"/proc/self/fd/{number}")


def main() -> None:
    """Measure and print both sides."""
    from nemo.collections.asr.models import ASRModel
    from nemo.utils import logging as nemo_logging

    nemo_logging.setLevel(logging.CRITICAL)
    logging.getLogger("winasr_doctor").setLevel(logging.ERROR)
    import nemo
    import torch

    torch.set_num_threads(1)  # or waiting threads are most of what is measured
    print(f"Python {platform.python_version()} on {sys.platform}, NeMo {nemo.__version__}")
    nemo_file = str(DATA / "tiny-tdt.nemo")

    def load() -> Any:  # noqa: ANN401
        return ASRModel.restore_from(nemo_file, map_location="cpu")

    with tempfile.TemporaryDirectory() as folder:
        os.environ["WINASR_DOCTOR_STATE"] = folder
        model = load()
        compare("load", load, REPEATS // 2)
        compare(
            "transcribe 3 files", lambda: model.transcribe(RECORDINGS, verbose=False), REPEATS * 2
        )
        many = RECORDINGS * 10
        compare("transcribe 30 files", lambda: model.transcribe(many, verbose=False), REPEATS)
        out_of_memory(model)


if __name__ == "__main__":
    main()
