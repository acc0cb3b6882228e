import subprocess
import sys

import pytest
from sample_reports import healthy, mixed, nasty

from winasr_doctor.findings import Report, Tool
from winasr_doctor.report import FORMATS, RenderOptions, render

CASES = {
    "healthy": healthy(),
    "mixed": mixed(),
    "nasty": nasty(),
    "empty": Report(Tool("t", "1"), {}, ()),
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("verbose", [False, True])
def test_every_format_ends_in_one_newline_and_can_be_encoded(format_, name, verbose):
    text = render(CASES[name], format_, RenderOptions(verbose=verbose))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    text.encode("utf-8")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_is_the_same_every_time(format_):
    assert render(mixed(), format_) == render(mixed(), format_)


def test_an_unknown_format_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"'yaml'; there are text, json"):
        render(healthy(), "yaml")


def test_a_format_is_imported_only_when_it_is_asked_for():
    code = (
        "import sys, winasr_doctor.report as r;"
        "from sample_reports import healthy;"
        "before = set(sys.modules); r.render(healthy(), 'text');"
        "print(sorted(m for m in set(sys.modules) - before))"
    )
    command = [sys.executable, "-c", code]
    env_path = ":".join(path for path in sys.path if path)
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": env_path.replace(":", ";") if sys.platform == "win32" else env_path},
    )
    for heavy in ("rich.console", "rich.text", "jinja2", "xml.etree", "hashlib"):
        assert f"'{heavy}" not in done.stdout
