"""The data model of a machine: the facts that a scan reads, section by section.

Every class here is a value that a recorded machine stores as JSON, so adding a field changes the
snapshot's schema. `None` means "does not exist" or "could not be determined", as the field says; a
section that could not be read at all is not stored, but listed under the snapshot's `unreadable`.

They are msgspec structs rather than dataclasses because they are documents: msgspec decodes,
validates and describes them (JSON Schema), and defining one costs a twentieth of a dataclass's
import time. Their annotations are not postponed, because msgspec would have to compile each one
again.
"""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

Bytes = Annotated[int, Meta(ge=0, description="a size in bytes")]


class Fact(Struct, frozen=True, forbid_unknown_fields=True):
    """The base of everything a machine is described with."""


class FileAttribute:
    """Windows file attributes that matter to a locked or slow file.

    Source: learn.microsoft.com, "File Attribute Constants" (winnt.h).
    """

    READONLY = 0x1
    REPARSE_POINT = 0x400
    OFFLINE = 0x1000
    NOT_CONTENT_INDEXED = 0x2000
    RECALL_ON_OPEN = 0x40000
    PINNED = 0x80000
    UNPINNED = 0x100000
    RECALL_ON_DATA_ACCESS = 0x400000


class System(Fact, frozen=True, kw_only=True):
    """The operating system and its machine-wide settings."""

    os: Literal["windows", "linux", "darwin"]
    name: str
    """The product name, such as `Windows 11 Pro`."""
    version: str
    build: int | None = None
    server: bool | None = None
    machine: str = "AMD64"
    wine: str | None = None
    """Wine's version when this Windows is Wine."""
    long_paths: bool | None = None
    """`LongPathsEnabled`; `None` if paths have no such limit or it could not be read."""
    ansi_code_page: int | None = None
    oem_code_page: int | None = None


class Account(Fact, frozen=True, kw_only=True):
    """Who the scan runs as, and what that account may do. No names."""

    kind: Literal["user", "service", "system"] = "user"
    elevated: bool | None = None
    symlink_right: bool | None = None
    """Whether `SeCreateSymbolicLinkPrivilege` is held."""
    developer_mode: bool | None = None
    """Developer mode lets anyone create symbolic links."""


class Environment(Fact, frozen=True, kw_only=True):
    """The environment variables that change how NeMo, torch, the Hub or tempfile behave."""

    variables: dict[str, str] = {}
    """Only variables on an allow-list are recorded; a secret's value is stored as `<set>`."""

    def get(self, name: str) -> str | None:
        """Return a variable's value, or `None` if it is unset or empty.

        Args:
            name: The variable's name, compared without case, as on Windows.
        """
        folded = {key.upper(): value for key, value in self.variables.items()}
        return folded.get(name.upper()) or None


_RELEASE = r"([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})(?![0-9])"


class PythonRuntime(Fact, frozen=True, kw_only=True):
    """The interpreter that will run the app."""

    version: str
    """`major.minor.micro`, with a pre-release suffix if it has one."""
    implementation: str = "CPython"
    bits: Literal[32, 64] = 64
    executable: str
    prefix: str
    base_prefix: str
    store_build: bool = False
    """Whether it is the Microsoft Store package, which redirects writes below `AppData`."""
    utf8_mode: bool = False
    stdout_encoding: str | None = None
    doctor: str | None = None
    """The interpreter that runs the doctor, if this one was examined from outside and lacks it."""

    def __post_init__(self) -> None:
        """Refuse a version that checks could not compare."""
        if re.match(_RELEASE, self.version) is None:
            version = ascii(self.version[:20])
            raise ValueError(f"a Python version has three numbers, as 3.12.4 has, not {version}")

    @property
    def release(self) -> tuple[int, int, int]:
        """Major, minor and micro as numbers."""
        major, minor, micro = re.match(_RELEASE, self.version).groups()  # type: ignore[union-attr]
        return int(major), int(minor), int(micro)


class TorchBuild(Fact, frozen=True, kw_only=True):
    """What kind of torch is installed, from `torch/version.py`, without importing it."""

    version: str
    cuda: str | None = None
    """The CUDA version torch was built for; `None` for a CPU build."""


class Packages(Fact, frozen=True, kw_only=True):
    """Installed distributions, without importing any of them."""

    versions: dict[str, str] = {}
    """Normalised name (PEP 503: lower case, single hyphens) to version."""
    torch: TorchBuild | None = None

    def version(self, name: str) -> str | None:
        """Return the installed version of a distribution, by its normalised name."""
        return self.versions.get(name)


Role = Literal[
    "TEMP",
    "TMP",
    "TMPDIR",
    "tempfile",
    "scratch",
    "app",
    "venv",
    "hub_cache",
    "nemo_cache",
    "model",
]
"""The purpose of a place; `tempfile` is where Python's `tempfile` will write."""


