"""Finds hosts, addresses and repositories by the form of a URL or of the name itself."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from winasr_doctor.machine.redaction import tables
from winasr_doctor.machine.redaction.found import HOST, KEEP, NO_NAME, Found
from winasr_doctor.machine.redaction.secrets import USERINFO

_URL = re.compile(
    rf"(?<![A-Za-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{{1,30}})://{USERINFO}?"
    rf"(?P<host>\[[0-9a-f:.%]{{2,45}}\]|{HOST})(?P<port>:\d{{1,5}})?(?P<rest>[^\s\"'`<>|]{{0,2000}})",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"/(?:(?:api/)?(?:models|datasets|spaces|repos|orgs)/)?(?P<org>[\w.-]{1,99})/(?P<repo>[\w.-]{1,99})"
)
_HOSTERS = (
    "huggingface.co",
    "hf.co",
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "githubusercontent.com",
    "hf-mirror.com",
)
_QUERY = re.compile(r"[?&][^=&#\s]{1,99}=(?P<id>[^&#\s]{3,2000})")


def urls(text: str, _whole: bool) -> Iterator[Found]:
    """Find the hosts of URLs, and the owners of code and models on public hosts."""
    for match in _URL.finditer(text):
        host = match["host"]
        if set(host) <= NO_NAME or host.startswith(("{", "[IP")):
            continue
        if not tables.is_public_host(host):
            yield Found("server", *match.span("host"))
            for query in _QUERY.finditer(match["rest"]):
                at = match.start("rest")
                yield Found("id", at + query.start("id"), at + query.end("id"))
        elif "\\" in match["rest"] or match["scheme"].lower() == "file":
            yield Found(KEEP, *match.span("host"))
        else:
            yield from _public_url(match)
    yield from _scp(text)


def _public_url(match: re.Match[str]) -> Iterator[Found]:
    owned = _OWNED.match(match["rest"])
    hoster = any(match["host"].lower().endswith(host) for host in _HOSTERS)
    at = match.start("rest")
    if owned is None or not hoster or owned["org"].lower() in tables.PUBLIC_OWNERS:
        end = at + len(match["rest"].partition("?")[0].partition("#")[0])
        yield Found(KEEP, match.start("host"), end)
        return
    yield Found(KEEP, *match.span("host"))
    yield Found("org", at + owned.start("org"), at + owned.end("org"))
    repo = owned["repo"].removesuffix(".git")
    yield Found("repo", at + owned.start("repo"), at + owned.start("repo") + len(repo))


_SCP = re.compile(
    r"(?<![\w.@/\\-])(?P<user>[\w.-]{1,64})@(?P<host>[\w.-]{1,253}):(?!\d{1,5}(?:\D|$))(?!//)"
    r"(?:~|/)?(?:(?P<org>[\w.~-]{1,99})/)?(?P<repo>[\w.-]{1,99})"
)


_PROMPT = re.compile(r"(?<![\w.@/\\-])(?P<user>[\w.-]{1,64})@(?P<server>[\w.-]{1,253}):(?=[~/])")


def _scp(text: str) -> Iterator[Found]:
    """Find `git@HOST:ORG/REPO.git`, and `NAME@HOST:~` as in a shell prompt."""
    for match in _PROMPT.finditer(text):
        yield Found("user", *match.span("user"))
        yield Found("server", *match.span("server"))
    for match in _SCP.finditer(text):
        public = tables.is_public_host(match["host"])
        if match["org"] is None and match["user"].lower() != "git" and "." not in match["host"]:
            continue
        yield Found(KEEP if public else "server", *match.span("host"))
        if match["user"].lower() != "git":
            yield Found("user", *match.span("user"))
        if match["org"] and match["org"].lower() not in tables.PUBLIC_OWNERS:
            yield Found("org", *match.span("org"))
            end = match.start("repo") + len(match["repo"].removesuffix(".git"))
            yield Found("repo", match.start("repo"), end)


_TENANT_HOST = re.compile(
    r"(?<![\w.-])(?P<org>[\w-]{2,63}?)(?P<my>-my|-admin)?\.(?:"
    + "|".join(map(re.escape, tables.TENANTS))
    + r")\b",
    re.IGNORECASE,
)
_DOTTED = re.compile(
    rf"(?<![\w.-])(?:[^\W_](?:[\w-]{{0,62}})\.){{1,8}}(?:{tables.TLDS})(?![\w-]|\.\w|\()",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.=-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w{1,16})?(?![\w:])", re.IGNORECASE
)
_MAC = re.compile(
    r"(?<![\w:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![\w:-])", re.IGNORECASE
)
_DEFAULT_NAME = re.compile(
    r"(?<!\w)(?:DESKTOP|LAPTOP|WIN|EC2AMAZ)-[A-Z0-9]{7,11}(?!\w)", re.IGNORECASE
)
"""The computer names that Windows generates. Source: learn.microsoft.com, "ComputerName"."""

_VERSION = re.compile(r"(?:version|v|build)\W{0,3}$", re.IGNORECASE)


def hosts(text: str, _whole: bool) -> Iterator[Found]:
    """Find host names and addresses in a sentence."""
    for match in _TENANT_HOST.finditer(text):
        yield Found("org", *match.span("org"))
    for match in _DOTTED.finditer(text):
        if match[0].lower().endswith(tables.TENANTS):
            continue
        yield Found(KEEP if tables.is_public_host(match[0]) else "server", *match.span())
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 12) : match.start()]
            if _is_address(match[0]) and not _VERSION.search(before):
                yield Found(KEEP if tables.is_public_host(match[0]) else "server", *match.span())
    for match in _DEFAULT_NAME.finditer(text):
        yield Found("server", *match.span())
    for match in _MAC.finditer(text):
        yield Found("id", *match.span())


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_BARE_ADDRESS = re.compile(
    r"(?<![\w.%+@*:-])(?P<user>[^\W\d_][\w.+-]{1,63})@(?P<org>[^\W\d_][\w-]{2,62})(?![\w.@:-])"
)
_REVISIONS = tables.words(
    "main master head latest stable dev develop nightly trunk release ssl v1 v2 v3"
)


def addresses(text: str, _whole: bool) -> Iterator[Found]:
    """Find `NAME@COMPANY`, which has no top-level domain; `model@main` is a revision."""
    for match in _BARE_ADDRESS.finditer(text):
        org, user = match["org"].casefold(), match["user"].casefold()
        if org in _REVISIONS or re.fullmatch(r"[0-9a-f]{7,40}|v\d.*|refs", org):
            continue
        if user in tables.PUBLIC_OWNERS or user in ("git", "pkg"):
            continue
        yield Found("user", *match.span("user"))
        yield Found(KEEP if org in tables.PUBLIC_MAIL else "org", *match.span("org"))
