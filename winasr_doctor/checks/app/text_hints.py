"""Says from a file's text whether a check may find something, so that fewer files are parsed.

An answer may be wrong in one direction only: a file that cannot matter may seem to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from winasr_doctor.appsource.call_texts import parts_of_call

_TEXT_CALL = re.compile(r"(open|write_text|read_text)[\s\\]*\(")
_BINARY = re.compile(r"""['"](?=[^'"]*b)(?=[^'"]*[rwax])[rwaxbt+]{2,4}['"]""")
_TEXT_MODE = re.compile(r"""['"][rwaxt+]{1,3}['"]""")
_RENAMED_OPENS = ("open as", "io as", "codecs as")
_OTHER_OPENS = ("io.open", "codecs.open")
_DECODES = re.compile(r"universal_newlines|text\s*=|get(?:status)?output|check_output")

_DELETE = re.compile(
    r"(remove|unlink|rmdir|rename|replace|renames|removedirs|rmtree|move)\s*(?:\(|\bas\b)"
)
_OWNER = re.compile(r"([A-Za-z_][\w.]*|\))\s*\.\s*$")
_MODULES = ("os", "shutil")
_RENAMED_MODULES = ("os as", "shutil as")
_ONE_ARGUMENT = re.compile(r"[^,)]*\)")
_OPENED = re.compile(r"\w\s*\(\s*([A-Za-z_][\w.]*)\s*[,)]")
_NEAR = 100
"""Characters before a method in which its owner is looked for."""


def may_leave_the_encoding_open(text: str) -> bool:
    """Return whether a call may open, read or write text, or decode output, in a default encoding.

    Args:
        text: The source of a file.
    """
    is_renamed = any(each in text for each in _RENAMED_OPENS)
    return is_renamed or part_may_leave_it_open(text, runs_programs="subprocess" in text)


def part_may_leave_it_open(text: str, *, runs_programs: bool) -> bool:
    """Return whether that may be so in a part of a file, unless it calls `open` another name.

    Args:
        text: The source of the part.
        runs_programs: Whether the file imports `subprocess`.
    """
    if runs_programs and _DECODES.search(text):
        return True
    return any(each in text for each in _OTHER_OPENS) or any(_calls_left_open(text))


def _calls_left_open(text: str) -> Iterator[bool]:
    for call in _TEXT_CALL.finditer(text):
        before = text[max(0, call.start() - 1) : call.start()]
        if not before.isalnum() and before != "_":
            is_method = before == "." and call[1] == "open"
            yield _leaves_it_open(text, call.end(), is_method=is_method)


def _leaves_it_open(text: str, start: int, *, is_method: bool) -> bool:
    """Return whether the arguments from a place on may name neither an encoding nor a binary mode.

    The `open` of an unknown object matters only with a mode for text.
    """
    commas, has_mode = 0, not is_method
    for kind, part in parts_of_call(text, start):
        if kind == "unclear":
            return True
        commas += kind == "comma"
        is_mode = kind == "string" and (commas > 0 or is_method)
        if (kind == "keyword" and part == "encoding") or (is_mode and _BINARY.fullmatch(part)):
            return False
        has_mode = has_mode or (is_mode and _TEXT_MODE.fullmatch(part) is not None)
    return has_mode


def may_delete(text: str) -> bool:
    """Return whether a file may delete or move what it opens; `text.replace(a, b)` does not.

    Args:
        text: The source.
    """
    return any(each in text for each in _RENAMED_MODULES) or any(
        _may_be_a_delete(text, call) for call in _DELETE.finditer(text)
    )


def _may_be_a_delete(text: str, call: re.Match[str]) -> bool:
    near = text[max(0, call.start() - _NEAR) : call.start()]
    owner = _OWNER.search(near)
    if owner is None or owner[1] in _MODULES or call[1] in {"unlink", "rename"}:
        return not near[-1:].isalnum()
    if call[1] != "replace":
        return False
    if owner[1] == ")":
        return _ONE_ARGUMENT.match(text, call.end()) is not None
    return owner[1] in _OPENED.findall(text)
