"""The facts about a Python environment that is examined from outside."""

from typing import Literal

import msgspec

from winasr_doctor.frameworks.nemo.names import DISTRIBUTIONS, NAME
from winasr_doctor.machine.model import Fact

FRAMEWORK = DISTRIBUTIONS[NAME]
"""The speech recognition framework's name for pip."""

Layout = Literal["venv", "conda", "embeddable", "store", "installed", "unknown"]
"""How an environment's files are arranged."""

Processor = Literal["x64", "x86", "arm64", "other"]
"""The processor that a program was built for."""

ProblemKind = Literal[
    "no-interpreter",
    "base-gone",
    "base-replaced",
    "store-stub",
    "python-2",
    "hang",
    "noise",
    "flood",
    "no-answer",
    "refused",
    "unsafe",
    "not-started",
]
"""What is wrong with an environment, or why its Python could not be asked."""


class InterpreterProblem(Fact, frozen=True, kw_only=True):
    """Something that is wrong with an environment."""

    kind: ProblemKind
    detail: str
    """A sentence without its full stop."""


class StartupCode(Fact, frozen=True, kw_only=True):
    """Code that this environment's Python runs at every start, before any program.

    Source: docs.python.org, `site`.
    """

    file: str
    line: int | None = None
    """From 1; `None` if the whole file is code."""
    known: bool = False
    """Whether it is a line that common tools write, or a file of the installation itself."""
    text: str = ""
    """The start of the line; never in a redacted snapshot."""


class OutsideInterpreter(Fact, frozen=True, kw_only=True):
    """A Python interpreter or environment, read from its files and, if necessary, by asking it."""

    given: str
    """The path that the user gave."""
    layout: Layout
    executable: str
    """Its Python, which may be missing."""
    prefix: str
    base_prefix: str | None = None
    version: str | None = None
    version_source: str | None = None
    """The file that states the version, or `the interpreter itself`."""
    implementation: str = "CPython"
    bits: Literal[32, 64] | None = None
    processor: Processor | None = None
    search_path: tuple[str, ...] = ()
    """Its `sys.path`, without the program's own folder. No code of `.pth` files was run for it."""
    startup: tuple[StartupCode, ...] = ()
    asked: bool = False
    """Whether its Python was started and answered."""
    problems: tuple[InterpreterProblem, ...] = ()

    def problem(self, *kinds: ProblemKind) -> InterpreterProblem | None:
        """Return the first problem of one of these kinds."""
        return next((each for each in self.problems if each.kind in kinds), None)


class ImportTrial(Fact, frozen=True, kw_only=True):
    """The outcome of importing one package in a process of its own."""

    name: str
    seconds: float
    state: Literal["imported", "failed", "late", "not-started"]
    code: int | None = None
    """The exit code; negative for a signal."""
    output: str = ""
    """The end of what it printed, with the traceback."""


class ImportTrials(Fact, frozen=True, kw_only=True):
    """The outcomes of `scan --deep`."""

    items: tuple[ImportTrial, ...] = ()
    limit: float
    """Seconds that each import was given."""


class FoundEnvironment(Fact, frozen=True, kw_only=True):
    """One Python environment of this machine."""

    path: str
    """The environment's folder."""
    executable: str
    layout: Layout
    python: str | None = None
    """The version."""
    framework: str | None = msgspec.field(default=None, name=FRAMEWORK)
    """The version of the speech recognition framework."""
    torch: str | None = None
    found: tuple[str, ...] = ()
    """Where it was found, such as `beside the current folder`."""
    problem: str | None = None
    """Why it cannot be used, in a sentence without its full stop."""


class FoundEnvironments(Fact, frozen=True, kw_only=True):
    """The environments of a machine, those with NeMo first."""

    items: tuple[FoundEnvironment, ...] = ()
    complete: bool = True
    """`False` if there was more to look at than the time allowed."""
