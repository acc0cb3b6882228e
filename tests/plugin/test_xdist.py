"""The plugin under pytest-xdist."""

from __future__ import annotations

import pytest

pytest.importorskip("xdist", reason="pytest-xdist is part of the test extra")


def test_faults_and_their_report_come_from_workers(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("stat:32*inf@x")
        @pytest.mark.parametrize("number", range(4))
        def test_it(number):
            os.stat("x")
        """,
        "-n2",
        subprocess=True,
        plugins=["xdist"],
    )
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(
        ["*PermissionError: [[]WinError 32]*", "*- Injected faults -*", "stat 'x': WinError 32*"]
    )


def test_shards_run_on_several_workers(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault_shards(4)
        def test_it(fault_sweep, tmp_path):
            def action():
                for name in "abcdef":
                    (tmp_path / name).touch()
                    os.unlink(tmp_path / name)
            report = fault_sweep(action, operations=["unlink"], times=(1,))
            assert report.points["unlink:32*1"] in (1, 2)
        """,
        "-n2",
        subprocess=True,
        plugins=["xdist"],
    )
    result.assert_outcomes(passed=4)


def test_the_option_reaches_workers(run):
    result = run(
        """
        import os, pytest

        def test_it(tmp_path):
            with open(tmp_path / "a", "w") as file:
                with pytest.raises(PermissionError):
                    os.unlink(file.name)
        """,
        "-n2",
        "--windows-sharing",
        subprocess=True,
        plugins=["xdist"],
    )
    result.assert_outcomes(passed=1)
