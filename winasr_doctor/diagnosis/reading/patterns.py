"""Patterns for the fixed phrases of tracebacks, including text recognition errors in them.

Source: CPython, Lib/traceback.py and Modules/faulthandler.c; IPython, core/ultratb.py; rich,
traceback.py; pytest, _pytest/_code/code.py; streamlit and torch for their headings.
"""

from __future__ import annotations

from winasr_doctor._util.lazy_patterns import lazy_pattern

HEAD = lazy_pattern(
    r"(?P<before>(?:Original |Exception Group )?)"
    r"Traceback \((?:most|rnost|m0st) recent ca[lI1|]{2} [lI1]ast\) ?:?"
)
BARE_HEAD = lazy_pattern(r"^\s*Traceback:\s*$")
"""Streamlit's page and some apps."""
DUMP = lazy_pattern(r"(?:^|\s)(?:Stack|(?P<current>Current )?[Tt]hread 0x[0-9a-fA-F]+[^(]{0,60}) "
                  r"\(most recent call first\):")  # fmt: skip
"""faulthandler's, whose frames come innermost first."""
JOIN = lazy_pattern(
    r"[Dd]urin[gq] hand[lI1]in[gq] of the above exception, another exception occurred ?:?"
    r"|[Tt]he above exception was the direct cause of the fo[lI1]{2}owin[gq] exception ?:?"
)
FRAME = lazy_pattern(
    r'(?P<mark>> ?)?Fi[lI1]e (?:"(?P<file>[^"]{1,1000})"|(?P<bare>[^\s"]{1,400})),? ?'
    r"[lI1]ine (?P<line>\d{1,9})(?:,? in (?P<function>[^\s|│,]{1,300}))?"
)
NOISE = lazy_pattern(
    r"(?<!\d)(?:\d+%\s?\|.*\||\d+(?:\.\d+)?(?:it|s|B|kB|MB)/(?:s|it)\b|\d+it \[\d\d:\d\d)"
    r"|^\s*\+ (?:CategoryInfo|FullyQualifiedErrorId)\s*:|\+ FullyQualifiedErrorId : "
)
"""Progress bars, and the lines that PowerShell 5 puts into a program's stderr."""
NAMES = lazy_pattern(r"Traceback|File |above exception|most recent call")

LONGEST_LINE = 4_000
"""Maximum number of characters examined per line; only minified logs have longer lines."""
