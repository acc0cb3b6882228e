"""ENV: Python, torch, the GPU, memory and paths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from winasr_doctor.checks.advice import (
    SCRATCH_READS,
    gigabytes,
    known,
    python_command,
    quoted,
    scratch_folder_remedy,
)
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, error, info, ok, skip, warning
from winasr_doctor.host.base import Host
from winasr_doctor.known_models import GB, KNOWN_MODELS

Release = tuple[int, int, int]

CLEANUP_FIXED: dict[tuple[int, int], int] = {(3, 11): 8, (3, 12): 1}
"""Micro release in which `TemporaryDirectory` stopped masking a locked file; 3.10 never did, 3.13
and later always. Source: CPython gh-87319 and gh-79325, PR #112762."""

NAME_SEARCH_FIXED: dict[tuple[int, int], int] = {(3, 13): 13, (3, 14): 4}
"""Micro release in which `tempfile` stopped trying 2,147,483,647 names. Source: CPython gh-66305,
PR #144672, merged 2026-02-10; the first 3.14 release with it is taken to be 3.14.4."""

SUPPORTED_PYTHONS = ((3, 10), (3, 13))
"""Python versions on which NeMo 2.4 to 3.0 and everything it needs have wheels."""

SMALLEST_COMMIT = 12 * GB
"""Bytes of commit charge that loading a 0.6B model in a process with CUDA takes at least, with a
margin: the CUDA libraries alone commit some 3 GB per process."""

LONG_PATH = 160
"""Characters of a cache or environment path from which files below it pass 259: the Hub's cache
adds `models--org--name/snapshots/<40>/<file>`, some 100 characters."""


def _python_remedy(host: Host, wanted: str) -> Remedy:
    windows = host.system.os == "windows"
    make = rf"py -{wanted} -m venv C:\venvs\asr" if windows else f"python{wanted} -m venv ~/asr"
    return Remedy(
        f"Use Python {wanted} (64-bit, from python.org), at its latest release",
        (
            f"Install Python {wanted}" + (f": winget install Python.Python.{wanted}" * windows),
            f"Make a new environment: {make}",
            "Install the app's requirements there",
        ),
    )


@check("ENV001", reads=("python",), windows_only=True)
def python_masks_a_locked_file(host: Host) -> Iterable[Finding]:
    """This Python shows a locked file as another error.

    **What.** The interpreter's version.
    **Why.** `tempfile.TemporaryDirectory` answers a locked file with `NotADirectoryError` [WinError
    267] and a locked folder with a RecursionError, so WinError 32 is not even seen.
    **Decided by.** 3.10 (all), 3.11 up to 3.11.7, 3.12.0.
    **Do.** Update to 3.11.8, 3.12.1 or later; the cause of the lock stays.
    **Source.** CPython gh-87319 and gh-79325, fixed by PR #112762.
    """
    python = host.python
    release = python.release
    fixed = CLEANUP_FIXED.get(release[:2])
    masks = release[:2] <= (3, 10) or (fixed is not None and release[2] < fixed)
    if masks:
        yield warning(
            f"Python {python.version} reports a locked file as WinError 267 or RecursionError",
            {"version": python.version},
            [_python_remedy(host, "3.12")],
        )
    else:
        yield ok(f"Python {python.version} reports a locked file as such")


@check("ENV002", reads=SCRATCH_READS, windows_only=True)
def tempfile_can_hang(host: Host) -> Iterable[Finding]:
    """Tempfile hangs for hours where TEMP cannot be written.

    **What.** The interpreter's version, and whether the temp folder can be written.
    **Why.** On Windows `mkdtemp` takes a PermissionError for a name that is taken and tries the
    next one, 2,147,483,647 times: "Transcribing" that never ends, without any error.
    **Decided by.** Every version before 3.13.13, where TEMP cannot be written now.
    **Do.** Make TEMP writable (TMP002); update Python.
    **Source.** CPython gh-66305 (bpo-22107), limited to 20 tries by PR #144672.
    """
    python = host.python
    release = python.release
    fixed = NAME_SEARCH_FIXED.get(release[:2])
    if release[:2] > (3, 14) or (fixed is not None and release[2] >= fixed):
        yield ok(f"Python {python.version} gives up after 20 names")
        return
    blocked = [place for place in host.places.of("tempfile", "TEMP") if place.writable is False]
    if not blocked:
        yield ok(f"Python {python.version} would hang if TEMP became unwritable, which it is not")
        return
    yield error(
        f"Python {python.version} will hang while it looks for a free name in {blocked[0].path},"
        " which it cannot write",
        {"version": python.version, "blocked": [place.path for place in blocked]},
        [scratch_folder_remedy(host), _python_remedy(host, "3.13")],
    )


