"""The page as it is served refuses other sites, whatever Gradio's own middleware says."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from .conftest import LONG

BODY = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n'
    b"Content-Type: audio/wav\r\n\r\nRIFF\r\n--x--\r\n"
)
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.fixture
def ask(served):
    """Return a function that sends one request and returns the answer and its body."""
    place = urlsplit(served.url)

    def send(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=LONG / 1000)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    send.host = place.netloc
    return send


def uploads(served):
    return {each.name for each in served.handler.sessions.uploads.iterdir()}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8000", "null"])
def test_an_upload_from_another_site_leaves_nothing(served, ask, origin):
    before = uploads(served)
    answer, _ = ask("POST", "/gradio_api/upload", BODY, Origin=origin, **MULTIPART)
    assert answer.status == 403
    assert uploads(served) <= before  # those of closed tabs may go meanwhile


def test_the_pages_own_upload_arrives(served, ask):
    own = {"Origin": f"http://{ask.host}", "Sec_Fetch_Site": "same-origin"}
    answer, body = ask("POST", "/gradio_api/upload", BODY, **own, **MULTIPART)
    assert answer.status == 200
    assert b"a.wav" in body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/call/transcribe"),
        ("POST", "/gradio_api/run/transcribe"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/config"),
        ("OPTIONS", "/gradio_api/upload"),
    ],
)
def test_no_route_answers_another_port_of_localhost(ask, method, path):
    asking = {"Access_Control_Request_Method": "POST"} if method == "OPTIONS" else {}
    answer, _ = ask(method, path, Origin="http://localhost:8000", **asking)
    assert answer.status == 403
    assert answer.getheader("Access-Control-Allow-Origin") is None
    answer, _ = ask(method, path, Sec_Fetch_Site="same-site")
    assert answer.status == 403


def test_the_page_cannot_be_framed_or_read_by_others(ask):
    answer, _ = ask("GET", "/", Origin=f"http://{ask.host}")
    assert answer.status == 200
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert answer.getheader("Content-Security-Policy") == "frame-ancestors 'none'"
    assert answer.getheader("Access-Control-Allow-Origin") is None


def test_another_name_for_this_computer_is_refused(ask):
    answer, _ = ask("GET", "/", Host="evil.example")
    assert answer.status == 400
