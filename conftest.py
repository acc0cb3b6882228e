"""What every test shares: no test depends on the machine or the account it runs on."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import importlib.util
import mmap
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from winasr_doctor._util import clock
from winasr_doctor.locks import Attempt

pytest_plugins = ["pytester"]

# How long an example takes says more about the machine than about the code. Every run tries the
# same examples, so that a change is judged by what it changes; long fuzzing draws new ones.
hypothesis.settings.register_profile(
    "any machine", deadline=None, derandomize="WINASR_DOCTOR_FUZZ" not in os.environ
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def tables_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the age of tables by a day soon after they were made, whenever the tests run."""
    from winasr_doctor import tables
    from winasr_doctor._util import dated

    newest = max(table.made for table in tables.TABLES)
    monkeypatch.setattr(dated, "today", lambda: newest)


@pytest.fixture(autouse=True)
def holders_are_found_at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine at work take as long as it needs to say who holds a file."""
    from winasr_doctor.locks.holders import holders_of, own

    monkeypatch.setitem(holders_of.__kwdefaults__, "timeout", 60.0)
    monkeypatch.setattr(own, "_SECONDS_FOR_OBJECTS", 20.0)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test an 80-column terminal without colour preferences."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(autouse=True)
def no_signal_is_ignored() -> Iterator[None]:
    """Undo what `nohup`, and a shell's `&`, do to the tests: what we start would ignore it too."""
    names = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def mapped_without_a_descriptor() -> Callable[..., AbstractContextManager[None]]:
    """Return what maps a file as libraries in C++ or Rust do: no descriptor stays open.

    It takes the path and the protection, and works on Linux only.
    """

    @contextmanager
    def mapped(path: Path, protection: int | None = None) -> Iterator[None]:
        library = ctypes.CDLL(None)
        library.mmap.restype = ctypes.c_void_p
        address_of, size_of, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        library.mmap.argtypes = [address_of, size_of, number, number, number, ctypes.c_long]
        library.munmap.argtypes = [address_of, size_of]
        size = path.stat().st_size
        with path.open("rb") as file:
            wanted = mmap.PROT_READ if protection is None else protection
            address = library.mmap(None, size, wanted, mmap.MAP_PRIVATE, file.fileno(), 0)
        try:
            yield
        finally:
            library.munmap(address, size)

    return mapped


@pytest.fixture(autouse=True, scope="session")
def processes_start_under_wine() -> Iterator[None]:
    """Start a process again that Wine failed to start: on a busy machine it sometimes does."""
    if not under_wine():
        yield
        return
    import _winapi

    start, internal_error = _winapi.CreateProcess, 1359

    def start_again(*arguments: object) -> object:
        try:
            return start(*arguments)
        except OSError as error:
            if error.winerror != internal_error:
                raise
            return start(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_winapi, "CreateProcess", start_again)
        yield


@pytest.fixture(autouse=True)
def no_creation_times_under_wine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under Wine, have none: it gives the time of the last change for that of creation.

    A test that is marked with this difference meets it, and so do those in `tests/wine`, whose
    other processes would have such times.
    """
    meets_it = request.node.get_closest_marker("wine_differs") or request.path.parent.name == "wine"
    if under_wine() and not meets_it:
        monkeypatch.setattr("winasr_doctor.locks.identity._born", lambda *_: 0)


@pytest.fixture
def until_named() -> Iterator[Callable[[Attempt], None]]:
    """Return an `on_attempt` callback that ends the waiting once a holder is named.

    Until then time passes slowly: a test can wait for the answer on a machine of any speed.
    """
    time = _TimeThatCanJump()
    with clock.using(time):
        yield time.jump_when_named


_SLOWER = 10


class _TimeThatCanJump(clock.SystemClock):
    def __init__(self) -> None:
        self._jumped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() / _SLOWER + self._jumped

    def jump_when_named(self, attempt: Attempt) -> None:
        if any(failure.holding and failure.holding.holders for failure in attempt.failures):
            self._jumped = 3600.0


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of tests that not every machine can pass."""
    for line in (
        "wine_differs(why, run=True): fails under Wine, and must: Wine is not Windows there",
        "needs_links: skipped where no symbolic link can be made",
    ):
        config.addinivalue_line("markers", line)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which tox runs the tests."""
    why = "run a failed test once more; one that passes then is named at the end"
    parser.addoption("--second-try", action="store_true", help=why)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a failed test once more: others share its cores, its browser and its wineserver.

    Not with pytest-rerunfailures: beside pytest-xdist it asks a server in the first process several
    times for each test, which makes the suite take three times as long.
    """
    if not item.config.getoption("second_try"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in reports):
        item.user_properties.append((SECOND_TRY, item.nodeid))
        if isinstance(item, pytest.Function):
            item._initrequest()  # new fixtures  # noqa: SLF001
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


SECOND_TRY = "second try"
"""A property of the tests that needed it, which `tools/tox_table.py` reads."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Act on those marks."""
    wine = under_wine()
    for item in items:
        differs = item.get_closest_marker("wine_differs")
        if wine and differs:
            reason = f"Wine differs: {differs.args[0]}"
            item.add_marker(pytest.mark.xfail(reason=reason, **differs.kwargs))


