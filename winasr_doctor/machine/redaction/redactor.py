"""Replaces every name and secret in a text: learns them first, then replaces them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from winasr_doctor.machine.redaction import encoded, tables
from winasr_doctor.machine.redaction.found import KEEP
from winasr_doctor.machine.redaction.known import KnownNames
from winasr_doctor.machine.redaction.placeholders import Placeholders, is_placeholder
from winasr_doctor.machine.redaction.positions import positions
from winasr_doctor.machine.redaction.secrets import secrets
from winasr_doctor.machine.redaction.segments import is_path
from winasr_doctor.machine.redaction.views import readings

T = TypeVar("T")

_BLANKS = {"credentials": "", "login": "<credentials>@", "token": "<token>", "key": "<key>"}
_BLANK = "<secret>"
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_MAIL = re.compile(r"[uü]ser\d+x*@example\.invalid", re.IGNORECASE)
_SID = "S-1-5-21-0-0-0-{}"
_BLANKED = re.compile(r"<(?:set|secret|token|key|credentials|encoded)>")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ORDER = {"login": 0, "secret": 1}
_PUBLIC, _NAMES = 2, 3
_SECOND_LEVEL = frozenset({"co", "com", "ac", "org", "gov"})
"""Labels before a country's domain, as in `contoso.co.uk`."""

_LOGINS = frozenset({"credentials", "login"})


class _Span(NamedTuple):
    """A part of the text to replace or to keep."""

    source: str
    kind: str
    start: int
    end: int


