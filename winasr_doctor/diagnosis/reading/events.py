"""The reader's results: one traceback or message with everything it hides."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from winasr_doctor.diagnosis.nodes import Chain, ErrorNode, Frame
from winasr_doctor.diagnosis.reading.errors import ErrorLine, node_from

_MOST_FRAMES = 3_000
_MOST_LINES = 60
_NARROWEST = 40


class Event(Struct):
    """A traceback with the exceptions that led to it.

    Attributes:
        nodes: Its exceptions, the last reported first.
        log: The log lines before it.
        members: The members of an exception group.
        number: The number of its first line.
        announced: Whether it is a debugger's heading, which the traceback repeats.
    """

    nodes: list[ErrorNode] = []
    log: tuple[str, ...] = ()
    members: list[Event] = []
    number: int = 0
    announced: bool = False

    def is_remote(self) -> bool:
        """Return whether it is the wrapper in which another process sends its traceback."""
        return bool(self.nodes) and self.nodes[0].kind.endswith("RemoteTraceback")

    def every_node(self) -> Iterator[ErrorNode]:
        """Yield its exceptions and those of its members."""
        yield from self.nodes
        for member in self.members:
            yield from member.every_node()

    def chain(self) -> Chain:
        """Return all its exceptions as a flat chain, each with its log lines."""
        flat = [node._replace(log=self.log) for node in self.nodes]
        for member in self.members:
            flat.extend(
                node if node.log else node._replace(log=self.log) for node in member.chain()
            )
        return tuple(flat)


class Draft(Struct):
    """An exception whose message may continue.

    Attributes:
        ending: The line that names it; `None` for a message without an exception.
        frames: The frames it passed through.
        lines: The message so far.
        widths: The length of each of its rows, including the class in the first one.
        event: The event it belongs to.
        first: Whether it is the last one reported in its event, not the innermost.
        blanks: Empty lines since the last row.
    """

    ending: ErrorLine | None
    frames: list[Frame]
    lines: list[str]
    event: Event
    first: bool = True
    widths: list[int] = []
    blanks: int = 0

    @property
    def has_paragraphs(self) -> bool:
        """Whether the message may contain empty lines, like ffmpeg's output or the Hub's answer.

        huggingface_hub puts one after "401 Client Error. (Request ID: ...)"
        (`utils/_http.py`, `hf_raise_for_status`).
        """
        return any("ffmpeg version" in line or "(Request ID: " in line for line in self.lines[:2])

    def is_from(self, body: str) -> bool:
        """Return whether a line is pytest's last frame, which comes below the exception."""
        place, _, kind = body.rstrip().rpartition(": ")
        return self.ending is not None and ".py:" in place and kind.endswith(self.ending.kind)

    def finish(self) -> None:
        """Add the exception to its event."""
        node = self.node()
        if self.first:
            self.event.nodes.insert(0, node)
        else:
            self.event.nodes.append(node)

    def node(self) -> ErrorNode:
        """Return the exception with its whole message."""
        kind, module = (self.ending.kind, self.ending.module) if self.ending else ("", "")
        return node_from(
            kind, module, _joined(self.lines, self.widths), tuple(self.frames[:_MOST_FRAMES])
        )

    def add(self, line: str) -> None:
        """Add a line of the message."""
        if len(self.lines) < _MOST_LINES:
            if self.blanks:
                self.lines.append("")
                self.widths.append(0)
            self.lines.append(line)
            self.widths.append(len(line))
        self.blanks = 0


def _joined(lines: list[str], widths: list[int]) -> str:
    """Join the lines of a message; rows that fill a console's width are joined to one line."""
    full = set(widths[:-1])
    if len(lines) > 2 and len(full) == 1 and min(full) >= _NARROWEST and widths[-1] <= min(full):  # noqa: PLR2004
        return "".join(lines)
    return "\n".join(lines)


class ErrorStream(Struct):
    """The parser's state for the lines of one process.

    Attributes:
        name: The beginning of its lines.
        frames: The frames of the open traceback.
        is_open: Whether a traceback is open.
        expected: The class announced by its heading.
        draft: The exception whose message may continue.
        event: The last event, which a joining sentence continues.
        linked: Whether the next exception occurred while that of the event was handled.
        inner: Whether the next exception is wrapped by that of the event.
        backwards: Whether frames come innermost first.
        is_current: Whether it is the thread that crashed, in a crash dump.
        strangers: Lines since the last frame.
        began: The line in which the traceback began.
    """

    name: str
    frames: list[Frame] = []
    is_open: bool = False
    expected: str | None = None
    draft: Draft | None = None
    event: Event | None = None
    linked: bool = False
    inner: bool = False
    backwards: bool = False
    is_current: bool = False
    strangers: int = 0
    began: int = 0

    def open(self, number: int, expected: str | None = None) -> None:
        """Begin a traceback in a line."""
        self.frames, self.is_open, self.expected = [], True, expected
        self.began, self.strangers, self.is_current = number, 0, False

    def close(self) -> list[Frame]:
        """End a traceback and return its frames, outermost first."""
        frames = self.frames[::-1] if self.backwards else self.frames
        self.frames, self.is_open, self.expected, self.backwards = [], False, None, False
        return frames
