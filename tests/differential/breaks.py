"""Deliberate mistakes in the emulation, each of which the comparison must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from winasr_doctor.faults import replacements, translation
from winasr_doctor.faults.sharing import decisions, processes
from winasr_doctor.faults.sharing.decisions import Situation


@contextmanager
def _changed(owner: object, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _without(situation: Situation) -> AbstractContextManager[None]:
    left = tuple(row for row in decisions.DECISIONS if row.situation is not situation)
    return _changed(decisions, "DECISIONS", left)


def _backwards() -> AbstractContextManager[None]:
    return _changed(decisions, "DECISIONS", decisions.DECISIONS[::-1])


def _without_145() -> AbstractContextManager[None]:
    codes = {key: code for key, code in translation._IN.items() if code != 145}
    return _changed(translation, "_IN", codes)


def _without_children() -> AbstractContextManager[None]:
    return _changed(processes, "_children", lambda pid: [])


BREAKS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "": nullcontext,
    "the rule for open files": lambda: _without(Situation.OPEN),
    "the rule for current directories": lambda: _without(Situation.CURRENT_DIRECTORY),
    "the rule for the read-only attribute": lambda: _without(Situation.READ_ONLY),
    "the rule for open targets": lambda: _without(Situation.TARGET_OPEN),
    "the rule for existing targets": lambda: _without(Situation.TARGET_EXISTS),
    "the rule for maps": lambda: _without(Situation.MAPPED),
    "the order of the rules": _backwards,
    "WinError 145": _without_145,
    "replacing a file by a folder": lambda: _changed(
        replacements, "_folder_onto_file", lambda *_: False
    ),
    "what children hold": _without_children,
}
"""By what is wrong or missing; under the empty name nothing is."""
