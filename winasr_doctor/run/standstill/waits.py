"""Tells from a thread's functions what it waits for."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from winasr_doctor.run.standstill.source_loops import is_in_sleeping_loop
from winasr_doctor.run.standstill.stacks import StackFrame, ThreadStack


class WaitKind(str, Enum):
    """What a thread waits for, as the end of "it waits ...".

    The name is what our JSON says.
    """

    EVENTS = "for events, such as a connection or a click"
    INPUT = "for input"
    CHILD = "for a child program to end"
    OUTPUT = "for somebody to read its output"
    POOL = "for the result of a worker process"
    FUTURE = "for the result of another thread"
    QUEUE = "for an item in a queue"
    THREAD = "for another thread to end"
    LOCK = "for a lock"
    SIGNAL = "for another thread to set an event"
    NAME = "for a free temporary name, trying one after another"
    FILE_LOCK = "for the lock of a file"
    IMPORT = "for another thread to finish an import"
    SOCKET = "for an answer from the network"
    SLEEP = "in a loop of the app that sleeps"
    FILE = "for a file"
    IDLE = "for work"
    UNKNOWN = "in an unknown call"


class _Rule(NamedTuple):
    """Functions of a file that wait for something."""

    file: str
    functions: frozenset[str]
    wait: WaitKind


def _rules(text: str) -> tuple[_Rule, ...]:
    """Read lines of the form `file: functions -> wait`; `*` stands for all functions."""
    rules = []
    for line in text.strip().splitlines():
        file, _, rest = line.strip().partition(": ")
        functions, _, wait = rest.partition(" -> ")
        rules.append(_Rule(file, frozenset(functions.split()), WaitKind[wait]))
    return tuple(rules)


_OF_FUNCTIONS = _rules("""
    concurrent/futures/thread.py: _worker -> IDLE
    futures/thread.py: _worker -> IDLE
    multiprocessing/pool.py: worker _handle_tasks _handle_results _handle_workers -> IDLE
    multiprocessing/queues.py: _feed -> IDLE
    futures/process.py: _process_worker wait_result_broken_or_wakeup -> IDLE
    multiprocessing/resource_tracker.py: main -> IDLE
    multiprocessing/forkserver.py: main -> IDLE
    multiprocessing/resource_sharer.py: _serve -> IDLE
    _backends/_asyncio.py: run -> IDLE
    tqdm/_monitor.py: run -> IDLE
    _utils/worker.py: _worker_loop -> IDLE
    _utils/pin_memory.py: _pin_memory_loop do_one_step -> IDLE
    logging/handlers.py: _monitor dequeue -> IDLE
    subprocess.py: wait _wait _try_wait communicate _communicate -> CHILD
    multiprocessing/popen_fork.py: wait poll -> CHILD
    multiprocessing/popen_forkserver.py: poll -> CHILD
    multiprocessing/popen_spawn_win32.py: wait -> CHILD
    multiprocessing/process.py: join -> CHILD
    multiprocessing/pool.py: get wait next join -> POOL
    multiprocessing/managers.py: _callmethod -> POOL
    multiprocessing/queues.py: get put -> POOL
    multiprocessing/connection.py: recv recv_bytes _recv _recv_bytes poll wait -> POOL
    utils/data/dataloader.py: _try_get_data _get_data -> POOL
    futures/_base.py: result exception wait as_completed -> FUTURE
    futures/thread.py: shutdown -> THREAD
    futures/thread.py: _python_exit -> THREAD
    threading.py: join _join_thread _shutdown _wait_for_tstate_lock -> THREAD
    queue.py: get put join -> QUEUE
    threading.py: wait acquire __enter__ wait_for -> LOCK
    tempfile.py: mkdtemp _mkstemp_inner -> NAME
    filelock/_api.py: acquire -> FILE_LOCK
    portalocker/utils.py: acquire -> FILE_LOCK
    importlib._bootstrap>: acquire __enter__ _lock_unlock_module -> IMPORT
    socket.py: create_connection readinto getaddrinfo sendall -> SOCKET
    ssl.py: read recv recv_into do_handshake send sendall -> SOCKET
    http/client.py: _read_status readinto read readline -> SOCKET
    selectors.py: select _select -> EVENTS
    asyncio/base_events.py: run_forever _run_once -> EVENTS
    asyncio/windows_events.py: _poll select run_forever -> EVENTS
    asyncio/selector_events.py: run_forever -> EVENTS
    socketserver.py: serve_forever -> EVENTS
    socket.py: accept -> EVENTS
    tkinter/__init__.py: mainloop -> EVENTS
    getpass.py: unix_getpass win_getpass _raw_input fallback_getpass -> INPUT
