"""Controls access to the page: only the page itself and programs on this computer may use it.

Any page in any tab can send requests to a server on this computer, and show it in a frame. Gradio
refuses other sites but not other ports of `localhost` (gradio, route_utils.py,
`CustomCORSMiddleware`), and a request with a side effect, such as an upload, takes effect before
the browser checks the answer. Sources: the Fetch standard, "Origin header"; W3C, "Fetch Metadata
Request Headers"; the HTML standard, "X-Frame-Options".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from winasr_doctor.ui import texts
from winasr_doctor.ui.uploads import GRACE, Unclaimed

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
)

_UPLOAD = "/upload"


class OwnPageOnly:
    """An ASGI application around Gradio's; it must be the outermost one."""

    def __init__(self, app: App, hosts: Collection[str], uploads: Unclaimed) -> None:
        """Wrap an application.

        Args:
            app: Gradio's application.
            hosts: The allowed names of this computer.
            uploads: Makes room for uploads.
        """
        self._app = app
        self._hosts = hosts
        self._uploads = uploads

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        status, reason = refusal(scope, headers, self._hosts)
        if status:
            await _refuse(scope, send, status, reason)
        elif scope.get("method") == "POST" and scope["path"].rstrip("/").endswith(_UPLOAD):
            await self._upload(scope, receive, _guarded(send), headers)
        else:
            await self._app(scope, receive, _guarded(send))

    async def _upload(
        self, scope: Message, receive: Receive, send: Send, headers: dict[str, str]
    ) -> None:
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            await _refuse(scope, send, 411, texts.NO_LENGTH)
            return
        loop, size = asyncio.get_running_loop(), int(length)
        if not await loop.run_in_executor(None, self._uploads.admit, size):
            await _refuse(scope, send, 413, texts.TOO_MUCH)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._uploads.ended(size)
            loop.call_later(GRACE + 1, loop.run_in_executor, None, self._uploads.tidy)


def refusal(scope: Message, headers: dict[str, str], hosts: Collection[str]) -> tuple[int, str]:
    """Return the status and the reason for refusing a request; 0 if it is allowed.

    Args:
        scope: ASGI's description of the request.
        headers: Its headers, with names in lower case.
        hosts: The allowed names of this computer.
    """
    host = headers.get("host", "").lower()
    if _name(f"//{host}") not in hosts:  # another name may lead here: DNS rebinding
        return 400, texts.OTHER_HOST
    opened = scope.get("method") in {"GET", "HEAD"} and scope["path"] == "/"
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}:
        return 403, texts.OTHER_SITE
    if site is not None:
        as_page = opened and headers.get("sec-fetch-dest") == "document"
        return (0, "") if site in {"same-origin", "none"} or as_page else (403, texts.OTHER_SITE)
    if origin is None and "referer" in headers and not opened:
        sender = urlsplit(headers["referer"]).netloc.lower()
        return (0, "") if sender == host else (403, texts.OTHER_SITE)
    return 0, ""


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _guarded(send: Send) -> Send:
    """Add our headers to a response, and remove those that let other sites read it."""

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (name, value)
                for name, value in message.get("headers", ())
                if not name.lower().startswith(b"access-control-")
                and name.lower() != b"x-frame-options"
            ]
            message = {**message, "headers": [*kept, *_HEADERS]}
        await send(message)

    return send_guarded


async def _refuse(scope: Message, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = reason.encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8")]
    length = [(b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": status, "headers": [*kind, *length]}
    await _guarded(send)(start)
    await send({"type": "http.response.body", "body": body})
