"""Redacts each field of a snapshot according to its content."""

from __future__ import annotations

import re
from collections.abc import Mapping

from winasr_doctor.machine.redaction import tables
from winasr_doctor.machine.redaction.redactor import Redactor

_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"})
_USERS = frozenset({"USERNAME", "USER", "LOGNAME"})
_SERVERS = frozenset(
    {"COMPUTERNAME", "HOSTNAME", "LOGONSERVER", "USERDOMAIN", "USERDNSDOMAIN", "CLIENTNAME"}
    | {"USERDOMAIN_ROAMINGPROFILE"}
)
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|ACCESS_?KEY|CREDENTIAL", re.IGNORECASE)
_SET = "<set>"

_PROXY = re.compile(
    r"(?P<scheme>[A-Za-z][\w+.-]{0,30}://)?(?:.*@)?"
    r"(?P<host>\[[^\]]*\]|[^\s/:?#@]+)(?P<rest>(?::\d+)?/?)(?:[/?#].*)?"
)
_EXCEPTION = re.compile(
    r"(?P<before>[*.]*)(?P<host>\[[^\]]*\]|[^/:]+|[0-9a-fA-F:]+)(?P<after>(?:[:/]\d+)?)"
)
_SEPARATORS = re.compile(r"([,;|\s]+)")


def variables(values: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    """Redact environment variables.

    Args:
        values: Names, as recorded, and values.
        redactor: The redactor, which has already learned the names.
    """
    return {name: _variable(name.upper(), value, redactor) for name, value in values.items()}


def _variable(name: str, value: str, redactor: Redactor) -> str:
    if name in _PROXIES:
        return _proxy(value, redactor)
    if name == "NO_PROXY":
        parts = _SEPARATORS.split(value)
        return "".join(_exception(part, redactor) for part in parts)
    if name in _USERS:
        return _named(value, "user", redactor)
    if name in _SERVERS:
        slashes = value[: len(value) - len(value.lstrip("\\"))]
        return slashes + _named(value[len(slashes) :], "server", redactor)
    if _SECRET.search(name):
        return _SET
    return redactor.text(value)


def _named(value: str, kind: str, redactor: Redactor) -> str:
    if not value or value.casefold() in tables.ACCOUNTS_OF_THE_SYSTEM or value == _SET:
        return value
    redactor.know(value, kind)
    return redactor.name(value, kind)


def _proxy(value: str, redactor: Redactor) -> str:
    match = _PROXY.fullmatch(value.strip())
    if match is None:
        return _SET
    return (match["scheme"] or "") + _host(match["host"], redactor) + match["rest"]


def _exception(part: str, redactor: Redactor) -> str:
    match = _EXCEPTION.fullmatch(part)
    if match is None:
        return redactor.text(part)
    return match["before"] + _host(match["host"], redactor) + match["after"]


def _host(host: str, redactor: Redactor) -> str:
    if not host.strip("*.,; ") or tables.is_public_host(host):
        return host
    return _named(host, "server", redactor)


def packages(versions: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    """Replace the names of distributions that are not well known.

    Args:
        versions: Normalised names and versions.
        redactor: The redactor, which numbers the names.
    """
    return {_package(name, redactor): _version(v, redactor) for name, v in versions.items()}


_PUBLIC_FAMILIES = (
    *("nvidia-", "nv-", "types-", "google-", "azure-", "opentelemetry-", "jupyter-", "pytest-"),
    *("tensorflow-", "sphinxcontrib-", "cuda-", "torch-", "nemo-", "onnxruntime-", "gradio-"),
)
"""Prefixes of the names of public families of distributions."""


def _package(name: str, redactor: Redactor) -> str:
    public = name in tables.public_packages() or name.startswith(_PUBLIC_FAMILIES)
    if public or not name:
        return name
    redactor.know(name, "package")
    return redactor.name(name, "package")


_LOCAL_VERSION = re.compile(
    r"(?:cu\d+|cpu|rocm[\d.]+|xpu|g?[0-9a-f]{7,40}|nv[\d.]+|git\w*|computecanada|pt[\d.]+|dirty)"
    r"(?:[._-]\w+)*",
    re.IGNORECASE,
)


def _version(version: str, redactor: Redactor) -> str:
    public, plus, local = version.partition("+")
    if not plus or _LOCAL_VERSION.fullmatch(local):
        return version
    return f"{public}+{redactor.name(local, 'org')}"


def repository(repo_id: str, redactor: Redactor) -> str:
    """Replace a repository's owner and name, unless the owner's repositories are public.

    Args:
        repo_id: `owner/name`, or just a name, as only the Hub's own models have.
        redactor: The redactor, which numbers the names.
    """
    owner, slash, name = repo_id.partition("/")
    if not slash or owner.casefold() in tables.PUBLIC_OWNERS:
        return repo_id
    return f"{redactor.name(owner, 'org')}/{redactor.name(name, 'repo')}"


def know_repository(repo_id: object, redactor: Redactor) -> None:
    """Replace a private repository's owner and name wherever they occur."""
    if not isinstance(repo_id, str):
        return
    owner, slash, name = repo_id.partition("/")
    if slash and owner.casefold() not in tables.PUBLIC_OWNERS:
        redactor.know(owner, "org")
        redactor.know(name, "repo")


_BELOW_A_PROFILE = re.compile(
    r"[\\/](?:users|home)[\\/]+[^\\/]+[\\/]+(?P<org>[^\\/]+)[\\/]", re.IGNORECASE
)
_CLIENT = re.compile(rf"(?:{tables.SYNC_CLIENTS})", re.IGNORECASE)


def know_libraries(roots: object, redactor: Redactor) -> None:
    r"""Learn the organisation from `C:\Users\NAME\ORGANISATION\Site - Documents`.

    Source: support.microsoft.com, "Sync SharePoint and Teams files": libraries are below a folder
    named after the organisation.
    """
    for root in roots if isinstance(roots, (list, tuple)) else ():
        for path in (root.get("path"), root.get("resolved")):
            match = _BELOW_A_PROFILE.search(path or "")
            business = root.get("kind") in ("sharepoint", "business")
            if match and business and not _CLIENT.match(match["org"]):
                redactor.know(match["org"], "org")
