"""How soon the page is there beyond Gradio's own import, and what a status costs."""

from __future__ import annotations

from collections.abc import Callable

import page

from speed.case import Call, Case, Cost, Own, Promise, cpu_seconds

GROUP = "Page"


def _says(seconds: Callable[[], float]) -> Callable[[object], Cost]:
    def measure(_: object) -> Cost:
        before = cpu_seconds()
        return Cost(seconds(), cpu_seconds() - before)  # in this order

    return measure


def escape(_: object) -> None:
    """Make the message safe for a page, no more."""
    from markupsafe import escape as escaped

    for _ in range(page.UPDATES):
        escaped("CUDA out of memory " + "<b>x</b>" * 100)


CASES = (
    Case(
        name="page-start",
        group=GROUP,
        title="from the command to the first answer",
        theirs=Own("import gradio", _says(page.import_seconds)),
        ours=Own("winasr_doctor ui", _says(page.served_seconds)),
        processes=1,
        promises=(Promise("extra", 1.5, "wall"),),
        needs="gradio",
    ),
    Case(
        name="page-status",
        group=GROUP,
        title=f"{page.UPDATES:,} status updates",
        theirs=Call("escape the message", escape),
        ours=Call("make the status", lambda _: page.update_milliseconds()),
        size=page.UPDATES,
        promises=(Promise("rate", 200),),
        needs="gradio",
    ),
)
