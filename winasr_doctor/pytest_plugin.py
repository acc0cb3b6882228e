"""The pytest plugin: injects Windows file faults into any project's tests, on any system.

It imports nothing from this package until a test uses it, so that other test runs pay nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from winasr_doctor.faults import FaultSweep, Injector, Plan, SharingEmulator, VirtualClock
    from winasr_doctor.machine import RecordedMachine

_MOST_LINES = 20
"""Maximum number of injections or refusals that a failure report shows."""

_REFUSED = "Refused by Windows' sharing rules"
_faults = pytest.StashKey["list[Injector]"]()
_started_by_fixture = pytest.StashKey[ExitStack]()
_emulators = pytest.StashKey["list[SharingEmulator]"]()


class UnusedFaultWarning(pytest.PytestWarning):
    """A test passed without triggering a fault it requested, so it has not tested it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("winasr-doctor", "Windows file faults")
    group.addoption(
        "--windows-sharing",
        action="store_const",
        const="all",
        help="make deleting and renaming fail while files are open, as on Windows (on Linux)",
    )
    # Options of their own: one with a value would take a path that follows it for the value.
    for rules, what in (
        ("all", "the same"),
        (
            "handles",
            "only the rules about open files, not those about read-only files and existing names",
        ),
    ):
        group.addoption(
            f"--windows-sharing={rules}",
            action="store_const",
            const=rules,
            dest="windows_sharing",
            help=what,
        )
    group.addoption(
        "--windows-marks",
        action="store_true",
        help="apply skipif and xfail marks as if the tests ran on Windows",
    )
    group.addoption(
        "--winfault-case",
        metavar="CASE",
        help="run only this case of a fault sweep, such as 'unlink:32#3*inf'",
    )
    group.addoption("--winfault-from", metavar="CASE", help="start fault sweeps at this case")
    group.addoption(
        "--winfault-keep-going",
        action="store_true",
        help="do not stop fault sweeps at the first failed run; list all failures at the end",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    for line in (
        "winfault(plan): make file operations fail by plan while the test runs, such as "
        "'rmtree:32*2' or 'unlink:5*inf@*.json; rmdir:145~0.5'",
        "winfault_shards(count): divide the test's fault sweep into this many tests",
    ):
        config.addinivalue_line("markers", line)
    if config.getoption("windows_sharing"):
        with _importing_plainly(config):
            from winasr_doctor.faults.sharing.emulator import windows_sharing
            from winasr_doctor.faults.sharing.processes import available
        if not available():
            raise pytest.UsageError("--windows-sharing needs Linux's /proc, or Windows")
        _remember_openings(config)
        config.pluginmanager.register(_SharingRun(config, windows_sharing))


@contextmanager
def _importing_plainly(config: pytest.Config) -> Iterator[None]:
    """Keep pytest from rewriting assertions in what is imported.

    It looks for them in each module of a plugin's distribution, and this takes as long again as
    the import. There are none.
    """
    hook: object = config.pluginmanager.rewrite_hook
    before = list(sys.meta_path)
    sys.meta_path[:] = [finder for finder in before if finder is not hook]
    try:
        yield
    finally:
        sys.meta_path[:] = before


def _remember_openings(config: pytest.Config) -> None:
    """Note who opens what until the end: a later test may find it still open."""
    if os.name == "nt":
        return
    from winasr_doctor.faults.sharing.openings import listening

    stack = ExitStack()
    stack.enter_context(listening())
    config.add_cleanup(stack.close)


def _only_argument(marker: pytest.Mark, name: str) -> Any:  # noqa: ANN401 - as the test gave it
    """Return the value of a marker that takes one; all of them if there are more or none."""
    given = (*marker.args, *marker.kwargs.values())
    return given[0] if len(given) == 1 and marker.kwargs.keys() <= {name} else given


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each shard of a sweep."""
    marker = metafunc.definition.get_closest_marker("winfault_shards")
    if marker is None or "fault_sweep" not in metafunc.fixturenames:
        return
    from winasr_doctor.faults import Shard

    count = _only_argument(marker, "count")
    if type(count) is not int or count < 1:
        pytest.fail(
            f"{metafunc.definition.nodeid}: winfault_shards takes one number, 1 or greater",
            pytrace=False,
        )
    shards = [Shard(number, count) for number in range(1, count + 1)]
    metafunc.parametrize("fault_sweep", shards, indirect=True, ids=[f"shard{s}" for s in shards])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests as they would be on Windows."""
    if not config.getoption("windows_marks") or os.name == "nt":
        return
    with _importing_plainly(config):
        from winasr_doctor.faults.windows_marks import (
            MARKS,
            applies_on_windows,
            unittest_skips_on_windows,
        )

    for item in items:
        if unittest_skips_on_windows(item):
            item.add_marker(pytest.mark.skip(reason="as marked for Windows"))
        for mark in [one for one in item.iter_markers() if one.name in MARKS]:
            if not applies_on_windows(item, mark):
                continue
            reason = mark.kwargs.get("reason") or "as marked for Windows"
            if mark.name == "skipif":
                item.add_marker(pytest.mark.skip(reason=reason))
            else:
                options = {k: v for k, v in mark.kwargs.items() if k in {"raises", "run", "strict"}}
                item.add_marker(pytest.mark.xfail(reason=reason, **options), append=False)


class _SharingRun:
    """Applies Windows' sharing rules to all tests of a run, including their fixtures."""

    def __init__(
        self,
        config: pytest.Config,
        in_force: Callable[[str], AbstractContextManager[SharingEmulator]],
    ) -> None:
        self._config = config
        self._in_force = in_force
        self._emulator: SharingEmulator | None = None
        self._running = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        rules = self._config.getoption("windows_sharing")
        with self._in_force(rules) as self._emulator:
            self._emulator.brief = True
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self._emulator is not None:
            self._running = item.nodeid
            self._emulator.start_over()
            item.stash[_emulators] = [self._emulator]

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say what was refused: code that waits for a refused deletion to succeed never ends."""
        if self._emulator is None or not isinstance(excinfo.value, KeyboardInterrupt):
            return
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and self._emulator.refusals:
            from winasr_doctor.faults.sharing.refusals import told_once

            terminal.section(f"{_REFUSED}, in {self._running}", sep="-")
            terminal.line(told_once(self._emulator.refusals))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Apply the marker's faults to the test function, and end those of the fixture."""
    markers = list(item.iter_markers("winfault"))
    with ExitStack() as stack:
        started = item.stash.get(_started_by_fixture, None)
        if started is not None:
            stack.callback(started.close)
        for marker in reversed(markers):  # the outermost first
            _start(item, stack, _only_argument(marker, "plan"))
        result = yield
    for injector in item.stash.get(_faults, []):
        for fault in injector.unused:
            item.warn(UnusedFaultWarning(f"the fault {fault} never fired"))
    return result


_FAKE_FILES = frozenset({"fs", "fs_class", "fs_module", "fs_session"})


def _start(item: pytest.Item, stack: ExitStack, plan: str | Plan) -> Injector:
    if "pyfakefs" in sys.modules and not _FAKE_FILES.isdisjoint(getattr(item, "fixturenames", ())):
        pytest.fail(
            f"{item.nodeid}: pyfakefs replaces the functions that the fault plan needs; use"
            " tmp_path instead of fs in this test",
            pytrace=False,
        )
    from winasr_doctor.faults import PlanError, inject

    try:
        injector = stack.enter_context(inject(plan))
    except (PlanError, TypeError) as error:
        raise pytest.fail.Exception(f"{item.nodeid}: {error}", pytrace=False) from None
    item.stash.setdefault(_faults, []).append(injector)
    return injector


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add injected failures and refusals to a failure's report."""
    refusals = [one for rules in item.stash.get(_emulators, []) for one in rules.refusals]
    left_out = 0
    with ExitStack() as stack:
        if refusals and call.excinfo is not None:
            left_out = _shorten_traceback(call.excinfo.value, stack)
            stack.callback(_shorten_chain(call.excinfo.value))
        report = yield
    if report.failed:
        injections = [one for faults in item.stash.get(_faults, []) for one in faults.injections]
        if injections:
            report.sections.append(("Injected faults", _as_text(injections)))
        if refusals:
            from winasr_doctor.faults.sharing.refusals import told_once

            text = told_once(refusals)
            if left_out:
                text += f"\n{left_out:,} frames in the middle of the traceback above are left out"
            report.sections.append((_REFUSED, text))
    return report


_MOST_FRAMES = 100
_OUTER_FRAMES, _INNER_FRAMES = 40, 20
"""The outer ones begin with about twenty of pytest itself, which it does not show."""


def _shorten_traceback(error: BaseException, undoing: ExitStack) -> int:
    """Leave out the middle of a deep traceback; return how many frames that are.

    A recursion that ends in a refusal, such as that of `TemporaryDirectory` (see `_shorten_chain`),
    has nearly a thousand frames. Not every pytest shortens them, and each takes milliseconds.

    Args:
        error: The exception.
        undoing: Puts them back when it is closed.
    """
    places = []
    place = error.__traceback__
    while place is not None:
        places.append(place)
        place = place.tb_next
    if len(places) <= _MOST_FRAMES:
        return 0
    last = places[_OUTER_FRAMES - 1]
    undoing.callback(setattr, last, "tb_next", last.tb_next)
    last.tb_next = places[-_INNER_FRAMES]
    return len(places) - _OUTER_FRAMES - _INNER_FRAMES


_LONGEST_CHAIN = 8


def _shorten_chain(error: BaseException) -> Callable[[], None]:
    """Leave out the middle of a long chain of exceptions; return what undoes that.

    Up to Python 3.11, `TemporaryDirectory` tries to remove a folder that is in use until the
    recursion limit is reached (gh-79325), and pytest would show hundreds of exceptions.
    """
    chain = [error]
    while len(chain) < sys.getrecursionlimit():
        behind = chain[-1].__cause__ or chain[-1].__context__
        if behind is None:
            break
        chain.append(behind)
    if len(chain) <= _LONGEST_CHAIN:
        return lambda: None
    last = chain[_LONGEST_CHAIN // 2]
    before = last.__cause__, last.__context__, last.__suppress_context__
    last.__cause__, last.__context__ = None, chain[-2]
    last.__suppress_context__ = False  # to set the cause has set it

    def undo() -> None:
        last.__cause__, last.__context__, last.__suppress_context__ = before

    return undo


def _as_text(happened: list[Any]) -> str:
    lines = [str(one) for one in happened[:_MOST_LINES]]
    more = len(happened) - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more else [])])


