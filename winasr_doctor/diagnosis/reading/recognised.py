"""Corrects text recognition errors in reports from photos or screenshots."""

from __future__ import annotations

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.reading.patterns import HEAD

_SLIPS = lazy_pattern(
    r"\brnost recent|recent ca(?:II|1l|l1|11)|\b[I1]ine \d|[Dd]urinq"
    r"|hand[1I]in[gq]|fo[1I]{2}ow|\brnernory|mernory"
)
_CAPITAL_I = lazy_pattern(
    r"(?<=[a-z])I+(?=[a-z\b]|I|\W|_|$)|\bI(?=ine\b|ib\b|ast\b|oad|ist\b|ength|ayer)"
)
_DLL = lazy_pattern(r"\.d(?:[1I][1lI]|l[1I])\b")
"""`.dll`, in which the letters l look like digits."""
_FIGURE_ONE = lazy_pattern(r"(?<=[A-Za-z])1(?=[a-z]{2})|\b1(?=ibrary|ine\b|oad)")
_WORDS = {
    "mernory": "memory", "rnost": "most", "frorn": "from", "rnodel": "model", "rnodule": "module",
    "cornmand": "command", "durinq": "during", "Durinq": "During", "handlinq": "handling",
    "followinq": "following", "filenarne": "filename", "systern": "system",
    "perrnission": "permission",
    "argurnent": "argument", "nurnber": "number", "cornpiled": "compiled", "irnport": "import",
}  # fmt: skip
_WRONG = lazy_pattern("|".join(_WORDS))


def is_recognised(text: str) -> bool:
    """Return whether a text comes from text recognition."""
    if _DLL.search(text[: 1 << 20]) is not None:
        return True
    if "rn" not in text and "II" not in text and "Iine" not in text and "1ine" not in text:
        return False
    sample = text[: 1 << 20]
    return _SLIPS.search(sample) is not None and bool(HEAD.search(sample) or "Iine" in sample)


def corrected(text: str) -> str:
    """Undo the usual errors: rn for m, I for l, q for g."""
    text = _FIGURE_ONE.sub("l", _DLL.sub(".dll", text))
    text = _CAPITAL_I.sub(lambda match: "l" * len(match[0]), text)
    return _WRONG.sub(lambda match: _WORDS[match[0]], text)
