"""Notebooks: cells in order, magics and shell lines, places, and no automatic edits."""

from __future__ import annotations

import json

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.appsource.notebooks import NotebookError, read_notebook
from winasr_doctor.report.summaries import placed
from winasr_doctor.scanning import scan
from winasr_doctor.testing import compute_check, machine

LOAD = "from nemo.collections.asr.models import ASRModel\nmodel = ASRModel.restore_from('m.nemo')\n"


def notebook(*cells, language="python", **fields):
    """Return a notebook as Jupyter writes it: one line of the file for each line of a cell."""
    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell.splitlines(True)}
        for cell in cells
    ]
    document = {
        "cells": made,
        "metadata": {"language_info": {"name": language}},
        "nbformat": 4,
        **fields,
    }
    return json.dumps(document, indent=1)


@pytest.fixture
def examine(tmp_path):
    """Run one check on a notebook of these cells."""

    def run(code, *cells, **fields):
        path = tmp_path / "a.ipynb"
        path.write_text(notebook(*cells, **fields), encoding="utf-8")
        return compute_check(code, machine(read_application([tmp_path])))

    return run


def source_of(*cells):
    return read_notebook(notebook(*cells).encode())[0]


def test_a_trap_in_a_notebook_is_named_by_cell_and_line(examine):
    (result,) = examine("APP001", LOAD, "x = 1\nmodel.transcribe(['a'], num_workers=4)")
    assert "a.ipynb cell 2 line 2:" in placed(result)
    assert result.evidence["cell"] == 2
    assert result.evidence["cell_line"] == 2


def test_the_location_is_the_line_of_the_file(examine, tmp_path):
    (result,) = examine("APP001", LOAD, "x = 1\nmodel.transcribe(['a'], num_workers=4)")
    lines = (tmp_path / "a.ipynb").read_text(encoding="utf-8").split("\n")
    assert "num_workers=4" in lines[result.location.line - 1]


def test_cells_count_without_the_text_between_them(tmp_path):
    document = json.loads(notebook(LOAD, "model.transcribe(['a'], num_workers=4)"))
    document["cells"].insert(1, {"cell_type": "markdown", "source": ["num_workers=4"]})
    (tmp_path / "a.ipynb").write_text(json.dumps(document), encoding="utf-8")
    (result,) = compute_check("APP001", machine(read_application([tmp_path])))
    assert "cell 2 line 1:" in placed(result)


def test_a_later_cell_sees_what_an_earlier_one_imports(examine):
    (result,) = examine("APP009", LOAD, "try:\n    model.transcribe([])\nexcept Exception:\n  pass")
    assert result.evidence["cell"] == 2


@pytest.mark.parametrize(
    "line",
    [
        "!pip install nemo_toolkit[asr]",
        "%pip install nemo_toolkit",
        "files = !ls *.wav",
        "%matplotlib inline",
        "model?",
        "?model",
        "!ffmpeg -i a.mp3 \\\n    a.wav",
        "if True:\n    !nvidia-smi",
    ],
)
def test_magics_and_shell_lines_keep_the_lines_numbers(line):
    source = source_of(f"{line}\nx = 1")
    compile(source, "cell", "exec")
    assert source.split("\n")[len(line.split("\n"))] == "x = 1"


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile app.py", "%%javascript"])
def test_a_cell_in_another_language_is_left_out(examine, magic):
    (result,) = examine("APP001", LOAD, f"{magic}\nmodel.transcribe(['a'], num_workers=4)")
    assert result.severity is None


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%timeit -n 1"])
def test_a_timed_cell_is_python(examine, magic):
    (result,) = examine("APP001", LOAD, f"{magic}\nmodel.transcribe(['a'], num_workers=4)")
    assert "cell 2 line 2:" in placed(result)


def test_a_timed_line_is_python(examine):
    (result,) = examine("APP001", LOAD, "%time model.transcribe(['a'], num_workers=4)")
    assert "cell 2 line 1:" in placed(result)


def test_a_percent_inside_a_text_or_brackets_stays():
    assert source_of('x = """\n%d files\n"""\ny = (5\n  % 3)\n') == (
        'x = """\n%d files\n"""\ny = (5\n  % 3)\n\n'
    )


def test_a_cell_that_is_not_python_does_not_spoil_the_others(examine):
    (result,) = examine("APP001", "this is not Python", LOAD, "model.transcribe(1, num_workers=4)")
    assert "cell 3" in placed(result)


def test_await_at_the_top_of_a_cell_is_allowed(examine):
    results = examine("APP001", LOAD, "await thing()", "model.transcribe(1, num_workers=4)")
    assert "cell 3" in placed(results[0])


def test_fix_leaves_notebooks_alone_and_says_so(tmp_path):
    cells = (LOAD, "model.transcribe(['a'], num_workers=4)")
    (tmp_path / "a.ipynb").write_text(notebook(*cells), encoding="utf-8")
    report = scan(machine(read_application([tmp_path])), select=["APP"])
    remedies = [remedy for result in report.results for remedy in result.remedies]
    assert remedies
    assert not any(remedy.automatic or remedy.action for remedy in remedies)
    assert any("fix does not edit notebooks" in step for r in remedies for step in r.steps)


@pytest.mark.parametrize("document", ["[]", "{}", "{", '{"cells": 1}', '{"worksheets": [1]}'])
def test_what_is_no_notebook_is_named_in_a_sentence(tmp_path, document):
    (tmp_path / "a.ipynb").write_text(document, encoding="utf-8")
    (sentence,) = read_application([tmp_path]).unreadable
    assert "a.ipynb: it is not a" in sentence


def test_a_notebook_in_another_language_says_which():
    with pytest.raises(NotebookError, match="julia"):
        read_notebook(notebook("x", language="Julia").encode())


def test_a_version_3_notebook_is_read():
    document = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y"]}]}]}
    assert read_notebook(json.dumps(document).encode())[0] == "x = 1\ny\n"
