"""Runs the checks that look at one file at a time: every file is parsed once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from winasr_doctor._util.process_pool import map_in_processes
from winasr_doctor.appsource.application import Application
from winasr_doctor.appsource.paused_gc import collector_paused
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.findings import Finding

Needs = tuple[tuple[tuple[str, ...], ...], ...]
"""What a file must contain to matter: one of these lines, and of a line one text of each group."""

LocalCheck = Callable[[SourceFile], Iterable[Finding]]


class Look(NamedTuple):
    """A check of single files, and which files can matter to it.

    Attributes:
        find: Yields the findings in a file.
        needs: What a file must contain.
        fold: Whether upper and lower case are the same in `needs`.
        applies: Whether the app matters at all.
        hint: Returns whether a text that contains what is needed may matter.
    """

    find: LocalCheck
    needs: Needs
    fold: bool
    applies: Callable[[Application], bool]
    hint: Callable[[str], bool]


LOOKS: dict[str, Look] = {}
"""The checks of single files by code; `over_each_file` adds them."""

Found = dict[str, list[Finding]]
"""Findings by code, in the order of the files."""

_Task = tuple[SourceFile, list[str]]
"""A file, and the codes of the checks that look at it."""

_CHUNK = 8
"""Files that a process gets at a time: some 50 ms of work."""


def begin(app: Application, codes: Collection[str]) -> None:
    """Let other processes begin with the checks of single files, if the app has such processes.

    Args:
        app: The app.
        codes: The checks that will be run.
    """
    if app.helpers and not LOOKS.keys().isdisjoint(codes):
        vars(app)["_begun"] = _share(app)


def _share(app: Application) -> tuple[list[_Task], Iterator[Examined]]:
    tasks = list(_wanted(app).items())
    return tasks, map_in_processes(look_at_each, tasks, processes=app.helpers, chunk=_CHUNK)


def local_findings(app: Application) -> Found:
    """Return the findings of all checks of single files; they share the answer.

    Args:
        app: The app.
    """
    known: Found | None = vars(app).get("_local")
    if known is None:
        known = vars(app)["_local"] = _find_all(app)
    return known


def _find_all(app: Application) -> Found:
    tasks, seen = vars(app).pop("_begun", None) or _share(app)
    found: Found = {code: [] for code in LOOKS}
    for (file, _), each in zip(tasks, seen, strict=True):
        file.problem = file.problem or each.problem
        for code, findings in each.found.items():
            found[code].extend(findings)
    return found


def _wanted(app: Application) -> dict[SourceFile, list[str]]:
    """Return the files that can matter, each with the codes of the checks that look at it."""
    wanted: dict[SourceFile, list[str]] = {}
    for code, look in LOOKS.items():
        if look.applies(app):
            for file in _candidates(app, look):
                wanted.setdefault(file, []).append(code)
    return {file: wanted[file] for file in app.files if file in wanted}


def _candidates(app: Application, look: Look) -> set[SourceFile]:
    candidates: set[SourceFile] = set()
    for groups in look.needs:
        holding = [set(app.words.files_containing(*texts, fold=look.fold)) for texts in groups]
        candidates |= set.intersection(*holding)
    return candidates


class Examined(NamedTuple):
    """What examining a file gave.

    Attributes:
        found: The findings.
        problem: Why the file cannot be examined, if it turned out so.
    """

    found: Found
    problem: str | None


def look_at_each(tasks: list[_Task]) -> list[Examined]:
    """Do some tasks, in whatever process."""
    with collector_paused():
        return [look_at(file, codes) for file, codes in tasks]


def look_at(file: SourceFile, codes: Iterable[str]) -> Examined:
    """Return what checks of single files find in one; its tree is not kept.

    Args:
        file: The file.
        codes: The checks.
    """
    found: Found = {}
    own = file.apart()
    text = own.keep_text()
    for code in codes:
        look = LOOKS[code]
        if may_matter(text, look):
            found[code] = list(look.find(own))
    if own is not file:
        own.release()
    return Examined(found, own.problem)


def may_matter(text: str, look: Look) -> bool:
    """Return whether a file contains what a check needs, by its text."""
    text = text.casefold() if look.fold else text
    needed = any(
        all(any(each in text for each in texts) for texts in groups) for groups in look.needs
    )
    return needed and look.hint(text)
