"""Any pasted text is diagnosed, and any WHAT is explained or refused."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from budget import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from laid_out import shown_in_text

from winasr_doctor.cli import main
from winasr_doctor.diagnosis import diagnose
from winasr_doctor.diagnosis.json import as_json

LINES = st.sampled_from(
    [
        "Traceback (most recent call last):",
        '  File "app.py", line 3, in <module>',
        '  File "C:\\nemo\\core\\connectors\\save_restore_connector.py", line 99999999999999, in x',
        "    with tempfile.TemporaryDirectory() as tmpdir:",
        "PermissionError: [WinError 32] The process cannot access the file: 'C:\\\\Temp\\\\a.json'",
        f"PermissionError: [WinError {'9' * 5000}] x",
        f"OSError: [Errno -{'1' * 5000}] x",
        "NotADirectoryError: [WinError 267] El nombre de directorio no es v\u00e1lido: '\ud800'",
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
        "  + Exception Group Traceback (most recent call last):",
        "  | ExceptionGroup: many (2 sub-exceptions)",
        "  +-+---------------- 1 ----------------",
        "RecursionError: maximum recursion depth exceeded",
        "[Previous line repeated 996 more times]",
        *("\0", "\x1b[31m", " " * 300, "'" * 300, "(" * 300, "\\" * 300, ":" * 300),
    ]
)


@settings(max_examples=examples(100))
@given(st.lists(LINES | st.text(max_size=12), min_size=1, max_size=14).map("\n".join))
def test_a_text_gets_a_diagnosis(text):
    diagnosis = diagnose(text)
    assert shown_in_text(diagnosis, width=80).strip()
    assert as_json(diagnosis)


WHATS = st.sampled_from(
    ["9" * 5000, "0x" + "f" * 5000, "-0", "\u0663\u0662", "\u00b2", "", "REV001"]
)


@settings(max_examples=examples(40))
@given(WHATS | st.text(max_size=10).map("WinError {}".format) | st.integers().map(str))
def test_a_what_is_explained_or_refused(what):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stopped:
        main(["explain", "--", what])
    assert stopped.value.code in {0, 2}
    assert len(err.getvalue()) < 500
