"""`fix`: shows remedies as exact steps, and applies those that are safe and reversible."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click
from msgspec.structs import replace

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli import BAD_INPUT, FAILED, PASSED
from winasr_doctor.cli.console import progress, stdout_encoding, write_report
from winasr_doctor.cli.scan import exit_code
from winasr_doctor.cli.subject import ScanSubject, apply_config, config_option, subject_options

if TYPE_CHECKING:
    from winasr_doctor.fix import Proposal, RepairExecutor, RepairTask


@click.command("fix", epilog="Defaults come from [tool.winasr_doctor] in pyproject.toml.")
@click.argument("codes", nargs=-1, metavar="[CODE ...]")
@config_option(apply_config)
@click.option("--apply", is_flag=True, help="Perform what is safe and reversible, after asking.")
@click.option("--undo", is_flag=True, help="Take back what the last --apply has changed.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--allow-dirty", is_flag=True, help="Also change files with uncommitted changes.")
@subject_options()
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The least severity left over that makes the exit code 3 (errors) or 4 (warnings).",
)
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
) -> None:
    """Show every finding's remedies as exact steps; perform the safe ones with --apply."""
    _refuse_nonsense(codes, apply=apply, undo=undo, snapshot=subject.snapshot)
    if undo:
        ctx.exit(_undo(yes=yes))
    subject = replace(subject, select=codes or subject.select)
    host, report = subject.scan()
    from winasr_doctor.fix import RepairExecutor, default_journal, tasks_of
    from winasr_doctor.fix.text import outcome_text, steps_text

    _say(steps_text(report))
    tasks = () if subject.snapshot else tasks_of(report, _leftovers())
    bench = RepairExecutor(host, subject.app, journal=default_journal(), allow_dirty=allow_dirty)
    outcome = _apply(bench, tasks, _question(yes=yes)) if apply else _show(bench, tasks)
    if outcome.repaired:
        before, (_, report) = report, subject.scan()
        _say("\n" + outcome_text(before, report, outcome.repaired))
    for sentence in report.unreadable:
        progress(f"Error: {sentence}")
    ctx.exit(_nobody_to_ask() if outcome.unasked else exit_code(report, fail_on))


def _refuse_nonsense(
    codes: Sequence[str], *, apply: bool, undo: bool, snapshot: str | None
) -> None:
    if undo and (apply or codes or snapshot):
        raise InputError("--undo takes back what the last --apply did, and nothing else")
    if apply and snapshot:
        raise InputError("--apply changes this machine; a snapshot shows another one")


_Ask = Callable[[str], bool]


def _say(text: str) -> None:
    write_report(text, None, encoding=stdout_encoding())


def _leftovers() -> tuple[str, ...]:
    from winasr_doctor.locks import pending

    return tuple(kept.path for kept in pending())


class _Outcome(NamedTuple):
    """The outcome of the repairs."""

    repaired: tuple[str, ...] = ()
    """The codes of the checks that were repaired."""
    unasked: bool = False
    """Whether something was left undone because no user could be asked."""


def _question(*, yes: bool) -> _Ask | None:
    """Return a function that asks the user; `None` if no user can answer."""
    if yes:
        return lambda _words: True
    if not sys.stdin.isatty():
        return None
    return lambda words: click.confirm(words, err=True)


def _show(bench: RepairExecutor, tasks: Sequence[RepairTask]) -> _Outcome:
    """Show what `--apply` would do."""
    from winasr_doctor.fix import Repair
    from winasr_doctor.fix.text import proposal_text

    proposals = [bench.propose(task) for task in tasks]
    for number, proposal in enumerate(proposals, 1):
        _say("\n" + proposal_text(proposal, number, len(proposals)))
    possible = sum(isinstance(proposal, Repair) for proposal in proposals)
    if possible:
        _say(f"\n`fix --apply` makes {possible} of these changes, after asking.\n")
    return _Outcome()


def _apply(bench: RepairExecutor, tasks: Sequence[RepairTask], ask: _Ask | None) -> _Outcome:
    """Make the repairs that the user agrees to."""
    from winasr_doctor.fix import Repair
    from winasr_doctor.fix.atomic_write import WriteError
    from winasr_doctor.fix.text import done_text, proposal_text

    repaired: list[str] = []
    possible = False
    for number, task in enumerate(tasks, 1):
        proposal: Proposal = bench.propose(task)
        _say("\n" + proposal_text(proposal, number, len(tasks)))
        if not isinstance(proposal, Repair):
            continue
        possible = True
        if ask is None:
            continue
        if not ask("  Do this?"):
            _say("  Left as it is.\n")
            continue
        try:
            _say(done_text(bench.make(proposal), proposal))
        except WriteError as error:
            _say(f"  Not done: {error}\n")
        else:
            repaired += proposal.codes
    if not possible:
        _say("\nThere is nothing that `fix --apply` could do now.\n")
    return _Outcome(tuple(repaired), unasked=possible and ask is None)


def _undo(*, yes: bool) -> int:
    from winasr_doctor.fix import default_journal
    from winasr_doctor.fix.atomic_write import WriteError
    from winasr_doctor.fix.text import undo_text
    from winasr_doctor.fix.undo import open_records, preview, take_back

    run = next(default_journal().runs(), None)
    if run is None:
        _say("There is nothing to take back.\n")
        return PASSED
    ask = _question(yes=yes)
    refused = 0
    for record in tuple(open_records(run)):
        try:
            _say(undo_text(record, preview(run, record)))
            if ask is None:
                continue
            if ask("  Take this back?"):
                _say(f"  Done: {take_back(run, record)}\n")
            else:
                _say("  Left as it is.\n")
        except WriteError as error:
            refused += 1
            _say(f"  Not taken back: {error}\n")
    if ask is None:
        return _nobody_to_ask()
    return FAILED if refused else PASSED


def _nobody_to_ask() -> int:
    progress("Nothing was changed: there is no terminal to ask at; use --yes.")
    return BAD_INPUT
