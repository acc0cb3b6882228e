"""A large app is read file by file: the same findings, few trees in memory, few files parsed."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import pytest

from winasr_doctor._util import process_pool
from winasr_doctor.appsource import named_places, parsing, read_application, reading
from winasr_doctor.appsource.file_index import FileIndex
from winasr_doctor.appsource.revision_uses import may_give_a_revision
from winasr_doctor.appsource.shelf import Shelf
from winasr_doctor.appsource.source_file import SourceFile
from winasr_doctor.appsource.watch import SlowReading
from winasr_doctor.appsource.words import Use, Words
from winasr_doctor.checks.app import local
from winasr_doctor.report import render
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine

CORPUS = Path(__file__).parent / "corpus"


def findings(folder):
    """Return the findings in a folder: code, place and summary."""
    report = scan(machine(read_application([folder])), select=["APP", "REV"])
    return [
        (result.code, result.location, result.summary)
        for result in report.results
        if result.severity is not None
    ]


@pytest.fixture(scope="module")
def usual():
    """The findings in the corpus, read as a small app: everything is parsed."""
    return findings(CORPUS)


@pytest.fixture
def large(monkeypatch):
    """Treat every app as large, and hold nearly no tree."""
    monkeypatch.setattr(reading, "SMALL", 0)
    monkeypatch.setattr(reading, "FEW", 0)
    monkeypatch.setattr("winasr_doctor.appsource.shelf.room_for", lambda _size: 300_000)


def test_a_large_app_has_the_findings_of_a_small_one(usual, large):
    assert len(usual) > 50
    assert findings(CORPUS) == usual


ODD_FILES = {
    "broken.py": "import os\nos.fork(\n",
    "silenced.py": "import os\n\nos.fork()  # winasr: ignore[APP014] only on Linux\n",
    "late.py": "import os\nos.fork()  # winasr: ignore[" + "A" * 2_000 + "]\n",
    "accents.py": "# ü\ntext = open('ü.txt').read(); import os; os.fork()\n",
    "notebook.ipynb": json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {"cell_type": "code", "source": "%pip install nemo_toolkit\nimport os"},
                {"cell_type": "code", "source": ["import nemo\n", "os.fork()\n", "open('x')\n"]},
            ],
        }
    ),
}
"""Files with problems, comments that silence, a notebook: what other processes report as well."""


def whole_report(folder: Path, **how: bool) -> str:
    """Return the report in every detail."""
    app = read_application([folder, *sorted(CORPUS.glob("[op]*.py"))], **how)
    report = scan(machine(app), select=["APP", "REV"])
    return render(report, "json")


def wait_for_others(monkeypatch: pytest.MonkeyPatch, looked_at: list[str]) -> None:
    """Leave all that is shared to the others, and note what this process looks at itself."""
    monkeypatch.setattr(process_pool, "cores", lambda: 3)
    monkeypatch.setattr(reading, "PER_PROCESS", 1)
    begin, look_at = process_pool._Work.results, local.look_at

    def results(work):
        while active_children():
            time.sleep(0.01)
        yield from begin(work)

    monkeypatch.setattr(process_pool._Work, "results", results)
    monkeypatch.setattr(
        local, "look_at", lambda file, codes: (looked_at.append(file.path), look_at(file, codes))[1]
    )


def test_other_processes_report_the_same(tmp_path, large, monkeypatch):
    for name, text in ODD_FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    alone = whole_report(tmp_path)
    for what in ("broken.py", "only on Linux", "over 1,000 characters", "cell_line"):
        assert what in alone
    looked_at: list[str] = []
    wait_for_others(monkeypatch, looked_at)
    assert whole_report(tmp_path) == alone
    assert len(looked_at) > 20
    looked_at.clear()
    assert whole_report(tmp_path, in_processes=True) == alone
    assert not looked_at


def test_the_report_is_the_same_if_the_other_processes_end(tmp_path, large, monkeypatch):
    alone = whole_report(tmp_path)
    looked_at: list[str] = []
    wait_for_others(monkeypatch, looked_at)
    monkeypatch.setattr(process_pool, "_follow", partial(os._exit, 1))
    assert whole_report(tmp_path, in_processes=True) == alone
    assert looked_at


def test_files_that_are_not_parsed_would_have_no_findings(usual, large, monkeypatch):
    monkeypatch.setattr(Words, "files_containing", lambda self, *_, fold=False: self._files)
    monkeypatch.setattr(Words, "files_with", lambda self, *_: self._files)
    monkeypatch.setattr(local, "may_matter", lambda _file, _look: True)
    monkeypatch.setattr(named_places, "may_pass", lambda *_: True)
    assert findings(CORPUS) == usual


def test_parts_that_are_not_parsed_would_have_no_findings(usual, large, monkeypatch):
    where = FileIndex._where
    monkeypatch.setattr(FileIndex, "_where", lambda self, _matters: where(self, lambda *_: True))
    assert findings(CORPUS) == usual


def test_a_file_without_an_idiom_is_not_parsed(tmp_path, large, monkeypatch):
    (tmp_path / "plain.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "posix.py").write_text("import os\nos.fork()\n")
    parsed = []
    usual = parsing.parse
    monkeypatch.setattr(parsing, "parse", lambda *a: (parsed.append(Path(a[1]).name), usual(*a))[1])
    ((code, _, _),) = findings(tmp_path)
    assert code == "APP014"
    assert parsed == ["posix.py"]


def test_a_check_of_single_files_parses_only_the_functions_that_matter(
    tmp_path, large, monkeypatch
):
    (tmp_path / "app.py").write_text(
        "import os\n\n\ndef add(a, b):\n    return a + b\n\n\ndef start():\n    os.fork()\n"
    )
    parsed = []
    usual = parsing.parse
    monkeypatch.setattr(parsing, "parse", lambda *a: (parsed.append(a[0]), usual(*a))[1])
    ((code, _, _),) = findings(tmp_path)
    assert code == "APP014"
    assert any("os.fork" in text for text in parsed)
    assert not any("return a + b" in text for text in parsed)


@pytest.mark.parametrize(
    ("call", "parsed"),
    [
        ('from_pretrained("x")', False),
        ('from_pretrained("revision **")  # revision', False),
        ('from_pretrained("x", f(1), y=2)\nrevision = None', False),
        ('from_pretrained("x", revision="main")', True),
        ('from_pretrained(\n    f("(a"),  # )\n    **settings)', True),
        ('from_pretrained \\\n("x", MODEL_REVISION=1)', True),
        ('from_pretrained("""x)\n""", revision="main")', True),
    ],
)
def test_a_call_without_a_revision_is_not_parsed(call, parsed):
    assert may_give_a_revision(f"from nemo import ASRModel\nASRModel.{call}\n") is parsed


def test_a_file_that_turns_out_broken_is_reported(tmp_path, large):
    (tmp_path / "broken.py").write_text("import os\nos.fork(\n")
    app = read_application([tmp_path])
    assert not app.unexamined
    scan(machine(app), select=["APP"])
    (sentence,) = app.unexamined
    assert "broken.py: line 2 is not valid Python" in sentence


def test_trees_are_forgotten_when_too_many_are_held(tmp_path, large):
    for number in range(5):
        (tmp_path / f"m{number}.py").write_text("x = 1\n" * 200)
    app = read_application([tmp_path])
    most = 0
    for file in app.files:
        _ = file.index
        app.relieve()
        most = max(most, sum(file.is_parsed for file in app.files))
    assert most < 5


def test_what_was_parsed_most_often_stays_longest(large):
    shelf, content = Shelf(0, 3), ("x = 1\n" * 300, ())
    files = [SourceFile(f"{n}.py", read=lambda: content, shelf=shelf) for n in range(3)]
    for file in (*files, files[0], files[2], files[2]):
        file.release()
        _ = file.tree
    shelf.make_room()
    assert [file.is_parsed for file in files] == [False, False, True]


def test_the_text_of_a_file_that_is_not_parsed_is_not_kept(tmp_path, large):
    (tmp_path / "plain.py").write_text("x = 1\n")
    (file,) = read_application([tmp_path]).files
    assert file.text == "x = 1\n"
    assert "_kept" not in vars(file)


def test_a_kept_file_stays(large):
    shelf, content = Shelf(0, 3), ("x = 1\n" * 800, ())
    files = [SourceFile(f"{n}.py", read=lambda: content, shelf=shelf) for n in range(2)]
    trees = [file.tree for file in files]
    shelf.keep([files[0]])
    shelf.make_room()
    assert [file.is_parsed for file in files] == [True, False]
    assert files[0].tree is trees[0]


TEXTS = (
    "os.fork()", "x = fork", "import os.path", "a.forklift", "WinError 32", "open (x)",
    "naïve_open()", "obj.update, y", "f(a, update)", "def update(self):",
    "'/dev/null'", "device", "import a as b",
)  # fmt: skip


@pytest.mark.parametrize(
    "needle",
    ["os.fork", "fork", "open(", "open (", "/dev/", "update", "def update", "ve_open", "."],
)
@pytest.mark.parametrize("fold", [False, True])
def test_every_file_that_contains_a_text_is_among_the_found(needle, fold):
    files = [SourceFile(str(number), text) for number, text in enumerate(TEXTS)]
    found = {file.path for file in Words(files).files_containing(needle, fold=fold)}
    assert found >= {file.path for file in files if needle in file.text}
    if needle == "/dev/":
        assert len(found) == 1


def test_uses_of_a_name_are_told_apart():
    texts = ["def run(x):", "a.run (1)", "f(run)", "import run as r", "b = c.run  # x", "run[0]"]
    words = Words(SourceFile(str(number), text) for number, text in enumerate(texts))
    by_use = {use: [int(file.path) for file in words.files_with("run", use)] for use in Use}
    assert by_use == {
        Use.DEFINED: [0],
        Use.CALLED: [1],
        Use.HANDED_ON: [2, 3, 4],
        Use.OTHER: [5],
    }


def test_progress_is_told_from_the_first_second_on():
    now, told = [0.0], []
    slow = SlowReading(told.append, "Reading the app", lambda: now[0])
    for seconds in (0.5, 1.0, 3.0, 6.5):
        now[0] = seconds
        slow.at(1_000, 2_000)
    assert told == ["Reading the app: 1,000 of 2,000 files ..."] * 2


def test_each_file_that_is_parsed_may_tell_the_progress(tmp_path, large, monkeypatch):
    monkeypatch.setattr("winasr_doctor.appsource.watch.FIRST", 0.0)
    monkeypatch.setattr("winasr_doctor.appsource.watch.AGAIN", 0.0)
    for number in range(3):
        (tmp_path / f"m{number}.py").write_text("import os\nos.fork()\n")
    told = []
    scan(machine(read_application([tmp_path], progress=told.append)), select=["APP"])
    assert told[:3] == [f"Reading the app: {n} of 3 files ..." for n in range(3)]
    assert told[-1] == "Examining the app: 3 of 3 files ..."
