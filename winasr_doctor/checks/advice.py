"""Remedies and wording that several families of checks share.

The most common advice is a dedicated scratch folder: the app's own folder, on a local drive that
no cloud client mirrors. TEMP points to it for this app only, so Windows' own TEMP and every other
program stay as they are. It is also narrow enough to exclude from scanning by its full path, if
that is ever needed.
"""

from __future__ import annotations

from typing import Any

from winasr_doctor._util.paths import is_inside
from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell
from winasr_doctor.findings import Remedy
from winasr_doctor.findings.actions import MakeFolder
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable
from winasr_doctor.machine.model import Volume
from winasr_doctor.models.known import GB, LARGEST_UNPACKED

SCRATCH_NAME = "winasr-scratch"
SCRATCH_READS = ("environment", "places", "python", "sync_roots", "volumes")
"""Sections that `scratch_folder_remedy` reads; a check that calls it declares them too."""

SCRATCH_BYTES = 2 * LARGEST_UNPACKED
"""Space for one unpacked model and the leftovers of one failed cleanup."""

_LOCAL_FILESYSTEMS = ("NTFS", "ReFS")


def known(host: Machine, section: str) -> Any:  # noqa: ANN401 - typed by the section that is asked
    """Return a section's value, or `None` if it could not be read or does not apply.

    For facts that make a finding or a remedy more precise, but do not decide it.
    """
    try:
        return getattr(host, section)
    except (Unreadable, NotApplicable):
        return None


def gigabytes(size: float) -> str:
    """Return a size in bytes as text for people, such as `6.4 GB` or `35 MB` (decimal units)."""
    return f"{size / GB:.1f} GB" if size >= GB / 10 else f"{size / 1e6:.0f} MB"


quoted = quoted_for_powershell


def python_command(host: Machine, arguments: str) -> str:
    """Return the command that runs this machine's interpreter, for PowerShell or a POSIX shell.

    Args:
        host: The machine; without its `python` section, the command starts with plain `python`.
        arguments: The arguments of the interpreter, already quoted.
    """
    python = known(host, "python")
    if python is None:
        return f"python {arguments}"
    if host.system.os == "windows":
        return f"& {quoted(python.executable)} {arguments}"
    return f"{quoted_for_posix(python.executable)} {arguments}"


def scratch_folder(host: Machine) -> str:
    r"""Choose a folder for unpacked models on a Windows machine.

    The user's own `AppData\Local` is preferred: it is private to the user, by default no client
    mirrors it, and Windows Search does not index it. It must be plain ASCII, on a local drive with
    room for `SCRATCH_BYTES`, and outside every sync root. Otherwise a folder at the top of the
    best local drive is proposed: a trusted Dev Drive first, then the one with the most room.

    Args:
        host: The machine; reads `SCRATCH_READS`, as far as they can be read.
    """
    volumes = known(host, "volumes")
    suitable = [volume for volume in volumes.items if _is_suitable(volume)] if volumes else []
    suitable.sort(key=lambda volume: (not volume.dev_drive_trusted, -(volume.free or 0)))
    candidates = [f"{volume.root.rstrip(chr(92))}\\{SCRATCH_NAME}" for volume in suitable]
    private = _local_app_data(host)
    if private is not None:
        candidates.insert(0, f"{private}\\{SCRATCH_NAME}")
    roots = [volume.root for volume in suitable]
    for candidate in candidates:
        on_drive = volumes is None or any(is_inside(candidate, root, "windows") for root in roots)
        if on_drive and candidate.isascii() and not _is_synced(host, candidate):
            return candidate
    return f"C:\\{SCRATCH_NAME}"


def _is_suitable(volume: Volume) -> bool:
    return (
        volume.drive_type == "fixed"
        and volume.substituted_for is None
        and (volume.filesystem is None or volume.filesystem in _LOCAL_FILESYSTEMS)
        and (volume.free is None or volume.free >= SCRATCH_BYTES)
    )


def _is_synced(host: Machine, path: str) -> bool:
    synced = known(host, "sync_roots")
    return synced is not None and any(
        is_inside(path, root.path, "windows") or is_inside(path, root.real, "windows")
        for root in synced.items
    )


def _local_app_data(host: Machine) -> str | None:
    r"""Return `AppData\Local` of the user, from its variable or from a place below it.

    Not with the Microsoft Store's Python, whose writes there land in a private copy.
    """
    python = known(host, "python")
    if python is not None and python.store_build:
        return None
    environment = known(host, "environment")
    declared: str | None = environment.get("LOCALAPPDATA") if environment else None
    if declared:
        return declared.rstrip("\\")
    marker = "\\appdata\\local\\"
    places = known(host, "places")
    for place in places.items if places else ():
        at = place.real.lower().find(marker)
        if at > 0 and place.real[1:3] == ":\\":
            end = at + len(marker) - 1
            return str(place.real[:end])
    return None


def scratch_folder_remedy(host: Machine) -> Remedy:
    """Return the standard remedy: the app's own scratch folder, with TEMP set for the app only.

    Args:
        host: The machine; reads `SCRATCH_READS`, which the calling check must declare.
    """
    if host.system.os != "windows":
        return _posix_scratch_remedy(host)
    folder = scratch_folder(host)
    environment = known(host, "environment")
    # Python looks at TMPDIR before TEMP and TMP, on Windows too.
    names = (
        ("TMPDIR", "TEMP", "TMP") if environment and environment.get("TMPDIR") else ("TEMP", "TMP")
    )
    powershell = "; ".join(f"$env:{name} = {quoted(folder)}" for name in names)
    prompt = " & ".join(f'set "{name}={folder}"' for name in names)
    show = python_command(host, '-c "import tempfile; print(tempfile.gettempdir())"')
    return Remedy(
        title=f"Give the app its own scratch folder, {folder}",
        steps=(
            f"In PowerShell, create it: New-Item -ItemType Directory -Force -Path {quoted(folder)}",
            f"In the window that will start the app, point TEMP there: {powershell}",
            f"In a .bat file or cmd.exe use instead: {prompt}",
            f"Check that Python follows; this must print {folder}: {show}",
            "Start the app from that same window. No other program is affected.",
        ),
        action=MakeFolder(folder),
    )


def _posix_scratch_remedy(host: Machine) -> Remedy:
    folder = f'"$HOME/.cache/{SCRATCH_NAME}"'
    show = python_command(host, "-c 'import tempfile; print(tempfile.gettempdir())'")
    return Remedy(
        title="Give the app its own scratch folder",
        steps=(
            f"Create it: mkdir -p {folder}",
            f"In the shell that will start the app: export TMPDIR={folder}",
            f"Check that Python follows: {show}",
            "Start the app from that same shell.",
        ),
        action=MakeFolder(f"~/.cache/{SCRATCH_NAME}"),
    )
