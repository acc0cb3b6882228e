"""Remedies and wording that several families of checks share.

The most common advice is a dedicated scratch folder: the app's own folder, on a local drive that
no cloud client mirrors. TEMP points to it for this app only, so Windows' own TEMP and every other
program stay as they are. It is also narrow enough to exclude from scanning by its full path, if
that is ever needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import structs

from winasr_doctor._util.paths import is_inside
from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell
from winasr_doctor.findings import Change, Install, Remedy, Shell, Stage, Step
from winasr_doctor.findings.actions import MakeFolder
from winasr_doctor.findings.steps import INSTALL_DOCTOR
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable
from winasr_doctor.machine.crawl_scope import is_included
from winasr_doctor.machine.model import Volume
from winasr_doctor.models.known import GB, LARGEST_UNPACKED

SCRATCH_NAME = "winasr-scratch"
SCRATCH_READS = (
    "account",
    "environment",
    "places",
    "python",
    "search_index",
    "sync_roots",
    "volumes",
)
"""Sections that `scratch_remedies` reads; a check that calls it declares them too."""

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
    return f"{python_in_shell(host)} {arguments}"


def python_in_shell(host: Machine) -> str:
    """Return how this machine's interpreter is started, as `python_command` does."""
    python = known(host, "python")
    if python is None:
        return "python"
    if host.system.os == "windows":
        return f"& {quoted(python.executable)}"
    return quoted_for_posix(python.executable)


def doctor_command(host: Machine, arguments: str) -> str:
    """Return the command that runs the doctor for this machine's shell.

    Args:
        host: The machine; reads `python`, as far as it can be read.
        arguments: The doctor's arguments, already quoted.
    """
    python = known(host, "python")
    if python is None or python.doctor is None:
        return python_command(host, f"-m winasr_doctor {arguments}".rstrip())
    quote = quoted_for_posix if host.system.os != "windows" else quoted
    call = "& " if host.system.os == "windows" else ""
    return f"{call}{quote(python.doctor)} -m winasr_doctor {arguments}".rstrip()


def with_doctor(host: Machine, words: str, arguments: str) -> Step:
    """Return a step that runs the doctor; see `doctor_command`."""
    return in_shell(host, words, doctor_command(host, arguments))


def lacks_doctor(host: Machine) -> bool:
    """Return whether the doctor is known not to be installed for the examined interpreter."""
    python = known(host, "python")
    return python is not None and python.doctor is not None


def shell_of(host: Machine) -> Shell:
    """Return the shell that commands for this machine are written for."""
    return "powershell" if host.system.os == "windows" else "sh"


def in_shell(host: Machine, words: str, command: str, *, needs_admin: bool = False) -> Step:
    """Return a step with a command for this machine's shell."""
    return Step(words, command, shell_of(host), needs_admin=needs_admin)


def with_python(host: Machine, words: str, arguments: str) -> Step:
    """Return a step that runs this machine's interpreter; see `python_command`."""
    return in_shell(host, words, python_command(host, arguments))


def pip_install(host: Machine, title: str, wanted: Install, *, repairs: str = "") -> Remedy:
    """Return the remedy that installs packages with the examined interpreter.

    Args:
        host: The machine; reads `python`, as far as it can be read.
        title: What the remedy achieves.
        wanted: The packages.
        repairs: See `Change.repairs`.
    """
    return Remedy(
        title,
        (
            with_python(host, "Run", wanted.arguments),
            with_python(host, "Check that the packages fit together", "-m pip check"),
        ),
        change=Change(Stage.PACKAGES, installs=(wanted,), repairs=repairs),
    )


def scratch_folder(host: Machine) -> str:
    r"""Choose a folder for unpacked models on a Windows machine.

    See `suitable_folder`; if no folder is suitable, `C:\winasr-scratch`.

    Args:
        host: The machine; reads `SCRATCH_READS`, as far as they can be read.
    """
    return suitable_folder(host) or f"C:\\{SCRATCH_NAME}"


