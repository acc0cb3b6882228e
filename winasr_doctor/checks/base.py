"""What a check is, and how to write one.

A check is a generator function from a `Machine` to findings, with a code and a docstring:

    @check("TMP042", reads=("places",))
    def temp_is_purple(host: Machine) -> Iterable[Finding]:
        \"\"\"TEMP is purple.

        **What.** What the check looks at and what it reports.
        **Why.** What goes wrong if the check fails.
        **Decided by.** The exact rule, thresholds and units included.
        **Do.** What the reader should do.
        **Source.** Where the fact comes from.
        \"\"\"
        for place in host.places.of("TEMP"):
            if "purple" in place.real:
                yield error(f"TEMP is purple: {place.real}", {"path": place.real})

The docstring is the documentation: its first line is the title in every report. `explain TMP042`
and the documentation page show the rest. A check whose docstring lacks one of these parts is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType

from msgspec import Struct

from winasr_doctor.findings import FAMILIES, Documentation, Finding
from winasr_doctor.machine.base import Machine

CODE = r"[A-Z]{3}\d{3}"
PARTS = ("What", "Why", "Decided by", "Do", "Source")
"""The parts of a check's docstring, each once and in this order."""

_NAME = re.compile(r"\n *\*\*([^*\n]+)\.\*\*")

CheckFunction = Callable[[Machine], Iterable[Finding]]


class Check(Struct, frozen=True):
    """One thing to look for.

    Attributes:
        code: Three capital letters and three digits; it never changes.
        doc: Its documentation.
        reads: Names of the `Machine` sections it reads; it has no access to others.
        windows_only: Whether it is skipped on other systems, without being run.
        run: The check itself.
    """

    code: str
    doc: Documentation
    reads: tuple[str, ...]
    windows_only: bool
    run: CheckFunction

    @property
    def title(self) -> str:
        """One line: what is wrong when the check fails."""
        return self.doc.title

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code[:3]

    @property
    def url(self) -> str:
        """Where the check is documented, relative to the project's root; empty for others."""
        if self.family not in FAMILIES:
            return ""
        return f"docs/checks/{self.family}.md#{self.code.lower()}"


def check(
    code: str, *, reads: tuple[str, ...] = (), windows_only: bool = False
) -> Callable[[CheckFunction], Check]:
    """Turn a function into a check; see this module's docstring.

    Args:
        code: Its stable code, such as `TMP042`.
        reads: Names of the `Machine` sections it reads. If one cannot be read, the result is
            `unknown`; if one does not apply here, it is `skip`. A check that needs to say more
            catches `Unreadable` itself.
        windows_only: Whether to skip it on other systems.

    Returns:
        A decorator that turns the function into a `Check`.

    Raises:
        ValueError: The code has the wrong form, a section does not exist, or the docstring lacks
            a part.
    """
    if not re.fullmatch(CODE, code):
        raise ValueError(f"{code!r} is not a check code: three capitals and three digits")
    strangers = set(reads) - set(Machine.sections) - {"app", "hub_answers", "imports", "neighbours"}
    if strangers:
        raise ValueError(f"{code} reads sections that no host has: {sorted(strangers)}")

    def decorate(function: CheckFunction) -> Check:
        docstring = (function.__doc__ or "").strip()
        problem = _problem(docstring)
        if problem is not None:
            raise ValueError(f"{code} is refused: {problem}")
        title = docstring.partition("\n")[0].rstrip(".")
        doc = Documentation(title, partial(_markdown, docstring))
        return Check(code, doc, reads, windows_only, function)

    return decorate


def _problem(docstring: str) -> str | None:
    """Return why a docstring is no documentation of a check."""
    if not docstring:
        return "it has no docstring, which is its documentation"
    _, *rest = _NAME.split(docstring)
    names = tuple(rest[::2])
    if names != PARTS:
        return _difference(names)
    empty = [name for name, text in zip(names, rest[1::2], strict=True) if not text.strip()]
    return f"**{empty[0]}.** in its docstring has no text" if empty else None


def _markdown(docstring: str) -> str:
    import textwrap  # lazy: only the reader of a documentation needs it

    return textwrap.dedent(docstring.partition("\n")[2]).strip()


def _difference(names: tuple[str, ...]) -> str:
    missing = ", ".join(f"**{name}.**" for name in PARTS if name not in names)
    unknown = ", ".join(f"**{name}.**" for name in names if name not in PARTS)
    lacks = f"lacks {missing}" if missing else "has its parts twice or in another order"
    has = f" and has the unknown {unknown}" if unknown else ""
    return f"its docstring {lacks}{has}; the parts are {', '.join(PARTS)}, in this order"


def checks_of(module: ModuleType) -> tuple[Check, ...]:
    """Return the checks a module defines, in the order of their codes."""
    found = (value for value in vars(module).values() if isinstance(value, Check))
    return tuple(sorted(found, key=lambda check: check.code))
