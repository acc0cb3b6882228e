"""The plugin under pytest-xdist."""

from __future__ import annotations

import pytest

pytest.importorskip("xdist", reason="pytest-xdist is part of the test extra")


def test_faults_shards_and_the_option_reach_workers(run):
    result = run(
        """
        import os, pytest

        @pytest.mark.winfault("stat:32*inf@x")
        @pytest.mark.parametrize("number", range(4))
        def test_faults(number):
            os.stat("x")

        @pytest.mark.winfault_shards(4)
        def test_shards(fault_sweep, tmp_path):
            def action():
                for name in "abcdef":
                    (tmp_path / name).touch()
                    os.unlink(tmp_path / name)
            report = fault_sweep(action, operations=["unlink"], times=(1,))
            assert report.points["unlink:32*1"] in (1, 2)

        def test_the_option(tmp_path):
            with open(tmp_path / "a", "w") as file:
                with pytest.raises(PermissionError):
                    os.unlink(file.name)
        """,
        "-n2",
        "--windows-sharing",
        subprocess=True,
        plugins=["xdist"],
    )
    result.assert_outcomes(failed=4, passed=5)
    result.stdout.fnmatch_lines(
        ["*PermissionError: [[]WinError 32]*", "*- Injected faults -*", "stat 'x': WinError 32*"]
    )