class CudaBuild(NamedTuple):
    """A CUDA version, its oldest Windows driver, and the part of torch's index for it."""

    cuda: str
    driver: float
    wheels: str


CUDA_BUILDS = (
    CudaBuild("13.0", 580.0, "cu130"),
    CudaBuild("12.9", 528.33, "cu129"),
    CudaBuild("12.8", 528.33, "cu128"),
    CudaBuild("12.6", 528.33, "cu126"),
    CudaBuild("11.8", 452.39, "cu118"),
)
"""Newest first. The driver is the oldest that runs the CUDA major version at all (minor version
compatibility). Source: NVIDIA, "CUDA Toolkit Release Notes", tables of driver versions; indexes
from pytorch.org, "Get Started"."""


def _number(version: str) -> float:
    parts = version.split(".")
    try:
        return float(".".join(parts[:2]))
    except ValueError:
        return 0.0


def _torch_index(driver: str | None, cuda: str | None) -> str:
    """Choose torch's index for a driver: the newest CUDA it serves, 12.8 if nothing is known."""
    for build in CUDA_BUILDS:
        if cuda and _number(build.cuda) <= _number(cuda):
            return build.wheels
        if cuda is None and driver and build.driver <= _number(driver):
            return build.wheels
    return "cu118" if cuda or driver else "cu128"


def _install_torch(host: Host, index: str) -> Remedy:
    command = f"-m pip install --force-reinstall torch --index-url {_INDEX}/{index}"
    return Remedy(
        f"Install torch's CUDA build ({index})",
        (
            python_command(host, command),
            python_command(host, '-c "import torch; print(torch.cuda.is_available())"'),
        ),
    )


_INDEX = "https://download.pytorch.org/whl"


@check("ENV003", reads=("packages", "gpus", "python"))
def torch_ignores_the_gpu(host: Host) -> Iterable[Finding]:
    """Torch is a CPU build on a machine with an NVIDIA GPU.

    **What.** torch's build and the machine's GPUs.
    **Why.** Transcription takes many times as long and looks like a hang. On Windows, PyPI's torch
    is the CPU build.
    **Decided by.** `torch/version.py` names no CUDA while `nvidia-smi` lists a device.
    **Do.** Install the CUDA build from torch's own index.
    **Source.** pytorch.org, "Get Started".
    """
    torch = host.packages.torch
    gpus = host.gpus
    if torch is None or not gpus.items:
        yield skip("there is no torch" if torch is None else "there is no NVIDIA GPU")
    elif torch.cuda is None:
        yield warning(
            f"torch {torch.version} cannot use the {gpus.items[0].name} in this machine",
            {"torch": torch.version, "gpus": [gpu.name for gpu in gpus.items]},
            [_install_torch(host, _torch_index(gpus.driver, gpus.cuda))],
        )
    else:
        yield ok(f"torch {torch.version} is built for CUDA {torch.cuda}")


@check("ENV004", reads=("packages", "gpus", "python"), windows_only=True)
def driver_is_too_old(host: Host) -> Iterable[Finding]:
    """The NVIDIA driver is too old for torch's CUDA.

    **What.** The driver's version and the CUDA version torch was built for.
    **Why.** `torch.cuda.is_available()` is False, or the first kernel fails.
    **Decided by.** NVIDIA's table of the oldest driver for each CUDA version.
    **Do.** Update the driver, or install torch for an older CUDA.
    **Source.** NVIDIA, "CUDA Toolkit Release Notes".
    """
    torch = host.packages.torch
    gpus = host.gpus
    if torch is None or torch.cuda is None or gpus.driver is None:
        yield skip("there is no CUDA torch together with an NVIDIA driver")
        return
    wanted = _number(torch.cuda)
    needed = next((b for b in CUDA_BUILDS if int(_number(b.cuda)) == int(wanted)), None)
    if needed is None or _number(gpus.driver) >= needed.driver:
        yield ok(f"driver {gpus.driver} serves CUDA {torch.cuda}")
        return
    yield error(
        f"driver {gpus.driver} cannot serve CUDA {torch.cuda}, which torch {torch.version} needs"
        f" ({needed.driver:g} or newer does)",
        {"driver": gpus.driver, "torch_cuda": torch.cuda, "needed": needed.driver},
        [
            Remedy(
                "Update the NVIDIA driver",
                (f"Install {needed.driver:g} or newer from nvidia.com/drivers", "Restart"),
            ),
            _install_torch(host, _torch_index(gpus.driver, None)),
        ],
    )


