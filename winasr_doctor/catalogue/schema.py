"""Defines the format of a known error: the content of one TOML file of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from winasr_doctor.catalogue.preflight import Preflight

Confidence = Literal["certain", "likely", "guess"]
"""How sure the answer is if the entry matches."""

Role = Literal["cause", "wrapper", "family", "noise"]
"""`cause`: the error itself. `wrapper`: it carries another error, which wins if it is known.
`family`: only the kind of error, for errors that match nothing else. `noise`: harmless; it never
wins against an exception.
"""

Sure = Literal["thread", "maintainer", "docs", "code", "run", "inferred", "memory"]
"""The source of a fact: a public thread in which somebody confirmed it, a maintainer, the
documentation, source code that was read, an experiment, an inference, general knowledge.
"""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every part: frozen, and strict about misspelt keys."""


class Condition(_Part, frozen=True):
    """Conditions on one exception; every key that is given must be met.

    Attributes:
        classes: Class names; one of them must fit; `module.Class` also fixes the first parts
            of the module. A built-in class includes its built-in subclasses.
        text: Texts that must all occur in the message, in any case and with any white space.
        any_text: Texts of which one must occur in the message.
        regex: Regular expressions that must all be found in the message.
        winerror: Windows error numbers; one of them must fit.
        errno: C error numbers; one of them must fit.
        frames: Places in the traceback; one of them must occur: `file.py`, `folder/file.py`,
            `file.py:function` or `:function`.
        path: A regular expression that must match in the path that the error names, with `/`
            between folders.
        named: Whether the error names a file.
        log: Texts of which one must occur in the log lines before the error.
        chain: Texts of which one must occur in another exception of the same chain.
        native: Whether the message has no exception class.
        confidence: Replaces the confidence of the entry for this alternative.
    """

    classes: tuple[str, ...] = msgspec.field(default=(), name="class")
    text: tuple[str, ...] = ()
    any_text: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    winerror: tuple[int, ...] = ()
    errno: tuple[int, ...] = ()
    frames: tuple[str, ...] = ()
    path: str = ""
    named: bool | None = None
    log: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    native: bool | None = None
    confidence: Confidence | None = None


class StepTemplate(_Part, frozen=True):
    """One step of a remedy.

    Attributes:
        text: What to do; may use facts, such as `{{torch}}`.
        command: One line to type; may use facts.
        unknown: Replaces text and command if a fact is unknown: it says which fact decides.
        unknown_command: One line to type in that case, without facts.
        needs_admin: Whether it needs an administrator.
        when: As for a remedy.
    """

    text: str
    command: str = ""
    unknown: str = ""
    unknown_command: str = ""
    needs_admin: bool = False
    when: dict[str, tuple[str, ...]] = {}


class RemedyTemplate(_Part, frozen=True):
    """One way out, steps in order.

    Attributes:
        title: What it achieves, as a short imperative.
        steps: What to do, in order.
        when: Facts and their required values, such as `torch_tag = ["cpu"]`; a value may be a
            version specifier, `present` or `absent`. The remedy is dropped if a fact is known and
            differs.
        first_when: Facts and values; if all are known to be met, this becomes the first remedy.
    """

    title: str
    steps: tuple[StepTemplate, ...]
    when: dict[str, tuple[str, ...]] = {}
    first_when: dict[str, tuple[str, ...]] = {}


class Affected(_Part, frozen=True):
    """A framework that has the error, and its versions as a specifier (empty: all)."""

    framework: str
    versions: str = ""


class Source(_Part, frozen=True):
    """The source of the knowledge: `owner/repository#number`, an address or a document."""

    ref: str
    sure: Sure
    note: str = ""


class Sample(_Part, frozen=True):
    """A text as people paste it.

    Attributes:
        text: The text.
        instead: Empty if the entry must win; else what the text really is: the id of another entry,
            or a phrase.
    """

    text: str
    instead: str = ""


class KnownError(_Part, frozen=True):
    """One known error.

    Attributes:
        id: Stable name, the same as the file's.
        title: The message that people search for.
        cause: What happened, in one plain sentence.
        match: Alternatives; one of them must match an exception of the chain.
        unless: Look-alikes; none of them may match.
        remedies: What to do, the best remedy first.
        affects: Frameworks and versions.
        confidence: How sure the answer is.
        source: The source of the knowledge.
        samples: Texts that must match and texts that must not; not in the installed package.
        role: See `Role`.
        yields_to: Entries that win if they match, too.
        see: Related entries.
        precheck: What a scan could examine before the error happens.
        preflight: What a scan does examine.
        family: The folder; set while reading.
    """

    id: str
    title: str
    cause: str
    match: tuple[Condition, ...]
    remedies: tuple[RemedyTemplate, ...]
    affects: tuple[Affected, ...]
    confidence: Confidence
    source: tuple[Source, ...]
    unless: tuple[Condition, ...] = ()
    samples: tuple[Sample, ...] = ()
    role: Role = "cause"
    yields_to: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    precheck: str = ""
    preflight: tuple[Preflight, ...] = ()
    family: str = ""

    def steps(self) -> Iterator[StepTemplate]:
        """Iterate over the steps of all remedies."""
        for remedy in self.remedies:
            yield from remedy.steps
