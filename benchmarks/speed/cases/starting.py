"""How soon it is there: imports, and what the pytest plugin costs a run that does not use it."""

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


CASES = (
    Case(
        name="import",
        group=GROUP,
        title="import the package",
        theirs=NOTHING,
        ours=Python("import winasr_doctor", ("-c", "import winasr_doctor")),
        pairs=10,
    ),
    Case(
        name="import-rmtree",
        group=GROUP,
        title="import what deletes",
        theirs=Python("import shutil", ("-c", "import shutil")),
        ours=Python("import rmtree", ("-c", "from winasr_doctor import rmtree")),
        pairs=10,
    ),
    Case(
        name="pytest-plugin",
        group=GROUP,
        title="pytest with one empty test, the plugin unused",
        theirs=Python("without the plugin", PYTEST, ALONE),
        ours=Python("with it", (*PYTEST, "-p", "winasr_doctor.pytest_plugin"), ALONE),
        prepare=one_test,
        pairs=10,
        promises=(Promise("extra", 0.020),),
    ),
)
