"""Reads and checks the gate's settings, `[tool.winasr_doctor.gate]`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from winasr_doctor._util.devices import parse_device
from winasr_doctor._util.settings_table import Strings, TableError, checked_table
from winasr_doctor.checks import all_checks
from winasr_doctor.faults.plan import Plan, PlanError
from winasr_doctor.gate.cached_models import model_source

PLANS = (
    "unlink:32*2; rmdir:32*2",
    "unlink:32~0.5",
    "unlink:5*2",
    "unlink:33*1",
    "unlink:1224*1",
    "rmdir:145*2",
    "scandir:5*1",
    "rmtree:32*1",
    "rmdir:32*inf",
)
"""What the self-test must survive by default: a scanner that holds files and then folders, one that
holds them for half a second, a deletion that is pending (Windows answers 5), a locked range, a
memory-mapped file, a folder that fills while something empties it, one that refuses to be listed,
the whole deletion at once, and folders that somebody holds for good. Each is about what NeMo's own
cleanup does, so each fires with every NeMo."""

MODEL_PLANS = ("unlink:32*2; rmdir:32*2",)
"""What named models must survive: one plan, because each one loads gigabytes."""

FEWEST_PLANS = 6
"""With fewer plans the self-test has not tested enough."""

Code = Annotated[
    str,
    Meta(pattern="^[A-Z]{3}[0-9]{3}$", description="the code of a check, such as SYN001"),
]
LastDay = Annotated[
    dt.date, Meta(description="YYYY-MM-DD without quotes, the last day on which it counts")
]
Reason = Annotated[str, Meta(pattern=r"\S", description="a reason in words")]
Above0 = Annotated[float, Meta(gt=0, description="a number above 0")]
AtLeast1 = Annotated[int, Meta(ge=1, description="a whole number above 0")]


class SettingsError(ValueError):
    """The table cannot be used; the message is one sentence."""


class Acceptance(Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that someone has decided to accept for a while."""

    code: Code
    until: LastDay
    reason: Reason


class GateSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds and accepted findings."""

    fail_on: Literal["error", "warning"] = "error"
    accept: tuple[Acceptance, ...] = ()
    plans: Strings = PLANS
    """Faults for the self-test, each a plan of its own."""
    models: Strings = ()
    """Models of the Hub, from the local cache, that the self-test also runs."""
    require_selftest: bool = True
    device: str = "auto"
    max_real_time_factor: Above0 | None = None
    """Seconds of transcribing for each second of audio, without faults."""
    max_load_seconds: Above0 | None = None
    """Loading the model without faults."""
    max_peak_memory_mb: Above0 | None = None
    """The self-test's process, in megabytes (10^6 bytes), without faults."""
    max_gpu_memory_mb: Above0 | None = None
    """What torch allocated on the GPU, in megabytes (10^6 bytes), without faults."""
    min_cases: AtLeast1 = 40
    """Cases that the fault suite must have run."""
    tests: Strings = ()
    """The app's own tests, for pytest."""
    selftest_timeout: Above0 = 600.0
    """Seconds of one self-test, importing NeMo included."""
    suite_timeout: Above0 = 120.0
    """Seconds of the fault suite."""
    tests_timeout: Above0 = 1800.0
    """Seconds of the app's own tests."""


def read_settings(table: Mapping[str, Any]) -> GateSettings:
    """Read and check the table.

    Args:
        table: The table as parsed from TOML; missing keys get their defaults.

    Raises:
        SettingsError: A value in it is invalid.
    """
    try:
        settings = checked_table(table, GateSettings)
    except TableError as error:
        raise SettingsError(str(error)) from error
    try:
        parse_device(settings.device)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    known = {check.code for check in all_checks(app=False)}
    for number, accepted in enumerate(settings.accept, 1):
        if accepted.code not in known:
            raise SettingsError(f"accept, entry {number}: no check has the code {accepted.code}")
    for number, plan in enumerate(settings.plans, 1):
        try:
            Plan.parse(plan)
        except PlanError as error:
            where = f"plans, entry {number} ({plan!r})"
            raise SettingsError(f"{where}: {error.reason} (column {error.column})") from error
    _check_models(settings.models)
    if len(set(settings.plans)) < len(settings.plans):
        raise SettingsError("plans: the same plan is listed twice")
    if len(settings.plans) < FEWEST_PLANS:
        raise SettingsError(f"plans: at least {FEWEST_PLANS} are needed to prove anything")
    return settings


def combined_settings(
    table: Mapping[str, Any], where: str, options: Mapping[str, Any]
) -> GateSettings:
    """Read and check a file's table, and let the options of a command override it.

    Args:
        table: As `read_settings` takes it.
        where: What an error calls the table.
        options: Values by their key in the table; those that are empty or `None` count as not
            given.

    Raises:
        SettingsError: A value in the table is invalid, whatever the options say, or an option is.
    """
    try:
        read_settings(table)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from error
    return read_settings({**table, **{name: given for name, given in options.items() if given}})


def _check_models(names: tuple[str, ...]) -> None:
    seen: set[str | None] = set()
    for number, name in enumerate(names, 1):
        try:
            source = model_source(name)
        except ValueError as error:
            raise SettingsError(f"models, entry {number}: {error}") from error
        if source.repo_id in seen:
            raise SettingsError(f"models, entry {number}: {source.repo_id} is listed twice")
        seen.add(source.repo_id)
