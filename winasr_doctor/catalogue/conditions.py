"""Compares one exception of a chain with the conditions of a known error."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.catalogue.schema import Condition

LONGEST = 20_000
"""Maximum number of characters of a message that are examined: half from each end."""
_BLANK = lazy_pattern(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " "})
_ALIASES = {"IOError": "OSError", "EnvironmentError": "OSError", "WindowsError": "OSError"}


class NodeContext(Protocol):
    """A frame of a traceback, like `diagnosis.nodes.Frame`."""

    @property
    def file(self) -> str: ...  # noqa: D102 - see Frame
    @property
    def function(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102


class Node(Protocol):
    """One exception or native message, like `diagnosis.nodes.ErrorNode`."""

    @property
    def kind(self) -> str: ...  # noqa: D102 - see ErrorNode
    @property
    def module(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def winerror(self) -> int | None: ...  # noqa: D102
    @property
    def errno(self) -> int | None: ...  # noqa: D102
    @property
    def path(self) -> str | None: ...  # noqa: D102
    @property
    def frames(self) -> Sequence[NodeContext]: ...  # noqa: D102
    @property
    def log(self) -> Sequence[str]: ...  # noqa: D102


def plain(text: str) -> str:
    """Return a text with single spaces and straight quotes, at most `LONGEST` characters."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]
    return _BLANK.sub(" ", text.translate(_QUOTES)).strip()


def folded(literal: str) -> str:
    """Return a text in normalised form for comparison."""
    return _BLANK.sub(" ", literal.translate(_QUOTES)).casefold()


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled regular expression of an entry, cached."""
    return re.compile(pattern, re.IGNORECASE)


class Seen:
    """One exception of a chain, prepared for many comparisons.

    Args:
        node: The exception or native message.
        chain: The chain it belongs to, outermost first.
    """

    def __init__(self, node: Node, chain: Sequence[Node] = ()) -> None:
        self.node = node
        self._chain = chain
        self.text = plain(node.message)
        self.folded = self.text.casefold()
        self.log = plain("\n".join(node.log)).casefold()
        self.path = (node.path or "").replace("\\", "/")

    @cached_property
    def others(self) -> str:
        """The other exceptions of the chain, each as `Class: message`."""
        others = (other for other in self._chain if other is not self.node)
        return plain("\n".join(f"{other.kind}: {other.message}" for other in others)).casefold()

    @cached_property
    def frames(self) -> list[NodeContext]:
        """The frames of the exception and of the outer ones, which alone contain its callers."""
        position = next((n for n, other in enumerate(self._chain) if other is self.node), 0)
        return [f for other in (self.node, *self._chain[:position]) for f in other.frames]

    def fits(self, condition: Condition) -> bool:
        """Return whether every key of a condition is met."""
        node = self.node
        return (
            (not condition.classes or any(map(self.is_a, condition.classes)))
            and (not condition.winerror or node.winerror in condition.winerror)
            and (not condition.errno or node.errno in condition.errno)
            and (condition.named is None or condition.named == bool(node.path))
            and (condition.native is None or condition.native == (not node.kind))
            and _all_in(condition.text, self.folded)
            and _any_in(condition.any_text, self.folded)
            and _any_in(condition.log, self.log)
            and (not condition.chain or _any_in(condition.chain, self.others))
            and (not condition.frames or any(map(self._passed, condition.frames)))
            and (not condition.path or bool(compiled(condition.path).search(self.path)))
            and all(compiled(pattern).search(self.text) for pattern in condition.regex)
        )

    def is_a(self, wanted: str) -> bool:
        """Return whether the class is the required one; see `Condition.classes`."""
        module, _, name = wanted.rpartition(".")
        kind = _ALIASES.get(self.node.kind, self.node.kind)
        if not module and is_builtin(name):
            return self.node.module in ("", "builtins") and _descends(kind, name)
        if kind != name:
            return False
        have = self.node.module
        if not have:  # Jupyter and rich show no module
            return not module or not is_builtin(name)
        return f"{have}.".startswith(f"{module}.") if module else True

    def _passed(self, place: str) -> bool:
        file, _, function = place.partition(":")
        ending = "/" + file.casefold()
        for frame in self.frames:
            if function and function != frame.function.rpartition(".")[2]:
                continue
            path = "/" + (frame.path or frame.file).replace("\\", "/").casefold()
            if not file or path.endswith(ending) or (file.endswith("/") and ending in path):
                return True
        return False


def is_builtin(name: str) -> bool:
    """Return whether a name is one of the built-in classes."""
    return isinstance(getattr(builtins, name, None), type)


def _descends(kind: str, wanted: str) -> bool:
    if kind == wanted:
        return True
    have = getattr(builtins, kind, None)
    return isinstance(have, type) and issubclass(have, getattr(builtins, wanted))


_literal = lru_cache(maxsize=4096)(folded)


def _all_in(texts: Iterable[str], whole: str) -> bool:
    return all(_literal(text) in whole for text in texts)


def _any_in(texts: Sequence[str], whole: str) -> bool:
    return not texts or any(_literal(text) in whole for text in texts)
