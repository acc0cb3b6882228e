r"""Makes the Windows machine on which the real NeMo runs: that of `tools/wine`, and NeMo.

NeMo, PyTorch and all they need, 2 GB of wheels for Windows, are unpacked once into a folder that is
kept; the machine sees it as its drive `N:`, and `PYTHONPATH` names it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from building import SITE, cache_folder, copy_machine, install
from forwarder import forwarder
from wine import Prefix, Wine

HERE = Path(__file__).resolve().parent
WHEELS_PIN = HERE / "requirements.txt"
SOURCES_PIN = HERE / "sources.txt"
"""What PyPI has no wheel of; it is pure Python."""

DRIVE = "N:\\"

VARIABLES = {
    "PYTHONPATH": DRIVE,
    "PYTHONUNBUFFERED": "1",
    "HF_HUB_OFFLINE": "1",
    # Intel's OpenMP asks the processors for what Wine does not tell.
    "KMP_AFFINITY": "disabled",
    "OMP_NUM_THREADS": "1",
}

RANDOM = forwarder("bcryptprimitives.dll", "ProcessPrng", "ADVAPI32.SystemFunction036")


def packages() -> Path:
    """Return the folder with NeMo's packages; fill it first if nobody has.

    It is filled aside and renamed when complete. Two processes take turns.
    """
    cache = cache_folder()
    cache = cache.with_name(f"{cache.name}-nemo")  # `copy_machine` clears the other one
    cache.mkdir(exist_ok=True)
    pins = WHEELS_PIN.read_bytes() + SOURCES_PIN.read_bytes()
    folder = cache / hashlib.sha256(pins).hexdigest()[:16]
    with _turn(cache):
        if not folder.exists():
            print("wine-nemo: fetching NeMo and PyTorch for Windows (once, 2 GB)", flush=True)
            for other in cache.iterdir():
                if other.is_dir():
                    shutil.rmtree(other)
            with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as aside:
                _fill(Path(aside) / "site", Path(aside) / "wheels")
                (Path(aside) / "site").rename(folder)
    return folder


@contextlib.contextmanager
def _turn(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fill(site: Path, wheels: Path) -> None:
    build_sources(wheels)
    install(site, "--require-hashes", "-r", str(WHEELS_PIN))
    install(site, *map(str, wheels.glob("*.whl")))


def build_sources(folder: Path) -> Path:
    """Put wheels of the packages that PyPI has none of into a folder; return it."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    pinned = ["--no-binary", ":all:", "--require-hashes", "-r", str(SOURCES_PIN)]
    subprocess.run([*pip, *pinned, "-w", str(folder)], check=True)
    return folder


def make(wine: Wine, folder: Path, wheel: Path, variables: dict[str, str]) -> Prefix:
    """Make a machine with NeMo and our wheel in it.

    Args:
        wine: Runs it.
        folder: The new machine's, in `cache_folder()`.
        wheel: Our own.
        variables: What its processes see besides what NeMo needs.
    """
    prefix = Prefix(wine, folder, {**VARIABLES, **variables})
    site = packages()
    copy_machine(wine, folder)
    (folder / "dosdevices" / "n:").symlink_to(site)
    system = prefix.drive_c / "windows" / "system32"
    (system / "bcryptprimitives.dll").write_bytes(RANDOM)
    install(prefix.drive_c / SITE, str(wheel))
    return prefix
