"""Concludes from where all threads of an app are what the whole app waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from winasr_doctor.frameworks.whisper.steps import WhisperStep, step_of
from winasr_doctor.run.standstill.kernel import KernelWait, link, lock_owners, others_with
from winasr_doctor.run.standstill.source_locks import ring
from winasr_doctor.run.standstill.stacks import ThreadStack
from winasr_doctor.run.standstill.waits import WaitKind, is_importing, is_standard_library, wait_of
from winasr_doctor.run.standstill.work import GuardedWork


@dataclass(frozen=True, slots=True)
class Standing:
    """A process of an app that hangs.

    Attributes:
        pid: Its number.
        parent: Its parent's.
        command: Its command line.
        threads: Where its threads are in Python; `None` if it did not answer.
        waits: The calls of the kernel that its threads are in, as far as the system tells.
        ports: The local addresses on which it waits for connections.
        peers: The addresses that it is connected to.
        files: The large files that it has open.
        work: What the guarded framework is working at.
        native: Its functions, native ones included, one a line; empty if nobody can tell.
    """

    pid: int
    parent: int
    command: str
    threads: tuple[ThreadStack, ...] | None = None
    waits: tuple[KernelWait, ...] = ()
    ports: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    work: tuple[GuardedWork, ...] = ()
    native: tuple[str, ...] = ()
    _kinds: dict[int, WaitKind] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command})" if self.command else f"process {self.pid}"

    @property
    def main(self) -> ThreadStack | None:
        """Its main thread; a child that another thread has forked has only that one."""
        threads = self.threads or ()
        return next((each for each in threads if each.is_main), threads[-1] if threads else None)

    @property
    def call(self) -> KernelWait | None:
        """The call that its first thread is in."""
        return next((each for each in self.waits if each.thread == self.pid), None)

    def wait(self, thread: ThreadStack) -> WaitKind:
        """Return what one of its threads waits for."""
        if thread.ident not in self._kinds:
            call = self.call.call if self.call and thread.is_main else ""
            self._kinds[thread.ident] = wait_of(thread, call)
        return self._kinds[thread.ident]

    def work_of(self, thread: ThreadStack) -> GuardedWork | None:
        """Return what one of its threads does inside the framework."""
        return next((each for each in self.work if each.runs_in(thread)), None)

    def has(self, *waits: WaitKind) -> bool:
        """Return whether one of its threads waits for one of these."""
        return any(self.wait(each) in waits for each in self.threads or ())


class Reading(NamedTuple):
    """What an app waits for.

    Attributes:
        wait: The kind.
        sentence: The explanation, without a full stop.
        known_as: The catalogue's entry for it; empty if none fits.
        at_rest: Whether it only waits for its user: for a connection, for input, for events.
        in_framework: Whether the guarded framework was at work.
    """

    wait: WaitKind
    sentence: str
    known_as: str = ""
    at_rest: bool = False
    in_framework: bool = False


KNOWN = {
    WaitKind.CHILD: "hang-child",
    WaitKind.INPUT: "hang-child",
    WaitKind.OUTPUT: "hang-child",
    WaitKind.POOL: "hang-pool",
    WaitKind.FUTURE: "hang-threads",
    WaitKind.THREAD: "hang-threads",
    WaitKind.QUEUE: "hang-threads",
    WaitKind.LOCK: "hang-threads",
    WaitKind.FILE_LOCK: "hang-file-lock",
    WaitKind.NAME: "temp-hang",
    WaitKind.IMPORT: "hang-import",
    WaitKind.SOCKET: "hang-network",
    WaitKind.FILE: "hang-large-file",
}
"""The catalogue's entry for each kind; a loop that sleeps or an event means nothing by itself."""

_VAGUE = frozenset(
    (
        *(WaitKind.UNKNOWN, WaitKind.SLEEP, WaitKind.SIGNAL, WaitKind.THREAD, WaitKind.LOCK),
        WaitKind.QUEUE,
    )
)
"""What the main thread of a server may do while another thread serves."""

_FOR_A_THREAD = frozenset(
    (
        *(WaitKind.FUTURE, WaitKind.THREAD, WaitKind.QUEUE, WaitKind.LOCK, WaitKind.SIGNAL),
        WaitKind.IMPORT,
    )
)


