"""The table of cases, and the helpers that a case uses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from winasr_doctor._util import clock
from winasr_doctor.faults import Injector, Plan, VirtualClock, inject
from winasr_doctor.locks.ledger import Ledger, default_ledger


class NotHere(Exception):  # noqa: N818 - a state of the machine, not an error of ours
    """The case cannot be tried on this machine; the message says why."""


class CaseFolder:
    """A case's own folder, with virtual time and an empty ledger.

    Attributes:
        folder: The folder that contains everything the case makes.
        time: The clock that retries use for waiting.
    """

    def __init__(self, folder: Path, time: VirtualClock) -> None:
        """Prepare the folder of a case.

        Args:
            folder: An empty folder.
            time: The clock in use.
        """
        self.folder = folder
        self.time = time

    @property
    def ledger(self) -> Ledger:
        """The ledger that everything in the case uses."""
        return default_ledger()

    def tree(self, name: str = "tree") -> Path:
        """Make a folder with two files, one of them in a subfolder."""
        root = self.folder / name
        (root / "inner").mkdir(parents=True)
        (root / "manifest.json").write_text("manifest", encoding="utf-8")
        (root / "inner" / "weights").write_text("weights", encoding="utf-8")
        return root

    def link(self, link: Path, target: Path) -> None:
        """Make a symbolic link to a folder.

        Raises:
            NotHere: This account is not allowed to.
        """
        try:
            link.symlink_to(target, target_is_directory=True)
        except OSError as error:
            raise NotHere("this account has no right to make symbolic links") from error
        if not link.is_symlink():  # Wine claims success without making one
            raise NotHere("this system makes no symbolic links")

    @contextmanager
    def faults(self, plan: str) -> Iterator[Injector]:
        """Inject faults into operations on the case's folder.

        Raises:
            AssertionError: A fault never fired, so the case would prove nothing.
        """
        with inject(Plan.parse(plan)) as injector:
            yield injector
        expect(not injector.unused, f"never fired: {', '.join(map(str, injector.unused))}")


@dataclass(frozen=True, slots=True)
class SuiteCase:
    """One case of the fault suite.

    Attributes:
        name: What is promised, as a sentence without its full stop.
        run: Raises if the promise is broken.
    """

    name: str
    run: Callable[[CaseFolder], None]


CASES: list[SuiteCase] = []


def case(run: Callable[[CaseFolder], None]) -> Callable[[CaseFolder], None]:
    """Add a function to the table; its docstring is its name."""
    CASES.append(SuiteCase(" ".join((run.__doc__ or "").split()).rstrip("."), run))
    return run


def expect(condition: object, otherwise: str) -> None:
    """Raise unless a condition holds; `assert` would do nothing under `python -O`.

    Args:
        condition: The condition.
        otherwise: The message if it does not hold.

    Raises:
        AssertionError: It does not hold.
    """
    if not condition:
        raise AssertionError(otherwise)


def there(path: Path) -> bool:
    """Return whether something exists at a path; a broken link counts."""
    return os.path.lexists(path)


@contextmanager
def virtual_time() -> Iterator[VirtualClock]:
    """Let time pass only in waits."""
    time = VirtualClock()
    with clock.using(time):
        yield time
