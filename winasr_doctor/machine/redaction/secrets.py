r"""Finds secrets and identifiers by their form alone: tokens, passwords, SIDs, e-mail addresses.

Every repetition is bounded and every pattern begins where a run of such characters begins, so that
the time to search a text grows only with its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from winasr_doctor.machine.redaction import tables

TOKENS = {
    "Hugging Face": r"hf_\w{16,255}|api_org_\w{20,255}",
    "GitHub": r"gh[pousr]_\w{20,255}|github_pat_\w{20,255}",
    "GitLab": r"gl(?:pat|dt|rt|ptt|soat)-[\w-]{16,255}",
    "OpenAI, Anthropic": r"sk-[\w-]{16,255}",
    "NVIDIA": r"nvapi-[\w-]{16,255}",
    "AWS": r"(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[0-9A-Z]{16}",
    "Google": r"AIza[\w-]{35}|ya29\.[\w-]{20,255}|GOCSPX-[\w-]{20,64}",
    "Slack": r"xox[abeoprs]-[\w-]{10,255}|xapp-[\w-]{10,255}",
    "PyPI": r"pypi-[\w-]{32,255}",
    "npm": r"npm_\w{30,64}",
    "Docker": r"dckr_pat_[\w-]{20,64}",
    "Stripe": r"[rs]k_(?:live|test)_\w{16,255}",
    "SendGrid": r"SG\.[\w-]{16,64}\.[\w-]{16,64}",
    "Weights & Biases, DigitalOcean": r"wandb_v1_[\w-]{20,255}|dop_v1_[0-9a-f]{64}",
    "Azure": r"[\w~.-]{3}8Q~[\w~.-]{34}",
    "JSON Web Token": r"eyJ[\w-]{8,4096}\.[\w-]{4,8192}(?:\.[\w-]{0,4096})?",
}
"""The form of each vendor's tokens. Sources: each vendor's documentation of its tokens; GitHub,
"Supported secret scanning patterns"; RFC 7519 for JSON Web Tokens.
"""

_SENSITIVE = (
    r"(?:[\w-]{0,40}[_-])?(?:token|api[_-]?key|access[_-]?key(?:[_-]id)?|account[_-]?key"
    r"|secret(?:[_-]?key)?|passw(?:or)?d|passphrase|pwd|credentials?)"
)
"""Endings of the names of settings whose value is a secret."""

_SENSITIVE_PARAMETERS = rf"(?:{_SENSITIVE}|pass|sig|signature|session_?id|sas|code|auth|key)"
"""The same for a parameter of a URL."""

_VALUE = r"(?P<{}>[^\s\"'`,;&#<>(){{}}\[\]]{{4,4096}})"
_UNSET = r"(?:none|null|true|false|unset|missing|required)\b"

PATTERNS = {
    "key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,8192}?(?:-----END[A-Z -]{0,60}|\Z)",
    "token": r"(?<![A-Za-z0-9])(?:" + "|".join(TOKENS.values()) + ")",
    "header": r"\b(?:proxy-)?authorization\b[\"'\\]{0,4}\s{0,4}[:=]\s{0,4}"
    r"[\"'\\]{0,4}(?P<header_>(?:"
    r"(?:basic|bearer|negotiate|ntlm|digest|token|aws4-hmac-sha256)\s{1,4})?[^\r\n\"'\\]{3,4096})",
    "cookie": r"\b(?:set-)?cookie:\s{0,4}(?P<cookie_>[^\r\n\"'\\]{3,4096})",
    "scheme": r"\b(?:basic|bearer|negotiate|ntlm)\s{1,4}(?P<scheme_>(?=\S{0,200}[\d=+]"
    r"|\S{0,200}[a-z][A-Z])(?-i:[A-Za-z0-9+/._~-]{8,4096}={0,2}))",
    "parameter": rf"[?&;]{_SENSITIVE_PARAMETERS}=" + r"(?P<parameter_>[^\s\"'`&#<>]{1,4096})",
    "setting": rf"(?<![\w-]){_SENSITIVE}[\"'\\]{{0,4}}\s{{0,4}}(?:=|:(?!//))"
    rf"\s{{0,4}}[\"'\\]{{0,4}}(?!{_UNSET})" + _VALUE.format("setting_"),
    "option": rf"(?<!\S)--?{_SENSITIVE}[ =](?!{_UNSET})" + _VALUE.format("option_"),
    "account": r"(?<!\S)(?:-u|--user|--proxy-user)[ =](?P<account_>[^\s:@]{1,64}:[^\s@]{1,256})",
    "sid": r"(?<![A-Za-z0-9])S-1-(?:5-21|12-1|15-[23]|5-5|11-96)-\d{1,20}(?:-\d{1,20}){1,15}",
    "email": r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}",
}
"""Patterns of secrets; the group whose name ends in `_`, if any, is the secret."""

_FORM = re.compile("|".join(f"(?P<{n}>{p})" for n, p in PATTERNS.items()), re.IGNORECASE)

USERINFO = (
    r"(?:[^\s/@:?#\"'<>\[]{0,256}:(?!\d{1,5}(?:[/?#\s]|$))[^\s\"'<>]{0,256}@"
    r"|[^\s/@:?#\"'<>]{1,256}@)"
)
"""A user and a password before a host; a password may hold a slash that should be escaped."""

_CREDENTIALS = re.compile(rf"(?<=://){USERINFO}")

_LOGIN = re.compile(
    r"(?<![^\s/@\"'=;,(\[])[^\s/@:\"'=;,()\[\]]{1,64}:(?!\d{1,5}(?:[/?#\s:]|$))(?!//)"
    r"[^\s\"'\\/:][^\s\"'\\]{0,128}@(?=[\w.\[-])"
)
"""The same without a scheme, as in `HTTP_PROXY=user:password@proxy:8080`."""

FILE_EXTENSIONS = tables.words(
    "json py nemo wav flac mp3 txt toml yaml yml ini cfg log exe dll md zip tar gz lock ckpt bin"
    " safetensors model onnx ps1 bat cmd sh html xml csv tmp"
)
"""Endings as in `unlink:32@manifest.json`, which is not an address."""

PUBLIC_LOGINS = frozenset({"git", "ssh", "hg", "svn"})
"""User names in a URL that are the same for everybody: `ssh://git@github.com/`."""


class Secret(NamedTuple):
    """The position and kind of a secret."""

    kind: str
    start: int
    end: int


def secrets(text: str) -> Iterator[Secret]:
    """Find everything that must be removed, whatever its name."""
    for match in _FORM.finditer(text):
        kind = match.lastgroup or ""
        if kind == "email" and _is_no_address(match[0]):
            continue
        group = f"{kind}_" if f"{kind}_" in _FORM.groupindex else kind
        yield Secret(kind, *match.span(group))
    for match in _CREDENTIALS.finditer(text):
        if match[0].rstrip("@").lower() not in PUBLIC_LOGINS:
            yield Secret("credentials", *match.span())
    for match in _LOGIN.finditer(text):
        host = _HOST.match(text, match.end())
        if _LABEL.match(match[0]) is None and (host is None or not _is_no_address(host[0])):
            yield Secret("login", *match.span())


_HOST = re.compile(r"[\w.-]{1,253}")
_LABEL = re.compile(
    r"/?(?:mailto|e-?mail|mail|user(?:name)?|upn|owner|from|to|cc|account|sip|smtp|xmpp|login):",
    re.IGNORECASE,
)
"""What may precede an e-mail address without being an account: `mailto:`."""


def _is_no_address(text: str) -> bool:
    """Return whether this is `2@manifest.json` or `git@github.com`."""
    user = text.partition("@")[0].lower()
    return text.rpartition(".")[2].lower() in FILE_EXTENSIONS or user in PUBLIC_LOGINS
