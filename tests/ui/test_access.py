"""Other sites in the same browser can neither use the page nor show it."""

from __future__ import annotations

import asyncio

import pytest

from winasr_doctor.ui.access import OwnPageOnly

HOST = "127.0.0.1:7860"
FILE = "/gradio_api/file=/tmp/speech.wav"
UPLOAD = "/gradio_api/upload"


class Uploads:
    def __init__(self, *, room=True):
        self.room = room
        self.coming = []
        self.tidied = 0

    def admit(self, size):
        self.coming.append(size)
        return self.room

    def ended(self, size):
        self.coming.remove(size)

    def tidy(self):
        self.tidied += 1


class Page:
    """The wrapped application, and what became of the last request."""

    def __init__(self, headers=(), room=True):
        self.uploads = Uploads(room=room)
        self.reached = []
        self._headers = list(headers)
        self.app = OwnPageOnly(self._answer, ("127.0.0.1", "localhost"), self.uploads)

    async def _answer(self, scope, receive, send):
        self.reached.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"yes"})

    def ask(self, method="GET", path="/", kind="http", **headers):
        sent = []

        async def send(message):
            sent.append(message)

        named = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": kind,
            "method": method,
            "path": path,
            "headers": [
                (name.encode(), value.encode())
                for name, value in named.items()
                if value is not None
            ],
        }
        asyncio.run(self.app(scope, None, send))
        if kind == "websocket":
            return sent
        self.headers = dict(sent[0]["headers"])
        return sent[0]["status"]


@pytest.fixture
def page():
    return Page()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "null"},
        {"origin": "http://localhost:7860"},  # the page is at 127.0.0.1
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},  # another port of localhost
        {"sec_fetch_site": "cross-site", "sec_fetch_dest": "iframe"},
        {"sec_fetch_site": "cross-site", "sec_fetch_dest": "image"},
        {"origin": f"http://{HOST}", "sec_fetch_site": "cross-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", UPLOAD),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/call/transcribe"),
        ("POST", "/"),
        ("GET", FILE),
        ("GET", "/gradio_api/queue/data"),
        ("GET", "/config"),
        ("OPTIONS", UPLOAD),
        ("PUT", "/"),
    ],
)
def test_requests_of_other_sites_are_refused(page, headers, method, path):
    assert page.ask(method, path, content_length="1", **headers) == 403
    assert page.reached == []
    assert not any(name.startswith(b"access-control") for name in page.headers)


@pytest.mark.parametrize(("method", "path"), [("POST", UPLOAD), ("GET", FILE)])
def test_an_old_browser_is_judged_by_the_referer(page, method, path):
    assert page.ask(method, path, referer="http://localhost:8000/x", content_length="1") == 403
    assert page.ask(method, path, referer=f"http://{HOST}/", content_length="1") == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:1", "", None, "[", "127.0.0.1.x"])
def test_another_name_for_this_computer_is_refused(page, host):
    assert page.ask(host=host) == 400
    assert page.reached == []


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST:9000"])
def test_the_page_itself_may_do_everything(page, host):
    own = {"host": host, "origin": f"http://{host.lower()}", "sec_fetch_site": "same-origin"}
    for method, path in (("GET", "/"), ("GET", FILE), ("POST", UPLOAD), ("POST", "/x")):
        assert page.ask(method, path, content_length="1", **own) == 200


def test_a_link_on_another_site_opens_the_page(page):
    linked = {"sec_fetch_site": "cross-site", "referer": "https://example.org/"}
    assert page.ask(**linked, sec_fetch_mode="navigate", sec_fetch_dest="document") == 200
    assert page.ask(referer="https://example.org/") == 200
    assert page.ask("POST", **linked, sec_fetch_dest="document") == 403


def test_a_program_of_this_computer_may_use_the_page(page):
    assert page.ask("POST", "/gradio_api/call/transcribe") == 200


def test_a_websocket_of_another_site_is_closed(page):
    (closed,) = page.ask(kind="websocket", origin="http://localhost:8000")
    assert closed["type"] == "websocket.close"


def test_no_site_may_frame_the_page_or_read_its_answers():
    page = Page(
        [
            (b"Access-Control-Allow-Origin", b"http://localhost:8000"),
            (b"access-control-allow-credentials", b"true"),
            (b"content-type", b"text/html"),
        ]
    )
    assert page.ask() == 200
    assert page.headers[b"x-frame-options"] == b"DENY"
    assert page.headers[b"content-security-policy"] == b"frame-ancestors 'none'"
    assert page.headers[b"content-type"] == b"text/html"
    assert not any(name.lower().startswith(b"access-control") for name in page.headers)


class TestUploads:
    def test_room_is_made_for_one_and_given_back(self, page):
        assert page.ask("POST", UPLOAD, content_length="7") == 200
        assert page.uploads.coming == []

    def test_one_that_does_not_say_how_large_it_is_is_refused(self, page):
        for length in (None, "-1", "x", ""):
            assert page.ask("POST", UPLOAD, content_length=length) == 411
        assert page.reached == []

    def test_one_for_which_there_is_no_room_is_refused(self):
        page = Page(room=False)
        assert page.ask("POST", UPLOAD, content_length="7") == 413
        assert page.reached == []
