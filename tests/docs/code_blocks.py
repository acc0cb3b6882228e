"""The code blocks of the documentation, and how each kind of them is tried.

A block's language says what it is for. Where that is not enough, an HTML comment above it does;
readers do not see the comment:

* `<!-- file: NAME -->`: what the block holds is put into that file of the page's folder.
* `<!-- output -->`: the command before it prints this; a line `...` stands for any number of lines,
  and `...` within a line for anything.
* `<!-- exit code N -->`: the commands of the block end with that code instead of 0; `N or M`.
* `<!-- with NeMo -->`: commands that need it (Python that does is found by what it imports).
* `<!-- not run: REASON -->`: it cannot be run everywhere.

A page's blocks share a folder, which begins as a copy of `examples` and of `pages/PAGE`, and its
Python one namespace. Blocks with tests in them are run by pytest. Those that need NeMo are run by
tests/nemo.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


class How(str, Enum):
    """What is done with a block."""

    SHOWN = "shown"
    """It is no code: a picture of something in letters."""
    FILE = "file"
    OUTPUT = "output"
    COMMANDS = "commands"
    PYTHON = "python"
    TESTS = "tests"
    PARSED = "parsed"
    NEMO = "with NeMo"
    NOT_RUN = "not run"


LANGUAGES = {
    **dict.fromkeys(("toml", "yaml", "ini", "json"), How.PARSED),
    **dict.fromkeys(("", "text", "{eval-rst}"), How.SHOWN),
}
"""What is done with languages other than Python and commands; any other needs a mark."""

COMMAND_LANGUAGES = ("sh", "console", "bash")

COMMAND = re.compile(r"(python -m |python tools/|python docs/|winasr-doctor |pytest|pip |tox )")
"""How a command begins; a block without a language that begins so is one of commands."""

NEEDS_NEMO = re.compile(r"\bASRModel\b|\bimport nemo\b|\bload_model\(")

NEVER = {
    re.compile(r"pip install\b"): "installs packages",
    re.compile(r"(^|-m )tox\b"): "runs the tests themselves",
    re.compile(r"tools/wine\b"): "runs the tests themselves",
    re.compile(r"^uvx "): "installs packages; tests/packaging runs it",
}
"""What no command of the documentation may do while it is tried, and why."""

_MARK = re.compile(
    r"<!--\s*(file|output|exit code|with NeMo|not run)\b:?\s*(.*?)\s*-->\s*", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """One block of code.

    Attributes:
        page: Its page, relative to the repository.
        line: Where it begins, counted from 1.
        language: As it is written behind the fence; empty if nothing is.
        text: What it holds.
        marks: The marks above it.
    """

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def where(self) -> str:
        """Page and line."""
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The commands of a block, one by one, without comments."""
        joined = self.text.replace("\\\n", " ")
        lines = (line.strip().removeprefix("$ ") for line in joined.splitlines())
        kept = [line for line in lines if line and not line.startswith("#")]
        return [one.strip() for line in kept for one in line.split("&&")]

    @property
    def how(self) -> How:
        """What is done with it."""
        for how in (How.NOT_RUN, How.NEMO, How.FILE, How.OUTPUT):
            if how.value in self.marks:
                return how
        if self.is_commands:
            return How.NOT_RUN if self.reason else How.COMMANDS
        if self.language == "python":
            if NEEDS_NEMO.search(self.text):
                return How.NEMO
            return How.TESTS if re.search(r"^def test_", self.text, re.MULTILINE) else How.PYTHON
        return LANGUAGES.get(self.language, How.NOT_RUN)

    @property
    def is_commands(self) -> bool:
        """Whether it is made of commands."""
        if self.language:
            return self.language in COMMAND_LANGUAGES
        return COMMAND.match(self.text.lstrip()) is not None

    @property
    def reason(self) -> str:
        """Why it is not run; empty if nothing says so."""
        if "not run" in self.marks:
            return self.marks["not run"]
        found = [why for what, why in NEVER.items() if any(map(what.search, self.commands))]
        return found[0] if found else ""


def blocks_of(page: Path) -> Iterator[Block]:
    """Read the blocks of a page, in order.

    Args:
        page: A Markdown file of the repository.
    """
    name = page.relative_to(ROOT).as_posix()
    marks: dict[str, str] = {}
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block":
            marks |= dict(_MARK.findall(token.content))
        elif token.type == "fence":
            assert token.map is not None
            yield Block(name, token.map[0] + 1, token.info.strip(), token.content, marks)
            marks = {}
        elif token.type == "inline":
            marks = {}


def split(command: str) -> list[str]:
    """Split a command into its arguments, as a POSIX shell does."""
    return shlex.split(command, comments=True)


def prints(pattern: str, printed: str) -> bool:
    """Tell whether a text is the one that a page shows.

    Args:
        pattern: As the page has it; a line `...` stands for any number of lines, and `...` within
            a line for anything.
        printed: What was printed. White space at the ends of lines does not matter.
    """
    lines = [line.rstrip() for line in pattern.strip("\n").splitlines()]
    parts = [
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in lines
    ]
    text = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch("".join(parts), text) is not None