def pytest_collection_finish() -> None:
    """Let no garbage collection of a test walk through thousands of collected tests.

    What lives until the end is set aside: a full collection takes a fifth of a second otherwise,
    and the code under test collects wherever it lets go of files. Not from Python 3.14 on, where
    Hypothesis asks the collector who refers to its source of random numbers.
    """
    if sys.version_info < (3, 14):
        gc.collect()
        gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a link where none can be made."""
    if item.get_closest_marker("needs_links") and not links_can_be_made():
        pytest.skip("no symbolic links can be made")


def under_wine() -> bool:
    """Tell whether this Windows is Wine."""
    if os.name != "nt":
        return False
    from winasr_doctor.windows.win32 import wine_version

    return wine_version() is not None


@functools.cache
def links_can_be_made() -> bool:
    """Try it: Windows asks for a right, and Wine says that it did and makes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "link")
        with contextlib.suppress(OSError):
            link.symlink_to(folder)
        return link.is_symlink()


def pytest_report_header() -> list[str]:
    """Say which tests cannot run here."""
    return [line for line in (_without_nemo(), _without_hub(), _without_windows()) if line]


def _without_windows() -> str | None:
    python = "WINASR_DOCTOR_WINDOWS_PYTHON"  # tests/differential/conftest.py
    if os.environ.get(python):
        return None
    where = "tests/differential/test_differential.py"
    return f"not collected, {python} names no python.exe: {where} (tox runs it: wine)"


def _without_nemo() -> str | None:
    if importlib.util.find_spec("nemo") is None:
        where = "tests/nemo, tests/fault_injection/nemo, tests/gpu, tests/canary, tests/torch_hub"
        return (
            f"not collected, NeMo is not installed: {where} (tox runs them: nemo3, apps, fault,"
            " gpu, canary)"
        )
    if importlib.util.find_spec("peft") is None:
        return "not collected, peft is not installed: tests/canary (tox runs them: canary)"
    return None


def _without_hub() -> str | None:
    if importlib.util.find_spec("huggingface_hub") is not None:
        return None
    return (
        "not collected, huggingface_hub is not installed: tests/hub (tox runs them: canary,"
        " hub132, hub133)"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many schedules of locks there were, and which test caught which fault.

    This is here because pytest-xdist's controller loads no other conftest.
    """
    properties = [
        item
        for report in terminalreporter.stats.get("passed", [])
        for item in report.user_properties
    ]
    for name, value in properties:
        if name == SECOND_TRY:
            terminalreporter.write_line(f"passed only at the second try: {value}")
    count = sum(value for name, value in properties if name == "schedules")
    seconds = sum(value for name, value in properties if name == "schedule_seconds")
    if count:
        rate = f", {count / seconds:.0f} rmtree calls per second of one core" if seconds else ""
        terminalreporter.write_line(f"fault injection: {count} schedules of locks{rate}")
    _print_differential(terminalreporter, properties)
    _print_public_reports(terminalreporter)
    caught = sorted(tuple(value) for name, value in properties if name == "caught")
    if caught:
        terminalreporter.section(f"{len(caught)} deliberate faults, and the test that caught each")
    for fault, test in caught:
        terminalreporter.write_line(f"{fault:<40}  {test}")


def _print_differential(
    terminalreporter: pytest.TerminalReporter, properties: list[tuple[str, object]]
) -> None:
    """Print what was compared with a real Windows Python (tests/differential)."""
    counts: Counter[str] = Counter()
    deviations: Counter[str] = Counter()
    for name, value in properties:
        if name == "differential":
            counts.update(value)
        elif name == "deviations":
            deviations.update(value)
    if not counts:
        return
    terminalreporter.write_line(
        f"differential: {counts['sequences']} sequences, {counts['steps']} steps, of which "
        f"{counts['refused']} failed alike, in {counts['seconds']:.0f} s; known deviations of Wine:"
    )
    for what, count in deviations.most_common():
        terminalreporter.write_line(f"{count:5} {what}")


def _print_public_reports(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how pasted texts are answered, set by set (tests/diagnosis/test_public_reports.py)."""
    stats = terminalreporter.stats
    rows = [
        value
        for kind in ("passed", "failed", "xfailed")
        for report in stats.get(kind, [])
        for name, value in getattr(report, "user_properties", [])
        if name == "public_report"
    ]
    if not rows:
        return
    hows = ("right", "partial", "wrong", "silent")
    terminalreporter.section("pasted texts")
    terminalreporter.write_line(f"{'set':<24}" + "".join(f"{how:>9}" for how in (*hows, "of")))
    for title in dict.fromkeys(row[0] for row in rows):
        counts = Counter(how for set_, how, _, _ in rows if set_ == title)
        numbers = (*(counts[how] for how in hows), counts.total())
        terminalreporter.write_line(f"{title:<24}" + "".join(f"{n:>9}" for n in numbers))
    for _, how, name, known_as in sorted(row for row in rows if row[1] != "right"):
        terminalreporter.write_line(f"{how:<7}  {name:<42}  {known_as or '-'}")
