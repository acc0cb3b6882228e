"""`LiveMachine`: the machine this runs on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from winasr_doctor._util.workers import DeadlineTask, TooLateError
from winasr_doctor.appsource.application import Application
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable
from winasr_doctor.machine.live.readers import AFTER_OTHERS, READERS, Reader

if TYPE_CHECKING:
    from winasr_doctor.models.hub import HubAnswers

PATIENCE = 1.0
"""Seconds of waiting after which the user is told what is being waited for."""


class LiveMachine(Machine):
    """The machine this runs on, each section read once, in its own thread, in its own time.

    A section whose reader fails or hangs is `Unreadable`; the others are not held up by it, and
    neither is the end of the program.
    """

    readers: ClassVar[Mapping[str, Reader]] = READERS
    """How each section is read."""

    def __init__(
        self,
        *,
        app: Application | None = None,
        scratch: str | None = None,
        models: Sequence[str] = (),
        app_paths: Sequence[str] = (),
        hub_answers: HubAnswers | None = None,
        progress: Callable[[str], None] | None = None,
        timeout: float = 10.0,
    ) -> None:
        """Describe what to look at; nothing is read yet.

        Args:
            app: The app's source to examine.
            scratch: The folder meant to be used instead of TEMP.
            models: `.nemo` files, or folders to look for them in.
            app_paths: The app's folders.
            hub_answers: What the Hub said of the app's pins, if it was asked.
            progress: Called with a short line when a section keeps the caller waiting.
            timeout: Seconds that each section may take, twice that where others come first.
        """
        self.app = app or Application()
        self.scratch = scratch
        self.models = tuple(models)
        self.app_paths = tuple(app_paths)
        self.timeout = timeout
        self._hub_answers = hub_answers
        self._progress = progress or (lambda _line: None)
        self._announced: set[str] = set()
        self._tasks: dict[str, DeadlineTask[Any]] = {}
        self._lock = threading.Lock()

    @property
    def hub_answers(self) -> HubAnswers:
        """What the Hub answered, if it was asked."""
        if self._hub_answers is None:
            raise NotApplicable("the Hub is only asked with --online")
        return self._hub_answers

    def prefetch(self, names: Iterable[str]) -> None:
        """Start reading these sections side by side; see `Machine.prefetch`."""
        for name in names:
            if name in self.readers:
                self._task(name)

    def read(self, name: str) -> Any:  # noqa: ANN401 - typed by the section that asks
        """Return a section's value, waiting no longer than its time limit; see `Machine.read`.

        A reader may itself read other sections. Should two readers ever wait for each other,
        their time limits end it.
        """
        task = self._task(name)
        title = self.sections[name].title
        if not task.finished_within(task.started + PATIENCE - monotonic()):
            self._announce(name, f"still reading {title} ...")
        try:
            return task.result()
        except TooLateError:
            limit = self._limit(name)
            raise Unreadable(f"{title} did not answer within {limit:g} s") from None
        except Unreadable as unread:
            # A new exception each time: the one in the task would gather tracebacks.
            raise Unreadable(unread.reason, unread.needs) from None
        except NotApplicable as absent:
            raise NotApplicable(absent.reason) from None
        except Exception as error:
            reason = f"{title} could not be read: {type(error).__name__}: {error}"
            raise Unreadable(reason) from error

    def _task(self, name: str) -> DeadlineTask[Any]:
        with self._lock:
            if name not in self._tasks:
                reader = self.readers[name]
                self._tasks[name] = DeadlineTask(
                    lambda: reader(self), self._limit(name), f"read {name}"
                )
            return self._tasks[name]

    def _limit(self, name: str) -> float:
        return 2 * self.timeout if name in AFTER_OTHERS else self.timeout

    def _announce(self, name: str, line: str) -> None:
        with self._lock:
            if name in self._announced:
                return
            self._announced.add(name)
        self._progress(line)
