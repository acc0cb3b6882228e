"""The steps of a remedy: words for people, and a command to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing_extensions import Self

INSTALL_DOCTOR = "Install winasr_doctor for that Python, too"
"""A step that a new environment has already."""

Shell = Literal["powershell", "cmd", "sh", "python", ""]
"""What runs a command: a shell, Python source to put into a file, or empty if any shell does."""


class Step(str):
    """A step of a remedy; as a string it is the whole step, `words: command`.

    Attributes:
        words: What to do, without the command.
        command: What to run, one command a line; empty if there is nothing to run.
        shell: What runs the command; see `Shell`.
        needs_admin: Whether only an administrator can do it.
    """

    __slots__ = ("command", "needs_admin", "shell", "words")
    words: str
    command: str
    shell: Shell
    needs_admin: bool

    def __new__(
        cls, words: str, command: str = "", shell: Shell = "", *, needs_admin: bool = False
    ) -> Self:
        """Make a step.

        Args:
            words: See the attribute; a colon at the end is left out.
            command: See the attribute.
            shell: See the attribute.
            needs_admin: See the attribute.
        """
        words = words.removesuffix(":") if command else words
        step = super().__new__(cls, _joined(words, command))
        step.words = words
        step.command = command
        step.shell = shell
        step.needs_admin = needs_admin
        return step

    @classmethod
    def of(cls, text: str) -> Step:
        """Return a step as it is, and a plain string as a step of words."""
        return text if isinstance(text, Step) else cls(text)


def _joined(words: str, command: str) -> str:
    if not (words and command):
        return words or command
    return f"{words}:\n{command}" if "\n" in command else f"{words}: {command}"
