"""The plan of a report as blocks, and the words that all formats use for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.findings import PlanStep, RemedyPlan, Step

SHELLS = {"powershell": "PowerShell", "cmd": "cmd.exe", "sh": "a POSIX shell", "python": "Python"}
"""The displayed names of `Step.shell`."""

_STEPS_SHOWN = 6
"""Maximum number of steps of one remedy in a terminal; the report as a file has all."""

_INDENT = 3
_COMMANDS = 5


def main_shell(plan: RemedyPlan) -> str:
    """Return the shell that most commands of a plan are written for; empty if any shell will do."""
    seen = Counter(step.shell for step in plan.commands if step.shell not in ("", "python"))
    return max(seen, key=seen.__getitem__, default="")


def heading_words(plan: RemedyPlan) -> str:
    """Return the heading of a plan, which names the shell once."""
    shell = main_shell(plan)
    return f"What to do (commands are for {SHELLS[shell]})" if shell else "What to do"


def title_words(planned: PlanStep) -> str:
    """Return what a remedy achieves, and what it cures."""
    automatic = "; `fix --apply` can do it" if planned.automatic else ""
    return f"{planned.title} ({', '.join(planned.cures)}{automatic})"


def step_words(step: Step, shell: str, *, elevated: bool = False) -> str:
    """Return a step's words with what cannot be seen from them.

    Args:
        step: The step.
        shell: The shell that the heading names.
        elevated: Whether an earlier step has opened an administrator's window.
    """
    words = step.words
    if step.needs_admin and not elevated and "administrator" not in words:
        words = f"{words} (needs an administrator)" if words else "As administrator"
    if step.shell == "cmd" and shell != "cmd" and "cmd.exe" not in words:
        words = f"{words} (for cmd.exe)".lstrip()
    return f"{words}:" if words and step.command else words


def plan_blocks(plan: RemedyPlan, *, every_step: bool = False) -> Iterator[Block]:
    """Yield a plan for a terminal: numbered remedies, each command alone on its line.

    Args:
        plan: The plan.
        every_step: Whether to show even the steps of a remedy that has very many.
    """
    if not plan.remedies:
        return
    shell = main_shell(plan)
    yield Gap()
    yield Paragraph("", lead=f"{heading_words(plan)}:", bold=True)
    for number, planned in enumerate(plan.remedies, 1):
        yield Paragraph(title_words(planned), lead=f"{number}. ", bold=True)
        shown = len(planned.steps) if every_step else _STEPS_SHOWN
        elevated = False
        for step in planned.steps[:shown]:
            yield from _step(step, shell, elevated=elevated)
            elevated = elevated or "as administrator" in step.words
        left = len(planned.steps) - shown
        if left > 0:
            yield Paragraph(f"and {left} more, which -v shows", indent=_INDENT)


def _step(step: Step, shell: str, *, elevated: bool) -> Iterator[Block]:
    words = step_words(step, shell, elevated=elevated)
    if words:
        yield Paragraph(words, indent=_INDENT)
    if step.command:
        yield Command(step.command, step.shell, indent=_COMMANDS)
