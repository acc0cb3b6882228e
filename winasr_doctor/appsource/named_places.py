"""Finds the calls, and the dict entries and attributes, of a name in all files of an app."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from winasr_doctor.appsource.call_texts import Argument, may_pass
from winasr_doctor.appsource.index import Part, Scope
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.syntax import last_name, named_values
from winasr_doctor.appsource.words import Use, Words

MAX_PLACES = 200
MAX_FILES = 50
MAX_FILES_OF_A_METHOD = 25
MAX_FILES_OF_A_NAME = 25
"""Limits for one name; beyond them the answer is what was found so far."""


class CallSite(NamedTuple):
    """A call, and how many of its arguments to skip to reach those of the callee."""

    call: ast.Call
    scope: Scope
    skip: int = 0


_FORWARDING = {"partial": 1, "submit": 1, "to_thread": 1}
"""Calls whose first argument is the function that gets the others."""


class NamedPlaces:
    """Remembers where the app calls a function of a name, or gives a value to a name.

    Args:
        words: The words of the app's files.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._calls: dict[Part, dict[str, list[CallSite]]] = {}
        self._sites_named: dict[tuple[str, Argument | None], Sequence[CallSite]] = {}
        self._values_named: dict[str, Sequence[tuple[ast.expr, Scope]]] = {}
        self._values: dict[Part, dict[str, list[tuple[ast.expr, Scope]]]] = {}

    def forget(self) -> None:
        """Forget all places, so that the trees they refer to can be freed."""
        for answers in (self._calls, self._sites_named, self._values_named, self._values):
            answers.clear()

    def files_using(self, name: str) -> int:
        """Return in how many files a name is called, passed or read."""
        return self._words.count(name, Use.CALLED, Use.HANDED_ON, Use.OTHER)

    def files_with(self, name: str, *uses: Use) -> Sequence[SourceFile]:
        """Return the files that contain a name as a whole word, by default in any use."""
        return self._words.files_with(name, *uses)

    def call_sites(
        self, name: str, *, is_method: bool = False, passing: Argument | None = None
    ) -> Sequence[CallSite]:
        """Return the calls in the app whose callee's name ends in this part, up to a limit.

        Args:
            name: The name.
            passing: Leave out calls that do not pass this argument.
            is_method: Whether only calls of a method are meant. There are none if too many files
                call a method of this name: it says too little.
        """
        if is_method and self._words.count(name, Use.CALLED) > MAX_FILES_OF_A_METHOD:
            return ()
        key = name, passing
        if key not in self._sites_named:
            found = (self._calls_of(file, name) for file in self._calling(name, passing))
            sites = (site for each in islice(filter(None, found), MAX_FILES) for site in each)
            wanted = (site for site in sites if passing is None or _passes(site, passing))
            self._sites_named[key] = tuple(islice(wanted, MAX_PLACES))
        return self._sites_named[key]

    def _calling(self, name: str, passing: Argument | None) -> Iterator[SourceFile]:
        """Yield the files that may call a name, or hand it to a call that does."""
        forwarding = set(self._words.files_containing(*_FORWARDING))
        calling = set(self.files_with(name, Use.CALLED))
        for file in self.files_with(name, Use.CALLED, Use.HANDED_ON):
            if file in forwarding or (
                file in calling and (passing is None or may_pass(file.text, name, passing))
            ):
                yield file

    def entries(self, name: str) -> Sequence[tuple[ast.expr, Scope]]:
        """Return the dict entries, attributes and option defaults with this name, up to a limit.

        There are none for a name that is in too many files: it says too little.
        """
        if self._words.count(name) > MAX_FILES_OF_A_NAME:
            return ()
        if name not in self._values_named:
            dashed = name.replace("_", "-")
            values = (
                value
                for file in self._words.files_containing(name, dashed)
                if _mentions(file.text, name, dashed)
                for part in file.index.about(name, dashed)
                for value in self._values_of(part).get(name, ())
            )
            self._values_named[name] = tuple(islice(values, MAX_PLACES))
        return self._values_named[name]

    def _calls_of(self, file: SourceFile, name: str) -> list[CallSite]:
        return [
            site for part in file.index.about(name) for site in self._calls_in(part).get(name, ())
        ]

    def _calls_in(self, part: Part) -> dict[str, list[CallSite]]:
        if part in self._calls:
            return self._calls[part]
        sites: dict[str, list[CallSite]] = {}
        for call, scope in part.calls:
            name = last_name(call.func)
            sites.setdefault(name, []).append(CallSite(call, scope))
            skip = _FORWARDING.get(name)
            if skip is not None and len(call.args) >= skip:
                callee = last_name(call.args[skip - 1])
                sites.setdefault(callee, []).append(CallSite(call, scope, skip))
        self._calls[part] = sites
        return sites

    def _values_of(self, part: Part) -> dict[str, list[tuple[ast.expr, Scope]]]:
        if part in self._values:
            return self._values[part]
        values: dict[str, list[tuple[ast.expr, Scope]]] = {}
        for name, expr, scope in named_values(part):
            values.setdefault(name, []).append((expr, scope))
        self._values[part] = values
        return values


def _passes(site: CallSite, argument: Argument) -> bool:
    """Return whether a call passes an argument, as far as its own text says."""
    place = None if argument.place is None else argument.place + site.skip
    return (place is not None and len(site.call.args) > place) or any(
        keyword.arg in {None, argument.name} for keyword in site.call.keywords
    )


def _mentions(text: str, *names: str) -> bool:
    return any(name in text for name in names)
