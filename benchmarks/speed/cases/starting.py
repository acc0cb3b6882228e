"""How soon it is there: imports, short commands, and the pytest plugin in a run without it."""

from __future__ import annotations

from pathlib import Path

from speed.case import Case, Promise, Python

GROUP = "Start"
NOTHING = Python("python -c pass", ("-c", "pass"))
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
ALONE = (("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),)
"""Without what else is installed: it would be measured, too."""


def one_test(folder: Path) -> Path:
    """Write a test that does nothing."""
    (folder / "test_nothing.py").write_text("def test_nothing(): pass\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def a_traceback(folder: Path) -> Path:
    """Write what a user pastes."""
    (folder / "pasted.txt").write_text(
        "Traceback (most recent call last):\n"
        '  File "app.py", line 3, in <module>\n'
        "    model.transcribe(files)\n"
        "PermissionError: [WinError 32] The process cannot access the file because it is being used"
        r" by another process: 'C:\\Users\\me\\AppData\\Local\\Temp\\tmp0SSjzum\\manifest.json'"
    )
    return folder


def _command(name: str, title: str, *arguments: str) -> Case:
    return Case(
        name=name,
        group=GROUP,
        title=title,
        theirs=NOTHING,
        ours=Python(" ".join(arguments), ("-m", "winasr_doctor", *arguments)),
        prepare=a_traceback,
        pairs=10,
        promises=(Promise("extra", 0.100),),
    )


CASES = (
    Case(
        name="import",
        group=GROUP,
        title="import the package",
        theirs=NOTHING,
        ours=Python("import winasr_doctor", ("-c", "import winasr_doctor")),
        pairs=10,
        promises=(Promise("extra", 0.010),),
    ),
    Case(
        name="import-rmtree",
        group=GROUP,
        title="import what deletes",
        theirs=Python("import shutil", ("-c", "import shutil")),
        ours=Python("import rmtree", ("-c", "from winasr_doctor import rmtree")),
        pairs=10,
    ),
    _command("who", "say who has a file open", "who", "pasted.txt"),
    _command("explain-error", "explain a Windows error", "explain", "32"),
    _command("explain-check", "explain a check", "explain", "SYN001"),
    _command("explain-traceback", "explain a traceback", "explain", "--traceback", "pasted.txt"),
    Case(
        name="pytest-plugin",
        group=GROUP,
        title="pytest with one empty test, the plugin unused",
        theirs=Python("without the plugin", PYTEST, ALONE),
        ours=Python("with it", (*PYTEST, "-p", "winasr_doctor.pytest_plugin"), ALONE),
        prepare=one_test,
        pairs=10,
        promises=(Promise("extra", 0.010),),
    ),
    Case(
        name="pytest-sharing",
        group=GROUP,
        title="pytest with one empty test, under the sharing rules",
        theirs=Python("without the plugin", PYTEST, ALONE),
        ours=Python(
            "with --windows-sharing",
            (*PYTEST, "-p", "winasr_doctor.pytest_plugin", "--windows-sharing"),
            ALONE,
        ),
        prepare=one_test,
        pairs=10,
        promises=(Promise("extra", 0.030),),
    ),
)
