"""What the plugin costs a run that does not use it."""

from __future__ import annotations

import pytest

from winasr_doctor import pytest_plugin


def test_nothing_of_the_package_is_imported_until_it_is_used(run, pytester):
    result = run(
        """
        import sys

        def test_it():
            names = {name for name in sys.modules if name.startswith("winasr_doctor")}
            assert names == {"winasr_doctor", "winasr_doctor.pytest_plugin"}
        """,
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_no_audit_hook_is_added_until_it_is_used(run):
    result = run(
        """
        import sys

        def test_it():
            assert "winasr_doctor.faults.sharing.openings" not in sys.modules
        """,
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_the_option_loads_only_the_rules(run):
    """Each module takes about half a millisecond; they and the plugin shall take less than ten."""
    result = run(
        """
        import sys

        def test_it():
            names = {name for name in sys.modules if name.startswith("winasr_doctor.")}
            rooms = {name.split(".")[1] for name in names}
            assert rooms == {"_util", "faults", "pytest_plugin"}
            assert len(names) <= 18
            for lazy in ("decisions", "handles", "refusals"):
                assert f"winasr_doctor.faults.sharing.{lazy}" not in names
        """,
        "--windows-sharing",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_no_assertions_are_rewritten_in_the_rules(run, pytester):
    """Pytest does that to all modules of an installed distribution that has a plugin."""
    pytester.makeconftest("import pytest; pytest.register_assert_rewrite('winasr_doctor.faults')")
    result = run(
        """
        import sys

        def test_it():
            rules = [name for name in sys.modules if name.startswith("winasr_doctor.faults")]
            loaders = {type(sys.modules[name].__loader__).__name__ for name in rules}
            assert sys.platform == "win32" or "winasr_doctor.faults.windows_marks" in rules
            assert loaders == {"SourceFileLoader"}
        """,
        "--windows-sharing",
        "--windows-marks",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "name", ["fault_plan", "fault_sweep", "windows_sharing", "virtual_clock", "recorded_host"]
)
def test_each_fixture_says_what_it_is_for(name):
    assert getattr(pytest_plugin, name).__doc__


def test_the_options_are_in_the_help(run):
    result = run("", "--help")
    result.stdout.fnmatch_lines(
        [
            "Windows file faults:",
            "*--windows-sharing*",
            "*--winfault-case=CASE*",
            "*--winfault-from=CASE*",
        ]
    )


def test_what_the_plugin_needs_is_pytest_and_the_standard_library(run):
    result = run(
        """
        import os, sys

        def test_it(fault_plan, fault_sweep, virtual_clock, windows_sharing, tmp_path):
            before = {name.partition(".")[0] for name in sys.modules}
            fault_plan("unlink:32@never")
            fault_sweep(lambda: os.listdir(tmp_path), operations=["listdir"])
            with open(tmp_path / "a", "w"):
                try:
                    os.unlink(tmp_path / "a")
                except PermissionError:
                    pass
            loaded = {name.partition(".")[0] for name in sys.modules}
            foreign = ("click", "jinja2", "msgspec", "packaging.", "platformdirs", "psutil", "rich")
            assert not loaded & set(foreign)
        """,
        "-W",
        "ignore",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
