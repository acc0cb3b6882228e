"""Everything outside an edit is the same, byte for byte."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from winasr_doctor.findings.actions import SourceEdit
from winasr_doctor.fix.patching import Document, PatchError, patched_python, unified_diff

LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff", exclude_categories=("Cs",)),
    max_size=20,
)


@given(
    lines=st.lists(st.tuples(TEXT, LINE_ENDS), max_size=6),
    last=TEXT,
    bom=st.booleans(),
    new=st.sampled_from(["", "main", "a\nb\n"]),
    data=st.data(),
)
def test_everything_outside_the_span_is_byte_for_byte_the_same(lines, last, bom, new, data):
    ends = [end for _, end in lines]
    joined = zip(ends, [text for text, _ in lines[1:]], ends[1:], strict=False)
    assume(not any(end == "\r" and text == "" and after == "\n" for end, text, after in joined))
    raw = codecs.BOM_UTF8 * bom + ("".join(a + b for a, b in lines) + last).encode()
    texts = [text for text, _ in lines] + [last]
    number = data.draw(st.integers(0, len(texts) - 1))
    start = data.draw(st.integers(0, len(texts[number])))
    end = data.draw(st.integers(start, len(texts[number])))
    place = number + 1
    edit = SourceEdit("x", (place, start + 1), (place, end + 1), texts[number][start:end], new)
    changed = Document.plain(raw).with_edits([edit])
    before = "".join(a + b for a, b in lines[:number]) + texts[number][:start]
    after = raw[len(codecs.BOM_UTF8) * bom :].decode()[len(before) + end - start :]
    head = codecs.BOM_UTF8 * bom + before.encode()
    assert changed.startswith(head)
    assert changed.endswith(after.encode())
    middle = changed[len(head) : len(changed) - len(after.encode())].decode()
    assert middle.replace("\r\n", "\n").replace("\r", "\n") == new


def edit_of(source, old, new):
    """Return the edit of the first occurrence of a text."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line = next(number for number, text in enumerate(lines, 1) if old in text)
    column = lines[line - 1].index(old) + 1
    return SourceEdit("app.py", (line, column), (line, column + len(old)), old, new)


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("latin-1", "# -*- coding: latin-1 -*-\r\n"),
        ("cp1252", "# coding: cp1252\n"),
        ("cp932", "# coding: cp932\n"),
    ],
)
def test_encoding_and_line_ends_stay(encoding, head):
    word = "表示" if encoding == "cp932" else "Müller"
    source = f"{head}x = '{word}'  \r\nREV = 'abc'\t# {word}\ny = 2"
    raw = source.encode(encoding)
    changed = patched_python(raw, [edit_of(source, "abc", "main")], "app.py")
    assert changed == source.replace("abc", "main").encode(encoding)


def test_an_inserted_line_ends_as_its_neighbours_do():
    raw = b"a = 1\r\nb = 2\r\n"
    edit = SourceEdit("app.py", (2, 1), (2, 1), "", "import logging\n")
    assert patched_python(raw, [edit], "app.py") == b"a = 1\r\nimport logging\r\nb = 2\r\n"


@pytest.mark.parametrize("encoding", ["utf-7", "iso2022_jp"])
def test_a_codec_that_would_change_other_bytes_is_refused_or_right(encoding):
    source = f"# coding: {encoding}\nx = '表'; REV = 'abc'; y = '示'\n"
    raw = source.encode(encoding)
    changed = Document.python(raw).with_edits([edit_of(source, "abc", "main")])
    assert changed == source.replace("abc", "main").encode(encoding)


def test_bytes_with_more_than_one_spelling_are_refused():
    raw = b"# coding: utf-7\nx = '+AGE-'; REV = 'abc'\n"
    with pytest.raises(PatchError, match="written back"):
        Document.python(raw)


def test_an_edit_of_something_else_is_refused():
    with pytest.raises(PatchError, match="has changed"):
        Document.plain(b"x = 'other'\n").with_edits([edit_of("x = 'abc12'", "abc12", "main")])


@pytest.mark.parametrize("place", [(3, 1), (1, 99), (0, 1)])
def test_an_edit_outside_the_file_is_refused(place):
    edit = SourceEdit("app.py", place, place, "", "x")
    with pytest.raises(PatchError, match="no longer exists"):
        Document.plain(b"x = 1\n").with_edits([edit])


def test_the_diff_is_one_that_patch_understands():
    diff = unified_diff(b"a\r\nb", b"a\r\nc", "x.py")
    end = "\\ No newline at end of file\n"
    assert diff == f"--- x.py\n+++ x.py\n@@ -1,2 +1,2 @@\n a\n-b\n{end}+c\n{end}"


def test_the_diff_of_a_new_file_is_all_additions():
    assert unified_diff(None, b"a\n", "x").splitlines()[0] == "--- (no such file)"
