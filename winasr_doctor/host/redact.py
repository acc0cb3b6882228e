"""Takes the people out of a snapshot or a report, and leaves it comparable.

The same name becomes the same placeholder everywhere, so that "TEMP lies inside OneDrive" still
holds afterwards. A placeholder keeps what a check may decide by: the length of a name, whether
it has characters beyond ASCII, and the `~1` of a short name.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from winasr_doctor.findings import Report
from winasr_doctor.host.recorded import Snapshot

T = TypeVar("T")

_PATTERNS = {
    "token": r"\b(?:hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"
    r"|glpat-[\w-]{16,}|sk-[\w-]{16,}|nvapi-[\w-]{16,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)",
    "url": r"\b[a-z][a-z0-9+.-]*://(?:[^\s/@]+@)?[^\s/:@]+",
    "login": r"[^\s/\\@:\"'=;]+:[^\s/\\@\"']+@[\w.-]+",
    "email": r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+",
    "sid": r"S-1-(?:5-21|12-1)-\d+(?:-\d+)+",
    "user": r"[\\/](?:users|documents and settings|home)[\\/]+(?:NAME)",
    "host": r"(?<![^\s\"'=(,;])(?:\\\\|//)(?:\?\\UNC\\)?[\w.-]+(?=[\\/])",
    "org": r"OneDrive - (?:NAME)",
}
"""What gives a secret or a name away by its form or its position; the first match wins."""

_NAME = {
    "url": re.compile(r"^.*://(?:[^\s/@]+@)?(?P<name>.+)$"),
    "user": re.compile(r"^[\\/][^\\/]+[\\/]+(?P<name>.*?)\s*$"),
    "host": re.compile(r"^(?:\\\\\?\\UNC\\|\\\\|//)(?P<name>.+)$", re.IGNORECASE),
    "org": re.compile(r"^OneDrive - (?P<name>.*?)\s*$", re.IGNORECASE),
}
"""Where the name stands in such a match."""

_IN_A_PATH = r"[^\\/:*?\"<>|\r\n;]+"
"""A name in a string that is a path and nothing else: up to the next separator."""

_IN_PROSE = r"[^\\/:*?\"<>|\r\n;,()'\[\]]+(?=[\\/])|[\w.~+-]+"
"""A name in a sentence: up to the next separator if there is one, else a single word."""

_A_PATH = re.compile(r"(?:(?:\\\\\?\\)?[a-z]:[\\/]|[\\/])[^:\"<>|\r\n]*", re.IGNORECASE)


def _by_form(name: str) -> str:
    return "|".join(
        f"(?P<{kind}>{pattern.replace('NAME', name)})" for kind, pattern in _PATTERNS.items()
    )


_FORMS = {True: _by_form(_IN_A_PATH), False: _by_form(_IN_PROSE)}
_BY_FORM = {path: re.compile(form, re.IGNORECASE) for path, form in _FORMS.items()}

_BLANKED = {"token": "<token>", "login": "<credentials>"}

_NUMBERED = {"email": "user{}@example.invalid", "sid": "S-1-5-21-0-0-0-{}"}

_SHORT_NAME = re.compile(r"~\d+(?:\.\w{1,3})?$")

_SHARED_PROFILES = {"public", "default", "default user", "all users", "shared"}
"""Profile folders that every Windows or macOS machine has; they name nobody."""

_PUBLIC_HOSTS = {"localhost", "127.0.0.1", "huggingface.co", "github.com", "pypi.org"}

_ORDINARY_WORDS = frozenset(
    """
    access accelerate administrator administrators adata antivirus app appdata apps asr audio bin
    box business cache canary cloud code common conda config cpu cuda data default defender
    desktop dev documents downloads drive dropbox exclusions favorites ffmpeg files fixed gdrive
    google gpu hf home hub huggingface icloud include index intel lhotse lib lib64 linux local
    locallow mega microsoft mirror model models music my nemo network nextcloud normal ntfs nvidia
    office onedrive opt owncloud parakeet personal pictures portable program programdata programs
    projects python qwen ram removable roaming root running scratch scripts search service share
    sharepoint site-packages snapshots software src stream sync syncthing synology system
    system32 systemprofile temp tmp tool torch tree user users usr var venv videos volume windows
    work
    """.split()  # noqa: SIM905 - a list of a hundred quoted words would not be read
)
"""Words that paths and settings are made of. A user called `Temp` is only replaced where a
user's name stands (`C:\\Users\\Temp`), not in `AppData\\Local\\Temp`."""

