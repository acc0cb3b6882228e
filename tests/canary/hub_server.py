"""A stand-in for the Hugging Face Hub on the loopback, spoken to by the real client.

It answers as the Hub does, as far as loading a model goes: `resolve` with `X-Repo-Commit`, `ETag`
and redirects, large files from another address with `X-Linked-Etag` and `X-Linked-Size` and with
byte ranges, `404` with `X-Error-Code`, and the API's list of files and of commits. Sources:
huggingface_hub, `file_download.py` (`get_hf_file_metadata`, `http_get`) and `utils/_http.py`
(`hf_raise_for_status`); RFC 9110 on ranges.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = 100_000
"""Bytes from which a file is kept beside git and redirected to."""

_HEX = set("0123456789abcdef")


@dataclass
class Repo:
    """A repository.

    Attributes:
        commits: Commit hash to its files, the newest first.
        refs: Branch or tag to commit hash.
        gated: Whether its files need a login.
    """

    commits: dict[str, dict[str, bytes]]
    refs: dict[str, str]
    gated: bool = False

    def commit_of(self, revision: str, *, prefixes: bool) -> str | None:
        """Return the commit that a revision means."""
        if revision in self.commits:
            return revision
        if revision in self.refs:
            return self.refs[revision]
        if prefixes and len(revision) >= 7 and set(revision) <= _HEX:
            return next((each for each in self.commits if each.startswith(revision)), None)
        return None


@dataclass
class StandIn:
    """The Hub.

    Attributes:
        url: What `HF_ENDPOINT` is to be.
        large_url: Where large files are; the client treats another origin in another way.
        repos: By `owner/name`.
        asked: Every request, as `METHOD path`, with the range if one was asked for.
        prefixes: Whether an abbreviated hash is found.
        down: Whether connections are closed without an answer.
        cut: Bytes after which the next transfers of a large file break off, one for each.
        hold: While it is clear, large files stop in their middle.
    """

    url: str = ""
    large_url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    prefixes: bool = False
    down: bool = False
    cut: list[int] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def large(self, oid: str) -> bytes | None:
        """Return a large file by its SHA-256."""
        for repo in self.repos.values():
            for files in repo.commits.values():
                for data in files.values():
                    if len(data) >= LARGE and sha256(data) == oid:
                        return data
        return None

    def reset(self) -> None:
        """Forget what a test has changed."""
        self.asked.clear()
        self.cut.clear()
        self.prefixes = self.down = False
        self.hold.set()


def sha256(data: bytes) -> str:
    """Return a large file's identifier."""
    return hashlib.sha256(data).hexdigest()


def blob_id(data: bytes) -> str:
    """Return git's identifier of a file."""
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data)).hexdigest()  # noqa: S324 - git's


