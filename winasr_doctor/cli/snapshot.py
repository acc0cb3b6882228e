"""`snapshot`: records this machine, redacted."""

from __future__ import annotations

from collections.abc import Sequence

import click

from winasr_doctor.cli.console import progress, write_report
from winasr_doctor.cli.subject import MODEL_HELP, located, python_option
from winasr_doctor.machine.recorded import encode_snapshot, record
from winasr_doctor.machine.redaction import Redactor, redact_snapshot, this_machine


@click.command("snapshot")
@click.option("--output", "-o", required=True, metavar="FILE", help="The file; - for stdout.")
@click.option("--app", multiple=True, metavar="PATH", help="The app's folder, to record its drive.")
@click.option("--model", multiple=True, metavar="PATH", help=MODEL_HELP)
@click.option("--scratch", metavar="DIR", help="The folder the app uses instead of TEMP.")
@python_option()
def command(
    output: str,
    app: Sequence[str],
    model: Sequence[str],
    scratch: str | None,
    python: str | None,
) -> None:
    """Record this machine, redacted, for `scan --snapshot` elsewhere.

    Names of users, machines and organisations, SIDs, e-mail addresses, tokens and credentials
    are replaced before anything is written; the same name gets the same placeholder everywhere.
    """
    from winasr_doctor.machine.live import LiveMachine

    host = LiveMachine(
        app_paths=app, scratch=scratch, models=model, progress=progress, outside=located(python)
    )
    redactor = Redactor(**this_machine())
    snapshot = redact_snapshot(record(host), redactor)
    write_report(encode_snapshot(snapshot).decode(), output, encoding="utf-8")
    replaced = ", ".join(f"{kind}s: {n}" for kind, n in sorted(redactor.counts.items()))
    progress(f"Recorded this machine; replaced {replaced or 'nothing'}. Look before you share it.")