class Place(Fact, frozen=True, kw_only=True):
    """A folder or file that loading or transcribing will touch."""

    role: Role
    path: str
    """As configured."""
    resolved: str | None = None
    """The path with short names, junctions, symlinks and substituted drives resolved, if that was
    possible; use this one for comparisons.
    """
    exists: bool = True
    directory: bool = True
    writable: bool | None = None
    """Whether a file could be created and removed, tested with `os.open`, never `tempfile`."""
    write_error: int | None = None
    """`winerror` (or `errno` off Windows) of the failed attempt."""
    volume: str | None = None
    """The `root` of the volume that holds it."""
    attributes: int | None = None
    """Windows file attributes (`FileAttribute`), `None` off Windows."""

    @property
    def real(self) -> str:
        """The resolved path if there is one, else the path as configured."""
        return self.resolved or self.path


class Places(Fact, frozen=True, kw_only=True):
    """Every place of a machine that matters to speech recognition."""

    items: tuple[Place, ...] = ()

    def of(self, *roles: Role) -> tuple[Place, ...]:
        """Return the places with one of these roles, in the order of the roles."""
        return tuple(place for role in roles for place in self.items if place.role == role)

    def first(self, role: Role) -> Place | None:
        """Return the first place with this role, or `None`."""
        return next(iter(self.of(role)), None)


class Volume(Fact, frozen=True, kw_only=True):
    """A mounted drive."""

    root: str
    """`C:\\` on Windows, the mount point elsewhere."""
    drive_type: Literal["fixed", "removable", "network", "optical", "ram", "unknown"] = "fixed"
    filesystem: str | None = None
    total: Bytes | None = None
    free: Bytes | None = None
    """Free to this account, quotas included."""
    substituted_for: str | None = None
    """The folder a `subst` drive stands for."""
    dev_drive: bool | None = None
    dev_drive_trusted: bool | None = None


class Volumes(Fact, frozen=True, kw_only=True):
    """The drives of the places."""

    items: tuple[Volume, ...] = ()

    def of(self, place: Place) -> Volume | None:
        """Return the volume that holds a place, if it is known."""
        return next((volume for volume in self.items if volume.root == place.volume), None)


class Leftover(Fact, frozen=True, kw_only=True):
    """A folder that an earlier NeMo load or transcription failed to remove."""

    path: str
    phase: Literal["load", "transcribe"]
    size: Bytes
    files: int
    age: float
    """Seconds since its newest file was written."""


class Leftovers(Fact, frozen=True, kw_only=True):
    """What earlier failed cleanups left in the temp folders."""

    items: tuple[Leftover, ...] = ()
    complete: bool = True
    """`False` if there was more to examine than the time allowed."""


class SyncRoot(Fact, frozen=True, kw_only=True):
    """A folder that a cloud client synchronises."""

    provider: str
    """`OneDrive`, `Dropbox`, `Google Drive`, ... or the name the client registered."""
    kind: str | None = None
    """`personal`, `business`, `sharepoint`, `mirror`, `stream`; what the client calls it."""
    path: str
    resolved: str | None = None
    source: str
    """Where this was read: a registry key, an environment variable or a file."""
    exists: bool | None = None
    """`None` if it was not examined (a streaming drive can block for many seconds)."""

    @property
    def real(self) -> str:
        """The resolved path if there is one, else the path as registered."""
        return self.resolved or self.path


class SyncRoots(Fact, frozen=True, kw_only=True):
    """Every sync root that any known client declares."""

    items: tuple[SyncRoot, ...] = ()
    unread: dict[str, str] = {}
    """Clients whose settings exist but could not be read, and why."""


class Defender(Fact, frozen=True, kw_only=True):
    """Microsoft Defender's state and settings, as PowerShell's CIM classes give them."""

    running_mode: str | None = None
    """`AMRunningMode`: `Normal`, `Passive Mode`, `EDR Block Mode`, `Not running`, ..."""
    real_time_protection: bool | None = None
    tamper_protection: bool | None = None
    platform_version: str | None = None
    excluded_paths: tuple[str, ...] | None = None
    """`None` when exclusions may not be read; see `exclusions_hidden`."""
    excluded_processes: tuple[str, ...] | None = None
    excluded_extensions: tuple[str, ...] | None = None
    exclusions_hidden: str | None = None
    """Why the exclusions could not be read, in Defender's or our own words."""
    hidden_from_admins: bool | None = None
    """Policy `HideExclusionsFromLocalAdmins`."""
    local_exclusions_ignored: bool | None = None
    """Policy `DisableLocalAdminMerge`."""
    controlled_folder_access: int | None = None
    """`EnableControlledFolderAccess`, 0 to 4."""
    protected_folders: tuple[str, ...] | None = None
    """Folders protected by Controlled Folder Access, the default ones included."""
    performance_mode: int | None = None
    """`PerformanceModeStatus`: 0 on, 1 off."""


