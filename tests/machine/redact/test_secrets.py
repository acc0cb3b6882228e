"""Tokens, passwords, SIDs and addresses, which are known by their form."""

from __future__ import annotations

import base64

import pytest

from winasr_doctor.machine.redaction import Redactor

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"

SECRETS = [
    (f"hf_{LETTERS}", LETTERS[:8], ""),
    (f"D:\\hf_{LETTERS}\\x", LETTERS[:8], "D:\\"),
    (f"https://hf_{LETTERS}@hub.x", LETTERS[:8], "https://"),
    (f"https://user:hf_{LETTERS}@huggingface.co/x", LETTERS[:8], "huggingface.co/x"),
    (f"ghp_{LETTERS}", LETTERS[:8], ""),
    (f"github_pat_{LETTERS}", LETTERS[:8], ""),
    (f"glpat-{LETTERS[:20]}", LETTERS[:8], ""),
    (f"sk-proj-{LETTERS}", LETTERS[:8], ""),
    (f"nvapi-{LETTERS}", LETTERS[:8], ""),
    ("AKIAIOSFODNN7EXAMPLE is used", "IOSFODNN7", " is used"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "wJalr", "aws_secret_access_key = "),
    (f"AIza{LETTERS[:35]}", LETTERS[:8], ""),
    ("xoxb-1234567890-abcdefghij", "1234567890", ""),
    (f"pypi-{LETTERS}", LETTERS[:8], ""),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJ", ""),
    ("Authorization: Basic Z3JhY2U6c2VjcmV0", "Z3JhY2U6", "Authorization: "),
    ("Authorization: Bearer abcdef", "abcdef", "Authorization: "),
    ("{'Authorization': 'Bearer abcdef0123'}", "abcdef0123", "'}"),
    ("Proxy-Authorization: NTLM TlRMTVNTUAABAAAA", "TlRMTVNT", "Proxy-"),
    ("sent Basic Z3JhY2U6c2VjcmV0 to it", "Z3JhY2U6", " to it"),
    ("Cookie: session=abcdef; x=y", "abcdef", "Cookie: "),
    ("http://bob:hunter2@proxy.corp.example:8080/", "hunter2", "http://"),
    ("http://svc:S3c/ret@proxy01.contoso.com:8080", "S3c", ":8080"),
    ("http://svc:S3c#r?t@proxy01:8080", "S3c", ":8080"),
    ("http://svc:p@ss@proxy01:8080", "p@ss", ":8080"),
    ("http://CONTOSO\\svc:S3cret@proxy01:8080", "S3cret", ":8080"),
    ("https://user%40corp:p%40ss@proxy/", "p%40ss", "https://"),
    ("bob:hunter2@proxy:8080", "hunter2", ":8080"),
    ("password=hunter22 is wrong", "hunter22", " is wrong"),
    ('"api_key": "abcd1234"', "abcd1234", '"api_key": "'),
    ("login --token abcd1234", "abcd1234", "login --token "),
    ("https://x.blob.core.windows.net/m?sv=2024&sig=abc%2Fdef", "abc%2Fdef", "https://"),
    ("https://huggingface.co/nvidia/x?token=abcdef", "abcdef", "huggingface.co/nvidia/x?token="),
    ("owner S-1-5-21-1111-2222-3333-1001", "1111", "owner "),
    ("owner s-1-5-21-1111-2222-3333-1001", "1111", "owner "),
    ("owner S-1-12-1-1111-2222-3333-4444", "1111", "owner "),
    ("OneDrive!S-1-5-21-1111-2222-3333-1001!Personal", "1111", "!Personal"),
    ("mail jane.doe@corp.example now", "jane.doe", " now"),
    ("jane%2Edoe%40corp.example", "jane", ""),
    ("jane.doe@büro.de", "büro", ""),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIB\n-----END RSA PRIVATE KEY-----", "MIIEpAIB", ""),
    (
        "https://hub.x/?d=" + base64.b64encode(rb"C:\Users\Grace\models").decode(),
        base64.b64encode(rb"C:\Users\Grace").decode()[:12],
        "https://",
    ),
    (
        "powershell -enc " + base64.b64encode(r"dir C:\Users\Grace".encode("utf-16-le")).decode(),
        "ZABpAHIA",
        "powershell -enc ",
    ),
    (rb"C:\Users\Grace".hex(), rb"Grace".hex(), ""),
]


@pytest.mark.parametrize(("text", "gone", "stays"), SECRETS)
def test_a_secret_does_not_get_out(text, gone, stays):
    redactor = Redactor()
    redactor.learn(text)
    redacted = redactor.text(text)
    assert gone.casefold() not in redacted.casefold()
    assert stays in redacted
    assert Redactor().text(redacted) == redacted
