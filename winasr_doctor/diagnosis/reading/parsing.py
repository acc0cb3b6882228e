"""Parses lines into events: tracebacks, the links between them, and other messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.nodes import Frame
from winasr_doctor.diagnosis.reading.errors import (
    ErrorLine,
    Strength,
    ending_in,
    ending_within,
)
from winasr_doctor.diagnosis.reading.events import Draft, ErrorStream, Event
from winasr_doctor.diagnosis.reading.frames import frame_in
from winasr_doctor.diagnosis.reading.messages import (
    begins_message,
    is_end,
    is_fatal,
    is_log_line,
    is_message,
)
from winasr_doctor.diagnosis.reading.patterns import (
    BARE_HEAD,
    DUMP,
    HEAD,
    JOIN,
    LONGEST_LINE,
    NOISE,
)
from winasr_doctor.diagnosis.reading.prefixes import LogLine

_BORDER = lazy_pattern(r"^(?:\s{0,8}[│┃]\s?)+|\s*[│┃]\s*$")
_POOR_BOX = lazy_pattern(r"\+-{4,200} Traceback|\?{5,200} Traceback")
"""rich's box on consoles without line-drawing characters."""
_PYTEST = lazy_pattern(r"^E(?: {3,24}|$)")
_ANNOUNCED = lazy_pattern(r"^\s*(?P<kind>[A-Za-z_][\w.]{0,200})\s{3,}$")
_DEBUGGER = lazy_pattern(r"^Exception has occurred: (?P<kind>[\w.]{1,200})")
_INNER = lazy_pattern(r"terminated with the following error:?\s*$|^\s*Original Traceback")
_SEVERAL = lazy_pattern(r"\(\d+ sub-exceptions?\)")
_SHORT = 4
"""Maximum number of lines of a text in which `Word: text` may be an exception of any name."""
_FEW = 12
"""Maximum number of lines of a text in which every line may be a message, in any wording."""
_LOG_LINES = 40
_MOST_STRANGERS = 80
_MOST_EVENTS = 2_000
_MOST_MESSAGES = 200
_ROWS = 4
_MOST_ROWS = 8
"""Maximum number of message lines below `Class: text` without a traceback; the log follows."""
_NEAR = 400
"""Maximum number of lines between a message and the frames below it; a crash lists every thread."""
_REPEATED = lazy_pattern(r"\[Previous line repeated (\d{1,6}) more times?\]")
_MOST_REPEATED = 3_000
_WORD = lazy_pattern(r"[\w<>]{1,80}")
_LONGEST_LOG_LINE = 500


