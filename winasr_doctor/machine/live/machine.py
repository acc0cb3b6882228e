"""Reads the machine this runs on: `LiveMachine`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from winasr_doctor._util.workers import DeadlineTask, TooLateError
from winasr_doctor.appsource.application import Application
from winasr_doctor.machine.base import Machine, NotApplicable, Unreadable
from winasr_doctor.machine.live.readers import (
    AFTER_OTHERS,
    OF_THE_INTERPRETER,
    READERS,
    Reader,
)

if TYPE_CHECKING:
    from winasr_doctor.machine.interpreters.layout import Located
    from winasr_doctor.machine.interpreters.model import FoundEnvironments, ImportTrials
    from winasr_doctor.models.hub import HubAnswers

PATIENCE = 1.0
"""Seconds after which the scan tells the user what it is waiting for."""

_ASKING = 40.0
"""Seconds that another interpreter may take in addition: it is asked twice at most."""


class LiveMachine(Machine):
    """The machine this runs on; each section is read once, in its own thread, with a time limit.

    A section whose reader fails or hangs is `Unreadable`; it delays neither the other sections nor
    the end of the program.
    """

    readers: ClassVar[Mapping[str, Reader]] = READERS
    """The reader of each section."""

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
        outside: Located | None = None,
        deep: bool = False,
    ) -> None:
        """Describe what to look at; nothing is read yet.

        Args:
            app: The app's source to examine.
            scratch: The folder meant to be used instead of TEMP.
            models: `.nemo` files, or folders in which to look for them.
            app_paths: The app's folders.
            hub_answers: What the Hub said about the app's pins, if it was asked.
            progress: Called with a short line when a section keeps the caller waiting.
            timeout: Seconds that each section may take; twice as many if it waits for other
                sections.
            outside: Another Python environment to examine in place of this interpreter.
            deep: Whether to try imports in child processes.
        """
        self.outside = outside
        self.deep = deep
        self._trials: ImportTrials | None = None
        self._variables: Mapping[str, str] | None = None
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
    def variables(self) -> Mapping[str, str]:
        """The environment variables that the app is started with."""
        if self._variables is None:
            self._variables = os.environ
            if self.outside is not None:
                # lazy: only --python and --deep need these
                from winasr_doctor.machine.interpreters.conda import (
                    activated,
                )

                self._variables = activated(self.outside.prefix, os.environ)
        return self._variables

    @property
    def imports(self) -> ImportTrials:
        """The outcomes of the trial imports, which are made once; see `Machine.imports`.

        Raises:
            Unreadable: This account must not start that Python.
        """
        if not self.deep:
            return super().imports
        if self._trials is None:
            from winasr_doctor.machine.interpreters.imports import try_imports

            self._trials = try_imports(self, self._progress)
        return self._trials

    @property
    def neighbours(self) -> FoundEnvironments:
        """The Python environments of this machine, those with NeMo first."""
        from winasr_doctor.machine.interpreters.search import environments

        return environments(self.app_paths, limit=self.timeout)

    def prefetch(self, names: Iterable[str]) -> None:
        """Start reading these sections in parallel; see `Machine.prefetch`."""
        for name in names:
            if name in self.readers:
                self._task(name)

    def read(self, name: str) -> Any:  # noqa: ANN401 - typed by the section that asks
        """Return a section's value, waiting no longer than its time limit; see `Machine.read`.

        A reader may itself read other sections. If two readers ever wait for each other, their time
        limits end that.
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
            # A new exception each time: the one in the task would accumulate tracebacks.
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
        limit = 2 * self.timeout if name in AFTER_OTHERS else self.timeout
        asking = self.outside is not None and name in OF_THE_INTERPRETER
        return limit + _ASKING if asking else limit

    def _announce(self, name: str, line: str) -> None:
        with self._lock:
            if name in self._announced:
                return
            self._announced.add(name)
        self._progress(line)