@check("ENV005", reads=("memory",), windows_only=True)
def commit_limit_is_too_small(host: Host) -> Iterable[Finding]:
    """The commit limit is too small: the paging file will be "too small".

    **What.** Windows' commit limit (memory plus paging file) and what of it is free.
    **Why.** Windows promises no memory beyond it: loading ends in WinError 1455 although memory is
    free. Every DataLoader worker loads the CUDA libraries again.
    **Decided by.** Less than 12 GB available to commit is a warning, less than the smallest common
    model (2.5 GB) plus 3 GB an error.
    **Do.** Let Windows manage the paging file, close programs, use `num_workers=0`.
    **Source.** learn.microsoft.com, "System Error Codes" (1455) and "Memory limits"; reports with
    torch's DLLs.
    """
    memory = host.memory
    if memory.commit_available is None:
        yield skip("the commit limit was not read")
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
                    "Run SystemPropertiesPerformance.exe > Advanced > Virtual memory > Change",
                    "Tick 'Automatically manage paging file size for all drives' and restart",
                ),
            ),
            Remedy("Start no workers", ("Call transcribe(..., num_workers=0)",)),
        ],
    )


@check("ENV006", reads=("memory",))
def memory_is_short(host: Host) -> Iterable[Finding]:
    """There is less free memory than a model needs.

    **What.** Free physical memory against the known models.
    **Why.** The weights are read into memory before they go to the GPU; Windows then pages, and
    loading takes minutes.
    **Decided by.** Less than the smallest common model is a warning; less than the largest is a
    note.
    **Do.** Close programs, or use a smaller model.
    **Source.** NeMo 3.0.0 `save_restore_connector.py` (`torch.load` without mmap); file sizes.
    """
    free = host.memory.available
    sizes = {model.name: model.download_bytes for model in KNOWN_MODELS}
    too_large = [name for name, size in sizes.items() if size > free]
    evidence = {"available": free, "too_large": too_large}
    steps = Remedy("Free memory", ("Close programs that use much of it (Task Manager > Memory)",))
    if len(too_large) >= len(sizes) - 1:
        yield warning(f"only {gigabytes(free)} of memory are free", evidence, [steps])
    elif too_large:
        yield info(
            f"{gigabytes(free)} of memory are free, less than {', '.join(too_large)} need",
            evidence,
            [steps],
        )
    else:
        yield ok(f"{gigabytes(free)} of memory are free", evidence)


@check("ENV007", reads=("places",), windows_only=True)
def long_paths_are_off(host: Host) -> Iterable[Finding]:
    """Long paths are off while a cache or environment path is long.

    **What.** `LongPathsEnabled` and the paths of caches and the environment.
    **Why.** A file whose path passes 259 characters cannot be opened: "No such file or directory"
    for a file that is there.
    **Decided by.** Long paths off, and a path of 160 characters or more.
    **Do.** Switch long paths on, or move the folder up.
    **Source.** learn.microsoft.com, "Maximum Path Length Limitation".
    """
    if host.system.long_paths is not False:
        yield ok("long paths are on, or the setting could not be read")
        return
    places = host.places.of("hub_cache", "nemo_cache", "venv", "app")
    long = [place for place in places if len(place.real) >= LONG_PATH]
    key = r"HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem"
    for place in long:
        yield warning(
            f"{place.path} is {len(place.real)} characters long, and long paths are off",
            {"path": place.path, "length": len(place.real)},
            [
                Remedy(
                    "Switch long paths on",
                    (
                        f"As administrator: Set-ItemProperty {quoted(key)} LongPathsEnabled 1",
                        "Restart the app",
                    ),
                )
            ],
        )
    if not long:
        yield ok("long paths are off, but no folder in use is long")


@check("ENV008", reads=("account", "hub_cache"), windows_only=True)
def symlinks_are_not_allowed(host: Host) -> Iterable[Finding]:
    """This account may not create symbolic links, so the Hub cache stores twice.

    **What.** The symbolic-link right and developer mode.
    **Why.** huggingface_hub then copies instead of linking: a model takes twice the space, and some
    programs fail with WinError 1314.
    **Decided by.** Neither `SeCreateSymbolicLinkPrivilege` nor developer mode nor elevation.
    **Do.** Switch developer mode on, or accept the copies.
    **Source.** huggingface_hub, "Manage your cache: limitations"; PR #1067.
    """
    account = host.account
    rights = (account.symlink_right, account.developer_mode, account.elevated)
    if any(rights):
        yield ok("this account may create symbolic links")
    elif account.symlink_right is None and account.developer_mode is None:
        yield skip("the rights were not read")
    else:
        cache = known(host, "hub_cache")
        yield info(
            "this account may not create symbolic links: the Hub cache keeps copies",
            {"cache": cache.path if cache else None},
            [
                Remedy(
                    "Switch developer mode on",
                    (
                        "Settings > System > For developers > Developer Mode",
                        "Models already downloaded keep their copies",
                    ),
                )
            ],
        )


