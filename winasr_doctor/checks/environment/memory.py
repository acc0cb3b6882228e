"""ENV: memory and the commit limit."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import gigabytes, in_shell
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, error, info, ok, resting_on, skip, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.models.known import COMMON_MODELS, GB, MODELS

SMALLEST_COMMIT = 12 * GB
"""Bytes of commit charge needed to load a 0.6B model in a process with CUDA, with a margin. The
CUDA libraries alone commit some 3 GB per process."""


@check("ENV005", reads=("memory",), windows_only=True)
def commit_limit_is_too_small(host: Machine) -> Iterable[Finding]:
    """The commit limit is too small for a model (WinError 1455: the paging file is too small).

    **What.** Windows' commit limit (memory plus paging file) and how much of it is free.
    **Why.** Windows does not commit memory beyond this limit. Loading then fails with WinError 1455
    even though physical memory is free. Every DataLoader worker loads the CUDA libraries again.
    **Decided by.** Less than 12 GB available to commit is a warning, less than the smallest common
    model (2.5 GB) plus 3 GB an error.
    **Do.** Let Windows manage the paging file, close programs, use `num_workers=0`.
    **Source.** learn.microsoft.com, "System Error Codes" (1455) and "Memory limits"; reports with
    torch's DLLs.
    """
    memory = host.memory
    if memory.commit_available is None:
        yield skip("the commit limit could not be read")
        return
    least = 5.5 * GB
    evidence = {
        "commit_available": memory.commit_available,
        "commit_limit": memory.commit_limit,
        "recommended": SMALLEST_COMMIT,
    }
    if memory.commit_available >= SMALLEST_COMMIT:
        yield ok(f"{gigabytes(memory.commit_available)} can be committed", evidence)
        return
    make = error if memory.commit_available < least else warning
    yield make(
        f"only {gigabytes(memory.commit_available)} can still be committed; loading a model with"
        " CUDA may fail with WinError 1455",
        evidence,
        [
            Remedy(
                "Enlarge the paging file",
                (
                    in_shell(
                        host,
                        "Open Performance Options, then Advanced > Virtual memory > Change",
                        "SystemPropertiesPerformance.exe",
                        needs_admin=True,
                    ),
                    "Tick 'Automatically manage paging file size for all drives' and restart",
                ),
            ),
            Remedy(
                "Start no workers",
                (Step("In the app", "model.transcribe(audio, num_workers=0)", "python"),),
            ),
        ],
    )


@check("ENV006", reads=("memory",))
def memory_is_short(host: Machine) -> Iterable[Finding]:
    """There is less free memory than a model needs.

    **What.** Compares free physical memory with the sizes of the known models.
    **Why.** The weights are read into memory before they go to the GPU; Windows then pages, and
    loading takes minutes.
    **Decided by.** Less than the smallest common model is a warning; less than the largest is a
    note.
    **Do.** Close programs, or use a smaller model.
    **Source.** NeMo 3.0.0 `save_restore_connector.py` (`torch.load` without mmap); file sizes.
    """
    free = host.memory.available
    sizes = {model.name: model.download_bytes for model in COMMON_MODELS}
    too_large = [name for name, size in sizes.items() if size > free]
    evidence = {"available": free, "too_large": too_large}
    steps = Remedy("Free memory", ("Close programs that use much of it (Task Manager > Memory)",))
    if len(too_large) >= len(sizes) - 1:
        found = warning(f"only {gigabytes(free)} of memory is free", evidence, [steps])
    elif too_large:
        found = info(
            f"{gigabytes(free)} of memory is free, less than {', '.join(too_large)} need",
            evidence,
            [steps],
        )
    else:
        found = ok(f"{gigabytes(free)} of memory is free", evidence)
    yield resting_on(MODELS, found)
