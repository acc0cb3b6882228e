"""Recognises the frames of a traceback, in the form of every tool."""

from __future__ import annotations

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.nodes import Frame, last_part
from winasr_doctor.diagnosis.reading.patterns import FRAME

_SOURCE = r"[^\s:][^:\n]{0,3}(?::[\\/][^:\n]{0,500})?[^:\n]{0,500}\.pyw?|<[^<>\n]{1,80}>"
_OTHERS = (
    # IPython 8: `File ~\env\x.py:116, in Cls.func(args)`; `File C:\x.py:31`
    lazy_pattern(
        r"File (?P<path>[^\n]{1,600}?):(?P<line>\d{1,9})"
        r"(?:, in (?P<function>[^\s(]{1,300})[^\n]*)?\s*$"
    ),
    # IPython: `Cell In[7], line 1`, `Input In [7], in <cell line: 1>()`
    lazy_pattern(
        r"(?P<path>(?:Cell |Input )In ?\[\d+\])(?:, line (?P<line>\d{1,9}))?"
        r"(?:,? in (?P<function><[^<>]{1,80}>|[\w.<>]{1,200})[^\n]*)?\s*$"
    ),
    # IPython 7: `~\x.py in func(args)`, `<ipython-input-7-ab> in <module>`
    lazy_pattern(
        r"(?P<path>~?[\\/][^\n(]{1,500}?\.py|[A-Za-z]:[\\/][^\n(]{1,500}?\.py|<ipython-input-[^>\n]{1,80}>)"
        r"(?P<line>) in (?P<function>[\w.<>]{1,200})(?:\([^\n]*)?\s*$"
    ),
    # rich: `C:\x.py:41 in transcribe`
    lazy_pattern(rf"(?P<path>{_SOURCE}):(?P<line>\d{{1,9}}) in (?P<function>\S{{1,300}})\s*$"),
    # pytest: `tests\x.py:4: in <module>`, `x.py:12: ValueError`
    lazy_pattern(
        rf"(?P<path>{_SOURCE}):(?P<line>\d{{1,9}}): ?"
        rf"(?:in (?P<function>\S{{1,300}})|(?P<kind>[\w.]{{0,200}}))\s*$"
    ),
)
_PRETTY = lazy_pattern(
    r"(?P<path>[\w.\\/\-]{1,200}\.py|<[\w. ]{1,80}>)"
    r" (?P<line>\d{1,9}) (?P<function>[\w<>]{1,200})\s*$"
)
"""pretty_errors: `modeling_utils.py 2692 to`."""


def frame_in(body: str, *, pretty: bool) -> Frame | None:
    """Return the frame that a line represents, if it is one.

    Args:
        body: A line without its prefix.
        pretty: Whether frames without any mark, as in pretty_errors, count.
    """
    if "ile " in body and (match := FRAME.search(body)) is not None:
        if body[: match.start()].strip(" >~-|+│") and not match["file"]:
            return None
        if match["file"] or match["function"]:
            return _frame(match["file"] or match["bare"], match["line"], match["function"])
    text = body.strip()
    if not text or len(text) > 1_200 or text[0] in "^~❱":  # noqa: PLR2004
        return None
    if ".py" in text or "In" in text or "<" in text:
        for pattern in _OTHERS:
            if (match := pattern.match(text)) is not None:
                return _frame(match["path"], match["line"], match["function"])
        if pretty and (match := _PRETTY.match(text)) is not None:
            return _frame(match["path"], match["line"], match["function"])
    return None


def _frame(path: str, line: str | None, function: str | None) -> Frame:
    name = (function or "").rstrip(",:")
    if "." in name:  # IPython shows the qualified name, CPython only the function's name
        name = name.rpartition(".")[2]
    return Frame(last_part(path), name, path, int(line) if line else None)
