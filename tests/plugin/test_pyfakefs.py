"""pyfakefs beside the plugin: its files are left alone, and a plan says why it cannot fire."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("pyfakefs")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there")


def test_fake_files_are_left_alone_and_a_plan_says_why_it_cannot_work(run):
    result = run(
        """
        import os, pytest

        def test_fake(fs):
            fs.create_file("/data/a.txt")
            file = open("/data/a.txt")
            os.unlink("/data/a.txt")
            file.close()

        @pytest.mark.winfault("unlink:32")
        def test_plan(fs):
            fs.create_file("/data/a.txt")
            os.unlink("/data/a.txt")

        def test_real(tmp_path):
            with open(tmp_path / "a", "w"):
                os.unlink(tmp_path / "a")
        """,
        "--windows-sharing",
        plugins=["pyfakefs.pytest_plugin"],
        subprocess=True,
    )
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*pyfakefs replaces the functions that the fault plan needs;*"])
