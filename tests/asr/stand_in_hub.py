"""A Hub on this computer that gives one file, as slowly as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "2399591399e4e6438fa7804f2f1f660d7a4b1c3e"


class StandInHub:
    """What it gives.

    Attributes:
        content: The one file, whatever its name.
        first: Bytes of it that come at once.
        go_on: Lets the rest come.
        asked: The paths of the requests.
    """

    def __init__(self, content: bytes, first: int) -> None:
        self.content = content
        self.first = first
        self.go_on = threading.Event()
        self.asked: list[str] = []


@contextmanager
def serving(hub: StandInHub) -> Iterator[str]:
    """Serve it for the block; gives its address."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._head()

        def do_GET(self) -> None:
            if self._head():
                self.wfile.write(hub.content[: hub.first])
                self.wfile.flush()
                hub.go_on.wait()
                self.wfile.write(hub.content[hub.first :])

        def _head(self) -> bool:
            hub.asked.append(self.path)
            found = "/resolve/" in self.path
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(hub.content) if found else 0))
            self.send_header("ETag", f'"{"e" * 64}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            return found

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        hub.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


def use(monkeypatch: object, address: str, cache: Path) -> None:
    """Have huggingface_hub ask there, as with `HF_ENDPOINT`, and keep its files in a folder."""
    from huggingface_hub import constants

    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    for name, value in (
        ("ENDPOINT", address),
        ("HUGGINGFACE_CO_URL_TEMPLATE", template),
        ("HF_HUB_CACHE", str(cache)),
        ("HF_HUB_DOWNLOAD_TIMEOUT", 600),
        ("HF_HUB_OFFLINE", False),
        ("HF_HUB_DISABLE_XET", True),
        ("DOWNLOAD_CHUNK_SIZE", 100_000),
    ):
        monkeypatch.setattr(constants, name, value)  # type: ignore[attr-defined]
