"""The doctor starts in a blink, also where torch and NeMo are broken."""

from __future__ import annotations

import gettext
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from winasr_doctor.__main__ import _Gettext, _Inspect

HEAVY = ("torch", "nemo", "gradio", "pandas", "numpy", "huggingface_hub", "transformers")
LATE = ("rich", "jinja2", "sqlite3", "importlib.metadata", "psutil")
SLOW = (
    *("bz2", "dataclasses", "fnmatch", "importlib.metadata", "importlib.resources", "ipaddress"),
    *("json", "logging", "lzma", "pathlib", "shlex", "shutil", "subprocess", "tempfile"),
    *("traceback", "urllib.parse"),
)
"""Modules of the standard library that take a millisecond or more, some with what they import."""
REPLACED = ("gettext", "inspect", "locale", "platform", "textwrap", "typing_extensions")
"""Those that click and msgspec would import."""
INDEX = (
    *("winasr_doctor.appsource.index", "winasr_doctor.appsource.names"),
    *("winasr_doctor.checks.app.common", "winasr_doctor.frameworks.nemo.idioms"),
)
"""Modules that only an app with source needs."""
if os.name == "nt":
    SLOW = tuple(name for name in SLOW if name != "fnmatch")  # Windows' own start imports it
RECORDED = str(Path(__file__).parents[1] / "examples" / "machines" / "temp-in-onedrive.json")


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start programs without the measuring of coverage, which imports modules of its own."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_PROCESS")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "code",
    [
        "import winasr_doctor",
        "import winasr_doctor; winasr_doctor.scan",
        "from winasr_doctor.checks import all_checks; all_checks()",
        "from winasr_doctor import scan, testing; scan(testing.machine())",
    ],
)
def test_neither_heavy_nor_late_modules_are_imported(code):
    watch = f"; import sys; print(*sorted(set({HEAVY + LATE!r}) & set(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", code + watch], capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == []


def imported_by(program: str, *arguments: str) -> set[str]:
    """Return the modules that a program imports."""
    watch = f"""
import importlib, sys
before = set(sys.modules)
sys.argv[1:] = {arguments!r}
try:
    {program}
except SystemExit:
    pass
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""
    finished = subprocess.run(
        [sys.executable, "-c", watch], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return set(finished.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "--snapshot", RECORDED),
        ("scan", "--snapshot", RECORDED, "--format", "json"),
        ("scan", "--list-checks"),
        ("explain", "SYN001"),
        ("explain", "32"),
    ],
    ids=" ".join,
)
def test_a_command_starts_without_what_it_does_not_need(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    found = imported_by("from winasr_doctor.__main__ import main; main()", *arguments)
    assert "winasr_doctor.cli" in found
    wanted = {"textwrap"} if arguments == ("explain", "SYN001") else set()  # for the docstring
    assert found & {*HEAVY, *LATE, *SLOW, *REPLACED, *INDEX} == wanted


def test_a_replaced_module_is_there_once_something_needs_it():
    found = imported_by("from winasr_doctor.__main__ import main; main()", "scan", "--help")
    assert found >= {"inspect", "textwrap"}


@pytest.mark.parametrize("text", ["one line", "  more space ", "a\ttab", "two\n    lines\n", ""])
def test_help_is_cleaned_as_inspect_cleans_it(text):
    assert _Inspect("inspect").cleandoc(text) == inspect.cleandoc(text)


def test_click_finds_the_real_functions_behind_a_replaced_module():
    late = _Inspect("inspect")
    assert late.signature is inspect.signature
    with pytest.raises(AttributeError):
        _ = late.nonsense


@pytest.mark.parametrize("number", [0, 1, 2])
def test_click_chooses_the_plural_as_gettext_does(number):
    late = _Gettext("gettext")
    assert late.ngettext("file", "files", number) == gettext.ngettext("file", "files", number)
    assert late.gettext("Usage:") == "Usage:"


@pytest.mark.parametrize("arguments", [("who", RECORDED), ("explain", "--traceback", __file__)])
def test_a_question_is_answered_without_a_log(arguments):
    found = imported_by("from winasr_doctor.cli import main; main()", *arguments)
    assert "winasr_doctor.cli.output" in found
    assert found & {"logging", "html", "winasr_doctor.checks"} == set()


def test_a_log_is_read_without_dataclasses():
    found = imported_by(
        "from winasr_doctor.__main__ import main; main()", "explain", "--traceback", __file__
    )
    assert "winasr_doctor.diagnosis.reading.events" in found
    assert found & {"dataclasses", "inspect"} == set()


def test_a_check_is_explained_without_the_other_families():
    found = imported_by("from winasr_doctor.cli import main; main()", "explain", "SYN001")
    assert "winasr_doctor.checks.sync" in found
    assert found & {"winasr_doctor.checks.temp", "winasr_doctor.checks.app"} == set()


def test_a_number_is_explained_without_any_check():
    found = imported_by("from winasr_doctor.cli import main; main()", "explain", "32")
    assert "winasr_doctor.windows.errors" in found
    assert not any(name.startswith("winasr_doctor.checks") for name in found)


def test_the_package_itself_imports_next_to_nothing():
    found = imported_by("import winasr_doctor")
    assert found <= {"__future__", "winasr_doctor", "winasr_doctor.version"}


def test_only_the_program_sets_the_garbage_collector():
    program = (
        "import gc; was = (gc.get_threshold(), gc.get_freeze_count());"
        "from winasr_doctor.cli import main; main(['scan', '--snapshot', sys.argv[1]])"
    )
    watch = f"import sys\ntry:\n    {program}\nexcept SystemExit:\n    pass\n"
    check = "assert (gc.get_threshold(), gc.get_freeze_count()) == was"
    subprocess.run([sys.executable, "-c", watch + check, RECORDED], capture_output=True, check=True)


def test_a_live_scan_imports_nothing_heavy():
    code = (
        "import sys; from winasr_doctor import scan; scan();"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == []


def test_the_public_names_are_listed_and_lazy():
    import winasr_doctor

    assert set(winasr_doctor.__all__) <= set(dir(winasr_doctor))
    for name in winasr_doctor.__all__:
        assert getattr(winasr_doctor, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = winasr_doctor.nonsense