""")

_OF_SOURCE = (
    (WaitKind.INPUT, re.compile(r"\binput\(|\bsys\.stdin\b|\bgetpass\(|\bgetwch\(")),
    (WaitKind.SLEEP, re.compile(r"\bsleep\(")),
    (WaitKind.FILE_LOCK, re.compile(r"\b(?:flock|lockf|locking)\(")),
    (
        WaitKind.EVENTS,
        re.compile(r"\b(?:select|poll|accept|mainloop|exec_?|pause|sigwait|GetMessage\w*)\("),
    ),
    (WaitKind.SOCKET, re.compile(r"\.(?:recv\w*|connect)\(|\burlopen\(")),
    (WaitKind.CHILD, re.compile(r"\bos\.(?:wait\w*|system)\(")),
    (WaitKind.LOCK, re.compile(r"\.acquire\(|^with [\w.]+:")),
    (WaitKind.OUTPUT, re.compile(r"\bprint\(|\bstd(?:out|err)\b.*\.(?:write|flush)\(")),
    (
        WaitKind.FILE,
        re.compile(r"\bopen\(|\.(?:read\w*|write\w*)\(|\bos\.(?:replace|rename|unlink)\("),
    ),
)

_OF_CALLS = {
    "read stdin": WaitKind.INPUT,
    "write": WaitKind.OUTPUT,
    "recv": WaitKind.SOCKET,
    "connect": WaitKind.SOCKET,
    "accept": WaitKind.EVENTS,
    "flock": WaitKind.FILE_LOCK,
    "wait": WaitKind.CHILD,
    "sleep": WaitKind.SLEEP,
    "poll": WaitKind.EVENTS,
    "open": WaitKind.FILE,
}
"""What a call of the kernel says about a thread whose functions say nothing."""

_STANDARD_LIBRARY = re.compile(
    r"^<frozen|[\\/](?:python\d[\d.t]*(?:\.zip)?|Lib)[\\/]|^(?![\\/<]|[A-Za-z]:)"
)
"""Files of Python itself; those in the zip of the embeddable Python have relative names."""

_MOST_LIBRARY_FRAMES = 10


def wait_of(thread: ThreadStack, call: str = "") -> WaitKind:
    """Return what a thread waits for.

    The outermost function of a library counts that is still below the app's own: a thread that
    waits for a `Future` is inside a lock's `acquire`, too.

    Args:
        thread: Where it is.
        call: The call of the kernel that it is in, if that is known.
    """
    frames = thread.frames[:_MOST_LIBRARY_FRAMES]
    found = _of_functions(frames)
    if found is None:
        text = frames[0].text
        found = next((wait for wait, form in _OF_SOURCE if form.search(text)), None)
    return found or _OF_CALLS.get(call) or _of_loop(frames)


def _of_loop(frames: tuple[StackFrame, ...]) -> WaitKind:
    own = next((each for each in frames if not is_standard_library(each)), None)
    sleeps = own is not None and is_in_sleeping_loop(own)
    return WaitKind.SLEEP if sleeps else WaitKind.UNKNOWN


def _of_functions(frames: tuple[StackFrame, ...]) -> WaitKind | None:
    found = None
    for frame in frames:
        wait = next((rule.wait for rule in _OF_FUNCTIONS if _fits(rule, frame)), None)
        if wait is WaitKind.IDLE:
            return wait
        if wait is None and not is_standard_library(frame):
            break
        found = wait or found
    if found is WaitKind.LOCK and [each.function for each in frames[:2]] == ["wait", "wait"]:
        return WaitKind.SIGNAL  # `Event.wait` calls `Condition.wait`
    return found


def _fits(rule: _Rule, frame: StackFrame) -> bool:
    return frame.function in rule.functions and frame.name.endswith(rule.file)


def is_standard_library(frame: StackFrame) -> bool:
    """Return whether a function belongs to Python itself."""
    if re.search(r"[\\/](?:site|dist)-packages[\\/]", frame.file):
        return False
    return bool(_STANDARD_LIBRARY.search(frame.file))


def is_importing(thread: ThreadStack) -> str:
    """Return the line whose import a thread is in; empty if it is in none.

    Args:
        thread: Where it is.
    """
    inside = False
    for frame in thread.frames:
        if "importlib._bootstrap" in frame.file:
            inside = True
        elif inside:
            return f"{frame.name}:{frame.line}"
    return ""