@pytest.fixture
def fault_plan(request: pytest.FixtureRequest) -> Iterator[Callable[[str | Plan], Injector]]:
    """Return a function that puts a fault plan in force until the test function ends.

    `fault_plan("unlink:32*2@*.json")` returns the `Injector`, whose `injections` list what has
    happened. Plans add up.
    """
    item: pytest.Item = request.node
    with ExitStack() as stack:
        item.stash[_started_by_fixture] = stack
        yield lambda plan: _start(item, stack, plan)


@pytest.fixture
def windows_sharing(request: pytest.FixtureRequest) -> Iterator[SharingEmulator]:
    """Make deleting and renaming fail, as on Windows, while files are open.

    What counts is what this process and its children really have open. The value's `refusals`
    list what has failed so far, and who held it.
    """
    from winasr_doctor.faults.sharing.emulator import windows_sharing as in_force

    with in_force() as emulator:
        emulator.brief = True
        request.node.stash.setdefault(_emulators, []).append(emulator)
        yield emulator


@pytest.fixture
def virtual_clock() -> Iterator[VirtualClock]:
    """Make time pass only through `sleep` in what winasr_doctor waits for and measures."""
    from winasr_doctor._util import clock
    from winasr_doctor.faults import VirtualClock

    time = VirtualClock()
    with clock.using(time):
        yield time


