"""`RetryPolicy.call`: any file operation through passing locks, on a virtual clock."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from winasr_doctor._util import clock
from winasr_doctor.faults.clock import VirtualClock
from winasr_doctor.locks import ONCE, RetryPolicy

POLICY = RetryPolicy(jitter=0)
FOREVER = 10**9


class Refused:
    """An operation that fails so many times, each time with an error of its own."""

    def __init__(self, make: Callable[[], Exception], times: int = FOREVER) -> None:
        self.make, self.times = make, times
        self.errors: list[Exception] = []

    def __call__(self) -> str:
        if len(self.errors) >= self.times:
            return "done"
        self.errors.append(self.make())
        raise self.errors[-1]


def windows(code: int, number: int = errno.EACCES) -> Callable[[], OSError]:
    """Return what makes a `PermissionError` or the like with a Windows code."""

    def make() -> OSError:
        error = OSError(number, "refused", "model.nemo")
        error.winerror = code  # type: ignore[attr-defined]
        return error

    return make


def test_what_succeeds_at_once_is_called_once(virtual_clock: VirtualClock):
    operation = Refused(windows(32), times=0)
    assert POLICY.call(operation) == "done"
    assert virtual_clock.sleeps == []


@pytest.mark.parametrize("code", [32, 33, 303])
def test_a_passing_lock_is_waited_for(virtual_clock: VirtualClock, code: int):
    operation = Refused(windows(code), times=3)
    assert POLICY.call(operation) == "done"
    assert virtual_clock.sleeps == [pytest.approx(0.01)] * 3


@pytest.mark.parametrize(("code", "number"), [(2, errno.ENOENT), (112, errno.ENOSPC), (1224, 22)])
def test_an_error_that_stays_is_raised_at_once(virtual_clock: VirtualClock, code: int, number: int):
    operation = Refused(windows(code, number))
    with pytest.raises(OSError, match="refused") as caught:
        POLICY.call(operation)
    assert [caught.value] == operation.errors
    assert virtual_clock.sleeps == []


def test_the_last_error_is_raised_as_it_is_when_time_is_over(virtual_clock: VirtualClock):
    operation = Refused(windows(32))
    with pytest.raises(OSError, match="refused") as caught:
        POLICY.call(operation)
    assert caught.value is operation.errors[-1]
    assert caught.value.__context__ is None
    assert len(operation.errors) > 20
    assert virtual_clock.monotonic() == pytest.approx(3.0)


def test_once_makes_one_attempt(virtual_clock: VirtualClock):
    operation = Refused(windows(32))
    with pytest.raises(OSError, match="refused"):
        ONCE.call(operation)
    assert len(operation.errors) == 1
    assert virtual_clock.sleeps == []


@pytest.mark.parametrize("make", [windows(5), lambda: PermissionError(errno.EACCES, "refused")])
def test_access_denied_is_granted_half_a_second(
    virtual_clock: VirtualClock, make: Callable[[], OSError]
):
    with pytest.raises(OSError, match="refused"):
        POLICY.call(Refused(make))
    assert 0.5 <= virtual_clock.monotonic() < 0.6


def test_the_time_that_the_operation_takes_counts(virtual_clock: VirtualClock):
    refused = Refused(windows(32))

    def slow() -> str:
        virtual_clock.sleep(2.0)
        return refused()

    with pytest.raises(OSError, match="refused"):
        POLICY.call(slow)
    assert len(refused.errors) == 2


def test_an_error_that_is_not_about_a_file_is_raised_at_once(virtual_clock: VirtualClock):
    class OddError(Exception):
        errno, winerror = errno.EACCES, 32

    operation = Refused(OddError)
    with pytest.raises(OddError):
        POLICY.call(operation)
    assert len(operation.errors) == 1


def test_an_interruption_is_not_repeated(virtual_clock: VirtualClock):
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        POLICY.call(interrupted, retry_if=lambda _error: True)
    assert virtual_clock.sleeps == []


def test_retry_if_decides_instead_of_the_table(virtual_clock: VirtualClock):
    operation = Refused(windows(112, errno.ENOSPC), times=2)
    assert POLICY.call(operation, retry_if=lambda error: error.errno == errno.ENOSPC) == "done"
    with pytest.raises(OSError, match="refused"):
        POLICY.call(Refused(windows(32), times=2), retry_if=lambda _error: False)
    assert len(virtual_clock.sleeps) == 2


def test_on_retry_is_told_about_failures_that_another_attempt_follows(virtual_clock: VirtualClock):
    told: list[tuple[Exception, float]] = []
    operation = Refused(windows(32))
    with pytest.raises(OSError, match="refused"):
        POLICY.call(operation, on_retry=lambda *each: told.append(each))
    assert [error for error, _ in told] == operation.errors[:-1]
    assert [delay for _, delay in told] == virtual_clock.sleeps


def test_an_on_retry_that_fails_changes_nothing(
    virtual_clock: VirtualClock, caplog: pytest.LogCaptureFixture
):
    def failing(_error: Exception, _delay: float) -> None:
        raise RuntimeError("mine")

    assert POLICY.call(Refused(windows(32), times=1), on_retry=failing) == "done"
    assert "on_retry failed" in caplog.text
    assert len(virtual_clock.sleeps) == 1


def test_what_only_the_error_kept_open_is_closed_before_the_wait():
    still_open: set[int] = set()

    class Handle:
        def __init__(self) -> None:
            still_open.add(id(self))

        def __del__(self) -> None:
            still_open.discard(id(self))

    class Watching(VirtualClock):
        def sleep(self, seconds: float) -> None:
            assert not still_open
            super().sleep(seconds)

    def holding() -> None:
        handle = Handle()
        assert id(handle) in still_open
        error = windows(32)()
        try:
            raise error
        finally:
            del error

    with clock.using(Watching()) as watching, pytest.raises(OSError, match="refused"):
        POLICY.call(holding)
    assert watching.monotonic() == pytest.approx(3.0)


def test_a_real_file_is_replaced_through_a_lock(
    virtual_clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    old.write_text("old")
    replace, held = os.replace, Refused(windows(32), times=2)

    def windows_replace(source: Path, target: Path) -> None:
        held()
        replace(source, target)

    monkeypatch.setattr(os, "replace", windows_replace)
    POLICY.call(lambda: os.replace(new, old))
    assert old.read_text() == "new"