@contextmanager
def serving() -> Iterator[StandIn]:
    """Serve an empty Hub until the block ends."""
    hub = StandIn()

    class Handler(_Handler):
        pass

    Handler.hub = hub
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    hub.url, hub.large_url = (f"http://127.0.0.1:{each.server_address[1]}" for each in servers)
    # Another host: clients from 1.25 to 1.33 do not look at the port.
    hub.large_url = hub.large_url.replace("127.0.0.1", "localhost") + "/large"
    for each in servers:
        each.daemon_threads = True
        threading.Thread(target=each.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hub
    finally:
        hub.hold.set()
        for each in servers:
            each.shutdown()
            each.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: StandIn
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_args: object) -> None:
        """Be silent."""

    def _answer(self) -> None:
        ranged = self.headers.get("Range")
        self.hub.asked.append(f"{self.command} {self.path}" + (f" {ranged}" if ranged else ""))
        if self.hub.down:
            self.close_connection = True
            self.connection.close()
            return
        path = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        if path[0] == "large":
            self._large(path[1])
        elif path[:2] == ["api", "models"]:
            self._api("/".join(path[2:4]), path[4:])
        elif path[:2] == ["api", "resolve-cache"]:
            self._file("/".join(path[2:4]), path[4], "/".join(path[5:]), redirect=False)
        elif "resolve" in path:
            at = path.index("resolve")
            revision, name = path[at + 1], "/".join(path[at + 2 :])
            self._file("/".join(path[:at]), revision, name, redirect=True)
        else:
            self._say(404, {}, b"")

    def _found(self, repo_id: str, revision: str) -> tuple[Repo, str] | None:
        """Find a commit, or say that there is none."""
        repo = self.hub.repos.get(repo_id)
        if repo is None:
            message = "Invalid username or password."
            self._error(401, "RepoNotFound", message)
            return None
        commit = repo.commit_of(revision, prefixes=self.hub.prefixes)
        if commit is None:
            self._error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return None
        return repo, commit

    def _file(self, repo_id: str, revision: str, name: str, *, redirect: bool) -> None:
        found = self._found(repo_id, revision)
        if found is None:
            return
        repo, commit = found
        known = {"X-Repo-Commit": commit}
        if repo.gated:
            self._error(401, "GatedRepo", f"Access to model {repo_id} is restricted.", known)
            return
        data = repo.commits[commit].get(name)
        if data is None:
            self._error(404, "EntryNotFound", "Entry not found", known)
        elif len(data) >= LARGE:
            oid = sha256(data)
            linked = {"X-Linked-Etag": f'"{oid}"', "X-Linked-Size": str(len(data))}
            self._say(302, {**known, **linked, "Location": f"{self.hub.large_url}/{oid}"}, b"")
        elif redirect:  # relative, as the Hub does for small files
            where = f"/api/resolve-cache/{repo_id}/{commit}/{name}"
            self._say(307, {**known, "ETag": f'"{blob_id(data)}"', "Location": where}, b"")
        else:
            self._say(200, {**known, "ETag": f'"{blob_id(data)}"'}, data)

    def _large(self, oid: str) -> None:
        data = self.hub.large(oid)
        if data is None:
            self._say(404, {}, b"")
            return
        start, status, headers = 0, 200, {"ETag": f'"{oid}"', "Accept-Ranges": "bytes"}
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes="):
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._say(status, headers, data[start:], breaks=self.command == "GET")

    def _api(self, repo_id: str, rest: list[str]) -> None:
        revision = rest[1] if len(rest) > 1 else "main"
        found = self._found(repo_id, revision)
        if found is None:
            return
        repo, commit = found
        if rest[:1] == ["tree"] and len(rest) > 2:  # no repository here has folders
            self._error(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})
            return
        if rest[:1] == ["commits"]:
            answer: object = [
                {"id": each, "title": "", "message": "", "authors": [], "date": _DATE}
                for each in repo.commits
            ]
        elif rest[:1] == ["tree"]:
            answer = [
                {"type": "file", "path": name, "size": len(data), "oid": blob_id(data)}
                for name, data in repo.commits[commit].items()
            ]
        else:
            sized = "blobs" in parse_qs(urlsplit(self.path).query)
            answer = {
                "id": repo_id,
                "modelId": repo_id,
                "sha": commit,
                "siblings": [
                    {"rfilename": name, **({"size": len(data)} if sized else {})}
                    for name, data in repo.commits[commit].items()
                ],
            }
        self._say(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())

    def _error(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        told = {"X-Error-Code": code, "X-Error-Message": message, **(headers or {})}
        self._say(status, told, message.encode())

    def _say(
        self, status: int, headers: dict[str, str], body: bytes, *, breaks: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if breaks and self.hub.cut:
            body = body[: self.hub.cut.pop(0)]
            self.close_connection = True
        half = len(body) // 2 if breaks else len(body)
        with suppress(ConnectionError):  # the client may have had enough
            self.wfile.write(body[:half])
            if breaks:
                self.hub.hold.wait()
            self.wfile.write(body[half:])


_DATE = "2025-07-17T12:00:00.000Z"