class Redactor:
    """Replaces names of people, machines and organisations, and every secret.

    It first learns the names from everything that will be redacted, then replaces them.

    Args:
        users: Account names of this machine.
        hosts: Names of this machine and its domain.
    """

    def __init__(self, users: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        self._placeholders = Placeholders()
        self._known = KnownNames()
        for name in users:
            self.know(name, "user")
        for name in hosts:
            self.know(name, "server")

    @property
    def counts(self) -> dict[str, int]:
        """How many distinct names of each kind were replaced, for a message to the user."""
        return dict(self._placeholders.counts)

    def know(self, name: str, kind: str) -> None:
        """Replace a name wherever it occurs from now on.

        Args:
            name: An account, a host, an organisation ...
            kind: `user`, `server`, `org`, `repo`, `package` or `id`.
        """
        name = name.strip()
        if not name:
            return
        if is_placeholder(name):
            self._placeholders.reserve(name)
        elif kind == "server":
            self._know_host(name)
        else:
            self._known.add(name, kind)

    def learn(self, value: object) -> None:
        """Find names in a value that will be redacted later.

        Args:
            value: A string, or dicts, lists and tuples of them.
        """
        for text in strings(value):
            for span in _spans_by_form(text):
                found = text[span.start : span.end]
                if span.kind == "email":
                    self._know_address(found)
                elif span.source == "position" and span.kind not in (KEEP, "id"):
                    self.know(_readable(found), span.kind)

    def text(self, text: str, *, prose: bool = False) -> str:
        """Return one string with every known name and every secret replaced.

        Args:
            text: Any string; a lone surrogate in it becomes U+FFFD, as it cannot be written to a
                file.
            prose: Whether it is a sentence even if it begins with a path.
        """
        text = encoded.without_encoded_names(text, self._changes)
        spans = [*_spans_by_form(text, prose=prose), *self._spans_by_value(text)]
        pieces: list[str] = []
        at = 0
        for span in _without_overlaps(spans):
            pieces += [text[at : span.start], self._replacement(text[span.start : span.end], span)]
            at = span.end
        pieces.append(text[at:])
        return _SURROGATES.sub("\ufffd", "".join(pieces))

    def value(self, value: T) -> T:
        """Return a tree of dicts, lists and tuples with every string redacted."""
        redacted: T = map_strings(value, self.text)
        return redacted

    def values(self, named: Mapping[str, object]) -> dict[str, object]:
        """Return named facts with redacted values; names that are data are redacted, too.

        Args:
            named: JSON values by name; names that are identifiers are our own words.
        """
        return {
            key if _IDENTIFIER.fullmatch(key) else self.text(key): self._fact(value)
            for key, value in named.items()
        }

    def _fact(self, value: object) -> object:
        if isinstance(value, Mapping):
            return self.values(value)
        if isinstance(value, (list, tuple)):
            return type(value)(self._fact(item) for item in value)
        return self.text(value) if isinstance(value, str) else value

    def name(self, name: str, kind: str) -> str:
        """Return a name's placeholder."""
        return self._placeholders.of(name, self._known.kind(name) or kind)

    def remaining(self, text: str) -> tuple[str, ...]:
        """Return the known names that are still in a redacted text.

        Args:
            text: The text, which `text` has returned or which was made of such texts.
        """
        spans = [*_spans_by_form(text, prose=True), *self._spans_by_value(text)]
        found = (
            text[span.start : span.end]
            for span in _without_overlaps(spans)
            if span.source == "value"
        )
        return tuple(name for name in found if not is_placeholder(_readable(name)))

    def _changes(self, text: str) -> bool:
        found = [*_spans_by_form(text), *self._spans_by_value(text)]
        return any(span.kind != KEEP for span in found)

    def _know_host(self, host: str) -> None:
        if tables.is_public_host(host) or host.casefold() in tables.ACCOUNTS_OF_THE_SYSTEM:
            return
        self._known.add(host, "server")
        labels = [label for label in host.split(".") if not label.isdigit() and label]
        if len(labels) > 1:
            self._known.add(labels[0], "server")
            self._know_domain(labels)

    def _know_domain(self, labels: list[str]) -> None:
        owner = labels[-2]
        if owner in _SECOND_LEVEL and len(labels) > len(labels[-2:]):
            owner = labels[-3]
        if owner.casefold() not in tables.PUBLIC_MAIL:
            self._known.add(owner, "org")

    def _know_address(self, address: str) -> None:
        if _MAIL.fullmatch(address):
            return
        user, _, domain = address.partition("@")
        self._known.add(user, "user")
        labels = domain.split(".")
        if len(labels) > 1 and not tables.is_public_host(domain):
            self._know_domain(labels)

    def _spans_by_value(self, text: str) -> Iterator[_Span]:
        for view in readings(text):
            for kind, start, end in self._known.occurrences(view):
                yield _Span("value", kind, start, end)

    def _replacement(self, found: str, span: _Span) -> str:
        if span.kind == KEEP:
            return found
        if span.source in ("secret", "login"):
            return self._without_secret(found, span.kind)
        readable = _readable(found)
        if is_placeholder(readable):
            self._placeholders.reserve(readable)
            return found
        if span.source == "position":
            self.know(readable, span.kind)
        return self.name(readable if readable != found else found, span.kind)

    def _without_secret(self, secret: str, kind: str) -> str:
        if _BLANKED.search(secret):
            return secret
        if kind == "sid":
            if secret.upper().startswith("S-1-5-21-0-0-0-"):
                return secret
            return _SID.format(self._placeholders.number(secret.casefold(), "sid"))
        if kind == "email":
            return self._mail(secret)
        return _BLANKS.get(kind, _BLANK)

    def _mail(self, address: str) -> str:
        if _MAIL.fullmatch(address) or address.lower().startswith(("git@", "ssh@")):
            return address
        number = self._placeholders.number(address.casefold(), "mail")
        user = "user" if address.isascii() else "üser"
        room = len(address) - len("@example.invalid")
        return f"{user}{number}".ljust(room, "x") + "@example.invalid"


def _readable(found: str) -> str:
    """Return a name with its escapes decoded."""
    *_, view = readings(found)
    return view.text


@lru_cache(maxsize=1024)  # a snapshot repeats its paths, and each one is learned and replaced
def _spans_by_form(text: str, *, prose: bool = False) -> tuple[_Span, ...]:
    spans: list[_Span] = []
    for view in readings(text):
        whole = not prose and is_path(view.text)
        spans += [
            _Span(
                "login" if secret.kind in _LOGINS else "secret",
                secret.kind,
                *view.span(secret.start, secret.end),
            )
            for secret in secrets(view.text)
            if secret.start < secret.end
        ]
        spans += [
            _Span("position", found.kind, *view.span(found.start, found.end))
            for found in positions(view.text, whole=whole)
            if found.start < found.end
        ]
    spans += [_Span("secret", KEEP, *match.span()) for match in _BLANKED.finditer(text)]
    return tuple(_without_overlaps(spans))


def _without_overlaps(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Return the spans that take precedence: secrets, then what stays, then the longest names."""
    ranked = sorted(spans, key=_rank)
    taken = bytearray(max((span.end for span in ranked), default=0))
    winners = []
    for span in ranked:
        if not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            winners.append(span)
    return iter(sorted(winners, key=lambda span: span.start))


def _rank(span: _Span) -> tuple[int, int, bool]:
    names = _PUBLIC if span.kind == KEEP else _NAMES
    return _ORDER.get(span.source, names), span.start - span.end, span.source == "value"


def strings(value: object) -> Iterator[str]:
    """Return every string in a tree of dicts, lists and tuples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def map_strings(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a tree of dicts, lists and tuples with a function applied to every string."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(str(k)): map_strings(v, change) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map_strings(item, change) for item in value)
    return value
