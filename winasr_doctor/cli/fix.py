"""`fix`: shows remedies as exact steps, and applies those that are safe and reversible."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from msgspec.structs import replace

from winasr_doctor._util.blocks import Paragraph
from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.output import exit_code, format_option, write_blocks, write_json
from winasr_doctor.cli.subject import ScanSubject, apply_config, config_option, subject_options
from winasr_doctor.findings import Report
from winasr_doctor.fix import Proposal, default_journal
from winasr_doctor.fix.applying import Ask, ChangeListener, FixOrder, ProposedChange, fix
from winasr_doctor.fix.applying import undo as take_back
from winasr_doctor.fix.journal import Record
from winasr_doctor.fix.showing import (
    show_change,
    show_end,
    show_proposal,
    show_steps,
    show_undo,
)


@click.command("fix", epilog="Defaults come from [tool.winasr_doctor] in pyproject.toml.")
@click.argument("codes", nargs=-1, metavar="[CODE ...]")
@config_option(apply_config)
@click.option("--apply", is_flag=True, help="Perform what is safe and reversible, after asking.")
@click.option("--undo", is_flag=True, help="Undo what the last --apply changed.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--allow-dirty", is_flag=True, help="Also change files with uncommitted changes.")
@subject_options()
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The lowest remaining severity that makes the exit code 3 (errors) or 4 (warnings).",
)
@format_option()
@click.pass_context
def command(
    ctx: click.Context,
    codes: tuple[str, ...],
    subject: ScanSubject,
    apply: bool,
    undo: bool,
    yes: bool,
    allow_dirty: bool,
    fail_on: str,
    format_: str,
) -> None:
    """Show every finding's remedies as exact steps; perform the safe ones with --apply."""
    _refuse_nonsense(codes, apply=apply, undo=undo, snapshot=subject.snapshot)
    if undo and format_ == "json":
        raise InputError("--undo writes no JSON; leave --format out")
    if undo:
        ctx.exit(_undo(_question(yes=yes)))
    if format_ == "json" and apply and not yes:
        raise InputError("--format json asks no questions; add --yes")
    subject = replace(subject, select=codes or subject.select)
    listener = ChangeListener() if format_ == "json" else _Printer()
    result = fix(
        FixOrder(
            subject.scan,
            subject.app,
            apply=apply,
            ask=_question(yes=yes) if apply else None,
            allow_dirty=allow_dirty,
            only_steps=subject.snapshot is not None,
        ),
        listener,
    )
    if format_ == "json":
        from winasr_doctor.fix.json import document

        write_json(document(result))
    else:
        write_blocks(show_end(result), after_gap=True)
    for sentence in result.after.unreadable:
        progress(f"Error: {sentence}")
    ctx.exit(_nobody_to_ask() if result.unasked else exit_code(result.after, fail_on))


class _Printer(ChangeListener):
    """Prints the changes as they are proposed and made."""

    def scanned(self, report: Report) -> None:
        write_blocks(show_steps(report))

    def proposed(self, proposal: Proposal, number: int, total: int) -> None:
        write_blocks(show_proposal(proposal, number, total), after_gap=True)

    def decided(self, change: ProposedChange) -> None:
        write_blocks(show_change(change))

    def undoing(self, record: Record, preview: str) -> None:
        write_blocks(show_undo(record, preview))

    def undone(self, words: str) -> None:
        write_blocks([Paragraph(words, indent=2)])


def _refuse_nonsense(
    codes: Sequence[str], *, apply: bool, undo: bool, snapshot: str | None
) -> None:
    if undo and (apply or codes or snapshot):
        raise InputError("--undo only undoes the last --apply; leave the other options out")
    if apply and snapshot:
        raise InputError("--apply changes this machine; a snapshot shows another one")


def _question(*, yes: bool) -> Ask | None:
    """Return a function that asks the user; `None` if no user can answer."""
    if yes:
        return lambda _words: True
    if not sys.stdin.isatty():
        return None
    return lambda words: click.confirm(words, err=True)


def _undo(ask: Ask | None) -> int:
    run = next(default_journal().runs(), None)
    if run is None:
        write_blocks([Paragraph("There is nothing to undo.")])
        return PASSED
    refused = take_back(run, _Printer(), ask)
    if ask is None:
        return _nobody_to_ask()
    return FAILED if refused else PASSED


def _nobody_to_ask() -> int:
    progress("Nothing was changed: there is no terminal to ask at; use --yes.")
    return BAD_INPUT