@pytest.fixture
def fault_sweep(request: pytest.FixtureRequest) -> FaultSweep:
    """Return a `FaultSweep`: call it with an action to make each of its file operations fail."""
    from winasr_doctor.faults import FaultSweep

    option = request.config.getoption
    try:
        return FaultSweep(
            only=option("--winfault-case"),
            start=option("--winfault-from"),
            shard=getattr(request, "param", None),
            keep_going=option("--winfault-keep-going"),
        )
    except ValueError as error:  # a PlanError, too
        message = f"--winfault-case or --winfault-from: {error}"
        raise pytest.fail.Exception(message, pytrace=False) from None


@pytest.fixture
def recorded_host() -> Callable[..., RecordedMachine]:
    """Return a function that makes a Windows machine for checks to look at.

    `recorded_host("snapshot.json")` is a machine that `winasr-doctor snapshot` recorded;
    `recorded_host(gpus=Gpus(...))` is a healthy one with some sections replaced, as
    `winasr_doctor.testing.machine` makes it.
    """

    def make(snapshot: Any = None, **sections: Any) -> RecordedMachine:  # noqa: ANN401
        from winasr_doctor.machine.recorded import RecordedMachine, load_snapshot
        from winasr_doctor.testing import machine

        if snapshot is None:
            return machine(**sections)
        if sections:
            raise TypeError("give a snapshot or sections, not both")
        return RecordedMachine(load_snapshot(snapshot))

    return make
