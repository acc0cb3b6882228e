"""The fixtures `fault_plan`, `virtual_clock` and `recorded_host`."""

from __future__ import annotations


def test_a_plan_starts_when_the_test_says_so(run):
    result = run(
        """
        import os, pytest

        def test_it(fault_plan, tmp_path):
            (tmp_path / "a").touch()
            os.stat(tmp_path)
            faults = fault_plan("stat:32")
            with pytest.raises(PermissionError):
                os.stat(tmp_path)
            os.stat(tmp_path)
            assert [one.path for one in faults.injections] == [str(tmp_path)]
        """
    )
    result.assert_outcomes(passed=1)


def test_a_plan_of_the_fixture_ends_before_other_fixtures_do(run):
    result = run(
        """
        import os, pytest

        @pytest.fixture
        def folder(fault_plan, tmp_path):
            yield tmp_path
            os.stat(tmp_path)

        def test_it(fault_plan, folder):
            fault_plan("stat:32*inf")
            with pytest.raises(PermissionError):
                os.stat(folder)
        """
    )
    result.assert_outcomes(passed=1)


def test_a_plan_ends_though_the_test_fails(run):
    result = run(
        """
        import os

        BEFORE = os.stat

        def test_it(fault_plan):
            fault_plan("stat:32*inf@x")
            os.stat("x")

        def test_after_it():
            assert os.stat is BEFORE
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*- Injected faults -*", "stat 'x': WinError 32, call 1 *"])


def test_a_plan_started_by_another_fixture_holds_while_the_test_runs(run):
    result = run(
        """
        import os, pytest

        @pytest.fixture
        def broken(fault_plan):
            return fault_plan("stat:32*inf@x")

        def test_it(broken):
            with pytest.raises(PermissionError):
                os.stat("x")
        """
    )
    result.assert_outcomes(passed=1)


def test_plans_add_up_and_the_unused_one_is_a_warning(run):
    result = run(
        """
        import os, pytest

        def test_it(fault_plan):
            fault_plan("stat:32@x")
            fault_plan("chmod:5")
            with pytest.raises(PermissionError):
                os.stat("x")
        """,
        "-W",
        "default",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*the fault chmod:5 never fired*"])


def test_a_wrong_plan_points_at_the_column(run):
    result = run("def test_it(fault_plan): fault_plan('stat')")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected ':'*(column 5)"])


def test_time_is_virtual_in_the_clean_up(run):
    result = run(
        """
        from winasr_doctor.locks import rmtree, CleanupStatus

        def test_it(fault_plan, virtual_clock, tmp_path):
            (tmp_path / "tree").mkdir()
            fault_plan("rmdir:32~2.5")
            report = rmtree(tmp_path / "tree", defer=False)
            assert report.status is CleanupStatus.REMOVED
            assert 2.5 <= virtual_clock.monotonic() < 3
            assert len(virtual_clock.sleeps) > 3
        """
    )
    result.assert_outcomes(passed=1)


def test_the_clock_is_put_back(run):
    result = run(
        """
        from winasr_doctor._util import clock

        def test_it(virtual_clock):
            assert clock.current() is virtual_clock

        def test_after_it():
            assert not clock.current().virtual
        """
    )
    result.assert_outcomes(passed=2)


def test_a_machine_can_be_made_from_sections(run):
    result = run(
        """
        from winasr_doctor.machine.model import Environment
        from winasr_doctor.testing import compute_check

        def test_it(recorded_host):
            host = recorded_host(environment=Environment(variables={"TEMP": "D:\\\\T"}))
            assert host.environment.variables["TEMP"] == "D:\\\\T"
            assert recorded_host().environment.variables["TEMP"] != "D:\\\\T"
        """
    )
    result.assert_outcomes(passed=1)


def test_a_machine_can_be_read_from_a_snapshot(run):
    result = run(
        """
        import pytest
        from winasr_doctor.machine.recorded import encode_snapshot

        def test_it(recorded_host, tmp_path):
            recorded = recorded_host()
            (tmp_path / "a.json").write_bytes(encode_snapshot(recorded.snapshot))
            assert recorded_host(tmp_path / "a.json").system == recorded.system
            with pytest.raises(TypeError):
                recorded_host(tmp_path / "a.json", gpus=None)
        """
    )
    result.assert_outcomes(passed=1)
