"""Shows the answer of `who`: as blocks for people, as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.locks.who import HolderKind, KnownHolder, WhoAnswer, is_below, kinds

NEXT = {
    HolderKind.FOLDER: "A current directory: change to another folder there (cd ..), or close"
    " that terminal or program.",
    HolderKind.PYTHON: "A Python program: let it finish or end it. If it is your app, close the"
    " file in its code, or start it with `python -m winasr_doctor run`.",
    HolderKind.AVX: "Antivirus: wait a few seconds and try again. If it happens often, run"
    " `python -m winasr_doctor scan --select AVX`.",
    HolderKind.SYN: "A sync client: move the folder out of the synced one, or pause syncing. See"
    " `python -m winasr_doctor scan --select SYN`.",
    HolderKind.IDX: "Windows Search: wait a few seconds and try again. If it happens often, run"
    " `python -m winasr_doctor scan --select IDX`.",
    HolderKind.OTHER: "Another program: close the file there, or end the program.",
}
"""What to do next about each kind of holder."""


class HolderPart(msgspec.Struct, frozen=True):
    """One way in which another process has the path open."""

    who: Literal["a child of this process", "another process"]
    pid: int
    process: str | None
    path: str
    """The path itself, or what is open below it."""
    what: str
    how: str
    """How this is known."""
    via: str | None
    kind: str
    command_line: tuple[str, ...]
    """Empty if it cannot be read."""
    started: str | None
    """Local time with its offset from UTC, in ISO 8601."""
    next: str
    """What to do about it."""


class WhoDocument(msgspec.Struct, frozen=True):
    """Who has one path open; `who --format json` prints a list of these."""

    schema: Literal["winasr-doctor/who/1"]
    path: str
    exists: bool
    holders: tuple[HolderPart, ...]
    undetermined: tuple[str, ...]
    """What could not be determined, one sentence each."""
    seconds: float


def document(answers: Sequence[WhoAnswer]) -> list[WhoDocument]:
    """Return the answers as JSON documents, one for each path."""
    return [
        WhoDocument(
            schema="winasr-doctor/who/1",
            path=answer.holding.path,
            exists=answer.holding.exists,
            holders=tuple(map(_part, answer.holders)),
            undetermined=answer.holding.undetermined,
            seconds=round(answer.holding.seconds, 3),
        )
        for answer in answers
    ]


def _part(known: KnownHolder) -> HolderPart:
    holder, started = known.holder, known.program.started
    whose: Literal["a child of this process", "another process"] = (
        "another process" if holder.who.value == "another process" else "a child of this process"
    )
    return HolderPart(
        who=whose,
        pid=holder.pid,
        process=holder.process,
        path=holder.path,
        what=holder.what,
        how=holder.how,
        via=holder.via,
        kind=known.kind.value,
        command_line=known.program.command_line,
        started=None if started is None else started.isoformat(timespec="seconds"),
        next=NEXT[known.kind],
    )


def show(answers: Sequence[WhoAnswer]) -> Iterator[Block]:
    """Yield what `who` prints: each path with its holders, then what to do next."""
    for answer in answers:
        yield from _answer(answer)
        yield Gap()
    found = list(kinds(answers))
    if found:
        yield Paragraph("", lead="What to do next", bold=True)
        yield from (Paragraph(NEXT[kind], lead="- ", indent=2) for kind in found)


def _answer(answer: WhoAnswer) -> Iterator[Block]:
    holding = answer.holding
    yield Command(holding.path)
    for known in answer.holders:
        yield from _holder(known, holding.path)
    if not answer.holders and holding.exists:
        unsure = " that could be asked" if holding.undetermined else ""
        yield Paragraph(f"No other program{unsure} has it open.", indent=2)
    for sentence in holding.undetermined if holding.exists else ():
        yield Paragraph(f"{sentence}.", lead="Not checked: ", indent=2)
    if not holding.exists:
        yield Paragraph("It does not exist.", indent=2)


def _holder(known: KnownHolder, asked: str) -> Iterator[Block]:
    holder, program = known.holder, known.program
    via = f", {holder.via}" if holder.via else ""
    name = holder.process or "unknown program"
    yield Paragraph(f"{holder.what}{via}", lead=f"{name} (pid {holder.pid}): ", indent=2, bold=True)
    if is_below(holder, asked):
        yield Command(f"path: {holder.path}", indent=4)
    if program.command_line:
        yield Command(f"command line: {' '.join(map(_quoted, program.command_line))}", indent=4)
    if program.started is not None:
        yield Paragraph(f"{program.started:%Y-%m-%d %H:%M:%S}", lead="started: ", indent=4)
    yield Paragraph(holder.how, lead="known from: ", indent=4)


def _quoted(argument: str) -> str:
    return f'"{argument}"' if " " in argument or not argument else argument
