"""`ui`: serves the transcription page."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import click

from winasr_doctor.cli import INTERNAL_ERROR
from winasr_doctor.cli.console import progress
from winasr_doctor.cli.device import device_option


@click.command("ui")
@click.option("--port", type=click.IntRange(1, 65535), help="By default a free one from 7860 on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="127.0.0.1 or localhost.")
@click.option("--model", multiple=True, metavar="NAME", help="A file or name to offer first.")
@device_option(help_="The device that is chosen at first.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=1),
    default=3600.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up a transcription after this time.",
)
@click.pass_context
def command(
    ctx: click.Context,
    port: int | None,
    host: str,
    model: Sequence[str],
    device: str,
    deadline: float,
    *,
    no_browser: bool,
) -> None:
    """Open a page in the browser that transcribes recordings, on this computer only."""
    from winasr_doctor.ui import server, texts

    _log_to_the_console()
    running = server.start(port=port, host=host, given=model, device=device, deadline=deadline)
    try:
        progress(texts.AT.format(url=running.url))
        if not no_browser:
            click.launch(running.url)
        running.wait()
    except server.ServerStoppedError as stopped:
        progress(f"Error: {stopped}")
        ctx.exit(INTERNAL_ERROR)
    except KeyboardInterrupt:
        progress("Stopped.")
    finally:
        running.stop()


def _log_to_the_console() -> None:
    """Show retries and diagnoses on stderr too, whatever its encoding."""
    handler = logging.StreamHandler(_Console())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("winasr_doctor")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)


class _Console:
    """stderr as a stream for logging; click writes to it in any encoding."""

    def write(self, text: str) -> None:
        click.echo(text.encode("ascii", "backslashreplace").decode("ascii"), err=True, nl=False)

    def flush(self) -> None:
        """Do nothing: no output is buffered."""
