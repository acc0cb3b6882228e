"""Starts the page: only for this computer, without any outside request."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from winasr_doctor._util.devices import parse_device
from winasr_doctor._util.input_error import InputError
from winasr_doctor._util.installation import install_extra
from winasr_doctor.ui import texts
from winasr_doctor.ui.access import OwnPageOnly
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.handler import QUIET, Handler
from winasr_doctor.ui.models import Choice, choices, read_cache
from winasr_doctor.ui.sessions import Sessions

HOST = "127.0.0.1"
LOOPBACK = ("127.0.0.1", "localhost")
FIRST_PORT, LAST_PORT = 7860, 7879
LARGEST_UPLOAD = "500mb"
DEADLINE = 3600.0
_LOOK = 0.5
"""Seconds between two checks of the server's thread."""

SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_NUM_WORKERS": "0",  # they would serve files and accept uploads, bypassing our checks
}
"""Environment variables that must be set before Gradio is imported."""


class ServerStoppedError(Exception):
    """The server's thread ended by itself."""


class Running:
    """A page that is being served."""

    def __init__(self, page: Any, url: str, handler: Handler) -> None:  # noqa: ANN401 - Gradio
        self._page = page
        self.url = url
        self.handler = handler

    @property
    def alive(self) -> bool:
        """Whether the server still answers."""
        thread: threading.Thread = self._page.server.thread
        return thread.is_alive()

    def wait(self) -> None:
        """Serve until Ctrl+C.

        Raises:
            ServerStoppedError: The server has ended by itself; the port may still be open.
        """
        while self.alive:
            time.sleep(_LOOK)
        raise ServerStoppedError(texts.SERVER_DIED)

    def stop(self) -> None:
        """End all jobs, stop serving and remove every temporary file."""
        for session in self.handler.sessions.all():
            if session.job is not None:
                session.job.abandon()
        self._page.close(verbose=False)
        self.handler.sessions.close()


def check_host(host: str) -> None:
    """Refuse an address that other computers can reach.

    Raises:
        InputError: Other computers can reach it.
    """
    if host not in LOOPBACK:
        raise InputError(texts.NOT_LOOPBACK.format(host=host))


def _check_device(device: str) -> None:
    try:
        parse_device(device)
    except ValueError as error:
        raise InputError(str(error)) from error


def start(
    *,
    port: int | None = None,
    host: str = HOST,
    given: Sequence[str] = (),
    device: str = "auto",
    deadline: float = DEADLINE,
    quiet: float = QUIET,
    engine: Engine | None = None,
) -> Running:
    """Serve the page, in its own threads.

    Args:
        port: The port; by default a free one from 7860 on.
        host: A loopback address.
        given: Models to offer first.
        device: The device that is selected at first.
        deadline: Seconds after which a job is abandoned.
        quiet: Seconds without progress after which the page reports this.
        engine: The back end; by default the real one.

    Raises:
        InputError: The address, the device, the port or Gradio cannot be used; one sentence.
    """
    check_host(host)
    _check_device(device)
    first = free_port(port)
    sessions = Sessions()
    os.environ.update(SETTINGS, GRADIO_TEMP_DIR=str(sessions.uploads))
    try:
        page_module = _page_module()

        def find() -> tuple[Choice, ...]:
            return choices(given, cache=read_cache())

        handler = Handler(
            sessions,
            find(),
            engine=engine,
            find=find,
            deadline=deadline,
            quiet=quiet,
        )
        page = page_module.build(handler, device)
        url = _launch(page, page_module, first, sessions, may_differ=port is None)
    except BaseException:
        sessions.close()
        raise
    return Running(page, url, handler)


def free_port(port: int | None, after: int = FIRST_PORT - 1) -> int:
    """Return the port to use.

    Args:
        port: The port that was asked for; `None` for any.
        after: If any will do, the first one after this.

    Raises:
        InputError: It is in use, or no port is free.
    """
    if port is not None:
        if not _is_free(port):
            other = next((each for each in range(port + 1, port + 50) if _is_free(each)), 0)
            raise InputError(texts.PORT_TAKEN.format(port=port, other=other))
        return port
    free = next((each for each in range(after + 1, LAST_PORT + 1) if _is_free(each)), None)
    if free is None:
        raise InputError(texts.NO_FREE_PORT.format(first=FIRST_PORT, last=LAST_PORT))
    return free


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Windows lets two programs share a port with SO_REUSEADDR; elsewhere it is needed so that a
        # connection that has just ended does not block the port.
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _page_module() -> Any:  # noqa: ANN401 - a module
    try:
        from winasr_doctor.ui import page  # lazy: it imports Gradio
    except ModuleNotFoundError as error:
        raise _no_gradio(error, missing=error.name == "gradio") from error
    except (ImportError, OSError, AttributeError) as error:
        raise _no_gradio(error, missing=False) from error
    return page


def _no_gradio(error: Exception, *, missing: bool) -> InputError:
    text = texts.NO_GRADIO if missing else texts.BROKEN_GRADIO
    return InputError(text.format(reason=error, install=install_extra("ui")))


def _launch(
    page: Any,  # noqa: ANN401 - Gradio's
    page_module: Any,  # noqa: ANN401
    port: int,
    sessions: Sessions,
    *,
    may_differ: bool,
) -> str:
    """Serve the page; return its address.

    Importing Gradio takes a slow computer half a minute, in which another page may have taken the
    port.
    """

    @asynccontextmanager
    async def protected(app: Any) -> AsyncIterator[None]:  # noqa: ANN401 - FastAPI's
        # Outside Gradio's own middleware, which answers some requests before ours would.
        app.middleware_stack = OwnPageOnly(app.middleware_stack, LOOPBACK, sessions.unclaimed)
        yield

    try:
        _, url, _ = page.launch(
            server_name=HOST,
            server_port=port,
            prevent_thread_lock=True,
            share=False,
            ssr_mode=False,
            show_error=True,
            quiet=True,
            inbrowser=False,
            allowed_paths=[str(sessions.results)],
            max_file_size=LARGEST_UPLOAD,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            app_kwargs={"lifespan": protected},
            theme=page_module.theme(),
            css=page_module.style(),
            js=page_module.script(),
        )
    except OSError as error:
        if not may_differ or _is_free(port):  # another cause would meet every port
            raise InputError(texts.PORT_TAKEN.format(port=port, other=port + 1)) from error
        following = free_port(None, after=port)
        return _launch(page, page_module, following, sessions, may_differ=True)
    if not isinstance(page.app.middleware_stack, OwnPageOnly):
        page.close(verbose=False)
        raise InputError(texts.UNSAFE_GRADIO.format(install=install_extra("ui")))
    return str(url)
