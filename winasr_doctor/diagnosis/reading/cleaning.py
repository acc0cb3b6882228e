"""Undoes what terminals, browsers and mail programs do to characters."""

from __future__ import annotations

import re
from functools import lru_cache

from winasr_doctor._util.lazy_patterns import lazy_pattern

_ESC = r"(?:\x1b|\\{1,4}x1b|\\{1,4}u001b|\\{1,4}033|\^\[|#033|\u241b)"
_COLOURS = lazy_pattern(
    rf"{_ESC}\[[0-9;?:]{{0,40}}[ -/]{{0,3}}[@-~]"
    r"|\x9b[0-9;?]{0,40}[@-~]"
    rf"|{_ESC}\][^\x07\x1b\n]{{0,2000}}(?:\x07|\x1b\\)"
    r"|\x1b[()#][0-9A-Za-z]|\x1b[@-Z\\^_=>]"
    # The escape character itself is lost when a terminal's text is pasted into a form.
    r"|\[(?:\d{1,3};){0,8}\d{1,3}m(?!\])|\[m(?=\s|$)"
)
_MAY_HAVE_COLOURS = lazy_pattern(r"\x1b|\x9b|\\x1b|\\u001b|\\033|\^\[|#033|\u241b|\[\d[\d;]{0,20}m")
_TAGS = lazy_pattern(
    r"</?(?:span|font|pre|code|p|div|details|summary|b|i|u|a|em|strong|td|tr|th|table|tbody"
    r"|blockquote|li|ul|html|body)(?:\s[^<>\n]{0,500})?/?>",
    re.IGNORECASE,
)
_BREAKS = lazy_pattern(r"<br\s{0,3}/?>\n?|</p>|</div>", re.IGNORECASE)
_ENTITY = lazy_pattern(r"&(?:quot|lt|gt|amp|apos|nbsp|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_LINK = lazy_pattern(r"\[([^\[\]\n]{1,200})\]\((?:file|vscode-[\w-]+|https?):[^()\n]{0,400}\)")
_LINE_ENDS = lazy_pattern(r"\r*\n|\r+|[\x0b\x0c\x85\u2028\u2029]")
_LEVELS = 3
_HIDDEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_TABLE = str.maketrans(
    {
        **dict.fromkeys(_HIDDEN),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        "\uff1a": ": ",
    }
)
_ODD = lazy_pattern("[" + "".join(re.escape(chr(character)) for character in _TABLE) + "]")
_MISREAD = "│─╭╮╰╯❱┌┐└┘•\u2018\u2019\u201c\u201d"


def cleaned(text: str) -> str:
    """Return a text with line feeds as line ends, without colours and unusual quotes."""
    text = text.replace("\0", "")
    text = _LINE_ENDS.sub("\n", text)
    text = without_colours(text)
    if not text.isascii():
        text = _in_ascii(text)
    return text


def rendered(text: str) -> str:
    """Return a text as a browser or a spreadsheet shows it: without tags, entities and quotes."""
    for _ in range(_LEVELS):
        before = text
        if "<" in text and ("</" in text or "<br" in text):
            text = _TAGS.sub("", _BREAKS.sub("\n", text))
        if "&" in text and _ENTITY.search(text):
            import html

            text = html.unescape(text).translate(_TABLE)
        if "](" in text:
            text = _LINK.sub(r"\1", text)
        if text == before:
            break
    if 'File ""' in text:  # a cell of a CSV file doubles its quotes (RFC 4180)
        text = text.replace('""', '"')
    return text


def without_colours(text: str) -> str:
    """Remove escape sequences, including those whose escape character is lost or written out."""
    return _COLOURS.sub("", text) if _MAY_HAVE_COLOURS.search(text) else text


@lru_cache(maxsize=1)
def _wrong_code_page() -> dict[str, str]:
    """Return UTF-8 as code pages 1252, 850 and 437 decode it, as Windows consoles do."""
    return {
        character.encode().decode(page, "ignore"): character
        for page in ("cp1252", "cp850", "cp437")
        for character in _MISREAD
        if len(character.encode().decode(page, "ignore")) > 1
    }


def _in_ascii(text: str) -> str:
    if "â" in text or "Ô" in text or "Γ" in text:
        for wrong, right in _wrong_code_page().items():
            text = text.replace(wrong, right)
    return text.translate(_TABLE) if _ODD.search(text) else text