def read(app: tuple[Standing, ...]) -> Reading:
    """Return what an app waits for.

    Args:
        app: Its processes, its own first.
    """
    in_framework = any(_working(app))
    likely = (_lost_task, _working) if in_framework else _LIKELY
    found = (reading for rule in (*_CERTAIN, *likely) for reading in rule(app))
    unknown = Reading(WaitKind.UNKNOWN, f"{app[0]} waits {WaitKind.UNKNOWN.value}")
    return next(found, unknown)._replace(in_framework=in_framework)


def _deadlock(app: tuple[Standing, ...]) -> Iterator[Reading]:
    """Yield what waits in a ring; nobody can get out of it."""
    for process in app:
        locked = (each for each in process.threads or () if process.wait(each) is WaitKind.LOCK)
        for first, second, name in ring(tuple(locked))[:1]:
            owner = "itself" if first is second else "another thread"
            place = f"{first.frames[-1].name}" if first is second else f"{_place(second)}"
            yield Reading(
                WaitKind.LOCK,
                f"a deadlock in {process}: a thread waits for the lock `{name}`, which {owner}"
                f" holds ({place}) and does not release while it waits",
                KNOWN[WaitKind.LOCK],
            )


def _full_pipe(app: tuple[Standing, ...]) -> Iterator[Reading]:
    """Yield a process whose output nobody reads, as the one that should waits for its end."""
    pids = [each.pid for each in app]
    for process in app:
        for wait in process.waits:
            if wait.call == "write" and wait.target.startswith("pipe:"):
                readers = others_with(wait.target, pids, but=process.pid)
                who = f"; process {readers[0]} has the other end" if readers else ""
                yield Reading(
                    WaitKind.OUTPUT,
                    f"{process} waits for somebody to read its output, which fills the pipe{who}",
                    KNOWN[WaitKind.OUTPUT],
                )
    for child, parent in _pairs(app):
        if _main_wait(child) is WaitKind.OUTPUT and parent.has(WaitKind.CHILD) and not child.waits:
            yield Reading(
                WaitKind.OUTPUT,
                f"{child} waits in a line that prints, and process {parent.pid} waits for it to end"
                " instead of reading what it prints",
                KNOWN[WaitKind.OUTPUT],
            )


def _file_lock(app: tuple[Standing, ...]) -> Iterator[Reading]:
    for process in app:
        for wait in process.waits:
            if wait.call == "flock" and wait.target:
                holders = [str(pid) for pid in lock_owners(wait.target) if pid != process.pid]
                who = f", which process {' and '.join(holders)} holds" if holders else ""
                yield Reading(
                    WaitKind.FILE_LOCK,
                    f"{process} waits for the lock of {wait.target}{who}",
                    KNOWN[WaitKind.FILE_LOCK],
                )


def _input(app: tuple[Standing, ...]) -> Iterator[Reading]:
    for process in app:
        if not _wants_input(process):
            continue
        parents = [parent for child, parent in _pairs(app) if child is process]
        if process is app[0] or not (parents and _feeds(parents[0], process)):
            yield Reading(WaitKind.INPUT, f"{process} waits for input", at_rest=True)
        else:
            yield Reading(
                WaitKind.INPUT,
                f"{process} waits for input, which process {parents[0].pid} must send or close",
                KNOWN[WaitKind.INPUT],
            )


def _wants_input(process: Standing) -> bool:
    if process.threads is None:
        return process.call is not None and process.call.call == "read stdin"
    return _main_wait(process) is WaitKind.INPUT


def _feeds(parent: Standing, child: Standing) -> bool:
    """Return whether a child's input is a pipe of its parent's, or may be."""
    own, inherited = link(child.pid, 0), link(parent.pid, 0)
    return own != inherited if own else parent.has(WaitKind.CHILD)


def _events(app: tuple[Standing, ...]) -> Iterator[Reading]:
    """Yield an app that waits for its users: a server, or one with windows."""
    ports = [port for process in app for port in process.ports]
    if ports and any(map(_may_serve, app)):
        where = ", ".join(dict.fromkeys(ports))
        yield Reading(WaitKind.EVENTS, f"the app waits for a connection on {where}", at_rest=True)
    elif _main_wait(app[0]) is WaitKind.EVENTS:
        to = f"; it is connected to {', '.join(app[0].peers)}" if app[0].peers else ""
        yield Reading(WaitKind.EVENTS, f"the app waits {WaitKind.EVENTS.value}{to}", at_rest=True)


