"""The marker `winfault`."""

from __future__ import annotations

import pytest


def test_the_marker_injects_while_the_test_runs(run):
    result = run(
        """
        import os, shutil, pytest

        @pytest.mark.winfault("rmtree:32*2")
        def test_it(tmp_path):
            for _ in range(2):
                with pytest.raises(PermissionError) as caught:
                    shutil.rmtree(tmp_path)
                assert caught.value.winerror == 32
            shutil.rmtree(tmp_path)
            assert not tmp_path.exists()

        def test_after_it():
            assert os.unlink.__module__ == "posix" or os.name == "nt"
        """
    )
    result.assert_outcomes(passed=2)


def test_fixtures_meet_no_fault_of_the_marker(run):
    result = run(
        """
        import os, pytest

        @pytest.fixture
        def folder(tmp_path):
            os.stat(tmp_path)
            yield tmp_path
            os.stat(tmp_path)

        @pytest.mark.winfault("stat:5*inf")
        def test_it(folder):
            with pytest.raises(PermissionError):
                os.stat(folder)
        """
    )
    result.assert_outcomes(passed=1)


def test_the_markers_of_a_class_and_a_test_add_up(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("stat:5*2@x")
        class TestIt:
            @pytest.mark.winfault("stat:32@x")
            def test_it(self):
                codes = []
                for _ in range(3):
                    with pytest.raises(OSError) as caught:
                        os.stat("x")
                    codes.append(caught.value.winerror)
                assert codes == [32, 5, 5]
        """
    )
    result.assert_outcomes(passed=1)


def test_a_wrong_plan_fails_the_test_and_points_at_the_column(run):
    result = run(
        """
        import pytest

        @pytest.mark.winfault("rmtree:32; unlnk:5")
        def test_it():
            pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*expected an operation*(column 12)", "  rmtree:32; unlnk:5", "             ^"]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("During handling of the above exception*")


@pytest.mark.parametrize("arguments", ["", "()", "(32)", "(None)", "('unlink:32', 'rmdir:5')"])
def test_what_is_no_plan_is_told_in_one_sentence(run, arguments):
    result = run(
        f"""
        import pytest

        @pytest.mark.winfault{arguments}
        def test_it():
            pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*::test_it: * plan, such as 'rmtree:32[*]2'*"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_plan_can_be_named(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault(plan="stat:32")
        def test_it():
            with pytest.raises(PermissionError):
                os.stat("x")
        """
    )
    result.assert_outcomes(passed=1)


def test_a_fault_that_never_fired_is_a_warning(run):
    result = run(
        """
        import pytest

        @pytest.mark.winfault("chmod:5")
        def test_it():
            pass
        """,
        "-W",
        "default",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*UnusedFaultWarning: the fault chmod:5 never fired*"])


def test_a_fault_that_never_fired_fails_where_warnings_are_errors(run):
    result = run(
        """
        import pytest

        @pytest.mark.winfault("chmod:5")
        def test_it():
            pass
        """,
        "-W",
        "error::winasr_doctor.pytest_plugin.UnusedFaultWarning",
    )
    result.assert_outcomes(failed=1)


def test_a_failing_test_reports_what_was_injected(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("unlink:32*inf@manifest.json")
        def test_it(tmp_path):
            (tmp_path / "manifest.json").touch()
            os.unlink(tmp_path / "manifest.json")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *PermissionError: [[]WinError 32] The process cannot access the file*",
            "*- Injected faults -*",
            "unlink '*manifest.json': WinError 32, call 1 at * s in MainThread",
            "*.py:6 in test_it",
        ]
    )


def test_a_passing_test_reports_nothing(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("stat:32")
        def test_it():
            with pytest.raises(OSError):
                os.stat("x")
        """,
        "-rA",
    )
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*Injected faults*")


def test_a_long_list_of_injections_is_cut(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("stat:32*inf@x")
        def test_it():
            for _ in range(50):
                with pytest.raises(OSError):
                    os.stat("x")
            assert False
        """
    )
    result.stdout.fnmatch_lines(["stat 'x': WinError 32, call 20 at *", "and 30 more"])
    result.stdout.no_fnmatch_line("*call 21 *")


def test_faults_end_with_a_test_that_dies(run):
    result = run(
        """
        import os, pytest

        BEFORE = os.unlink

        @pytest.mark.winfault("unlink:32*inf")
        def test_it():
            assert os.unlink is not BEFORE
            pytest.exit("dying")
        """,
        "-s",
    )
    assert "dying" in result.stdout.str()
    import os

    assert not hasattr(os.unlink, "__wrapped__")


def test_a_unittest_test_can_have_the_marker(run):
    result = run(
        """
        import os, unittest, pytest

        class TestIt(unittest.TestCase):
            @pytest.mark.winfault("stat:32")
            def test_it(self):
                with self.assertRaises(PermissionError):
                    os.stat(".")
        """
    )
    result.assert_outcomes(passed=1)


def test_the_markers_are_registered(run):
    result = run("def test_it(): pass", "--strict-markers", "--markers")
    result.stdout.fnmatch_lines(
        ["@pytest.mark.winfault(plan): *", "@pytest.mark.winfault_shards(count): *"]
    )
