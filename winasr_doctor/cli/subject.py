"""The options that `scan`, `fix` and `gate` share: what to examine."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click
from msgspec import Struct

from winasr_doctor._util.input_error import InputError
from winasr_doctor.appsource.application import Application
from winasr_doctor.checks import UnknownCodeError
from winasr_doctor.cli.config import find_pyproject, load_defaults
from winasr_doctor.cli.console import progress
from winasr_doctor.findings import Report
from winasr_doctor.machine import RecordedMachine, SnapshotError, load_snapshot
from winasr_doctor.scanning import scan

if TYPE_CHECKING:
    from winasr_doctor.machine import Machine
    from winasr_doctor.machine.interpreters.layout import Located
    from winasr_doctor.models.hub import HubAnswers

T = TypeVar("T")


class ScanSubject(Struct, frozen=True):
    """What to examine, as set by the options.

    Attributes:
        app: Files and folders of Python source.
        exclude: Patterns of source to leave out.
        revision: Model pins, each with or without its repository.
        model: `.nemo` files and folders of them.
        scratch: The folder the app uses instead of TEMP.
        snapshot: A file with a recorded machine; `None` for this machine.
        python: Another interpreter or environment to examine; `None` for this one.
        deep: Whether to try imports in child processes.
        select: Codes or families; empty for all of them.
        ignore: Codes or families to leave out.
        online: Whether the Hub may be queried.
    """

    app: tuple[str, ...]
    exclude: tuple[str, ...]
    revision: tuple[str, ...]
    model: tuple[str, ...]
    scratch: str | None
    snapshot: str | None
    python: str | None
    deep: bool
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    online: bool

    @property
    def selected(self) -> list[str]:
        """The codes and families to select, as separate items."""
        return split_codes(self.select)

    @property
    def ignored(self) -> list[str]:
        """The codes and families to ignore, as separate items."""
        return split_codes(self.ignore)

    def host(self) -> Machine:
        """Return the machine, with the app.

        Raises:
            InputError: The snapshot cannot be read, a path does not exist, or options contradict
                each other.
        """
        app = self._application()
        answers = _ask_hub(app) if self.online else None
        if self.snapshot is None:
            from winasr_doctor.machine.live import LiveMachine

            return LiveMachine(
                app=app,
                app_paths=app.roots,
                scratch=self.scratch,
                models=self.model,
                hub_answers=answers,
                progress=progress,
                outside=located(self.python),
                deep=self.deep,
            )
        if self.python or self.deep:
            raise InputError("--python and --deep examine this machine, not a snapshot")
        if self.scratch or self.model:
            raise InputError("--scratch and --model examine this machine, not a snapshot")
        try:
            return RecordedMachine(load_snapshot(self.snapshot), app=app, hub_answers=answers)
        except SnapshotError as error:
            raise InputError(str(error)) from error

    def scan(self) -> tuple[Machine, Report]:
        """Run the checks.

        Returns:
            The examined machine and the report.

        Raises:
            InputError: As `host`, or a code is unknown.
        """
        host = self.host()
        with known_codes():
            return host, scan(host, select=self.selected, ignore=self.ignored)

    def _application(self) -> Application:
        if not self.app and not self.revision:
            return Application()
        from winasr_doctor.appsource import Pin, SourcePathError, read_application

        context = click.get_current_context(silent=True)
        try:
            return read_application(
                self.app,
                pins=tuple(Pin.parse(revision) for revision in self.revision),
                exclude=self.exclude,
                progress=progress,
                in_processes=context is not None and context.obj is True,
            )
        except SourcePathError as missing:
            raise InputError(str(missing)) from missing


MODEL_HELP = "A .nemo file to examine."
"""The help text of `--model` where it takes files only."""


def subject_options(
    *, model_metavar: str = "PATH", model_help: str = MODEL_HELP
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Add the options of a `ScanSubject` to a command, which gets the argument `subject`.

    Args:
        model_metavar: The metavar of `--model`.
        model_help: The help text of `--model`.
    """
    options = (
        click.option("--app", multiple=True, metavar="PATH", help="Python source to examine too."),
        click.option("--exclude", multiple=True, metavar="GLOB", help="Source to leave out."),
        click.option(
            "--revision", multiple=True, metavar="[REPO@]REV", help="A model pin to judge."
        ),
        click.option("--model", multiple=True, metavar=model_metavar, help=model_help),
        click.option("--scratch", metavar="DIR", help="The folder the app uses instead of TEMP."),
        click.option(
            "--snapshot", metavar="FILE", help="A recorded machine to scan, not this one."
        ),
        python_option(),
        click.option("--deep", is_flag=True, help="Also try the imports, each in its own process."),
        click.option(
            "--select", multiple=True, metavar="CODES", help="Only these codes or families."
        ),
        click.option(
            "--ignore", multiple=True, metavar="CODES", help="Not these codes or families."
        ),
        click.option(
            "--online", is_flag=True, help="Ask the Hugging Face Hub about revisions too."
        ),
    )

    def decorate(command: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(command)
        def with_subject(*args: object, **given: object) -> T:
            fields = {name: given.pop(name) for name in ScanSubject.__struct_fields__}
            subject = ScanSubject(**fields)  # type: ignore[arg-type] # click gives what the options say
            return command(*args, subject=subject, **given)

        for option in reversed(options):
            option(with_subject)
        return with_subject

    return decorate


def python_option() -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return the option `--python`."""
    return click.option(
        "--python", metavar="PATH", help="Another interpreter, environment or app to examine."
    )


def located(python: str | None) -> Located | None:
    """Find the environment that `--python` names.

    Args:
        python: The value of the option; `None` if it was not given.

    Raises:
        InputError: There is no Python in that path.
    """
    if python is None:
        return None
    from winasr_doctor.machine.interpreters.layout import NoInterpreterError, locate

    try:
        return locate(python)
    except NoInterpreterError as error:
        raise InputError(str(error)) from error


def config_option(
    callback: Callable[[click.Context, click.Parameter, str | None], None],
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Add the option `--config` to a command.

    Args:
        callback: Reads the file, such as `apply_config`.
    """
    return click.option(
        "--config",
        metavar="FILE",
        callback=callback,
        is_eager=True,
        expose_value=False,
        help="The pyproject.toml to read; by default the nearest one with our table.",
    )


def apply_config(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    """Use `[tool.winasr_doctor]` for the defaults of the options."""
    if value:
        from pathlib import Path

        file: Path | None = Path(value)
    else:
        file = find_pyproject(os.getcwd())  # noqa: PTH109 - as `find_pyproject`
    ctx.default_map = {**(ctx.default_map or {}), **load_defaults(file)}


@contextmanager
def known_codes() -> Iterator[None]:
    """Report an unknown code as bad input.

    Raises:
        InputError: A selected or ignored code does not exist.
    """
    try:
        yield
    except UnknownCodeError as unknown:
        raise InputError(str(unknown)) from unknown


def split_codes(values: Iterable[str]) -> list[str]:
    """Return the codes from an option that may be repeated or hold several, separated by commas."""
    return [entry for value in values for entry in value.split(",") if entry.strip()]


def _ask_hub(application: Application) -> HubAnswers:
    from winasr_doctor.models.hub import ask_hub_about

    progress("Asking the Hugging Face Hub about revisions ...")
    return ask_hub_about(application)
