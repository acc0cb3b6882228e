"""`sweep`: removes what earlier failed cleanups left behind."""

from __future__ import annotations

import json

import click

from winasr_doctor.cli.console import stdout_encoding, write_report


@click.command("sweep")
@click.option("--list", "only_list", is_flag=True, help="Only say what there is; remove nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write what was done.",
)
def command(form: str, *, only_list: bool) -> None:
    """Remove leftovers of earlier failed cleanups, and nothing else.

    Every temporary folder that could not be removed, or whose process died, is recorded. A folder
    or file that something else has replaced since, or that a living process still works in, is
    left alone.
    """
    from winasr_doctor.locks import RetryPolicy, sweep, waiting

    report = waiting() if only_list else sweep(policy=RetryPolicy())
    if form == "json":
        document = {
            "schema": "winasr-doctor/sweep/1",
            "removed": list(report.removed),
            "kept": [{"path": kept.path, "why": kept.why} for kept in report.kept],
            "set_aside": [{"path": each.path, "why": each.why} for each in report.set_aside],
        }
        write_report(json.dumps(document, indent=2) + "\n", None, encoding="utf-8")
        return
    verb = "Left behind" if only_list else "Kept"
    lines = [f"Removed {path}" for path in report.removed]
    lines += [f"{verb} {kept.path}: {kept.why}" for kept in report.kept]
    lines += [f"Set aside {each.path}: {each.why}" for each in report.set_aside]
    text = "\n".join(lines or ["Nothing is left behind."]) + "\n"
    write_report(text, None, encoding=stdout_encoding())