class Parser:
    """Parses lines one after the other.

    Args:
        pretty: Whether the text may come from pretty_errors, whose frames have no mark.
        lines: How many non-empty lines the text has.

    Attributes:
        events: Tracebacks and lines that name an exception, in order.
        messages: Lines that report an error without naming an exception.
    """

    def __init__(self, *, pretty: bool = False, lines: int | None = None) -> None:
        self.events: list[Event] = []
        self.messages: list[Event] = []
        self._streams: dict[str, ErrorStream] = {}
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._group: tuple[str, Event] | None = None
        self._row = ""
        self._rows = 0
        self._number = 0
        self._border = ""
        self._last_row = 0
        self._pretty = pretty
        self._short = lines is not None and lines <= _SHORT
        self._few = lines is not None and lines <= _FEW

    def read(self, lines: Iterable[LogLine]) -> None:
        """Read all lines and finish open tracebacks and messages."""
        for line in lines:
            if len(self.events) >= _MOST_EVENTS:
                break
            self._number += 1
            self._line(line)
        for stream in self._streams.values():
            self._finish(stream)
            self._leave_unfinished(stream)

    def _line(self, line: LogLine) -> None:
        stream = self._streams.setdefault(line.stream, ErrorStream(line.stream))
        body = line.body[:LONGEST_LINE]
        boxed = body.lstrip()[:1] in ("│", "┃")
        if boxed:
            body = _BORDER.sub("", body)
        elif self._border and body[:1] == self._border:
            body, boxed = body[2:].rstrip(" " + self._border), True
        elif (mark := _PYTEST.match(body)) is not None:
            body = body[mark.end() :]
        if not body.strip():
            if stream.draft is not None:
                stream.draft.blanks += 1
            return
        if boxed and self._row and self._is_row(stream, body):
            return
        if self._is_structure(stream, line, body):
            return
        if boxed and self._is_row(stream, body):
            return
        self._other(stream, line, body)

    # --- what tracebacks are made of ---------------------------------------------------------

    def _is_structure(self, stream: ErrorStream, line: LogLine, body: str) -> bool:
        if "(most recent" in body or "raceback" in body:
            if NOISE.search(body) and "CategoryInfo" in body:
                return True
            if self._is_head(stream, body):
                return True
        if "above exception" in body and JOIN.search(body):
            self._finish(stream)
            self._leave_unfinished(stream)
            stream.linked = stream.event is not None
            return True
        frame = frame_in(body, pretty=self._pretty)
        if frame is not None:
            self._add(stream, frame, body)
            return True
        return self._is_ending(stream, line, body)

    def _add(self, stream: ErrorStream, frame: Frame, body: str) -> None:
        if stream.draft is not None and stream.draft.is_from(body):
            stream.draft.frames.append(frame)
            return
        self._take_back(stream)
        if not stream.is_open:
            self._finish(stream)
            stream.open(self._number)
        stream.frames.append(frame)
        stream.strangers = 0
        self._last_row = self._number

    def _is_head(self, stream: ErrorStream, body: str) -> bool:
        drawn = _POOR_BOX.match(body)
        self._border = "" if drawn is None else "|" if drawn[0][0] == "+" else "?"
        dump = DUMP.search(body)
        head = HEAD.search(body)
        if dump is None and head is None and not BARE_HEAD.match(body):
            return False
        last = self._log[-1] if self._log else ""
        said = stream.draft.lines[-1] if stream.draft is not None and stream.draft.lines else last
        self._finish(stream)
        self._leave_unfinished(stream)
        if stream.event is not None and stream.event.is_remote():
            stream.event.nodes.pop(0)
            stream.linked = True
        elif stream.event is not None and (_INNER.search(said) or _INNER.search(body)):
            stream.inner = True
        announced = _ANNOUNCED.match(body[: head.start()] if head is not None else "")
        stream.open(self._number, announced["kind"].rpartition(".")[2] if announced else None)
        stream.backwards = dump is not None
        stream.is_current = dump is not None and dump["current"] is not None
        return True

    def _is_ending(self, stream: ErrorStream, line: LogLine, body: str) -> bool:
        if stream.is_open:
            ending = ending_in(body, stream.expected)
            if ending is None or NOISE.search(body) or is_log_line(line.body):
                return False
            if ending.strength is Strength.WEAK and not stream.frames:
                return False
            self._begin(stream, ending, stream.close(), len(body))
            return True
        return self._is_single(stream, line, body)

    def _is_single(self, stream: ErrorStream, line: LogLine, body: str) -> bool:
        """Recognise an exception outside a traceback."""
        debugger = _DEBUGGER.match(body)
        if debugger is not None:
            self._finish(stream)
            module, _, kind = debugger["kind"].rpartition(".")
            self._begin(stream, ErrorLine(kind, module, "", Strength.STRONG), [])
            if stream.event is not None:
                stream.event.announced = True
            return True
        if NOISE.search(body):
            return False
        ending = ending_in(body)
        weakest = Strength.WEAK if self._short else Strength.STRONG
        if ending is not None and (ending.strength < weakest or ending.is_word()):
            ending = None
        if ending is not None and not ending.message and not stream.linked and not self._short:
            ending = ending if body.rstrip().endswith(":") or ending.module else None
        ending = ending or ending_within(body)
        if ending is None or ending.kind.endswith("Warning"):
            return False
        if stream.draft is not None and stream.draft.frames and body[:1] in " \t":
            return False
        self._finish(stream)
        self._begin(stream, ending, [], len(body))
        self._log.append(line.raw[:_LONGEST_LOG_LINE])
        return True

    def _begin(
        self, stream: ErrorStream, ending: ErrorLine | None, frames: list[Frame], width: int = 0
    ) -> None:
        """Begin an exception: a new event, or a part of the last one."""
        goes_on = (stream.linked or stream.inner) and stream.event is not None
        first = not stream.inner
        if goes_on and stream.event is not None:
            event = stream.event
        else:
            event = Event(log=tuple(self._log), number=self._number)
            self._place(stream, event)
            stream.event = event
            first = True
        stream.linked = stream.inner = False
        lines = [] if ending is None else [ending.message]
        stream.draft = Draft(ending, frames, lines, event, first, [width] * len(lines))
        if ending is not None and ending.kind.endswith("ExceptionGroup"):
            self._group = (stream.name, event)

    def _place(self, stream: ErrorStream, event: Event) -> None:
        if self._group is not None:
            key, group = self._group
            own = stream.name
            if own.endswith("|") and len(own) > len(key):
                group.members.append(event)
                return
            self._group = None
        self.events.append(event)

    def _finish(self, stream: ErrorStream) -> None:
        if stream.draft is not None:
            stream.draft.finish()
            stream.draft = None

    def _take_back(self, stream: ErrorStream) -> None:
        """Continue a traceback that only seemed to be over."""
        draft = stream.draft
        if draft is None or draft.ending is None or draft.ending.strength is not Strength.WEAK:
            return
        if draft.blanks or not draft.frames:
            return
        stream.draft, stream.is_open, stream.frames = None, True, draft.frames
        if self.events and self.events[-1] is draft.event and not draft.event.nodes:
            self.events.pop()
            stream.event = None

    def _leave_unfinished(self, stream: ErrorStream) -> None:
        """End a traceback whose last line is missing or above it."""
        if not stream.is_open:
            return
        is_dump = stream.backwards
        frames = stream.close()
        above = stream.event or (self.messages[-1] if self.messages else None)
        near = above is not None and above.nodes and stream.began - above.number <= _NEAR
        if not frames:
            return
        if above is not None and near and (stream.is_current or not above.nodes[0].frames):
            above.nodes[0] = above.nodes[0]._replace(frames=tuple(frames))
        elif not (near and is_dump):  # other threads of a crash are irrelevant
            self._begin(stream, None, frames)
            self._finish(stream)

    # --- what comes between --------------------------------------------------------------------

    def _is_row(self, stream: ErrorStream, body: str) -> bool:
        """Join the rows of a path that rich has wrapped inside its box."""
        if not stream.is_open or body[:1].isspace() or body[:1] in "❱>?":
            self._row, self._rows = "", 0
            return stream.is_open
        if stream.frames and self._last_row == self._number - 1 and _WORD.fullmatch(body.rstrip()):
            last = stream.frames[-1]
            stream.frames[-1] = last._replace(function=last.function + body.rstrip())
            return True
        self._row += body.rstrip()
        self._rows += 1
        frame = frame_in(self._row, pretty=False) if self._rows > 1 else None
        if frame is not None:
            stream.frames.append(frame)
        if frame is not None or self._rows >= _ROWS:
            self._row, self._rows = "", 0
        return True

    def _other(self, stream: ErrorStream, line: LogLine, body: str) -> None:
        if stream.is_open:
            if stream.frames and (again := _REPEATED.search(body)) is not None:
                stream.frames += stream.frames[-1:] * min(int(again[1]), _MOST_REPEATED)
                return
            stream.strangers += 1
            if stream.strangers > _MOST_STRANGERS:
                self._leave_unfinished(stream)
            if body[:1].isspace() or not is_fatal(body):
                return
            self._leave_unfinished(stream)
        draft = stream.draft
        if draft is not None and self._goes_on(draft, line, body):
            draft.add(body)
            if draft.ending is None:
                self._log.append(line.raw[:_LONGEST_LOG_LINE])
            return
        self._finish(stream)
        noise = NOISE.search(body) is not None
        if not noise:
            self._log.append(line.raw[:_LONGEST_LOG_LINE])
        if (
            not noise
            and len(self.messages) < _MOST_MESSAGES
            and (is_message(body) or (self._few and not is_end(body)))
        ):
            event = Event(log=tuple(self._log)[:-1], number=self._number)
            self.messages.append(event)
            stream.draft = Draft(None, [], [body.strip()], event, widths=[len(body)])
            stream.event = None

    def _goes_on(self, draft: Draft, line: LogLine, body: str) -> bool:
        if NOISE.search(body) or is_end(body) or (is_log_line(line.body) and draft.lines != [""]):
            return False
        indented = body[:1].isspace()
        if draft.blanks and draft.lines != [""] and not (indented or draft.has_paragraphs):
            return False
        if not draft.frames and not indented and draft.lines != [""]:
            return not draft.blanks and self._is_next_row(draft, body)
        return True

    def _is_next_row(self, draft: Draft, body: str) -> bool:
        """Return whether a line continues a message that has no traceback above it."""
        if begins_message(body):
            return False
        if draft.ending is None:
            return not is_message(body) or is_message(draft.lines[0])
        return len(draft.lines) < _MOST_ROWS and (self._few or not is_message(body))
