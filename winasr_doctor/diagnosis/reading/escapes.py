"""Extracts tracebacks from strings: JSON logs, Python's repr, and everything on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.reading.patterns import FRAME, HEAD, JOIN

_ESCAPED = lazy_pattern(
    r"last\) ?:? ?\\+n|\\+n {1,4}File \\*[\"']"
    r"|\\+n(?:During hand|The above exc)|, in \S{1,200}?\\+n"
)
_SEQUENCE = lazy_pattern(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "", "t": "\t"}
_PARTS = ("raceback", "above exception", "ile ")
_LEVELS = 4
_LONGEST = 2_000_000
_INLINE_ERROR = lazy_pattern(
    r"(?<![\w.])(?<!raise )(?<!except )"
    r"(?=(?:[A-Za-z_]\w{0,80}\.){0,8}[A-Za-z_]\w{0,80}\s?: )"
    r"(?:(?:[A-Za-z_]\w{0,80}\.){0,8}\w{0,80}(?:Error|Exception|Interrupt|ExceptionGroup)"
    r"|(?:[a-z_]\w{0,80}\.){1,8}[A-Z]\w{0,80})\s?: "
)
_STRUCTLOG = ("exc_type", "exc_value", "frames")
_UNTOLD = frozenset(
    {
        "level", "levelname", "severity", "lvl", "ts", "time", "timestamp", "asctime", "logger",
        "name", "host", "hostname", "pid", "thread", "version", "service", "module", "process",
    }
)  # fmt: skip
"""Keys of a JSON log whose values say nothing about an error."""


def unescaped(line: str) -> Iterator[str]:
    """Yield the lines that a log line contains as strings; usually the line itself.

    Args:
        line: The line, without its line end.
    """
    if "#012" in line:  # rsyslog writes control characters in octal
        line = line.replace("#011", "\t").replace("#033", "\x1b")
        yield from line.split("#012")
        return
    found = _from_json(line) if "{" in line or "[" in line else None
    if found is not None:
        for text in found:
            for part in text.splitlines() or [""]:
                yield from unescaped(part) if _ESCAPED.search(part) else [part]
    elif "\\n" in line and _ESCAPED.search(line):
        yield from _unescaped(line[:_LONGEST], _LEVELS)
    else:
        yield line


def _unescaped(line: str, levels: int) -> Iterator[str]:
    """Undo the escapes of one line, level by level."""
    for part in _SEQUENCE.sub(_character, line).split("\n"):
        if levels > 1 and "\\n" in part and _ESCAPED.search(part):
            yield from _unescaped(part, levels - 1)
        else:
            yield part


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16))
    return _PLAIN.get(match[3], match[3])


def _from_json(line: str) -> list[str] | None:
    """Return the strings of the JSON object in a line that may describe an error."""
    start = line.find("{")
    if start < 0 or len(line) > _LONGEST or not line.rstrip().endswith("}"):
        return None
    import json

    try:
        value, _ = json.JSONDecoder().raw_decode(line, start)
    except (ValueError, RecursionError):
        return None
    return list(islice(_strings(value, 0), 1_000)) if isinstance(value, dict) and value else None


def _strings(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        yield value
    elif depth < 20 and isinstance(value, list):  # noqa: PLR2004
        # structlog's dict_tracebacks lists the outermost exception first.
        items = reversed(value) if _is_structlog(value) else value
        for number, item in enumerate(items):
            if number and _is_structlog(value):
                yield from (
                    "",
                    "During handling of the above exception, another exception occurred:",
                    "",
                )
            yield from _strings(item, depth + 1)
    elif depth < 20 and isinstance(value, dict):  # noqa: PLR2004
        if _is_structlog([value]):
            yield _as_traceback(value)
        else:
            for key, item in value.items():
                if key.lower().lstrip("@_") in _UNTOLD:
                    continue
                yield from _strings(item, depth + 1)


def _is_structlog(value: list[Any]) -> bool:
    return bool(value) and all(
        isinstance(item, dict) and all(key in item for key in _STRUCTLOG) for item in value
    )


def _as_traceback(value: dict[str, Any]) -> str:
    lines = ["Traceback (most recent call last):"]
    frames = value["frames"] if isinstance(value["frames"], list) else []
    for frame in frames:
        if isinstance(frame, dict):
            place = f'"{frame.get("filename")}", line {frame.get("lineno")}'
            lines.append(f"  File {place}, in {frame.get('name')}")
    lines.append(f"{value['exc_type']}: {value['exc_value']}")
    return "\n".join(lines)


def spread(line: str) -> list[str]:
    """Split a line that contains several lines of a traceback, joined by spaces."""
    if not any(word in line for word in _PARTS):
        return [line]
    heads = [match.end() for match in HEAD.finditer(line)]
    joins = [(match.start(), match.end()) for match in JOIN.finditer(line)]
    frames = [match.start() for match in FRAME.finditer(line)]
    glued = any(line[end:].strip() for end in heads) or len(frames) > 1 or len(heads) > 1
    glued = glued or any(line[:a].strip(" >|") and line[b:].strip() for a, b in joins)
    if not glued or not (frames or len(heads) > 1 or joins):
        return [line]
    cuts = {*heads, *frames, *(cut for join in joins for cut in join)}
    cuts |= {match.start() for match in HEAD.finditer(line)} if len(heads) > 1 else set()
    edges = [0, *sorted(cuts - {0, len(line)}), len(line)]
    pieces = [line[a:b].strip() for a, b in pairwise(edges)]
    return [part for piece in pieces if piece for part in _apart(piece)]


def _apart(piece: str) -> list[str]:
    """Split a piece into the frame, its line of code and the exception after it."""
    frame = FRAME.match(piece)
    if frame is None:
        return [piece]
    rest = piece[frame.end() :].strip()
    error = _INLINE_ERROR.search(rest)
    code, end = (rest, "") if error is None else (rest[: error.start()], rest[error.start() :])
    lines = [f"  {frame[0]}"]
    if code.strip():
        lines.append(f"    {code.strip()}")
    return [*lines, end] if end else lines