def suitable_folder(host: Machine) -> str | None:
    r"""Return the best folder for unpacked models on a Windows machine, if there is one.

    The user's own `AppData\Local` is preferred: it is private to the user, by default no client
    mirrors it, and Windows Search does not index it. It must be plain ASCII, on a local drive with
    room for `SCRATCH_BYTES`, outside every sync root, and not indexed. Otherwise a folder at the
    top of the best local drive is proposed: a trusted Dev Drive first, then the one with the most
    room.

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
    elif volumes is None:
        candidates.append(f"C:\\{SCRATCH_NAME}")
    roots = [volume.root for volume in suitable]
    for candidate in candidates:
        on_drive = volumes is None or any(is_inside(candidate, root, "windows") for root in roots)
        if on_drive and candidate.isascii() and not _is_watched(host, candidate):
            return candidate
    return None


def _is_suitable(volume: Volume) -> bool:
    return (
        volume.drive_type == "fixed"
        and volume.substituted_for is None
        and (volume.filesystem is None or volume.filesystem in _LOCAL_FILESYSTEMS)
        and (volume.free is None or volume.free >= SCRATCH_BYTES)
    )


def _is_watched(host: Machine, path: str) -> bool:
    """Return whether a sync client mirrors a folder or Windows Search indexes it."""
    synced, index = known(host, "sync_roots"), known(host, "search_index")
    return any(
        is_inside(path, root.path, "windows") or is_inside(path, root.real, "windows")
        for root in (synced.items if synced else ())
    ) or (index is not None and is_included(index.rules, path))


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


def scratch_remedies(host: Machine) -> tuple[Remedy, ...]:
    """Return the remedies for everything that is wrong with TEMP, the simplest one first.

    To start the app through the doctor needs no steps, unless the doctor has to be installed first.

    Args:
        host: The machine; reads `SCRATCH_READS`, which the calling check must declare.
    """
    install = (INSTALL_DOCTOR,) if lacks_doctor(host) else ()
    title = "Start the app through winasr_doctor, which gives it a safe TEMP"
    run = _for_temp(Remedy(title, (*install, _run(host))))
    by_hand = tuple(map(_for_temp, _by_hand(host)))
    return (*by_hand, run) if install else (run, *by_hand)


def _for_temp(remedy: Remedy) -> Remedy:
    return structs.replace(remedy, change=Change(Stage.TEMP))


def _run(host: Machine) -> Step:
    arguments = "-m winasr_doctor run -- your_app.py"
    if _is_service(host) and host.system.os == "windows":
        words = "Make this the start command of the service or task (not for PowerShell)"
        python = known(host, "python")
        return Step(words, f'"{python.executable if python else "python"}" {arguments}')
    return with_python(host, "Instead of starting your_app.py yourself", arguments)


def _is_service(host: Machine) -> bool:
    account = known(host, "account")
    return account is not None and account.kind != "user"


def _by_hand(host: Machine) -> Iterator[Remedy]:
    if host.system.os != "windows":
        yield _posix_scratch_remedy(host)
        return
    folder = suitable_folder(host)
    if folder is not None:
        yield _scratch_remedy(host, folder)


def _scratch_remedy(host: Machine, folder: str) -> Remedy:
    """Return the steps that make a scratch folder, with TEMP set for the app only."""
    title = f"Give the app its own scratch folder, {folder}"
    make = f"New-Item -ItemType Directory -Force -Path {quoted(folder)}"
    if _is_service(host):
        settings = f"Set TEMP and TMP to {folder} in the settings of the service or task"
        steps: tuple[str, ...] = (Step("Create it", make, "powershell"), settings)
        return Remedy(title, steps, action=MakeFolder(folder))
    environment = known(host, "environment")
    # Python looks at TMPDIR before TEMP and TMP, on Windows too.
    names = (
        ("TMPDIR", "TEMP", "TMP") if environment and environment.get("TMPDIR") else ("TEMP", "TMP")
    )
    powershell = "\n".join(f"$env:{name} = {quoted(folder)}" for name in names)
    prompt = "\n".join(f'set "{name}={folder}"' for name in names)
    return Remedy(
        title,
        (
            Step("Create it", make, "powershell"),
            Step(
                "In the window that will start the app, point TEMP there", powershell, "powershell"
            ),
            Step("In a .bat file or cmd.exe use instead", prompt, "cmd"),
            with_python(
                host,
                f"Check that Python follows; this must print {folder}",
                '-c "import tempfile; print(tempfile.gettempdir())"',
            ),
            "Start the app from that same window. No other program is affected.",
        ),
        action=MakeFolder(folder),
    )


def _posix_scratch_remedy(host: Machine) -> Remedy:
    caches = "Library/Caches" if host.system.os == "darwin" else ".cache"
    folder = f'"$HOME/{caches}/{SCRATCH_NAME}"'
    return Remedy(
        title="Give the app its own scratch folder",
        steps=(
            Step("Create it", f"mkdir -p {folder}", "sh"),
            Step("In the shell that will start the app", f"export TMPDIR={folder}", "sh"),
            with_python(
                host,
                "Check that Python follows",
                "-c 'import tempfile; print(tempfile.gettempdir())'",
            ),
            "Start the app from that same shell.",
        ),
        action=MakeFolder(f"~/{caches}/{SCRATCH_NAME}"),
    )
