"""`explain`: explains a check's code, a known error, an error number, a message or a log."""

from __future__ import annotations

import click

from winasr_doctor.cli.output import format_option, write_blocks, write_json


@click.command("explain")
@click.argument("what", required=False)
@click.option("--traceback", metavar="FILE", help="A pasted traceback or log; - for stdin.")
@click.option("--list", "list_", is_flag=True, help="List the known errors (with WHAT in them).")
@click.option(
    "--snapshot", metavar="FILE", help="Fit the remedies to a recorded machine, not to this one."
)
@click.option("-v", "--verbose", is_flag=True, help="All remedies, details and sources.")
@format_option()
def command(
    what: str | None,
    traceback: str | None,
    list_: bool,
    snapshot: str | None,
    verbose: bool,
    format_: str,
) -> None:
    """Explain WHAT: a check's code, the id of a known error, a Windows error number, a quoted
    message, a log file, or - for stdin.

    \b
    python -m winasr_doctor explain SYN001
    python -m winasr_doctor explain 32
    python -m winasr_doctor explain log.txt
    python -m winasr_doctor explain "CUDA out of memory"
    python -m winasr_doctor explain log.txt --snapshot machine.json
    python -m winasr_doctor explain --list
    """  # noqa: D205, D301 - click wants them so
    from winasr_doctor import explain
    from winasr_doctor.explain.facts import of_machine, reported_machine

    facts = of_machine(snapshot or reported_machine(traceback or what))
    if list_ and traceback is None:
        answer: explain.Answer = explain.known_errors(what)
    elif traceback is not None and what is None:
        answer = explain.answer_text(explain.read_log(traceback), facts)
    elif what is not None and traceback is None:
        answer = explain.answer(what, facts)
    else:
        raise click.UsageError(
            "give a check's code, a known error's id, an error number, a message, a file,"
            " --list or --traceback FILE"
        )
    if format_ == "json":
        from winasr_doctor.explain.json import document

        write_json(document(answer))
    else:
        from winasr_doctor.explain.showing import show

        write_blocks(show(answer, verbose=verbose))
