"""Shows a machine's Python environments as blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.machine.interpreters.model import FoundEnvironment, FoundEnvironments


def show(found: FoundEnvironments, quote: Callable[[str], str], doctor: str) -> Iterator[Block]:
    """Yield the environments, each with what it has and the command that scans it.

    Args:
        found: The environments.
        quote: Quotes a path for the user's shell.
        doctor: The command that starts the doctor in that shell.
    """
    if not found.items:
        yield Paragraph("No Python environment was found in the usual places.")
        return
    for each in found.items:
        yield Gap()
        yield Command(each.path.replace("\n", "\\n"))  # a name may hold a line end
        yield Paragraph(_versions(each), indent=2)
        yield Paragraph("; ".join(each.found), lead="found: ", indent=2)
        if each.problem:
            yield Paragraph(each.problem, lead="cannot be used: ", indent=2)
        elif each.framework:
            yield Paragraph("scan it:", indent=2)
            yield Command(f"{doctor} scan --python {quote(each.path)}", indent=4)
    having = sum(each.framework is not None for each in found.items)
    yield Gap()
    yield Paragraph(f"{len(found.items)} found, {having} with {NAMES}.")


def _versions(each: FoundEnvironment) -> str:
    named = ((NAMES, each.framework), ("torch", each.torch))
    words = [f"{name} {version}" if version else f"no {name}" for name, version in named]
    return ", ".join([f"Python {each.python or '(version not known)'}", *words])