class SecurityProduct(Fact, frozen=True, kw_only=True):
    """An antivirus product registered with Windows Security Center."""

    name: str
    state: int
    """The undocumented bit field `productState`."""


class SecurityProducts(Fact, frozen=True, kw_only=True):
    """What Windows Security Center lists; absent on Windows Server."""

    items: tuple[SecurityProduct, ...] = ()


class SearchRule(Fact, frozen=True, kw_only=True):
    """One rule of the Windows Search crawl scope."""

    pattern: str
    """The pattern as registered, without the `file:///` and the volume's GUID."""
    include: bool
    default: bool = False
    """Whether it is Windows' own rule, not one that a user or an app added."""


class SearchIndex(Fact, frozen=True, kw_only=True):
    """Windows Search: is it running, and what does it cover."""

    service: Literal["running", "stopped", "disabled", "absent", "unknown"] = "unknown"
    rules: tuple[SearchRule, ...] = ()


class Memory(Fact, frozen=True, kw_only=True):
    """Memory and, on Windows, the commit limit that WinError 1455 is about."""

    total: Bytes
    available: Bytes
    commit_limit: Bytes | None = None
    commit_available: Bytes | None = None


class Gpu(Fact, frozen=True, kw_only=True):
    """One NVIDIA device."""

    name: str
    memory: Bytes | None = None


class Gpus(Fact, frozen=True, kw_only=True):
    """NVIDIA devices and their driver, from `nvidia-smi`."""

    items: tuple[Gpu, ...] = ()
    driver: str | None = None
    cuda: str | None = None
    """The newest CUDA version this driver can serve."""


class AudioTools(Fact, frozen=True, kw_only=True):
    """Programs on PATH that read other audio than wav and flac."""

    ffmpeg: str | None = None
    ffprobe: str | None = None
    sox: str | None = None


WeightsForm = Literal["safetensors", "lfs-pointer", "html", "empty", "other", "unreadable"]


class CachedWeights(Fact, frozen=True, kw_only=True):
    """A speech-language model's weights in the Hugging Face cache, from the outside."""

    commit: str
    name: str
    """The file's name in the repository, such as `model.safetensors`."""
    size: Bytes
    form: WeightsForm
    whole: Bytes | None = None
    """The size that the file's header declares; a lower bound if the header itself is truncated."""
    error: str | None = None


class ShadowingFolder(Fact, frozen=True, kw_only=True):
    """A folder whose name is a repository's, below the one that a program is started in.

    NeMo's `SALM.from_pretrained` takes it for the model and never asks the Hub or its cache.
    """

    repo_id: str
    path: str
    current: bool
    """Whether it is below the current folder of the scan rather than below the app's."""
    config: bool
    """Whether it contains `config.json`."""
    weights: bool
    """Whether it contains `model.safetensors`."""


class CachedRepo(Fact, frozen=True, kw_only=True):
    """One model repository in the Hugging Face cache."""

    repo_id: str
    refs: dict[str, str] = {}
    """Branch, tag or abbreviation to commit hash."""
    snapshots: dict[str, tuple[str, ...]] = {}
    """Commit hash to the names of its cached files."""
    weights: tuple[CachedWeights, ...] = ()
    """The state of the weights; only examined for Canary-Qwen."""


class HubCache(Fact, frozen=True, kw_only=True):
    """The Hugging Face cache, as far as models go."""

    path: str
    offline: bool = False
    """`HF_HUB_OFFLINE` is set."""
    symlinks: bool | None = None
    """Whether cached files are links; without links a revision is stored twice."""
    repos: tuple[CachedRepo, ...] = ()
    shadows: tuple[ShadowingFolder, ...] = ()
    """Folders that are mistaken for a repository, wherever they are."""

    def repo(self, repo_id: str) -> CachedRepo | None:
        """Return a repository by its id, without case."""
        folded = repo_id.casefold()
        return next((repo for repo in self.repos if repo.repo_id.casefold() == folded), None)


class ModelFile(Fact, frozen=True, kw_only=True):
    """A local `.nemo` file and what it looks like from the outside."""

    path: str
    resolved: str | None = None
    size: Bytes
    form: Literal["tar", "tar.gz", "lfs-pointer", "html", "empty", "other", "unreadable"]
    config: bool = False
    """Whether it contains `model_config.yaml`."""
    weights: bool = False
    """Whether it contains `model_weights.ckpt`."""
    truncated: bool = False
    unpacked: Bytes | None = None
    """Total size of its members, as far as they could be listed."""
    longest_member: int = 0
    """Characters in the longest member name."""
    attributes: int | None = None
    error: str | None = None

    @property
    def real(self) -> str:
        """The resolved path if there is one, else the path as found."""
        return self.resolved or self.path


class ModelFiles(Fact, frozen=True, kw_only=True):
    """Local `.nemo` files: those asked about and those lying in the caches or beside the app."""

    items: tuple[ModelFile, ...] = ()
