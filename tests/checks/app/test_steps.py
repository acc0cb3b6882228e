"""The lines that APP003 and APP009 show must be true in the file that they are about."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.findings import Step
from winasr_doctor.testing import compute_check, machine

HEAD = "from nemo.collections.asr.models import ASRModel\n"
APP = """
def go(path{parameter}):
    try:
        {call}
    except Exception as error:
        return str(error)
"""
TRANSCRIBES = 'return ASRModel.restore_from("m.nemo").transcribe([path])'
LOADS = 'return ASRModel.restore_from("m.nemo")'


def line_to_add(tmp_path: Path, source: str) -> str:
    file = tmp_path / "app.py"
    file.write_text(source, encoding="utf-8")
    (result,) = compute_check("APP003", machine(read_application([str(file)])))
    *before, step, _explain = map(Step.of, result.remedies[0].steps)
    assert [each.command for each in before] in ([], ["import logging"])
    ast.parse(step.command)
    return "\n".join(each.command for each in (*before, step))


@pytest.mark.parametrize(
    ("head", "parameter"),
    [
        ("from nemo.utils import logging\n", ""),
        ("import logging as log\n", ", logging=None"),
        ("import logging\n", ", logging=False"),
        ("from loguru import logger as logging\n", ""),
    ],
)
def test_where_logging_is_something_else_the_line_brings_its_own(
    tmp_path: Path, head: str, parameter: str
):
    app = APP.format(parameter=parameter, call=TRANSCRIBES)
    line = line_to_add(tmp_path, head + HEAD + app)
    assert line.startswith("import logging as standard_logging\nstandard_logging.getLogger(")


def test_where_fix_can_import_logging_the_steps_do_so_too(tmp_path: Path):
    line = line_to_add(tmp_path, HEAD + APP.format(parameter="", call=LOADS))
    assert line == 'import logging\nlogging.getLogger(__name__).exception("loading failed")'


def test_where_logging_is_imported_the_line_uses_it(tmp_path: Path):
    line = line_to_add(tmp_path, "import logging\n" + HEAD + APP.format(parameter="", call=LOADS))
    assert line == 'logging.getLogger(__name__).exception("loading failed")'


def test_the_message_is_what_the_block_is_about(tmp_path: Path):
    loads = line_to_add(tmp_path, HEAD + APP.format(parameter="", call=LOADS))
    runs = line_to_add(tmp_path, HEAD + APP.format(parameter="", call=TRANSCRIBES))
    assert '"loading failed"' in loads
    assert '"transcription failed"' in runs
