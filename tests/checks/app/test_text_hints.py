"""A file is parsed only if its text says that a check may find something."""

from __future__ import annotations

import pytest

from winasr_doctor.checks.app.text_hints import may_delete, may_leave_the_encoding_open


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("open(path)", True),
        ("open(path, 'w')", True),
        ("open(path, mode)", True),
        ("open('rb')", True),
        ("open(path, 'rb')", False),
        ("open(path, mode='r+b')", False),
        ("open(path, 'w', encoding='utf-8')", False),
        ("open(f(encoding='utf-8'))", True),
        ("open(f('(a', 1), 'w',  # )\n encoding='utf-8')", False),
        ('open("""a)\n""", encoding=\'utf-8\')', True),
        ("path.open()", False),
        ("path.open('rb')", False),
        ("path.open('w')", True),
        ("io.open(path)", True),
        ("from io import open as o\no(path)", True),
        ("path.write_text(text)", True),
        ("path.write_text(text, encoding='utf-8')", False),
        ("import subprocess\nsubprocess.run(['ffmpeg'])", False),
        ("import subprocess\nsubprocess.run(['ffmpeg'], text=True)", True),
    ],
)
def test_an_encoding_may_be_left_open(text, may):
    assert may_leave_the_encoding_open(text) is may


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("f = open(path)\ntext = text.replace('a', 'b')\nlist.remove(1)", False),
        ("f = open(path)\npath.replace(target)", True),
        ("f = open(path)\nPath(path).replace(target)", True),
        ("f = open(path)\nPath(path).unlink()", True),
        ("f = open(path)\nos.remove(path)", True),
        ("from os import remove as r\nr(path)", True),
        ("import shutil as s\ns.rmtree(path)", True),
    ],
)
def test_a_file_may_be_deleted(text, may):
    assert may_delete(text) is may
