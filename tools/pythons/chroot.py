"""A Debian folder with Pythons that this machine lacks: how it is made and how programs run in it.

Debian's unstable suite has the newest Pythons. They need its libc, so they run inside (`chroot`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PYTHONS = ("3.14", "3.15")
SUITE = "sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SOURCES = Path("/etc/apt")
PROGRAMS = ("mmdebstrap", "unshare", "mount", "chroot")

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
RUN = "run-"
"""How the folder of a run begins, in the chroot."""

# The mounts are in a namespace of their own: they go with its last process, however that ends.
# The shell stays, as process 1, and takes care of orphans.
SCRIPT = """
mount -t proc proc "$0/proc" && mount -t devpts devpts "$0/dev/pts" || exit 125
mount -t tmpfs tmpfs "$0/dev/shm" || exit 125
chroot "$0" sh -c 'cd "$0" && exec "$@"' "$@"
exit $?
"""
NAMESPACES = ("--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")


class UnavailableError(Exception):
    """This machine cannot have a chroot; the message says why."""


def mirror() -> str:
    """Return the address that this machine's apt gets Debian from.

    Raises:
        UnavailableError: It has none.
    """
    files = [*SOURCES.glob("sources.list.d/*.sources"), *SOURCES.glob("sources.list.d/*.list")]
    for file in [*files, SOURCES / "sources.list"]:
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if "debian" not in text:
            continue
        for word in text.split():
            if "://" in word and word.rstrip("/").endswith("/debian"):
                return word
    raise UnavailableError("apt has no source of Debian's packages")


def reason_against() -> str | None:
    """Return why this machine cannot have a chroot, as far as that is seen at once."""
    if not Path("/etc/debian_version").exists() or not Path(KEYRING).exists():
        return "this is not a Debian machine"
    if os.geteuid() != 0:
        return "only root can make a chroot"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"{missing[0]} is not installed" if missing else None


def cache_folder() -> Path:
    """Return the folder in which the chroot is kept; it is there."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = folder / "winasr_doctor-pythons"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Let one process at a time build, until the block ends."""
    with (cache_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ready() -> Path:
    """Return the chroot with all `PYTHONS`; build it first if nobody has.

    It is built aside and renamed when complete, so a build that was cut off is never used.

    Raises:
        UnavailableError: It cannot be built here.
    """
    reason = reason_against()
    if reason:
        raise UnavailableError(reason)
    cache = cache_folder()
    key = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    finished = cache / key
    with turn():
        if finished.exists():
            return finished
        for other in cache.iterdir():
            if other.is_dir():
                remove(other)
        aside = Path(tempfile.mkdtemp(dir=cache))
        try:
            _build(aside / "chroot")
            (aside / "chroot").rename(finished)
        finally:
            remove(aside)
    return finished


def _build(folder: Path) -> None:
    packages = [f"python{version}{end}" for version in PYTHONS for end in ("", "-venv")]
    command = [
        *("mmdebstrap", "--quiet", "--variant=apt", "--aptopt=Acquire::Check-Valid-Until false"),
        f"--include={','.join([*packages, 'ca-certificates', 'git'])}",
        *(SUITE, str(folder), f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = next(reversed([*filter(None, done.stderr.splitlines())]), "it does not say why")
        raise UnavailableError(f"mmdebstrap failed: {last.strip()}")


def remove(folder: Path) -> None:
    """Remove a folder unless something is mounted in it.

    Raises:
        UnavailableError: Something is.
    """
    inside = f"{folder.resolve()}/"
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    mounted = [mount for mount in mounts if f"{mount}/".startswith(inside)]
    if mounted:
        raise UnavailableError(f"{mounted[0]} is mounted, so {folder} is not removed")
    shutil.rmtree(folder)


def run_inside(chroot: Path, folder: str, command: Sequence[str], **variables: str) -> int:
    """Run a program in the chroot until it ends.

    Args:
        chroot: What `ready` returned.
        folder: Its current folder, as seen inside.
        command: The program, as seen inside, and its arguments.
        variables: What its environment has besides the usual.

    Returns:
        Its exit code; 125 where nothing could be mounted.
    """
    shell = ["unshare", *NAMESPACES, "sh", "-c", SCRIPT, str(chroot), folder, *command]
    usual = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    process = subprocess.Popen(shell, env={**usual, **variables}, stdin=subprocess.DEVNULL)
    try:
        return process.wait()
    except BaseException:
        process.kill()  # and with it, by --kill-child, everything inside
        process.wait()
        raise
