"""Lists the CPython releases that fixed bugs which hide a locked file or hang because of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from winasr_doctor._util.dated import Dated

FixedIn = Mapping[tuple[int, int], int]
"""Maps a Python version to its first micro release with the fix; older versions never got it, newer
ones always had it.
"""

_RENEW = (
    "look for the issue in docs.python.org, 'Changelog', whether an older version got the fix since"
)

CLEANUP_FIXED: Dated[FixedIn] = Dated(
    "Python releases whose TemporaryDirectory reports a locked file as such",
    dt.date(2026, 11, 21),
    {(3, 11): 8, (3, 12): 1},
    f"{_RENEW} (gh-87319 and gh-79325)",
)
"""Before the fix, a locked file became WinError 267 or RecursionError. Source: CPython gh-87319 and
gh-79325, PR #112762.
"""

NAME_SEARCH_FIXED: Dated[FixedIn] = Dated(
    "Python releases whose tempfile gives up after 20 names",
    dt.date(2026, 11, 21),
    {(3, 13): 13, (3, 14): 4},
    f"{_RENEW} (gh-66305)",
)
"""Before the fix, tempfile tried 2,147,483,647 names. Source: CPython gh-66305, PR #144672, merged
2026-02-10; the first 3.14 release with it is assumed to be 3.14.4.
"""


def has_fix(table: Dated[FixedIn], python: tuple[int, ...]) -> bool:
    """Return whether a Python has a fix.

    Args:
        table: The releases with the fix.
        python: Major, minor and micro version.
    """
    major, minor, micro = python[:3]
    first = table.rows.get((major, minor))
    return (major, minor) > max(table.rows) if first is None else micro >= first
