"""The English names of the languages that the models know."""

from __future__ import annotations

_NAMES = """
ar Arabic, be Belarusian, bg Bulgarian, cs Czech, da Danish, de German, el Greek, en English,
es Spanish, et Estonian, fa Persian, fi Finnish, fr French, he Hebrew, hi Hindi, hr Croatian,
hu Hungarian, hy Armenian, it Italian, ja Japanese, ka Georgian, kk Kazakh, ko Korean,
lt Lithuanian, lv Latvian, mt Maltese, nb Norwegian Bokmål, nl Dutch, nn Norwegian Nynorsk,
pl Polish, pt Portuguese, ro Romanian, ru Russian, sk Slovak, sl Slovenian, sv Swedish, th Thai,
tr Turkish, uk Ukrainian, uz Uzbek, vi Vietnamese, zh Chinese
"""
"""Source: ISO 639-1."""


def name_of(code: str) -> str:
    """Return a language's name, such as `Portuguese (BR)` for `pt-BR`; unknown ones stay codes.

    Args:
        code: As a model's prompt names it.
    """
    language, _, region = code.partition("-")
    known = (each.split(" ", 1) for each in _NAMES.replace("\n", " ").strip().split(", "))
    name = next((name for code, name in known if code == language), language)
    return f"{name} ({region})" if region else name
