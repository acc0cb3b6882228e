"""Properties of redaction that hold for any name and any text."""

from __future__ import annotations

import json
import re
import string
import unicodedata
from urllib.parse import quote

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from winasr_doctor.machine.redaction import Redactor
from winasr_doctor.machine.redaction.tables import prose_words
from winasr_doctor.machine.redaction.views import fold

from ...fuzzing.budget import examples  # noqa: TID252 - two folders above

LETTERS = string.ascii_letters + "äöüßéñçøłıİğşžČŽ山田太郎КатяΣς\u212a\u017f\ufb01"
WORD = st.text(LETTERS, min_size=4, max_size=10)
NAMES = st.one_of(
    WORD,
    st.builds("{} {}".format, WORD, WORD),
    st.builds("{}, {}".format, WORD, WORD),
    st.builds("{}.{}".format, WORD, WORD),
    st.builds("{}'{}".format, st.sampled_from(["O", "D"]), WORD),
    st.builds("{}-{}".format, WORD, WORD),
)

POSITIONS = (
    r"C:\Users\{}\AppData\Local\Temp",
    r"C:/Users/{}/x",
    r"c:\USERS\{}",
    r"\\?\C:\Users\{}\x",
    r"D:\x;C:\Users\{};E:\y",
    "/mnt/c/Users/{}/x",
    "'C:\\Users\\{}\\x' is in use",
    '"C:\\Users\\{}"',
    r"[WinError 32] in use: C:\Users\{}\Temp\manifest.json",
    r"\\fs01\home$\{}\x",
)
"""Where a user's name stands that nobody has told the redactor."""

SPELLINGS = (
    str,
    str.upper,
    str.lower,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
)

ESCAPES = (
    str,
    repr,
    lambda text: repr(repr(text)),
    json.dumps,
    lambda text: json.dumps({"path": text}, ensure_ascii=False),
    ascii,
    quote,
)

ELSEWHERE = (r"D:\{}\x", r"D:\models-{}", "{} may not write", "x ({}): y", r"\\{}\share")


def parts_of(name: str) -> list[str]:
    return [fold(part) for part in re.split(r"[ ,.'-]+", name) if len(part) > 1]


def is_distinctive(name: str) -> bool:
    """Return whether a name is none of the words that redaction leaves alone, nor a part of one."""
    around = fold(" ".join((*POSITIONS, *ELSEWHERE, "user server org xxx path")))
    return not any(part in prose_words() or part in around for part in parts_of(name))


def survivors(name: str, text: str) -> list[str]:
    """Return the parts of a name that a text still shows, in whatever spelling."""
    return [part for part in parts_of(name) if part in fold(text)]


@given(NAMES, st.sampled_from(POSITIONS), st.sampled_from(SPELLINGS), st.sampled_from(ESCAPES))
@example("Straße Groß", POSITIONS[0], str.upper, ascii)
@example("xAAß", POSITIONS[0], str, json.dumps)
@example("\u0130nci", POSITIONS[0], str.lower, json.dumps)
@settings(max_examples=examples(100))
def test_no_spelling_of_a_name_survives_where_a_name_stands(name, position, spell, escape):
    assume(is_distinctive(name))
    text = escape(position.replace("{}", spell(name)))
    redactor = Redactor()
    redactor.learn(text)
    redacted = redactor.text(text)
    assert survivors(name, redacted) == [], redacted
    assert redactor.text(redacted) == redacted


@given(NAMES, st.sampled_from(ELSEWHERE), st.sampled_from(SPELLINGS), st.sampled_from(ESCAPES))
@settings(max_examples=examples(100))
def test_no_spelling_of_a_known_name_survives_anywhere(name, place, spell, escape):
    assume(is_distinctive(name))
    text = escape(place.replace("{}", spell(name)))
    redacted = Redactor(users=[name]).text(text)
    assert survivors(name, redacted) == [], redacted


PIECES = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=8),
    st.sampled_from(["C:\\Users\\", "\\\\", "//", "@", "://", "%C3", "\\u00", "\\x", "~", "'"]),
    st.sampled_from(["OneDrive - ", "/media/", "S-1-5-21-", "hf_", "=", ";", ":", "host='", '"']),
)


@given(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=8), st.text(max_size=8))
@example("\udcff\\Users\\\udc80", "\udcff", "İ")
@settings(max_examples=examples(150))
def test_no_text_and_no_name_makes_it_fail(text, user, host):
    redactor = Redactor(users=[user], hosts=[host])
    redactor.learn([text, {text: (text,)}])
    redactor.text(text).encode()
    redactor.text(text, prose=True).encode()
    redactor.value({text: [text]})


@given(st.lists(NAMES, min_size=2, max_size=8, unique_by=fold))
@settings(max_examples=examples(50))
def test_two_names_never_share_a_placeholder(names):
    redactor = Redactor()
    paths = [rf"C:\Users\{name}\x" for name in names]
    redactor.learn(paths)
    assert len({fold(path) for path in redactor.value(paths)}) == len(paths)
