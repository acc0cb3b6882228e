"""The table of deliberate faults, and what its entries are made with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One deliberate fault.

    Attributes:
        name: A few words.
        what: What the package does with it, as a sentence.
        apply: Puts it in place, for the rest of the process.
        tests: Where a test must notice it, from the folder of all tests.
        links: Whether that test needs the right to make links, which Windows seldom gives.
        proc: Whether that test needs Linux's `/proc`.
    """

    name: str
    what: str
    apply: Callable[[], None]
    tests: tuple[str, ...]
    links: bool = False
    proc: bool = False

    @property
    def why_not_here(self) -> str:
        """Why no test can notice it on this system; empty where one can."""
        if self.links and sys.platform == "win32":
            return "its test needs the right to make links"
        if self.proc and sys.platform != "linux":
            return "its test reads /proc"
        return ""


MUTATIONS: list[Mutation] = []
Fault = Callable[[], None]


def fault(*tests: str, links: bool = False, proc: bool = False) -> Callable[[Fault], Fault]:
    """Add a function to the table."""

    def add(apply: Fault) -> Fault:
        what = " ".join((apply.__doc__ or "").split())
        name = apply.__name__.replace("_", " ")
        MUTATIONS.append(Mutation(name, what, apply, tests, links=links, proc=proc))
        return apply

    return add


def put(owner: object, name: str, value: object) -> None:
    """Replace something that is there; a fault that has lost its place is an error."""
    vars(owner)[name]
    setattr(owner, name, value)


def everywhere(original: object, mutant: object) -> None:
    """Replace a function in every module of the package that has imported it."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "winasr_doctor":
            continue
        for attribute, value in list(vars(module).items()):
            if value is original:
                setattr(module, attribute, mutant)