def _may_serve(process: Standing) -> bool:
    """Return whether nothing speaks against a server at rest: a false alarm is worse than none."""
    is_vague = _main_wait(process) in _VAGUE
    return bool(process.ports) and (is_vague or process.has(WaitKind.EVENTS))


def _lost_task(app: tuple[Standing, ...]) -> Iterator[Reading]:
    """Yield an app that waits for workers that have nothing to do."""
    first, workers = app[0], app[1:]
    if not first.has(WaitKind.POOL) or not workers:
        return
    idle = [each for each in workers if _main_wait(each) is WaitKind.IDLE]
    said = f"{len(idle)} of {len(workers)} worker processes wait for work"
    busy = next((each for each in workers if each not in idle and each.threads), None)
    if busy is not None:
        said += f", and {_sentence(busy)}"
    yield Reading(
        WaitKind.POOL,
        f"process {first.pid} waits {WaitKind.POOL.value}; {said}",
        KNOWN[WaitKind.POOL],
    )


def _main(app: tuple[Standing, ...]) -> Iterator[Reading]:
    """Yield what the app's main thread waits for, and the one that it waits for in turn."""
    first = app[0]
    wait = _main_wait(first)
    if wait is WaitKind.CHILD:
        children = [child for child, parent in _pairs(app) if parent is first]
        more = f"; {_sentence(children[-1])}" if children else "; it has none that runs"
        yield Reading(wait, f"{_sentence(first)}{more}", KNOWN[wait])
    elif wait in _FOR_A_THREAD:
        yield Reading(wait, _sentence(first) + _of_the_others(first), KNOWN.get(wait, ""))
    elif wait is WaitKind.SOCKET:
        to = f" ({', '.join(first.peers)})" if first.peers else ""
        yield Reading(wait, f"{_sentence(first)}{to}", KNOWN[wait])
    elif wait is not WaitKind.UNKNOWN:
        yield Reading(wait, _sentence(first), KNOWN.get(wait, ""))


def _working(app: tuple[Standing, ...]) -> Iterator[Reading]:
    """Yield each thread that is inside the guarded framework: the app is not at rest then."""
    for process in app:
        for thread in process.threads or ():
            work, wait = process.work_of(thread), process.wait(thread)
            if work is not None:
                sentence = f"{work} in {process} waits {wait.value}, at {_place(thread)}"
                yield Reading(wait, sentence, KNOWN.get(wait, ""))


_Rule = Callable[[tuple[Standing, ...]], Iterable[Reading]]

_CERTAIN: tuple[_Rule, ...] = (_deadlock, _full_pipe, _file_lock)

_LIKELY: tuple[_Rule, ...] = (_input, _events, _lost_task, _main)
"""What is at rest comes first, then what is likely."""


def _pairs(app: tuple[Standing, ...]) -> Iterator[tuple[Standing, Standing]]:
    """Yield every process with its parent, if that is one of the app's."""
    known = {each.pid: each for each in app}
    for process in app:
        if process.parent in known:
            yield process, known[process.parent]


def _main_wait(process: Standing) -> WaitKind:
    if process.main is not None:
        return process.wait(process.main)
    return WaitKind.UNKNOWN


def _sentence(process: Standing) -> str:
    if process.threads is None:
        doing = f"is in the call {process.call}" if process.call else "does not say where it is"
        return f"{process} {doing}"
    wait, main = _main_wait(process), process.main
    if main is None:
        return f"{process} has no thread that runs Python"
    importing = is_importing(main)
    doing = f"it imports ({importing})" if importing else str(_whisper(main) or "")
    during = f" while {doing}" if doing else ""
    return f"{process} waits {wait.value}{during}, at {_place(main)}"


def _whisper(thread: ThreadStack) -> WhisperStep | None:
    steps = (step_of(frame.file, frame.function) for frame in thread.frames)
    return next(filter(None, steps), None)


def _of_the_others(process: Standing) -> str:
    others = [each for each in process.threads or () if each is not process.main]
    busy = [each for each in others if process.wait(each) is not WaitKind.IDLE]
    if not busy:
        return "; no other thread has anything to do"
    return f"; another thread waits {process.wait(busy[0]).value}, at {_place(busy[0])}"


def _place(thread: ThreadStack) -> str:
    """Return the innermost line that is not the standard library's."""
    own = (frame for frame in thread.frames if not is_standard_library(frame))
    return str(next(own, thread.frames[0]))
