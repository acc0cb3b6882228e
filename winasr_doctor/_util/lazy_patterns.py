"""Regular expressions that are compiled when they are first used.

The package has some 250 of them and a command needs a few: compiling those of `explain` alone takes
15 ms, those that one traceback needs 5 ms.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _LazyPattern:
    """Stands in for a compiled pattern, and keeps each of its methods once it was used."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - those of `re.compile`
        self._arguments = arguments

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method of `re.Pattern`
        value = getattr(re.compile(*self._arguments), name)
        setattr(self, name, value)
        return value


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` does, but compile it at the first use.

    Only its methods can be used: the functions of `re` do not accept it.

    Args:
        pattern: The regular expression.
        flags: Those of `re`.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))