UTF8_CODE_PAGE = 65001


@check("ENV009", reads=("places", "python"), windows_only=True)
def code_page_cannot_show_the_paths(host: Host) -> Iterable[Finding]:
    """Paths have characters that the ANSI code page may not know.

    **What.** The code page, Python's UTF-8 mode and the paths in use.
    **Why.** Native code below NeMo that opens files with the ANSI functions does not find them;
    printing them raises UnicodeEncodeError in a cp1252 console.
    **Decided by.** A path beyond ASCII while the code page is not UTF-8 and UTF-8 mode is off.
    **Do.** Keep models and audio in plain paths, or set `PYTHONUTF8=1`.
    **Source.** learn.microsoft.com, "Code Page Identifiers"; PEP 540.
    """
    if host.system.ansi_code_page in (None, UTF8_CODE_PAGE) or host.python.utf8_mode:
        yield ok("the code page is UTF-8, or Python's UTF-8 mode is on")
        return
    foreign = [place.path for place in host.places.items if not place.path.isascii()]
    if foreign:
        yield info(
            f"{foreign[0]} has characters beyond ASCII, and the code page is"
            f" {host.system.ansi_code_page}",
            {"paths": foreign, "code_page": host.system.ansi_code_page},
            [
                Remedy(
                    "Switch Python's UTF-8 mode on",
                    ("[Environment]::SetEnvironmentVariable('PYTHONUTF8', '1', 'User')",),
                )
            ],
        )
    else:
        yield ok("every path in use is plain ASCII")


@check("ENV010", reads=("python",))
def python_is_not_supported(host: Host) -> Iterable[Finding]:
    """NeMo does not support this Python.

    **What.** The interpreter's version, implementation and word size.
    **Why.** torch and NeMo's other needs have no wheels for it, so installing fails or builds for
    hours.
    **Decided by.** 64-bit CPython 3.10 to 3.13.
    **Do.** Use one of these.
    **Source.** Wheels of torch 2.13 and of what nemo_toolkit 3.0.0 needs.
    """
    python = host.python
    low, high = SUPPORTED_PYTHONS
    remedies = [_python_remedy(host, "3.12")]
    evidence = {
        "version": python.version,
        "bits": python.bits,
        "implementation": python.implementation,
    }
    if python.bits != 64:  # noqa: PLR2004 - a word size
        yield error("torch needs a 64-bit Python; this one has 32 bits", evidence, remedies)
    elif python.implementation != "CPython":
        yield error(f"torch does not run on {python.implementation}", evidence, remedies)
    elif python.release[:2] < low:
        yield error(f"Python {python.version} is too old for NeMo", evidence, remedies)
    elif python.release[:2] > high:
        yield warning(
            f"Python {python.version} is newer than what NeMo has wheels for", evidence, remedies
        )
    else:
        yield ok(f"Python {python.version} is supported")


@check("ENV011", reads=("python",), windows_only=True)
def python_is_from_the_store(host: Host) -> Iterable[Finding]:
    """This is the Microsoft Store's Python, whose files are not where it says.

    **What.** Where the interpreter is installed.
    **Why.** Its writes below `AppData` land in a private copy of the folder, so other programs, and
    exclusions by path, do not see them.
    **Decided by.** The base prefix lies in `WindowsApps`.
    **Do.** Use python.org's installer.
    **Source.** docs.python.org, "Using Python on Windows: known issues".
    """
    if host.python.store_build:
        yield info(
            f"{host.python.executable} is the Microsoft Store's Python",
            {"executable": host.python.executable},
            [_python_remedy(host, "3.12")],
        )
    else:
        yield ok("this is not the Microsoft Store's Python")


@check("ENV012", reads=("packages", "python", "gpus"))
def torch_is_missing(host: Host) -> Iterable[Finding]:
    """Torch is not installed in this environment.

    **What.** Installed distributions.
    **Why.** NeMo needs it; perhaps the doctor runs in another environment than the app.
    **Decided by.** No distribution called torch.
    **Do.** Run the doctor with the app's own interpreter, or install torch.
    **Source.** nemo_toolkit's requirements.
    """
    if host.packages.torch or host.packages.version("torch"):
        yield ok(f"torch {host.packages.version('torch')} is installed")
        return
    gpus = known(host, "gpus")
    index = _torch_index(gpus.driver, gpus.cuda) if gpus and gpus.items else "cpu"
    install = f"-m pip install torch --index-url {_INDEX}/{index}"
    yield warning(
        "torch is not installed in this environment",
        {"prefix": host.python.prefix},
        [
            Remedy("Run the doctor in the app's environment", ("Activate it and scan again",)),
            Remedy("Install torch", (python_command(host, install),)),
        ],
    )
