r"""Finds names by their position: `C:\Users\NAME`, `\\SERVER\share`, `https://HOST`.

A separator is any run of slashes of either kind, so that a path is found however often it was
escaped. Every repetition is bounded, as in `secrets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from winasr_doctor.machine.redaction import tables
from winasr_doctor.machine.redaction.found import HOST, KEEP, NO_NAME, SEP, Finder, Found
from winasr_doctor.machine.redaction.network import addresses, hosts, urls
from winasr_doctor.machine.redaction.segments import name_end


def _alternatives(names: tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_PARENT = re.compile(
    rf"[\\/](?:{_alternatives(tables.PROFILE_PARENTS)}){SEP}(?=[^\\/])", re.IGNORECASE
)
_MEDIA = re.compile(rf"(?<![\w.])/(?P<run>run/)?media{SEP}(?=[^\\/])", re.IGNORECASE)
_ONE_DRIVE_SITE = re.compile(
    rf"[\\/]personal{SEP}(?P<user>[\w.-]{{1,200}}_[\w.-]{{1,200}})", re.IGNORECASE
)


def profiles(text: str, whole: bool) -> Iterator[Found]:
    r"""Find `\Users\NAME`, `/home/NAME`, `/media/NAME` and their like."""
    for match in _PARENT.finditer(text):
        yield from _segment(text, match.end(), whole, tables.SHARED_PROFILES)
    for match in _MEDIA.finditer(text):
        yield from _segment(text, match.end(), whole, tables.MEDIA)
    for match in _ONE_DRIVE_SITE.finditer(text):
        yield Found("user", *match.span("user"))


def _segment(text: str, start: int, whole: bool, shared: frozenset[str]) -> Iterator[Found]:
    end = name_end(text, start, whole)
    name = text[start:end]
    if name and not set(name) <= NO_NAME and not name.startswith(("%", "$", "<", "*", "{")):
        yield Found(KEEP if name.casefold() in shared else "user", start, end)


_TILDE = re.compile(r"(?<![\w~$)\\/.%-])~(?P<user>[^\W\d][\w.-]{0,63})(?=[\\/]|$|[\"'`;:])")


def home_of(text: str, _whole: bool) -> Iterator[Found]:
    """Find `~NAME/x`."""
    for match in _TILDE.finditer(text):
        yield Found("user", *match.span("user"))


_UNC = re.compile(
    r"(?:(?<![\w\\/:)}\]%.$~*?])|(?<=[^\W\d_]{2}:)|(?<=\s:)|(?<=[\"'\])}]:)|(?<![^\W\d_]:)(?<=:))"
    r"(?:\\{2,8}|(?<!:)//)"
    rf"(?:[?.]{SEP}unc{SEP}|(?![?.][\\/]))(?P<server>{HOST})(?P<port>@ssl(?:@\d{{1,5}})?)?",
    re.IGNORECASE,
)
_UNC_DEVICE = re.compile(
    rf"(?:[\\/][?.]{{1,2}}{SEP}unc|[\\/]Device[\\/]{{1,2}}Mup|csc://\{{[^}}\s]{{1,99}}\}}|file:[\\/]{{3,5}}(?=[\\/])){SEP}"
    rf"(?P<server>{HOST})",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?:@ssl(?:@\d{{1,5}})?)?{SEP}(?P<share>[^\\/\s:*?\"<>|;,'`]{{1,80}})", re.IGNORECASE
)
_ACCOUNT_ID = re.compile(r"[0-9A-Fa-f]{16}")


def servers(text: str, whole: bool) -> Iterator[Found]:
    r"""Find `\\SERVER\NAME$` in every spelling of a UNC path."""
    for pattern in (_UNC, _UNC_DEVICE):
        for match in pattern.finditer(text):
            slashes = match[0][0] == "/"
            start, end = match.span("server")
            name = text[start:end].rstrip(".")
            follows = text[match.end() : match.end() + 1]
            if set(name) <= NO_NAME or (slashes and follows not in tuple("\\/:") and not whole):
                continue
            public = tables.is_public_host(name)
            yield Found(KEEP if public else "server", start, start + len(name))
            share = _SHARE.match(text, end)
            if share and _says_something(share["share"]):
                yield Found(
                    "id" if _ACCOUNT_ID.fullmatch(share["share"]) else "user", *share.span("share")
                )


def _says_something(share: str) -> bool:
    hidden = share.endswith("$") and share.casefold() not in tables.SHARES
    return hidden or _ACCOUNT_ID.fullmatch(share) is not None


_SYNC_FOLDER = re.compile(
    rf"(?<!\w)(?:{tables.SYNC_CLIENTS})(?:\s{{0,3}}[-–—‐‑−]\s{{0,3}}|_|\s?\((?=[^)\\/:]{{1,80}}\)(?:[\\/]|$)))(?=\S)",
    re.IGNORECASE,
)
_TENANTS = re.compile(rf"[\\/](?:Tenants|teams|sites){SEP}(?=[^\\/])", re.IGNORECASE)


def organisations(text: str, whole: bool) -> Iterator[Found]:
    """Find `OneDrive - NAME` and the tenants of SharePoint."""
    for match in _SYNC_FOLDER.finditer(text):
        start = match.end()
        end = name_end(text, start, whole)
        closed = text.find(")", start, end) if match[0].endswith("(") else -1
        end = closed if closed > 0 else end
        name = text[start:end].casefold()
        if name and name not in tables.SYNC_KINDS and "@" not in name:
            yield Found("org", start, end)
    for match in _TENANTS.finditer(text):
        end = name_end(text, match.end(), whole)
        if end > match.end():
            yield Found("org", match.end(), end)


_QUOTE = r"[\"'`\\“‘]{0,3}"
_SETTING = re.compile(
    r"(?<![\w])(?:(?P<user_key>user(?:[ _]?(?:name|id))?|logname|login(?:name)?|account"
    r"|owner|usernames?"
    r"|benutzer(?:name)?|utilisateur|usuario|sam_?account_?name|upn)"
    r"|(?P<server_key>computer_?name|host_?name|host|logonserver|userdomain(?:_roamingprofile)?"
    r"|userdnsdomain|server(?:_?name)?|domain|machine|proxy|no_proxy|https?_proxy|all_proxy|node"
    r"|workstation|realm)"
    r"|(?P<org_key>tenant(?:_?name)?|organi[sz]ation|company))"
    rf"{_QUOTE}\s{{0,3}}(?:=|:(?!//)(?=\s|{_QUOTE}\w|\\))\s{{0,3}}(?P<quote>{_QUOTE})"
    r"(?:\\{2,8})?(?P<name>[^\s\"'`,;:()<>\[\]{}\\/@=&]{2,253})",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:(?P<server_key>host|hostname|server|resolve(?: host)?"
    r"|connect(?:ion)? to(?: proxy| server| host)?|proxy|reach|machine|computer|domain|share on)"
    r"|(?P<user_key>user|account|owner|login|principal|benutzer|utilisateur))\s{1,3}"
    r"(?P<quote>[\"'`“‘«„])(?P<name>[^\s\"'`“”‘’«»:/\\]{2,253})[\"'`”’»“]",
    re.IGNORECASE,
)
_KINDS = ("user", "server", "org")
_IN_DOMAIN = re.compile(r"\\{1,4}(?P<user>[^\W\d_][\w.-]{0,63}\$?)(?![\w\\/])")
_UNIX_ID = re.compile(r"\b(?:[ug]id|groups)=\d{1,10}\((?P<user>[^\s()]{1,64})\)")
_CERTIFICATE = re.compile(
    r"(?<![\w-])(?:CN|OU?|DC|emailAddress)\s?=\s?(?P<org>(?!\*\.)[^,/+\r\n\"'<>=\\]{2,64}(?<!\s))"
)
"""Parts of a distinguished name. Source: RFC 4514."""


def settings(text: str, _whole: bool) -> Iterator[Found]:
    """Find `USERNAME=NAME`, `host='NAME'`, `user "NAME"` and the like."""
    for pattern in (_SETTING, _NAMED):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            kind = next(kind for kind in _KINDS if groups.get(f"{kind}_key"))
            name = match["name"].rstrip(".")
            start = match.start("name")
            account = _IN_DOMAIN.match(text, start + len(name))
            if account is not None and kind == "user":
                kind = "org"
                yield Found("user", *account.span("user"))
            if _is_a_name(name, sure=bool(match["quote"]) or "=" in match[0]):
                public = kind == "server" and tables.is_public_host(name)
                yield Found(KEEP if public else kind, start, start + len(name))
    for match in _UNIX_ID.finditer(text):
        yield Found("user", *match.span("user"))
    for match in _CERTIFICATE.finditer(text):
        yield Found("org", *match.span("org"))


def _is_a_name(name: str, *, sure: bool) -> bool:
    folded = name.casefold()
    if not name or folded in tables.ACCOUNTS_OF_THE_SYSTEM or set(name) <= NO_NAME:
        return False
    if name.startswith(("%", "$", "~", "-", "*", "+")) or name.isdigit():
        return False
    return folded not in ("none", "true", "false", "null") and (
        folded not in (tables.PATH_WORDS if sure else tables.prose_words())
    )


_ACCOUNT = re.compile(
    r"(?<![\w\\/:.%$)*?~-])(?:(?<=[\s\"'`(=\[,])|^)(?P<org>[^\W\d_][\w-]{0,14})\\{1,4}(?P<user>[^\W\d_][\w.-]{0,63}\$?)"
    r"(?![\w\\/$*])"
)
_BEFORE_ACCOUNT = re.compile(
    r"(?:user|account|owner|owned by|login|logon|for|as|by|benutzer|konto)\W{1,3}$", re.IGNORECASE
)


def accounts(text: str, whole: bool) -> Iterator[Found]:
    r"""Find `DOMAIN\user` in a message."""
    if whole:
        return
    for match in _ACCOUNT.finditer(text):
        domain, user = match["org"], match["user"]
        folded = domain.casefold()
        if folded in ("azuread", "microsoftaccount"):
            yield Found("user", *match.span("user"))
        if folded in tables.ACCOUNTS_OF_THE_SYSTEM | tables.HIVES or folded in tables.PATH_WORDS:
            continue
        if "." in user.strip(".") and user.rpartition(".")[2].lower() in (
            "exe",
            "dll",
            "py",
            "json",
            "txt",
            "nemo",
            "wav",
        ):
            continue
        before = text[max(0, match.start() - 12) : match.start()]
        if domain.isupper() or _BEFORE_ACCOUNT.search(before):
            yield Found("org", *match.span("org"))
            end = match.start("user") + len(user.rstrip("."))
            if user.casefold() not in tables.ACCOUNTS_OF_THE_SYSTEM:
                yield Found("user", match.start("user"), end)


_CACHED = re.compile(
    r"(?<![\w-])(?:models|datasets|spaces)--(?P<org>[\w.]{1,99}(?:-[\w.]{1,99}){0,20})--(?P<repo>[\w.]{1,99}(?:-[\w.]{1,99}){0,20})"
)
_NAMED_REPO = re.compile(
    r"\b(?:repo(?:sitory)?(?:_id)?|model(?:_id|_name)?|from_pretrained|load_model)[\"'`]?[\s:=(]{1,3}"
    r"[\"'`]?(?P<org>[\w.-]{2,96})/(?P<repo>[\w.-]{2,96})(?![\w/\\])",
    re.IGNORECASE,
)
_PUBLIC_REPO = re.compile(
    rf"(?<![\w./\\@-])(?:{_alternatives(tuple(tables.PUBLIC_OWNERS))})/[\w][\w.-]{{1,99}}(?![\w/\\])",
    re.IGNORECASE,
)


def repositories(text: str, _whole: bool) -> Iterator[Found]:
    """Find repositories of the Hub's cache, and public ones anywhere."""
    for match in _CACHED.finditer(text):
        if match["org"].lower() in tables.PUBLIC_OWNERS:
            yield Found(KEEP, *match.span())
        else:
            yield Found("org", *match.span("org"))
            yield Found("repo", *match.span("repo"))
    for match in _NAMED_REPO.finditer(text):
        if match["org"].lower() not in tables.prose_words() | tables.PUBLIC_OWNERS:
            yield Found("org", *match.span("org"))
            yield Found(
                "repo", match.start("repo"), match.start("repo") + len(match["repo"].rstrip("."))
            )
    for match in _PUBLIC_REPO.finditer(text):
        yield Found(KEEP, *match.span())


FINDERS: tuple[Finder, ...] = (
    profiles,
    home_of,
    servers,
    urls,
    organisations,
    hosts,
    settings,
    accounts,
    addresses,
    repositories,
)


def positions(text: str, *, whole: bool) -> Iterator[Found]:
    """Find every name that is recognisable by its position.

    Args:
        text: A view's text.
        whole: Whether the text is only a path or a list of paths.
    """
    for find in FINDERS:
        yield from find(text, whole)
