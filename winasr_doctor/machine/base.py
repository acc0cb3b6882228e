"""Defines the `Machine` that every check reads, and the ways a section may be missing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from winasr_doctor.machine import model
from winasr_doctor.machine.interpreters.model import OutsideInterpreter

if TYPE_CHECKING:
    from winasr_doctor.appsource import Application
    from winasr_doctor.machine.interpreters.model import FoundEnvironments, ImportTrials
    from winasr_doctor.models.hub import HubAnswers

T = TypeVar("T")


class Unreadable(Exception):  # noqa: N818 - a state of the machine, not an error of ours
    """A section exists on this machine, but could not be read.

    Attributes:
        reason: One sentence.
        needs: What is needed to read it, such as `administrator`; `None` if nothing known helps.
    """

    def __init__(self, reason: str, needs: str | None = None) -> None:
        super().__init__(reason, needs)
        self.reason = reason
        self.needs = needs

    def __str__(self) -> str:
        return self.reason


class NotApplicable(Exception):  # noqa: N818 - a state of the machine, not an error of ours
    """A section has no meaning on this machine or in this scan.

    Attributes:
        reason: One sentence.
        hint: How to have it examined all the same, if an option does that.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return self.reason


class Section(Generic[T]):
    """One named part of a machine's description; read as an attribute of a `Machine`.

    Reading it returns the section's value, or raises `Unreadable` or `NotApplicable`.
    """

    name: str

    def __init__(self, kind: type[T], title: str, *, absent: str | None = None) -> None:
        """Declare a section.

        Args:
            kind: The type of its value.
            title: A readable name for its content, such as `Defender's settings`.
            absent: Why it does not apply to most machines; they do not record it.
        """
        self.kind = kind
        self.title = title
        self.absent = absent

    def __set_name__(self, owner: type[Machine], name: str) -> None:
        self.name = name
        owner.sections = {**owner.sections, name: self}

    @overload
    def __get__(self, host: None, owner: type[Machine]) -> Section[T]: ...
    @overload
    def __get__(self, host: Machine, owner: type[Machine]) -> T: ...
    def __get__(self, host: Machine | None, owner: type[Machine]) -> Section[T] | T:
        if host is None:
            return self
        value: T = host.read(self.name)
        return value


class Machine(ABC):
    """A machine, described section by section.

    Checks read a `Machine` and nothing else. `LiveMachine` reads the machine itself,
    `RecordedMachine` reads a snapshot; both may raise `Unreadable` or `NotApplicable` for any
    section.
    """

    sections: ClassVar[dict[str, Section[Any]]] = {}
    """The sections a snapshot stores, by name."""

    system = Section(model.System, "the operating system")
    account = Section(model.Account, "the account's rights")
    environment = Section(model.Environment, "environment variables")
    python = Section(model.PythonRuntime, "the Python interpreter")
    interpreter = Section(
        OutsideInterpreter,
        "the other Python environment",
        absent="the scan runs in the environment that it examines (--python names another one)",
    )
    packages = Section(model.Packages, "installed packages")
    places = Section(model.Places, "folders in use")
    volumes = Section(model.Volumes, "drives")
    leftovers = Section(model.Leftovers, "leftovers in TEMP")
    sync_roots = Section(model.SyncRoots, "cloud-sync folders")
    defender = Section(model.Defender, "Microsoft Defender")
    security_products = Section(model.SecurityProducts, "antivirus products")
    search_index = Section(model.SearchIndex, "Windows Search")
    memory = Section(model.Memory, "memory")
    gpus = Section(model.Gpus, "NVIDIA GPUs")
    audio_tools = Section(model.AudioTools, "audio tools")
    hub_cache = Section(model.HubCache, "the Hugging Face cache")
    model_files = Section(model.ModelFiles, "local .nemo files")

    app: Application
    """The app's source and the pins to examine; empty if none was given. Never recorded."""

    _hub_answers: HubAnswers | None = None

    @property
    def hub_answers(self) -> HubAnswers:
        """The Hub's answers; only in a scan with `--online`. Never recorded."""
        if self._hub_answers is None:
            raise NotApplicable("the Hub is only asked with --online")
        return self._hub_answers

    @property
    def imports(self) -> ImportTrials:
        """The outcomes of trial imports; only in a scan with `--deep`. Never recorded."""
        hint = "`--deep` also tries the imports"
        raise NotApplicable("imports are only tried with --deep", hint)

    @property
    def neighbours(self) -> FoundEnvironments:
        """The other Python environments of this machine. Never recorded."""
        raise NotApplicable("a recorded machine does not list its Python environments")

    @abstractmethod
    def read(self, name: str) -> Any:  # noqa: ANN401 - typed by the section that asks
        """Return the value of a section.

        Args:
            name: A key of `sections`.

        Raises:
            Unreadable: It could not be read.
            NotApplicable: It has no meaning here.
        """

    def prefetch(self, names: Iterable[str]) -> None:  # noqa: B027 - optional for a host
        """Start reading these sections in parallel, if that saves time."""

    def describe(self) -> dict[str, object]:
        """Return a few JSON values about the machine, for the head of a report.

        `interpreter` is the path of the Python that was examined from outside; without one, there
        is no such value.
        """
        described: dict[str, object] = {}
        facts: dict[str, Callable[[], str | None]] = {
            "system": lambda: f"{self.system.name} {self.system.version}",
            "os": lambda: self.system.os,
            "python": lambda: self.python.version,
            "torch": lambda: self.packages.version("torch"),
            "nemo_toolkit": lambda: self.packages.version("nemo-toolkit"),
            "account": lambda: self.account.kind,
        }
        for key, read in facts.items():
            try:
                described[key] = read()
            except (Unreadable, NotApplicable):
                described[key] = None
        if (outside := self._outside()) is not None:
            described["interpreter"] = outside
        return described

    def _outside(self) -> str | None:
        try:
            return self.interpreter.executable
        except (Unreadable, NotApplicable):
            return None
