"""SYN: whether folders that the app uses are inside one that a cloud client synchronises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from winasr_doctor._util.paths import innermost
from winasr_doctor.checks.advice import SCRATCH_READS, quoted, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.checks.new_environment import NEW_ENVIRONMENT_READS, change_of, new_environment
from winasr_doctor.findings import (
    Change,
    Finding,
    Remedy,
    Stage,
    Step,
    error,
    ok,
    skip,
    unknown,
    warning,
)
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import FileAttribute, ModelFile, Place, Role, SyncRoot

PLACEHOLDER = (
    FileAttribute.RECALL_ON_OPEN | FileAttribute.RECALL_ON_DATA_ACCESS | FileAttribute.OFFLINE
)
"""Attributes of a file whose content is in the cloud.
Source: learn.microsoft.com, "File Attribute Constants"."""


def root_around(host: Machine, *paths: str | None) -> SyncRoot | None:
    """Return the innermost sync root that contains a place, in any of its spellings.

    Args:
        host: The machine.
        paths: Spellings of one place: as configured, and with links and short names resolved.
    """
    roots = [
        (path, root)
        for root in host.sync_roots.items
        for path in dict.fromkeys((root.path, root.real))
    ]
    for path in dict.fromkeys(path for path in paths if path):
        found = innermost(path, roots, host.system.os)
        if found is not None:
            return found
    return None


def _client(root: SyncRoot) -> str:
    return f"{root.provider} ({root.kind})" if root.kind else root.provider


def _facts(place: Place | ModelFile, root: SyncRoot) -> dict[str, object]:
    return {
        "path": place.path,
        "resolved": place.resolved,
        "root": root.path,
        "provider": root.provider,
        "kind": root.kind,
        "source": root.source,
    }


def _inside(
    host: Machine,
    roles: tuple[Role, ...],
    make: Callable[..., Finding],
    why: str,
    remedies: Callable[[Place, SyncRoot], Iterable[Remedy]],
) -> Iterator[Finding]:
    """Yield one finding for each distinct place of these roles that is inside a sync root."""
    seen: set[str] = set()
    places = host.places.of(*roles)
    for place in places:
        root = root_around(host, place.path, place.resolved)
        if root is None or place.real.casefold() in seen:
            continue
        seen.add(place.real.casefold())
        yield make(
            f"{_LABELS.get(place.role, place.role)} {place.path} is inside {_client(root)}"
            f" ({root.path}): {why}",
            {"role": place.role, **_facts(place, root)},
            tuple(remedies(place, root)),
        )
    if places and not seen:
        yield ok("not inside any synchronised folder")
    elif not places:
        yield skip("there is no such folder on this machine")


_LABELS: dict[str, str] = {
    "tempfile": "the temp folder",
    "scratch": "the scratch folder",
    "app": "the app's folder",
    "venv": "the virtual environment",
    "hub_cache": "the Hugging Face cache",
    "nemo_cache": "the NeMo cache",
}


@check("SYN001", reads=("sync_roots", *SCRATCH_READS))
def temp_is_synchronised(host: Machine) -> Iterable[Finding]:
    """TEMP is inside a folder that a cloud client synchronises.

    **What.** Compares the temp folder with the sync roots of every known client.
    **Why.** The client opens every new file to upload it, just when NeMo wants to delete it:
    WinError 32 while loading. It may also upload gigabytes of unpacked weights.
    **Decided by.** Comparing whole path segments, ignoring case, after links and short names are
    resolved; the longest root comes first. `OneDriveBackup` is not `OneDrive`.
    **Do.** Use a scratch folder that no client mirrors.
    **Source.** learn.microsoft.com, "Integrate a Cloud Storage Provider"; each client's settings.
    """
    return _inside(
        host,
        ("tempfile", "TEMP", "TMP", "TMPDIR"),
        error,
        "the client opens new files while NeMo wants to delete them",
        lambda _place, _root: scratch_remedies(host),
    )


@check("SYN002", reads=("sync_roots", *SCRATCH_READS))
def scratch_is_synchronised(host: Machine) -> Iterable[Finding]:
    """The app's scratch folder is inside a synchronised folder.

    **What.** As SYN001, for the folder given with `--scratch`.
    **Why.** It was meant to keep unpacked models away from such clients.
    **Decided by.** As SYN001.
    **Do.** Choose another one.
    **Source.** As SYN001.
    """
    return _inside(
        host,
        ("scratch",),
        error,
        "the client opens new files while NeMo wants to delete them",
        lambda _place, _root: scratch_remedies(host),
    )


@check("SYN003", reads=("places", "sync_roots", *NEW_ENVIRONMENT_READS))
def app_is_synchronised(host: Machine) -> Iterable[Finding]:
    """The app or its virtual environment is inside a synchronised folder.

    **What.** As SYN001, for the app's folder and the interpreter's environment.
    **Why.** A client renames or locks the files that Python imports, or turns them into
    placeholders. The results are read-only folders, access denied, and `module (1).py` beside
    `module.py`.
    **Decided by.** As SYN001.
    **Do.** Keep the environment, or better the whole project, in a plain local folder.
    **Source.** Reports of virtual environments in mirrored Google Drive folders.
    """

    def move(place: Place, root: SyncRoot) -> Iterable[Remedy]:
        if place.role == "venv":
            yield Remedy(
                "Create the virtual environment outside the synchronised folder",
                (
                    *new_environment(host),
                    f"Delete {place.path}, or exclude it in {root.provider}'s settings",
                ),
                change=change_of(host),
            )
        else:
            yield Remedy(
                f"Move the project out of {root.provider}",
                (f"Move {place.path} to a local folder and push it to a Git remote instead",),
                change=Change(Stage.FILES, place.path),
            )

    why = "the client locks and renames what Python imports"
    return _inside(host, ("app", "venv"), warning, why, move)


@check("SYN004", reads=("places", "sync_roots"))
def model_cache_is_synchronised(host: Machine) -> Iterable[Finding]:
    """A model cache is inside a synchronised folder.

    **What.** As SYN001, for the Hugging Face and NeMo caches.
    **Why.** The client uploads gigabytes. It may also evict files to the cloud; when NeMo opens
    one, it is downloaded again or fails with one of the cloud errors 389 to 426.
    **Decided by.** As SYN001.
    **Do.** Move the cache to a plain local folder.
    **Source.** huggingface.co docs, "Manage cache" (`HF_HOME`); NeMo's `NEMO_CACHE_DIR`.
    """
    variables = {"hub_cache": "HF_HOME", "nemo_cache": "NEMO_CACHE_DIR"}

    def move(place: Place, _root: SyncRoot) -> Iterable[Remedy]:
        name = variables[place.role]
        yield Remedy(
            f"Move the cache with {name}",
            (
                _set_for_user(host, name),
                "Open a new terminal; move the old content or let it download again",
            ),
            change=Change(Stage.FILES, name),
        )

    return _inside(
        host, ("hub_cache", "nemo_cache"), warning, "the client uploads or evicts models", move
    )


def _set_for_user(host: Machine, name: str) -> Step:
    if host.system.os == "windows":
        command = rf"[Environment]::SetEnvironmentVariable('{name}', 'C:\models', 'User')"
        return Step("Set it for your account", command, "powershell")
    return Step("Add this line to your shell's profile", f'export {name}="$HOME/models"', "sh")


@check("SYN005", reads=("model_files", "sync_roots"))
def model_file_is_synchronised(host: Machine) -> Iterable[Finding]:
    """A .nemo file is synchronised, or its content is only in the cloud.

    **What.** The location of local `.nemo` files, and their placeholder attributes.
    **Why.** Opening a placeholder downloads gigabytes while NeMo waits, or fails with a cloud
    error; a service account cannot open it at all (WinError 395).
    **Decided by.** The attribute RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS or OFFLINE is an error; a
    file inside a sync root is a warning.
    **Do.** Copy the file to a local folder and load that copy.
    **Source.** learn.microsoft.com, "File Attribute Constants" and "System Error Codes".
    """
    files = host.model_files.items
    if not files:
        yield skip("no local .nemo file was found")
        return
    silent = True
    for file in files:
        root = root_around(host, file.path, file.resolved)
        away = (file.attributes or 0) & PLACEHOLDER
        if not away and root is None:
            continue
        silent = False
        evidence: dict[str, object] = {"path": file.path, "resolved": file.resolved}
        if root is not None:
            evidence = _facts(file, root)
        evidence["attributes"] = file.attributes
        copy = Remedy(
            "Load a local copy",
            (f"Copy {file.path} to a plain local folder", "Give that path to restore_from()"),
            change=Change(Stage.FILES, file.path),
        )
        where = f"{_client(root)} ({root.path})" if root else "a cloud client"
        if away:
            yield error(
                f"the content of {file.path} is not on this machine: {where} keeps it online",
                evidence,
                [copy],
            )
        else:
            yield warning(f"{file.path} is inside {where}, which may evict it", evidence, [copy])
    if silent:
        yield ok("every .nemo file found is stored on this machine")


@check("SYN006", reads=("places",), windows_only=True)
def place_is_a_placeholder(host: Machine) -> Iterable[Finding]:
    """A folder in use is a cloud placeholder.

    **What.** The attributes of the temp folder, the caches, the app and its environment.
    **Why.** Such a folder belongs to a cloud client, even if this scan does not know its sync root.
    **Decided by.** RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS or OFFLINE on the folder itself.
    **Do.** Use another folder, or set the client to keep this one on the device.
    **Source.** learn.microsoft.com, "File Attribute Constants".
    """
    silent = True
    for place in host.places.items:
        if (place.attributes or 0) & PLACEHOLDER:
            silent = False
            yield warning(
                f"{_LABELS.get(place.role, place.role)} {place.path} is a placeholder of a cloud"
                " client",
                {"role": place.role, "path": place.path, "attributes": place.attributes},
                [
                    Remedy(
                        "Keep it on this device",
                        (
                            Step("", f"attrib +P -U {quoted(place.path)} /S /D", "powershell"),
                            "Or use a folder elsewhere",
                        ),
                    )
                ],
            )
    if silent:
        yield ok("no folder in use is a placeholder")


@check("SYN007", reads=("sync_roots",))
def sync_settings_are_unreadable(host: Machine) -> Iterable[Finding]:
    """A sync client is installed, but its settings could not be read.

    **What.** Sync clients that have settings on this machine.
    **Why.** The scan does not know this client's folders. It cannot rule out that a folder in use
    is inside one of them.
    **Decided by.** A failure to read the client's registry keys or files; the evidence has the
    reason.
    **Do.** Look up its folders on the client's own settings page.
    **Source.** Each client's settings, as listed in `winasr_doctor/machine/live/sync_roots`.
    """
    for client, reason in host.sync_roots.unread.items():
        yield unknown(f"{client}'s folders could not be read: {reason}", {"client": client})
    if not host.sync_roots.unread:
        count = len(host.sync_roots.items)
        yield ok(f"the settings of every sync client were read ({count} synchronised folders)")