_PLACEHOLDERS_PER_LENGTH = 20

_SHORTEST_WORD = 3
"""A shorter name is only replaced as a whole path segment: `C` is also a drive."""


class Redactor:
    """Replaces names of people, machines and organisations, and every secret.

    It first learns the names from everything that will be redacted, then replaces them.
    """

    def __init__(self, users: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        """Start with the names the caller knows.

        Args:
            users: Account names of this machine.
            hosts: Names of this machine and its domain.
        """
        self._pseudonyms: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._compiled: dict[bool, re.Pattern[str]] = {}
        for name in users:
            self._know(name, "user")
        for name in hosts:
            self._know(name, "host")

    @property
    def counts(self) -> dict[str, int]:
        """How many distinct names of each kind were replaced, for a word to the user."""
        return dict(self._counts)

    def learn(self, value: object) -> None:
        """Find names in a value that will be redacted later.

        Args:
            value: A string, or dicts, lists and tuples of them.
        """
        for text in _strings(value):
            for match in _BY_FORM[_is_path(text)].finditer(text):
                kind = match.lastgroup or ""
                name = _NAME[kind].match(match[0]) if kind in _NAME else None
                if name is not None:
                    self._know(name["name"], "host" if kind == "url" else kind)

    def text(self, text: str) -> str:
        """Return one string with every known name and every secret replaced."""
        # One pass: a placeholder may be what somebody else is called.
        return self._combined(_is_path(text)).sub(self._replacement, text)

    def value(self, value: T) -> T:
        """Return a tree of dicts, lists and tuples with every string in it redacted."""
        redacted: T = _map_strings(value, self.text)
        return redacted

    def _know(self, name: str, kind: str) -> None:
        name = name.strip()
        key = _key(name)
        if not key or key in _SHARED_PROFILES | _PUBLIC_HOSTS or set(name) <= set("*%.<>?"):
            return
        if key not in self._pseudonyms:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._pseudonyms[key] = self._fresh(name, kind)
            self._compiled.clear()

    def _fresh(self, name: str, kind: str) -> str:
        taken = set(self._pseudonyms.values())
        for attempt in count(self._counts[kind]):
            # A name of one or two characters runs out of placeholders of its own length.
            longer = "x" * (attempt // _PLACEHOLDERS_PER_LENGTH)
            pseudonym = _pseudonym(longer + name, kind, attempt)
            if pseudonym not in taken:
                break
        return pseudonym

    def _replacement(self, match: re.Match[str]) -> str:
        kind, found = match.lastgroup or "", match[0]
        if kind in _BLANKED:
            return _BLANKED[kind]
        if kind in _NUMBERED:
            return self._numbered(found, kind)
        if kind not in _NAME:
            return self._pseudonyms[_key(found)]
        name = _NAME[kind].match(found)
        if name is None:
            return found
        before, after = found[: name.start("name")], found[name.end("name") :]
        if kind == "url":
            before = before.partition("://")[0] + "://"
        return before + self._pseudonyms.get(_key(name["name"]), name["name"]) + after

    def _numbered(self, secret: str, kind: str) -> str:
        key = f"{kind}:{secret.casefold()}"
        if key not in self._numbers:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._numbers[key] = _NUMBERED[kind].format(self._counts[kind])
        return self._numbers[key]

    def _combined(self, path: bool) -> re.Pattern[str]:
        if path not in self._compiled:
            names = sorted(set(self._pseudonyms) - _ORDINARY_WORDS, key=len, reverse=True)
            words = "|".join(re.escape(n) for n in names if len(n) >= _SHORTEST_WORD)
            segments = "|".join(re.escape(n) for n in names if len(n) < _SHORTEST_WORD)
            self._compiled[path] = re.compile(
                _FORMS[path]
                + (rf"|(?P<word>(?<!\w)(?:{words})(?!\w))" if words else "")
                + (rf"|(?P<segment>(?<=[\\/])(?:{segments})(?=[\\/]|$))" if segments else ""),
                re.IGNORECASE,
            )
        return self._compiled[path]


def _is_path(text: str) -> bool:
    return _A_PATH.fullmatch(text) is not None


def _key(name: str) -> str:
    return name.casefold()


def _pseudonym(name: str, kind: str, number: int) -> str:
    """Make a placeholder of the name's own length and character."""
    short = _SHORT_NAME.search(name)
    tail = short[0] if short else ""
    room = len(name) - len(tail)
    label = f"{kind}{number}"
    if len(label) > room:
        digits = str(number)
        label = (kind[: max(0, room - len(digits))] + digits)[-max(room, 1) :]
        if room == 1:
            label = chr(ord("a") + (number - 1) % 26)
    label += "x" * (room - len(label))
    if not name.isascii():
        label = label[:-1] + "ü"
    return label + tail


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(str(k)): _map_strings(v, change) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_map_strings(item, change) for item in value)
    return value


def _map_values(section: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Change a section's strings, but not the names of its fields."""

    def item(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, (list, tuple)) and all(isinstance(each, dict) for each in value):
            return [_map_values(each, change) for each in value]
        return _map_strings(value, change)

    return {field: item(value) for field, value in section.items()}


_IMPERSONAL = ("system", "packages", "memory", "gpus")
"""Sections that hold products and numbers only; a user may well be called like a package."""


def redact_snapshot(snapshot: Snapshot, redactor: Redactor) -> Snapshot:
    """Return a snapshot with every name and secret in it replaced.

    Args:
        snapshot: A machine as it is.
        redactor: It learns the names from the snapshot first.

    Returns:
        A new snapshot; its `schema` and its enumerated values are never touched.
    """
    tree = msgspec.to_builtins(snapshot)
    personal = {key: tree[key] for key in ("note", "unreadable", "not_applicable") if key in tree}
    sections = {k: v for k, v in tree["sections"].items() if k not in _IMPERSONAL}
    redactor.learn([personal, sections])
    keep = _enumerated(msgspec.json.schema(type(snapshot)))

    def change(text: str) -> str:
        return text if text in keep else redactor.text(text)

    tree.update(_map_strings(personal, change))
    tree["sections"].update({k: _map_values(v, change) for k, v in sections.items()})
    return msgspec.convert(tree, type(snapshot))


def _enumerated(schema: object) -> frozenset[str]:
    """Return every string that a schema names: its enumerated values."""
    if isinstance(schema, dict):
        own = schema.get("enum", ())
        return frozenset(own).union(*map(_enumerated, schema.values()))
    if isinstance(schema, list):
        return frozenset().union(*map(_enumerated, schema))
    return frozenset()


def redact_report(report: Report, redactor: Redactor) -> Report:
    """Return a report with every summary, evidence and remedy redacted.

    Args:
        report: The report of a scan.
        redactor: It learns the names from the report first.
    """
    texts = [
        (
            result.summary,
            dict(result.evidence),
            [(remedy.title, remedy.steps) for remedy in result.remedies],
        )
        for result in report.results
    ]
    redactor.learn([texts, dict(report.host), report.unreadable])
    return replace(
        report,
        host=redactor.value(dict(report.host)),
        unreadable=redactor.value(report.unreadable),
        results=tuple(
            replace(
                result,
                summary=redactor.text(result.summary),
                evidence=redactor.value(dict(result.evidence)),
                remedies=tuple(
                    replace(
                        remedy,
                        title=redactor.text(remedy.title),
                        steps=redactor.value(remedy.steps),
                    )
                    for remedy in result.remedies
                ),
            )
            for result in report.results
        ),
    )


def this_machine() -> dict[str, list[str]]:
    """Return what this machine and its user are called, as arguments of `Redactor`."""
    users = [os.environ.get(name, "") for name in ("USERNAME", "USER", "LOGNAME")]
    hosts = [
        platform.node(),
        *(os.environ.get(name, "") for name in ("COMPUTERNAME", "USERDOMAIN", "USERDNSDOMAIN")),
    ]
    return {"users": [*users, Path.home().name], "hosts": hosts}
