"""The fixture `windows_sharing` and the option `--windows-sharing`."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there")

LEAKING_TEST = """
import tempfile

class Library:
    def __init__(self, folder):
        self.file = open(folder + "/manifest.json", "w")

def test_it():
    temporary = tempfile.TemporaryDirectory(prefix="leak")
    library = Library(temporary.name)
    try:
        temporary.cleanup()
    finally:
        library.file.close()
"""


def test_a_leaked_handle_is_harmless_on_linux(run):
    run(LEAKING_TEST).assert_outcomes(passed=1)


def test_with_the_option_it_fails_as_on_windows(run):
    result = run(LEAKING_TEST, "--windows-sharing")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *PermissionError: [[]WinError 32] * used by another process: '*manifest.json'",
            "*- Refused by Windows' sharing rules -*",
            "unlink '*manifest.json': WinError 32 because it is open*",
            "  tried at *.py:11 in test_it",
            "  held by open file (descriptor *) of this process: */manifest.json",
            "    object: *file*",
            "    opened at *.py:5 in __init__",
            "      called at *.py:9 in test_it",
        ]
    )


def test_the_option_covers_fixtures(run):
    result = run(
        """
        import os, pytest

        @pytest.fixture
        def leaking(tmp_path):
            file = open(tmp_path / "a", "w")
            yield
            try:
                os.unlink(file.name)
            finally:
                file.close()

        def test_it(leaking):
            pass
        """,
        "--windows-sharing",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*- Refused by Windows' sharing rules -*"])


def test_the_option_is_refused_where_it_cannot_work(run, monkeypatch):
    monkeypatch.setattr("winasr_doctor.faults.sharing.processes.available", lambda: False)
    result = run("def test_it(): pass", "--windows-sharing")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--windows-sharing needs Linux's /proc*"])


def test_the_option_leaves_nothing_behind(run):
    before = os.unlink
    run("def test_it(): pass", "--windows-sharing").assert_outcomes(passed=1)
    assert os.unlink is before


def test_the_fixture_puts_the_rules_in_force(run):
    result = run(
        """
        import os, pytest

        def test_it(windows_sharing, tmp_path):
            with open(tmp_path / "a", "w") as file:
                with pytest.raises(PermissionError) as caught:
                    os.unlink(file.name)
            assert caught.value.winerror == 32
            assert [one.path for one in windows_sharing.refusals] == [file.name]

        def test_after_it(tmp_path):
            with open(tmp_path / "a", "w") as file:
                os.unlink(file.name)
        """
    )
    result.assert_outcomes(passed=2)


def test_the_fixture_works_under_the_option_too(run):
    result = run(
        """
        import os, pytest

        def test_it(windows_sharing, tmp_path):
            with open(tmp_path / "a", "w") as file:
                with pytest.raises(PermissionError):
                    os.unlink(file.name)
            assert len(windows_sharing.refusals) == 1
        """,
        "--windows-sharing",
    )
    result.assert_outcomes(passed=1)


def test_faults_can_be_injected_into_code_under_the_rules(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("unlink:5")
        def test_it(windows_sharing, tmp_path):
            codes = []
            with open(tmp_path / "a", "w") as file:
                for _ in range(2):
                    with pytest.raises(PermissionError) as caught:
                        os.unlink(file.name)
                    codes.append(caught.value.winerror)
            assert codes == [5, 32]
        """
    )
    result.assert_outcomes(passed=1)


def test_the_opening_of_a_fixture_of_a_module_is_known_in_a_later_test(run):
    result = run(
        """
        import os, pytest

        @pytest.fixture(scope="module")
        def log(tmp_path_factory):
            path = tmp_path_factory.mktemp("logs") / "app.log"
            with open(path, "w"):
                yield path

        def test_one(log):
            pass

        def test_two(log):
            os.remove(log)
        """,
        "--windows-sharing",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["    object: generator log suspended *", "*file object*", "    opened at *.py:6 in log"]
    )
    result.stdout.no_fnmatch_line("*generator pytest_*")  # it leads to the fixtures, too


def test_a_refusal_is_told_once(run):
    result = run(
        """
        import os

        def test_it(tmp_path):
            with open(tmp_path / "a", "w"):
                for _ in range(3):
                    try:
                        os.unlink(tmp_path / "a")
                    except PermissionError:
                        pass
                os.unlink(tmp_path / "a")
        """,
        "--windows-sharing",
    )
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert text.count("opened at ") == 1
    assert "refused 3 times" in text


ABOUT_HANDLES = """
import os

def test_read_only(tmp_path):
    (tmp_path / "a").touch(0o400)
    os.unlink(tmp_path / "a")

def test_open(tmp_path):
    with open(tmp_path / "a", "w"):
        os.unlink(tmp_path / "a")
"""


@pytest.mark.parametrize(
    ("option", "failed"),
    [("--windows-sharing", 2), ("--windows-sharing=all", 2), ("--windows-sharing=handles", 1)],
)
def test_the_rules_can_be_chosen(run, pytester, option, failed):
    result = run(ABOUT_HANDLES, option, pytester.path)  # the path is no value of the option
    result.assert_outcomes(failed=failed, passed=2 - failed)


def test_other_rules_are_bad_usage(run):
    result = run("def test_it(): pass", "--windows-sharing=most")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_folder_in_use_by_a_child_gives_a_report_of_bounded_length(run):
    """Up to Python 3.11 a chain of hundreds of exceptions (gh-79325), each with its source."""
    result = run(
        """
        import subprocess, sys, tempfile

        def test_it():
            try:
                with tempfile.TemporaryDirectory() as folder:
                    child = subprocess.Popen(
                        [sys.executable, "-S", "-c", "input()"], cwd=folder, stdin=subprocess.PIPE
                    )
            finally:
                child.communicate(b"\\n")
        """,
        "--windows-sharing",
    )
    result.assert_outcomes(failed=1)
    assert len(result.outlines) < 700
    result.stdout.fnmatch_lines(["E * held by current directory of child process *"])
    told = [line for line in result.outlines if line.startswith("rmdir ")]
    assert len(told) == 1
    result.stdout.no_fnmatch_line("*winasr_doctor*faults*")


def test_a_deep_traceback_gives_a_report_of_bounded_length(run):
    result = run(
        """
        import os

        def remove(path, depth):
            if depth:
                remove(path, depth - 1)
            else:
                os.unlink(path)

        def test_it(tmp_path):
            with open(tmp_path / "a", "w"):
                remove(tmp_path / "a", 500)
        """,
        "--windows-sharing",
    )
    result.assert_outcomes(failed=1)
    assert len(result.outlines) < 200
    result.stdout.fnmatch_lines(["*>*remove(tmp_path / *", "*> *os.unlink(path)*"])
    result.stdout.fnmatch_lines(["4?? frames in the middle of the traceback above are left out"])


def test_a_run_that_is_interrupted_says_what_was_refused(run):
    """A refusal may make code wait for ever."""
    result = run(
        """
        import os

        def test_it(tmp_path):
            with open(tmp_path / "a", "w"):
                try:
                    os.unlink(tmp_path / "a")
                except PermissionError:
                    raise KeyboardInterrupt
        """,
        "--windows-sharing",
        subprocess=True,
    )
    head = "*Refused by Windows' sharing rules, in *"
    result.stdout.fnmatch_lines([head, "unlink *WinError 32*"])
