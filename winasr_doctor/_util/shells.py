"""Quotes an argument for the shells that people paste commands into."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_POWERSHELL_QUOTES = str.maketrans({quote: 2 * quote for quote in "'\u2018\u2019\u201a\u201b"})
_NOT_LITERAL_IN_POWERSHELL = '["$`\u201c\u201d\u201e]'
_NOT_LITERAL_IN_POSIX = r'["$`\\!]'
_A_VARIABLE_OF_CMD = "%[^%]+%"


def quoted_for_powershell(text: str) -> str:
    """Quote a text for PowerShell, literally.

    Typographic quotes are doubled as well: PowerShell treats each of them as a quote. Source:
    learn.microsoft.com, "CodeGeneration.EscapeSingleQuotedStringContent method" and the language
    specification, `single-quote-character`.
    """
    return f"'{text.translate(_POWERSHELL_QUOTES)}'"


def quoted_for_cmd(text: str) -> str:
    """Quote a text for cmd's prompt, literally.

    Between quotes only `%` is special. A caret outside of quotes breaks up the name of the
    variable, and cmd then removes it. Source: learn.microsoft.com, "cmd", remarks on special
    characters; cmd leaves `%NAME%` as it is where no variable has that name.

    Args:
        text: Without a double quote, which neither a path nor a URL contains on Windows.
    """
    return '"' + text.replace("%", '"^%"') + '"'


def quoted_for_posix(text: str) -> str:
    """Quote a text for a POSIX shell, literally."""
    import shlex

    return shlex.quote(text)


def quoted_everywhere(text: str, *, windows: bool) -> Mapping[str, str]:
    """Quote a text for every shell that people may use on a system.

    Args:
        text: A path, a URL or a requirement.
        windows: Whether the system is Windows, with PowerShell and cmd.

    Returns:
        The quoted text for each shell's name; a single entry with an empty name if the same quoting
        is right in all of them.
    """
    plain = f'"{text}"'
    if not windows:
        simple = not re.search(_NOT_LITERAL_IN_POSIX, text)
        return MappingProxyType({"": plain if simple else quoted_for_posix(text)})
    if not (re.search(_NOT_LITERAL_IN_POWERSHELL, text) or re.search(_A_VARIABLE_OF_CMD, text)):
        return MappingProxyType({"": plain})
    shells: dict[str, Callable[[str], str]] = {
        "PowerShell": quoted_for_powershell,
        "cmd": quoted_for_cmd,
    }
    return MappingProxyType({name: quote(text) for name, quote in shells.items()})
